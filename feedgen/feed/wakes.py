"""When a feed changes next although nobody touches it: an episode comes out, or its time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.feed import variants
from feedgen.feed.selection import released, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feedgen.model import Episode, Series
    from feedgen.settings import SeriesSettings


def next_change(series: Series, settings: SeriesSettings, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which any feed of `series` changes by itself.

    `None` if none ever does. What a variant moves is moved here too; an episode that no feed may
    show wakes nobody. A broadcast (podcast:liveItem) does not count: its status is what the
    settings say, whatever the hour. Raises SeriesProblem as `variants.plans` does.
    """
    # Addresses change nothing here, so anything will do to work them out from.
    plans = variants.plans(series, settings, secret=series.id)
    moments = (
        moment
        for plan in plans
        for episode in plan.series.episodes
        for moment in _changes(episode, plan.settings, now)
    )
    return min(moments, default=None)


def _changes(episode: Episode, settings: SeriesSettings, now: datetime) -> Iterator[datetime]:
    begins, ends = released(episode, settings), episode.release_end_at
    if begins is None or (begins <= now and (ends is None or ends <= now)):
        return
    # In between nothing happens to it: who is not in the feed then is never in it.
    if not why_not(episode, settings, max(begins, now)):
        if begins > now:
            yield begins
        if ends is not None:
            yield ends
