"""Why an episode of a series is not in its feed any more, as far as the data says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.feed.selection import eligible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from feedgen.feed.selection import Skipped
    from feedgen.guard.verdict import Departure
    from feedgen.model import Episode, Series
    from feedgen.settings import SeriesSettings


def departures(
    series: Series,
    settings: SeriesSettings,
    *,
    now: datetime,
    guids: Mapping[str, str],
    found: tuple[Sequence[Episode], Sequence[Skipped]] | None = None,
) -> dict[str, Departure]:
    """Return by guid why an episode is left out at `now`: expired, withdrawn, or over the limit.

    `guids` are those remembered, by the API's id; `found` is what `eligible` has said already. An
    episode the data does not have at all, that has lost its media file, or that is due and could
    not be made, is not among them: nothing explains why it should leave.
    """
    ready, skipped = found or eligible(series, settings, now)
    out = {each.episode_id for each in skipped}
    why: dict[str, Departure] = {}
    for episode in series.episodes:
        if episode.id not in out:
            continue
        ended = episode.release_end_at is not None and episode.release_end_at <= now
        still = episode.published and episode.status == "active"
        if still and not ended and not episode.has_media:
            continue
        guid = episode.guid or guids.get(episode.id, "") or episode.id
        why[guid] = "expired" if ended and still else "withdrawn"
    if settings.max_items is not None:
        for episode in ready[settings.max_items :]:
            why[episode.guid or guids.get(episode.id, "") or episode.id] = "limit"
    return why
