"""Which episodes are in a public feed at a given moment, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.feed.dates import iso8601
from feedgen.feed.enclosures import episode_settings
from feedgen.feed.lists import refers
from feedgen.feed.text import line

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from feedgen.model import Episode, Series
    from feedgen.settings import SeriesSettings

_FREE = {"inactive", "force-inactive"}
_PREMIUM = {"active", "force-active"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An episode that is not in the feed, and why, in a sentence for the producer."""

    episode_id: str
    guid: str
    title: str
    reason: str


def eligible(
    series: Series, settings: SeriesSettings, now: datetime
) -> tuple[tuple[Episode, ...], tuple[Skipped, ...]]:
    """Return the episodes that belong into the feed at `now`, newest first, and the others.

    Source: the Content API's `published`, `released_at`, `release_end_at`, `premium_status` and
    `status`; a future date would publish early in some apps (Apple).
    """
    ready: list[Episode] = []
    skipped: list[Skipped] = []
    for episode in series.episodes:
        reason = why_not(episode, settings, now)
        if reason:
            skipped.append(
                Skipped(
                    episode_id=episode.id, guid=episode.guid, title=episode.title, reason=reason
                )
            )
        else:
            ready.append(episode)
    return newest_first(ready, settings), tuple(skipped)


def without_an_episode(
    series: Series, settings: SeriesSettings, published: Collection[str]
) -> tuple[str, ...]:
    """Return the keys of episode settings that fit no episode: a slip, or one not there yet.

    `published` are the guids and API ids of all that ever were published: what is gone may keep
    its settings.
    """
    known = {name for episode in series.episodes for name in (episode.guid, episode.id)}
    return tuple(key for key in settings.episodes if key not in known and key not in published)


def released(episode: Episode, settings: SeriesSettings) -> datetime | None:
    """Return when an episode comes out: as its settings say, else the API."""
    return episode_settings(episode, settings).pub_date or episode.released_at


def newest_first(episodes: list[Episode], settings: SeriesSettings) -> tuple[Episode, ...]:
    """Return episodes with a date, newest first; of equal dates the guids decide."""
    by_guid = sorted(episodes, key=lambda episode: episode.guid or episode.id)
    dated = [(released(episode, settings), episode) for episode in by_guid]
    dated.sort(key=lambda pair: int(pair[0].timestamp()) if pair[0] else 0, reverse=True)
    return tuple(episode for _, episode in dated)


def why_not(episode: Episode, settings: SeriesSettings, now: datetime) -> str:
    """Return why `episode` is not in the feed at `now`, `""` if it is."""
    if refers(settings.medium):
        return f"The feed is of medium {settings.medium}: it names other feeds and has no items."
    moment = released(episode, settings)
    title = episode_settings(episode, settings).title or episode.title
    if episode.status != "active":
        return f"It is {episode.status}, not active."
    if not episode.published:
        return "It is not published: it is still a draft."
    if moment is None:
        return "It has no release date."
    if moment > now:
        return f"It comes out at {iso8601(moment)}, which is still to come."
    if episode.release_end_at is not None and episode.release_end_at <= now:
        return f"Its release ended at {iso8601(episode.release_end_at)}."
    if episode.premium_status in _PREMIUM:
        return "It is premium and has no place in a public feed."
    if episode.premium_status not in _FREE:
        return (
            f"Its premium status {episode.premium_status!r} is a new word and counts as premium."
        )
    if not line(title):
        return "It has no title."
    if not episode.has_media and not episode_settings(episode, settings).enclosure_url:
        return "It has no audio file yet."
    return ""
