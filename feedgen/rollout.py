"""A change of feedgen's own makers, let out one feed at a time: canaries first, the rest later.

A template, the configuration or another version of feedgen can spoil every feed at once, and each
single difference may look harmless. So the first feeds that such a change alters go on air alone;
if there are more than a few, the others wait for the next run, and for ever if somebody has put
the old version of a canary back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.guard import Reason
from feedgen.guard.radius import wave
from feedgen.looks import Canary

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.guard import Thresholds
    from feedgen.onair import Decision
    from feedgen.outcome import Outcome
    from feedgen.state import State

CODE = "canary"


@dataclass(slots=True, kw_only=True)
class Rollout:
    """What one run lets out of a change of its makers; `whole` for a run over all series."""

    state: State
    makers: str
    thresholds: Thresholds
    whole: bool = True
    first: list[Canary] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    _going: str = ""

    def gate(self, altered: Sequence[Decision]) -> Reason | None:
        """Return why `altered`, the documents of one feed, have to wait; `None` if they go.

        What is new on air, and what other makers did not alter, goes.
        """
        candidate = altered[0].candidate
        made_by = self.state.looks.makers(candidate.series_id)
        seen = any(each.on_air is not None and each.verdict.changes for each in altered)
        if not seen or made_by == self.makers or any(each.approved for each in altered):
            return None
        before = self.state.looks.canaries(self.makers)
        if before:
            back = [each.slug for each in before if self._is_back(each)]
            return _reason(f"what went first was taken back ({back[0]})") if back else None
        if not self.whole or candidate.slug == self._going:
            return None
        if len(self.first) < self.thresholds.canaries:
            self._going = candidate.slug
            return None
        self.waiting.append(candidate.slug)
        names = ", ".join(each.slug for each in self.first)
        return _reason(f"{names} went first; look at it, the next run publishes the others")

    def ended(self, outcome: Outcome) -> None:
        """Hear of the outcome of a series: one that was let go first is on air now, or is not."""
        if outcome.slug != self._going:
            return
        self._going = ""
        told = next((each for each in outcome.feeds if each.changes), None)
        newest = self.state.history.newest(told.key) if told else None
        if outcome.result == "published" and newest is not None:
            canary = Canary(slug=outcome.slug, key=newest.key, sha256=newest.sha256)
            self.first.append(canary)

    @property
    def too_far(self) -> bool:
        """Whether the change reaches so many feeds that those that wait must go on waiting."""
        altered = [*(each.slug for each in self.first), *self.waiting]
        return bool(wave(altered, thresholds=self.thresholds).waiting)

    def sent(self, *, at: datetime) -> None:
        """Record that the canaries are on air, for the next run."""
        if self.first:
            self.state.looks.sent(self.makers, tuple(self.first), at=at)

    def _is_back(self, canary: Canary) -> bool:
        newest = self.state.history.newest(canary.key)
        return newest is not None and newest.how == "rolled-back"


def _reason(why: str) -> Reason:
    return Reason(
        code=CODE,
        sentence=f"A template, the configuration or the version of feedgen changed this feed and "
        f"more than a few others: {why}.",
    )
