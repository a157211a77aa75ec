"""A show as the API serves it: its resources, pictures, audio files and release times."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from feedgen.content.files import AUDIO_TYPES
from feedgen.content.identity import EPOCH, audio_digest, before_release
from feedgen.content.recall import Made, Recall
from feedgen.content.resources import (
    ImageSource,
    Key,
    Maker,
    Resource,
    covers,
    links,
    many,
    one,
    sort_title,
    utc,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from feedgen.content.commons import Commons
    from feedgen.content.entries import Attached
    from feedgen.content.show import FoundEpisode, FoundSeason, FoundShow
    from feedgen.settings import EpisodeSettings, SeriesSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When an episode is public, as the API description defines it."""

    id: str
    series_id: str
    season_id: str | None
    guid: str
    status: str
    published: bool
    released_at: datetime | None
    release_end_at: datetime | None
    has_media: bool

    def live(self, now: datetime) -> bool:
        """Tell whether the episode is released, has a media file and has not ended at `now`."""
        return (
            self.published
            and self.has_media
            and self.released_at is not None
            and self.released_at <= now
            and (self.release_end_at is None or now < self.release_end_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A show without mistakes and everything that belongs to it alone.

    `releases` are in the order of release, undated ones first. `resources` has no `episodes` in
    the relationships of series and seasons: they depend on the time.
    """

    slug: str
    id: str
    title: str
    folder: Path
    network_id: str | None
    resources: Mapping[Key, Resource] = field(repr=False)
    images: Mapping[str, ImageSource] = field(repr=False)
    audio: Mapping[str, Path] = field(repr=False)
    releases: tuple[Release, ...] = field(repr=False)
    settings: SeriesSettings = field(repr=False)


def serve(found: FoundShow, commons: Commons, recall: Recall | None = None) -> Show:
    """Return the show that was found as the API serves it; reads its pictures and audio files.

    `recall` spares making again what did not change.
    """
    return _Server(found, commons, recall or Recall()).show()


class _Server:
    def __init__(self, found: FoundShow, commons: Commons, recall: Recall) -> None:
        self.found, self.commons, self.recall = found, commons, recall
        self.maker = Maker()
        released = [each.entry.released_at for each in found.episodes if each.entry.released_at]
        self.created_at = found.entry.created_at or (
            before_release(min(released)) if released else EPOCH
        )
        self.bucket = ("Series", found.id)

    def show(self) -> Show:
        found = self.found
        network_id = self.commons.networks.get(found.entry.network or "")
        cover = self.cover(found.entry, found.cover, found.id, self.created_at)
        self.series(cover, network_id)
        cascaded = {each.id: self.season(each, cover) for each in found.seasons}
        whole = self.maker
        settings: dict[str, EpisodeSettings] = {}
        for episode in found.episodes:
            inherited = cascaded.get(episode.season_id or "", cover)
            resources, images, settings[episode.guid] = self.made(episode, inherited)
            whole.resources.update(resources)
            whole.images.update(images)
        self.maker = whole
        releases = sorted(map(self.release, found.episodes), key=_by_release)
        return Show(
            slug=found.slug,
            id=found.id,
            title=found.entry.public_title or found.entry.title,
            folder=found.folder,
            network_id=network_id,
            resources=self.maker.resources,
            images=self.maker.images,
            audio={each.id: each.audio for each in found.episodes if each.audio},
            releases=tuple(releases),
            settings=replace(found.entry.feed, episodes=settings),
        )

    def series(self, cover: str | None, network_id: str | None) -> None:
        found, entry = self.found, self.found.entry
        badges = {
            f"{name}_subscription_badge_enabled": getattr(
                entry, f"{name}_subscription_badge_enabled"
            )
            for name in ("amazon", "itunes", "spotify", "stitcher")
        }
        self.maker.add(
            "series",
            found.id,
            {
                "type": "Series",
                "title": entry.title,
                "public_title": entry.public_title,
                "sort_title": sort_title(entry.title),
                "slug": found.slug,
                "status": entry.status,
                "public_page_enabled": entry.public_page_enabled,
                **found.description.attributes(),
                "rss_author": entry.rss_author,
                "rss_copyright": entry.rss_copyright,
                "rss_email": entry.rss_email,
                "rss_owner": entry.rss_owner,
                **links(entry),
                **badges,
                "cover_image_id": cover,
            },
            {
                "cover_image": one("images", cover),
                "images": many("images", [cover]),
                "network": one("networks", network_id),
                "seasons": many("seasons", [each.id for each in found.seasons]),
                **self.attached(entry, ("Series", "series", found.id), self.created_at),
            },
            entry=entry,
            created_at=self.created_at,
            extra=[[each.id for each in found.episodes], asdict(entry.feed)],
        )

    def season(self, season: FoundSeason, series_cover: str | None) -> str | None:
        """Make the season and return the cover its episodes inherit."""
        entry = season.entry
        released = [
            each.entry.released_at
            for each in self.found.episodes
            if each.season_id == season.id and each.entry.released_at
        ]
        created_at = entry.created_at or (
            before_release(min(released)) if released else self.created_at
        )
        cover = self.cover(entry, season.cover, season.id, created_at)
        cascaded = cover or series_cover
        title = entry.title or (f"Season {entry.number}" if entry.number else "")
        self.maker.add(
            "seasons",
            season.id,
            {
                "title": title,
                "sort_title": sort_title(title),
                "season_number": entry.number,
                "status": entry.status,
                **season.description.attributes(),
                "cover_image_id": cover,
                "cascaded_cover_image_id": cascaded,
            },
            {
                "series": one("series", self.found.id),
                **covers(cover, cascaded),
                **self.attached(entry, ("Season", "seasons", season.id), created_at),
            },
            entry=entry,
            created_at=created_at,
        )
        return cascaded

    def made(self, episode: FoundEpisode, inherited: str | None) -> Made:
        """Return everything that belongs to an episode alone, or to others in the same shape."""
        within = (inherited, self.created_at)
        made = self.recall.made(episode, within)
        if made is None:
            self.maker = Maker()
            self.episode(episode, inherited)
            made = (self.maker.resources, self.maker.images, _with_type(episode))
            self.recall.keep_made(episode, within, made)
        return made

    def episode(self, episode: FoundEpisode, inherited: str | None) -> None:
        entry = episode.entry
        created_at = entry.created_at or (
            before_release(entry.released_at) if entry.released_at else self.created_at
        )
        cover = self.cover(entry, episode.cover, episode.id, created_at)
        cascaded = cover or inherited
        self.maker.add(
            "episodes",
            episode.id,
            {
                "title": entry.title,
                "sort_title": sort_title(entry.title),
                **episode.description.attributes(),
                "rss_guid": episode.guid,
                "published": entry.published,
                "released_at": utc(entry.released_at),
                "release_end_at": utc(entry.release_end_at),
                "premium_status": entry.premium_status,
                "itunes_type": entry.itunes_type,
                "status": entry.status,
                "file_name": entry.file_name or (episode.audio.stem if episode.audio else ""),
                "series_id": self.found.id,
                "season_id": episode.season_id,
                "cover_image_id": cover,
                "cascaded_cover_image_id": cascaded,
            },
            {
                "series": one("series", self.found.id),
                "season": one("seasons", episode.season_id),
                **covers(cover, cascaded),
                **self.attached(entry, ("Episode", "episodes", episode.id), created_at),
            },
            entry=entry,
            created_at=created_at,
            extra=[audio_digest(episode.audio) if episode.audio else "", asdict(entry.feed)],
        )

    def cover(
        self, entry: Attached, path: Path | None, owner: str, created_at: datetime
    ) -> str | None:
        if entry.cover is None or path is None:
            return None
        return self.maker.picture(
            entry.cover,
            path,
            place="cover",
            owner=owner,
            bucket=self.bucket,
            created_at=created_at,
        )

    def attached(
        self, entry: Attached, owner: tuple[str, str, str], created_at: datetime
    ) -> dict[str, Any]:
        """Make credits and classifications of `owner` (class, resource type, id)."""
        name, kind, id = owner  # noqa: A001
        return {
            "credits": self.maker.credits(
                entry, self.commons.people, creditable=(kind, id), created_at=created_at
            ),
            "classification_inclusions": self.maker.inclusions(
                entry, classified=(name, id), created_at=created_at
            ),
            "taggings": [],
            "tags": [],
        }

    def release(self, episode: FoundEpisode) -> Release:
        entry = episode.entry
        return Release(
            id=episode.id,
            series_id=self.found.id,
            season_id=episode.season_id,
            guid=episode.guid,
            status=entry.status,
            published=entry.published,
            released_at=entry.released_at,
            release_end_at=entry.release_end_at,
            has_media=episode.has_media,
        )


def _by_release(release: Release) -> tuple[float, str]:
    moment = release.released_at
    return (moment.timestamp() if moment else float("-inf"), release.guid)


def _with_type(episode: FoundEpisode) -> EpisodeSettings:
    """Return the episode's settings with the type of its audio, which the API does not tell."""
    said = episode.entry.feed
    if episode.audio is None or said.enclosure_type or said.enclosure_url:
        return said
    return replace(said, enclosure_type=AUDIO_TYPES[episode.audio.suffix.lower()])
