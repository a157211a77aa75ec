"""Series that are on air and that the source does not list any more.

One that is missing looks like one that did not change: nobody would notice until a listener asks.
So it is held, its feed stays as it is, and a person says once that it is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.guard import Reason, Verdict
from feedgen.history import feed_key
from feedgen.looks import digest
from feedgen.outcome import Outcome, PublishedFeed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from feedgen.onair import Desk
    from feedgen.state import OnAir, State


def outcomes(
    desk: Desk, *, ids: Collection[str], slugs: Collection[str], dry: bool
) -> Iterator[Outcome]:
    """Yield the outcome of every series on air that is neither in `ids` nor in `slugs`.

    Those a person has let go are not told of again until they have been back.
    """
    for on_air in desk.state.all_on_air():
        if on_air.series_id not in ids and on_air.slug not in slugs:
            outcome = _outcome(desk, on_air, dry=dry)
            if outcome is not None:
                yield outcome


def outcome_of(desk: Desk, name: str, *, dry: bool = False) -> Outcome | None:
    """Return the outcome of one series that the source does not list, by slug or id.

    `None` if it is not on air, or if a person has let it go.
    """
    on_air = still_on_air(desk.state, name)
    return None if on_air is None else _outcome(desk, on_air, dry=dry)


def still_on_air(state: State, name: str) -> OnAir | None:
    """Return what is on air of the series with this slug or id, whatever the source lists."""
    found = (each for each in state.all_on_air() if name in (each.series_id, each.slug))
    return next(found, None)


def _outcome(desk: Desk, on_air: OnAir, *, dry: bool) -> Outcome | None:
    verdict, key = _verdict(on_air), feed_key(on_air.series_id)
    record = desk.state.approvals.record(key)
    if any(each.digest == verdict.digest and each.used_at for each in record):
        return None
    if not dry:
        waiting = desk.state.approvals.hold(key, on_air.slug, verdict, at=desk.now)
        if waiting.approved_at and desk.state.approvals.use(key, verdict.digest, at=desk.now):
            desk.state.standings.forget(on_air.slug)
            return None
    return _held(desk, on_air, key, verdict)


def _verdict(on_air: OnAir) -> Verdict:
    sentence = (
        f"The source does not list {on_air.slug} any more; it was there until "
        f"{on_air.published_at:%Y-%m-%d}."
    )
    return Verdict(
        decision="hold",
        reasons=(Reason(code="series-gone", sentence=sentence),),
        changes=(),
        digest=digest("series-gone", on_air.series_id, on_air.published_at),
    )


def _held(desk: Desk, on_air: OnAir, key: str, verdict: Verdict) -> Outcome:
    standing = desk.state.standings.of(on_air.slug)
    reason = verdict.reasons[0].sentence
    feed = PublishedFeed(
        name="",
        result="held",
        key=key,
        place=desk.target.place(on_air.name),
        url=standing.url if standing else "",
        reason=reason,
        reasons=verdict.reasons,
        digest=verdict.digest,
    )
    return Outcome(
        slug=on_air.slug,
        result="held",
        title=standing.title if standing else "",
        reason=reason,
        hint=f"the feed on air stays; if that is meant, 'feedgen approve {on_air.slug} "
        f"{verdict.digest[:8]}' says so once",
        url=feed.url,
        feeds=(feed,),
    )
