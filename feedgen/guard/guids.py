"""Does every episode keep its guid, and does none vanish without a reason in the data?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.guard.pair import some
from feedgen.guard.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.compare.reading import Episode
    from feedgen.guard.pair import Pair


def reasons(pair: Pair) -> Iterator[Reason]:
    """Yield what happens to guids and to the episodes that bear them."""
    changed = list(_changed(pair))
    if changed:
        shown = "; ".join(changed[:3]) + (f"; and {len(changed) - 3} more" if changed[3:] else "")
        yield Reason(
            code="guid-changed",
            sentence=f"Listeners would get episodes again, their guid changes: {shown}.",
        )
    foreign = [e for e in pair.added if e.guid in pair.known.foreign_guids]
    if foreign:
        owner = pair.known.foreign_guids[foreign[0].guid]
        yield Reason(
            code="guid-of-another-show",
            sentence=f"{_count(foreign)} of another show ({owner}): {_titles(foreign)}.",
        )
    yield from _left(pair)


def _changed(pair: Pair) -> Iterator[str]:
    """Yield "“Title” from a to b": as the two feeds show it, then as only the ledger knows."""
    told: set[str] = set()
    for change in pair.changes:
        if change.kind == "guid":
            told.add(change.new)
            yield f"“{change.title}” from {change.old or 'none'} to {change.new or 'none'}"
    for episode_id, guid in pair.new.guids.items():
        ever = pair.known.ledger.get(episode_id, ())
        # What is on air now was let through once, even if it is not the ledger's last word.
        if not ever or guid in told or guid in pair.on_air or guid == ever[-1]:
            continue
        episode = pair.to_come.get(guid)
        if episode is not None:
            yield f"“{episode.title}” from {ever[-1]} to {guid}"


def _left(pair: Pair) -> Iterator[Reason]:
    """Yield too many departures, and those that nothing explains."""
    if pair.before is None:
        yield from _left_the_ledger(pair)
        return
    renamed = {c.old for c in pair.changes if c.kind == "guid"}
    gone = [e for guid, e in pair.on_air.items() if guid not in pair.to_come]
    gone = [e for e in gone if e.guid not in renamed]
    why = {e.guid: pair.new.departures.get(e.guid) for e in gone}
    vanished = [e for e in gone if why[e.guid] is None]
    if vanished:
        yield Reason(
            code="guid-vanished",
            sentence=f"{_count(vanished)} gone and the data does not say why: "
            f"{_titles(vanished)}.",
        )
    withdrawn = [e for e in gone if why[e.guid] == "withdrawn"]
    if len(withdrawn) > pair.thresholds.withdrawn_at_once:
        yield Reason(
            code="episodes-withdrawn",
            sentence=f"{_count(withdrawn)} withdrawn at once: {_titles(withdrawn)}.",
        )
    # Who follows the documents of a feed that is split finds them there.
    gone = [e for e in gone if why[e.guid] != "elsewhere"]
    # With a limit every new episode pushes one out; that is no loss.
    over = sum(1 for e in gone if why[e.guid] == "limit")
    leaving = len(gone) - min(over, len(pair.added))
    total = len(pair.before.episodes)
    if leaving > max(1, pair.thresholds.gone_share * total):
        yield Reason(
            code="episodes-gone",
            sentence=f"{leaving} of {total} episodes would leave the feed: {_titles(gone)}.",
        )


def _left_the_ledger(pair: Pair) -> Iterator[Reason]:
    """Yield if the ledger knows episodes that a feed made anew, with nothing on air, lacks."""
    last = [guids[-1] for guids in pair.known.ledger.values() if guids]
    here = {*pair.to_come, *pair.new.departures}
    ever = {guid for guids in pair.known.ledger.values() for guid in guids}
    missing = [guid for guid in last if guid not in here]
    if missing and len(missing) > max(1, pair.thresholds.gone_share * len(last)):
        yield Reason(
            code="guid-vanished",
            sentence=f"Nothing is on air, and {len(missing)} of the {len(ever)} guids ever "
            f"published are missing: {', '.join(missing[:3])}{'…' if missing[3:] else ''}.",
        )


def _count(episodes: list[Episode]) -> str:
    return "One episode is" if len(episodes) == 1 else f"{len(episodes)} episodes are"


def _titles(episodes: list[Episode]) -> str:
    return some([e.title or e.guid for e in episodes])
