"""The last judge before a feed goes on air: is the new feed a worse one?

    on air + candidate + what is known of this and the other shows ─► Verdict(go | hold, reasons)

A check looks at one feed and can not see that sixty of its hundred episodes are gone; the guard
looks at two. What it holds stays off the air until the data is right again or a person has let
exactly this difference through (`Verdict.digest`). Pure: the time and all facts are arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.guard.departures import departures
from feedgen.guard.radius import Wave, wave
from feedgen.guard.thresholds import Thresholds
from feedgen.guard.verdict import Candidate, Departure, Identity, Known, OnAirFeed, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.guard.pair import Pair

__all__ = [
    "Candidate",
    "Departure",
    "Identity",
    "Known",
    "OnAirFeed",
    "Reason",
    "Thresholds",
    "Verdict",
    "Wave",
    "departures",
    "identity",
    "judge",
    "wave",
]

NOTHING_KNOWN = Known()


def judge(
    old: OnAirFeed | None,
    new: Candidate,
    *,
    thresholds: Thresholds,
    known: Known = NOTHING_KNOWN,
) -> Verdict:
    """Return whether `new` may replace `old`, with every reason against it. Never raises.

    `old` is `None` for a series that was never on air; then only what it would take from other
    shows, and the ledger, speak against it.
    """
    from feedgen.guard.pair import Pair  # lxml loads when feeds are compared

    pair = Pair.of(old, new, thresholds=thresholds, known=known)
    return Verdict.of(pair.changes, tuple(_reasons(pair)), old=old, new=new)


def identity(data: bytes, *, series_id: str, slug: str, name: str) -> Identity:
    """Return by what the feed `data` is recognised as the feed of one show."""
    from feedgen.guard.pair import identity_of

    return identity_of(data, series_id=series_id, slug=slug, name=name)


def _reasons(pair: Pair) -> Iterator[Reason]:
    from feedgen.guard import channel, episodes, guids, shows
    from feedgen.guard.pair import is_whole_feed

    if not (is_whole_feed(pair.new.data) and pair.after.readable and pair.after.kind == "rss"):
        yield Reason(code="not-a-feed", sentence="The new document can not be read as a feed.")
        return
    yield from shows.reasons(pair)
    yield from guids.reasons(pair)
    yield from channel.reasons(pair)
    yield from episodes.reasons(pair)
