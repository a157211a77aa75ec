"""One feed on its way on air: decided, written, read back, recorded, told. And the way back.

    decision = desk.decide(key, candidate)          unchanged | held | go; writes no feed
    desk.swap(decision, announcement=…, also=…)     only after "go"; whole or not at all

What must survive a kill is on disk in this order: what is on air now (history), who is to be told
(outbox), the feed itself (target), then in one transaction that it is on air. A run that finds a
feed it did not record knows from its bytes how far the killed one came.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from feedgen import guard
from feedgen.errors import OutsideProblem, TargetProblem, UsageProblem
from feedgen.guard import Candidate, OnAirFeed, Reason, Thresholds, Verdict
from feedgen.history import sha256_of
from feedgen.notify.message import Receivers

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.history import Version
    from feedgen.notify import Announcement
    from feedgen.publish import Target
    from feedgen.state import State

log = logging.getLogger(__name__)

KEPT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to happen to one feed; `approved` says that a person has let it through."""

    key: str
    candidate: Candidate
    result: Literal["unchanged", "held", "go"]
    verdict: Verdict
    on_air: bytes | None
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where feeds are let on air; `kept` is how many versions of each stay in the history."""

    state: State
    target: Target
    now: datetime
    thresholds: Thresholds = field(default_factory=Thresholds)
    receivers: Receivers = field(default_factory=Receivers)
    kept: int = KEPT

    def decide(self, key: str, candidate: Candidate) -> Decision:
        """Return what is to happen; records nothing. Raises TargetProblem if nothing can be read.

        `key` is that of `feedgen.history.feed_key`. An approval is looked at, not used.
        """
        on_air = self.target.read(candidate.name)
        newest = self.state.history.newest(key)
        if on_air == candidate.data:
            nothing = Verdict(decision="go", reasons=(), changes=(), digest="")
            return Decision(
                key=key, candidate=candidate, result="unchanged", verdict=nothing, on_air=on_air
            )
        verdict = guard.judge(
            self._old(on_air, newest, candidate),
            candidate,
            thresholds=self.thresholds,
            known=self.state.known(
                candidate.series_id, tuple(candidate.guids.values()), before=self.now
            ),
        )
        if newest is not None and newest.how == "rolled-back":
            said = f"Version {newest.number} was put back on air by hand and stays until approved."
            reason = Reason(code="rolled-back", sentence=said)
            verdict = Verdict(
                decision="hold",
                reasons=(reason, *verdict.reasons),
                changes=verdict.changes,
                digest=verdict.digest,
            )
        waiting = self.state.approvals.waiting(key)
        approved = (
            waiting is not None
            and waiting.approved_at is not None
            and waiting.digest == verdict.digest
        )
        return Decision(
            key=key,
            candidate=candidate,
            result="held" if verdict.held and not approved else "go",
            verdict=verdict,
            on_air=on_air,
            approved=verdict.held and approved,
        )

    def hold(self, decision: Decision) -> None:
        """Record that the difference waits for a person; what is on air stays."""
        slug = decision.candidate.slug
        codes = ",".join(reason.code for reason in decision.verdict.reasons)
        log.warning("onair.held series=%s reasons=%s", slug, codes)
        self.state.approvals.hold(decision.key, slug, decision.verdict, at=self.now)

    def settle(self, decision: Decision, *, also: Callable[[], None] | None = None) -> None:
        """Record of an unchanged feed what a killed run may have left open.

        What was announced of these bytes becomes due, what was held waits no longer. `also` is
        called in the same transaction.
        """
        with self.state.transaction():
            self._recorded(decision.key, decision.candidate, also)

    def swap(
        self,
        decision: Decision,
        *,
        announcement: Announcement | None = None,
        also: Callable[[], None] | None = None,
    ) -> None:
        """Put the feed on air, read it back and record it. Raises TargetProblem: the old stays.

        `also` is called in the transaction that records it, for what the caller remembers.
        """
        key, new = decision.key, decision.candidate
        if decision.result != "go":
            raise ValueError(f"a feed that is {decision.result} is not to be swapped")
        if self.target.read(new.name) != decision.on_air:
            raise TargetProblem(
                f"{self.target.place(new.name)} was changed by somebody else since it was read",
                hint="what they wrote stays; run the command again to look at it anew",
            )
        with self.state.transaction():
            if decision.approved:
                self._use(decision)
            if decision.on_air is not None:
                self._keep(key, new, decision.on_air, how="found")
            if announcement is not None:
                self.state.outbox.announce(announcement, self.receivers, at=self.now)
        try:
            self.target.write(new.name, new.data)
        except TargetProblem:
            with self.state.transaction():
                if decision.approved:
                    digest = decision.verdict.digest
                    self.state.approvals.give_back(key, digest, used_at=self.now)
                self._drop(new, decision.on_air)
            raise
        with self.state.transaction():
            self._recorded(key, new, also)
        log.info("onair.published series=%s key=%s", new.slug, key)

    def rollback(
        self,
        key: str,
        asked: str = "",
        *,
        announcement: Callable[[bytes], Announcement] | None = None,
        also: Callable[[Version], None] | None = None,
    ) -> Version:
        """Put an earlier version back on air, byte for byte, and return it as the newest.

        `asked` is as for `History.version`. No run replaces it until a person approves. Raises
        UsageProblem if there is no such version, TargetProblem if it can not be written.
        """
        history, outbox = self.state.history, self.state.outbox
        newest = history.newest(key)
        version = history.version(key, asked)
        if newest is None or newest.identity.name != version.identity.name:
            raise UsageProblem(
                f"version {version.number} lay at another path, {version.identity.name}",
                hint="set feed_url back first; the next run then compares with that version",
            )
        data, identity = history.data(version), version.identity
        on_air = self.target.read(identity.name)
        with self.state.transaction():
            if on_air is not None and sha256_of(on_air) != newest.sha256:
                found = guard.identity(
                    on_air,
                    series_id=identity.series_id,
                    slug=identity.slug,
                    name=identity.name,
                )
                history.keep(key, found, on_air, at=self.now, how="found", kept=self.kept)
            told = announcement(data) if announcement else None
            if told is not None:
                outbox.announce(told, self.receivers, at=self.now)
        self.target.write(identity.name, data)
        with self.state.transaction():
            made = history.keep(
                key,
                identity,
                data,
                at=self.now,
                how="rolled-back",
                read_at=version.read_at,
                kept=self.kept,
            )
            self.state.approvals.settle(key, at=self.now)
            if told is not None:
                outbox.confirm(told.series_id, told.feed_url, told.sha256, at=self.now)
            if also is not None:
                also(made)
        return made

    def _old(
        self, on_air: bytes | None, newest: Version | None, candidate: Candidate
    ) -> OnAirFeed | None:
        """Return what the new feed is measured by: what is on air, else what was there last."""
        if on_air is not None:
            known = newest is not None and newest.sha256 == sha256_of(on_air)
            moved = newest is not None and newest.identity.name != candidate.name
            # Another file lies at the new path: the show itself is still on air at the old one.
            if not moved:
                read_at = newest.read_at if newest and known else None
                return OnAirFeed(data=on_air, name=candidate.name, read_at=read_at)
        if newest is None:
            return None
        return OnAirFeed(
            data=self.state.history.data(newest),
            name=newest.identity.name,
            read_at=newest.read_at,
        )

    def _use(self, decision: Decision) -> None:
        if not self.state.approvals.use(decision.key, decision.verdict.digest, at=self.now):
            raise OutsideProblem(
                "the approval was used or withdrawn by another run in the meantime",
                hint="run the command again",
            )

    def _recorded(self, key: str, new: Candidate, also: Callable[[], None] | None) -> None:
        self._keep(key, new, new.data, how="published", read_at=new.read_at)
        self.state.approvals.settle(key, at=self.now)
        self.state.outbox.confirm(new.series_id, new.feed_url, sha256_of(new.data), at=self.now)
        if also is not None:
            also()

    def _keep(
        self,
        key: str,
        new: Candidate,
        data: bytes,
        *,
        how: Literal["published", "found"],
        read_at: datetime | None = None,
    ) -> None:
        newest = self.state.history.newest(key)
        # Reading a feed of a thousand episodes costs more than all the rest of an unchanged one.
        last = (newest.sha256, newest.identity.name) if newest else None
        if newest is not None and last == (sha256_of(data), new.name) and newest.how == how:
            return
        self.state.history.keep(
            key,
            guard.identity(data, series_id=new.series_id, slug=new.slug, name=new.name),
            data,
            at=self.now,
            how=how,
            read_at=read_at,
            kept=self.kept,
        )

    def _drop(self, new: Candidate, on_air: bytes | None) -> None:
        """Drop what was announced of bytes that did not go on air, if the old ones are there."""
        if on_air is not None:
            sha256 = sha256_of(on_air)
            self.state.outbox.confirm(new.series_id, new.feed_url, sha256, at=self.now)
