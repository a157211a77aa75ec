"""What happened to one series in a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

# Not for type checkers alone: an outcome is kept as JSON and read back by these.
from feedgen.artwork.choose import Decision
from feedgen.check.report import Finding
from feedgen.compare import Change
from feedgen.feed.log import Note
from feedgen.feed.selection import Skipped
from feedgen.guard.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

Result = Literal["published", "unchanged", "held", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFeed:
    """One feed of a series; the series' own has the name `""`.

    `place` and `url` of a private feed are its key: they stand in no report. `documents` is how
    many files it is split into. `changes` are what differs from what was on air, `reasons` why it
    is held; `digest` names that difference for an approval, `key` the feed in its history.
    """

    name: str
    result: Result
    key: str = ""
    private: bool = False
    place: str = field(default="", repr=False)
    url: str = field(default="", repr=False)
    items: int = 0
    documents: int = 1
    reason: str = ""
    changes: tuple[Change, ...] = ()
    reasons: tuple[Reason, ...] = ()
    digest: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the feed as plain data, without the address of a private one."""
        return {
            "name": self.name,
            "result": self.result,
            "private": self.private,
            "feed": "" if self.private else self.place,
            "url": "" if self.private else self.url,
            "items": self.items,
            "documents": self.documents,
            "reason": self.reason,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One series, one run.

    `reason` is one sentence, `hint` what to do about it (blank where nothing is to be done),
    `details` are more lines on what happened, `retry` says that trying again may help; `place` is
    where the feed lies, `url` where it is served. `feeds` are all feeds of the series, its own
    first; one that could not be made makes the series fail, while the others are published.
    `wakes_at` is when a feed of the series changes next by itself. `rests` says that the series
    was not even tried, because it failed again and again.
    """

    slug: str
    result: Result
    title: str = ""
    reason: str = ""
    hint: str = ""
    details: tuple[str, ...] = ()
    retry: bool = False
    bug: bool = False
    place: str = ""
    url: str = ""
    items: int = 0
    artwork: Decision | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    feeds: tuple[PublishedFeed, ...] = ()
    wakes_at: datetime | None = None
    rests: bool = False

    @property
    def on_air(self) -> bool:
        """Whether what is on air is what the catalogue says now."""
        return self.result in ("published", "unchanged")

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs from what was on air, in all feeds of the series."""
        return tuple(change for each in self.feeds for change in each.changes)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why feeds of the series are held."""
        return tuple(reason for each in self.feeds for reason in each.reasons)

    @property
    def digest(self) -> str:
        """The name of the difference that waits for an approval, of the first feed held."""
        return next((each.digest for each in self.feeds if each.result == "held"), "")

    def as_before(self) -> Outcome:
        """Return what to tell of a series that is still as it was left."""
        feeds = tuple(
            replace(each, result="unchanged", changes=(), reasons=(), digest="")
            for each in self.feeds
        )
        return replace(self, result="unchanged", feeds=feeds)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as plain data, the shape `--json` prints."""
        art = self.artwork.chosen if self.artwork else None
        return {
            "series": self.slug,
            "title": self.title,
            "result": self.result,
            "reason": self.reason,
            "hint": self.hint,
            "details": list(self.details),
            "feed": self.place,
            "url": self.url,
            "items": self.items,
            "feeds": [each.as_json() for each in self.feeds],
            "artwork": None if art is None else {"url": art.url, "style": art.style},
            "skipped": [
                {"guid": each.guid, "title": each.title, "reason": each.reason}
                for each in self.skipped
            ],
            "notes": [
                {"code": n.code, "message": n.message, "where": n.where} for n in self.notes
            ],
            "findings": [
                {"rule": f.rule, "severity": f.severity, "message": f.message, "line": f.line}
                for f in self.findings
            ],
        }


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 0 if every series is on air as the catalogue says, else 4.

    3 if nothing could be done because the outside world failed: then trying again may help. 70 if
    feedgen itself is at fault for one of them.
    """
    told = list(outcomes)
    if any(outcome.bug for outcome in told):
        return 70
    if all(outcome.on_air for outcome in told):
        return 0
    return 3 if all(outcome.retry for outcome in told) else 4


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return one line that counts the results, each word always in the same place."""
    results = [outcome.result for outcome in outcomes]
    parts = [
        f"{word} {results.count(word)}" for word in ("published", "unchanged", "held", "failed")
    ]
    return ", ".join(part for part in parts if not part.startswith("held 0"))
