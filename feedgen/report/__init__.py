"""What a run did, for people, programs, directories and monitors.

    RunReport ─► page (HTML), document (JSON), opml (list of feeds), metrics (Prometheus text)

Every one is a pure function of the report; `write` puts its bytes on disk, whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedgen import outcome
from feedgen.publish.local import LocalFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from feedgen.compare import Change
    from feedgen.guard.verdict import Reason
    from feedgen.notify.deliver import Delivery
    from feedgen.outcome import Outcome, PublishedFeed
    from feedgen.standing import Standing

_ORDER = ("failed", "held", "published", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One series in a report: its outcome and how it stands."""

    outcome: Outcome
    standing: Standing | None = None

    @classmethod
    def of(cls, outcome: Outcome, standing: Standing | None = None) -> Told:
        """Return what a report tells of `outcome`."""
        return cls(outcome=outcome, standing=standing)

    @property
    def changed(self) -> tuple[PublishedFeed, ...]:
        """Return the feeds that differ from what was on air, or are held."""
        return tuple(each for each in self.outcome.feeds if each.changes or each.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run; `unsolved` are series that wait: failed or held before, not tried by this run."""

    told: tuple[Told, ...]
    began_at: datetime
    ended_at: datetime
    dry_run: bool = False
    unsolved: tuple[Standing, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.ended_at - self.began_at).total_seconds()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes in the order they happened."""
        return tuple(each.outcome for each in self.told)

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return outcome.exit_code(self.outcomes)

    @property
    def summary(self) -> str:
        """One line: how many of which result, and the time it took."""
        verb = "would be " if self.dry_run else ""
        return f"{verb}{outcome.summary(self.outcomes)} in {self.seconds:.1f} s"

    def by_need(self) -> tuple[Told, ...]:
        """Return the series a person must look at first: failed, held, then the others."""
        return tuple(
            sorted(self.told, key=lambda t: (_ORDER.index(t.outcome.result), t.outcome.slug))
        )


def document(report: RunReport) -> dict[str, Any]:
    """Return the whole report as plain data, the shape of the JSON file."""
    return {
        "began_at": report.began_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "seconds": round(report.seconds, 3),
        "exit_code": report.exit_code,
        "dry_run": report.dry_run,
        "summary": report.summary,
        "series": [series_document(each) for each in report.told],
        "unsolved": [
            {
                "series": each.slug,
                "result": each.result,
                "reason": each.reason,
                "failures": each.failures,
                "next_try_at": each.next_at.isoformat() if each.next_at else None,
            }
            for each in report.unsolved
        ],
        "notifications": [
            {
                "series": each.message.slug,
                "kind": each.message.kind,
                "error": each.error,
                "next_try_at": each.next_at.isoformat() if each.next_at else None,
            }
            for each in report.deliveries
        ],
    }


def series_document(told: Told) -> dict[str, Any]:
    """Return one series as plain data: its outcome, and what differs."""
    success = told.standing.success_at if told.standing else None
    return {
        **told.outcome.as_json(),
        "held_because": [reason_document(each) for each in told.outcome.reasons],
        "digest": told.outcome.digest,
        "changes": [change_document(each) for each in told.outcome.changes],
        "last_success_at": success.isoformat() if success else None,
    }


def reason_document(reason: Reason) -> dict[str, str]:
    """Return as plain data why a feed is held."""
    return {"code": reason.code, "sentence": reason.sentence}


def change_document(change: Change) -> dict[str, str]:
    """Return one difference as plain data."""
    return {
        "kind": change.kind,
        "guid": change.guid,
        "element": change.element,
        "sentence": change.sentence,
        "effect": change.effect,
    }


def write(path: Path, parts: Iterable[bytes] | bytes) -> None:
    """Replace the file at `path`, whole; raises TargetProblem."""
    data = parts if isinstance(parts, bytes) else b"".join(parts)
    LocalFolder(path.parent).write(path.name, data)
