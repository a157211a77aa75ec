"""Is this the feed of this show, and of no other? Title, addresses, podcast:guid, artwork."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.guard.pair import recognised, value
from feedgen.guard.verdict import Identity, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.guard.pair import Pair

_NAMES = {
    "title": "the title",
    "self_url": "the self link",
    "podcast_guid": "the podcast:guid",
    "name": "the path",
    "artwork": "the artwork",
}


def reasons(pair: Pair) -> Iterator[Reason]:
    """Yield what belongs to another show, or is no longer what this one is recognised by."""
    new = pair.new
    ids = {"series_id": new.series_id, "slug": new.slug}
    now = recognised(pair.after, name=new.name, **ids)
    was = recognised(pair.before, name=pair.old.name, **ids) if pair.old and pair.before else None
    yield from _of_others(pair, was, now)
    if new.feed_url and now.self_url != new.feed_url:
        yield Reason(
            code="self-link",
            sentence=f"The self link is {now.self_url or 'missing'}, "
            f"but the feed is served as {new.feed_url}.",
        )
    if was is None or pair.before is None:
        return
    if was.name != now.name:
        yield Reason(
            code="path-moved",
            sentence=f"The feed moves from {was.name} to {now.name}: who follows the old address "
            "stays behind.",
        )
    if was.self_url and now.self_url != was.self_url:
        yield Reason(
            code="self-link-moved",
            sentence=f"The self link changes from {was.self_url} to {now.self_url or 'nothing'}.",
        )
    if was.podcast_guid and now.podcast_guid != was.podcast_guid:
        yield Reason(
            code="podcast-guid",
            sentence=f"The podcast:guid changes from {was.podcast_guid} to "
            f"{now.podcast_guid or 'nothing'}: directories take it for another show.",
        )
    before, after = (_primary(value(r.channel, "language")) for r in (pair.before, pair.after))
    if before and after and before != after:
        yield Reason(
            code="language",
            sentence=f"The show's language changes from {before} to {after}.",
        )
    if (
        pair.old is not None
        and pair.old.read_at
        and new.read_at
        and new.read_at < pair.old.read_at
    ):
        yield Reason(
            code="stale",
            sentence=f"The new feed is made of data of {new.read_at:%Y-%m-%d %H:%M:%S} UTC, "
            "which is older than what is on air.",
        )


def _of_others(pair: Pair, was: Identity | None, now: Identity) -> Iterator[Reason]:
    for part, said in _NAMES.items():
        mine = _plain(getattr(now, part))
        # Two shows that have been alike all along are none of the guard's business.
        if not mine or (was is not None and _plain(getattr(was, part)) == mine):
            continue
        # A new show may come with the artwork of its network.
        if was is None and part == "artwork":
            continue
        others = [
            other
            for other in pair.known.others
            if other.series_id != now.series_id and _plain(getattr(other, part)) == mine
        ]
        # What several shows have already is a picture of their network.
        if others and not (part == "artwork" and len(others) > 1):
            yield Reason(
                code=f"{part.replace('_', '-')}-of-another-show",
                sentence=f"“{getattr(now, part)}” is {said} of another show, {others[0].slug}.",
            )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _primary(language: str) -> str:
    return language.lower().partition("-")[0]
