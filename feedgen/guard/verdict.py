"""What the guard is given and what it hands back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.compare import Change

Departure = Literal["expired", "withdrawn", "limit", "elsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAirFeed:
    """What is on air for a series; `read_at` is when the data it was made of was read."""

    data: bytes
    name: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What would go on air.

    `name` is the path in the target, `feed_url` the address it will be served under; `guids` are
    those of its episodes, by the API's id; `departures` says by guid why an episode of the series
    is not in it (`feedgen.guard.departures`).
    """

    series_id: str
    slug: str
    data: bytes
    name: str
    feed_url: str
    guids: Mapping[str, str] = field(default_factory=dict)
    departures: Mapping[str, Departure] = field(default_factory=dict)
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """By what a feed is recognised as that of one show; blank where the feed says nothing."""

    series_id: str
    slug: str
    name: str
    title: str = ""
    self_url: str = ""
    podcast_guid: str = ""
    artwork: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the state remembers: the series' own guids, and what belongs to other shows.

    `ledger`: every guid ever published for an episode id, oldest first; `others`: the other shows
    on air; `foreign_guids`: slug of the other show by guid ever published.
    """

    ledger: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[Identity, ...] = ()
    foreign_guids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a feed is held: a code for programs, a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Go or hold, why, and what differs.

    `digest` names this difference and no other: it is the same as long as the same feed would
    replace the same feed, whatever stamp the build puts on it. An approval is for a digest.
    """

    decision: Literal["go", "hold"]
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    digest: str

    @property
    def held(self) -> bool:
        """Whether the old feed must stay."""
        return self.decision == "hold"

    @classmethod
    def of(
        cls,
        changes: tuple[Change, ...],
        reasons: tuple[Reason, ...],
        *,
        old: OnAirFeed | None,
        new: Candidate,
    ) -> Verdict:
        """Return the verdict on a difference."""
        return cls(
            decision="hold" if reasons else "go",
            reasons=reasons,
            changes=changes,
            digest=_digest(changes, old, new),
        )


def _digest(changes: tuple[Change, ...], old: OnAirFeed | None, new: Candidate) -> str:
    told: list[object] = [new.series_id, new.name, old.name if old else None]
    if old is None or any(change.kind == "document" for change in changes):
        told += [hashlib.sha256(side.data).hexdigest() for side in (old, new) if side is not None]
    told += [[c.kind, c.guid, c.element, c.old, c.new] for c in changes]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
