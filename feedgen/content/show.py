"""One show: the folder with `series.toml` and `episodes/`, read and checked as a whole."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.content.entries import EpisodeEntry, SeriesEntry, slug_problem
from feedgen.content.files import CatalogueFile
from feedgen.content.identity import place_id
from feedgen.content.recall import Recall
from feedgen.content.resources import Description
from feedgen.content.walk import places, walk
from feedgen.errors import Mistake, Mistakes, did_you_mean
from feedgen.schema import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from feedgen.content.commons import Commons
    from feedgen.content.entries import Attached, SeasonEntry
    from feedgen.schema import Key

SERIES, EPISODES = "series.toml", "episodes"
_LOOP = "is a link to a folder it lies in; remove the link"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeason:
    """A season as `series.toml` has it, with the files it names."""

    id: str
    entry: SeasonEntry
    description: Description
    cover: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEpisode:
    """An episode file, with the files it names and the id of the season it belongs to."""

    id: str
    guid: str
    entry: EpisodeEntry
    description: Description
    cover: Path | None
    audio: Path | None
    season_id: str | None

    @property
    def has_media(self) -> bool:
        """Tell whether there is audio here, or at an address the feed settings give."""
        return self.audio is not None or bool(self.entry.feed.enclosure_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShow:
    """A show without mistakes, with every file it names."""

    id: str
    slug: str
    folder: Path
    entry: SeriesEntry
    description: Description
    cover: Path | None
    seasons: tuple[FoundSeason, ...]
    episodes: tuple[FoundEpisode, ...]


class ShowRefused(Mistakes):
    """A show can not be served; `slug` is its slug as far as it could be read."""

    def __init__(self, slug: str, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.slug = slug


def is_show(folder: Path) -> bool:
    """Tell whether a folder of the catalogue is meant as a show; reading it says what is wrong."""
    if folder.name.startswith(".") or not folder.is_dir():
        return False
    try:
        return os.path.lexists(folder / SERIES) or (folder / EPISODES).is_dir()
    except PermissionError:
        return True


def find_show(folder: Path, commons: Commons, recall: Recall | None = None) -> FoundShow:
    """Return the show in `folder`; raise `ShowRefused` with everything that is wrong in it.

    `recall` spares reading what did not change.
    """
    found = _Finder(folder, commons, recall or Recall())
    show = found.show()
    if found.mistakes or show is None:
        raise ShowRefused(found.slug, found.mistakes)
    return show


@dataclass(slots=True)
class _Finder:
    folder: Path
    commons: Commons
    recall: Recall
    slug: str = ""
    mistakes: list[Mistake] = field(default_factory=list)
    ids: dict[tuple[str, str], tuple[object, tuple[Path, tuple[Key, ...]]]] = field(
        default_factory=dict
    )

    def show(self) -> FoundShow | None:
        """Read everything, also what follows a mistake, so that all of them are seen at once."""
        self.slug = self.folder.name
        self.mistakes += (
            Mistake(file=str(each), line=0, field="", problem=_LOOP) for each in self.loops()
        )
        file = self.open(self.folder / SERIES)
        entry = file.reader.read(SeriesEntry, file.data) if file else None
        written = file.data.get("slug") if file else None
        if isinstance(written, str) and not slug_problem(written):
            self.slug = written
        id = str((entry and entry.id) or place_id("series", self.slug))  # noqa: A001
        seasons: tuple[FoundSeason, ...] = ()
        description, cover = Description(), None
        if file and entry:
            if not entry.slug and (problem := slug_problem(self.folder.name)):
                file.reader.mistake(("slug",), f"is missing, and the folder name {problem}")
            if entry.network and entry.network not in self.commons.networks:
                hint = did_you_mean(entry.network, sorted(self.commons.networks))
                problem = f"no network {entry.network!r} in networks.toml; {hint}"
                file.reader.mistake(("network",), problem)
            if entry.feed.episodes:
                problem = "write it as [feed] in the file of the episode"
                file.reader.mistake(("feed", "episodes"), problem)
            file.credits(entry, self.commons.people)
            self.written(file, entry, ())
            description, cover = file.description(entry, ()), file.picture(entry.cover, ("cover",))
            seasons = tuple(self.season(file, at, entry, id) for at in range(len(entry.seasons)))
        if file:
            self.mistakes += file.mistakes
        episodes = self.episodes(id, {each.entry.place: each.id for each in seasons}, entry)
        if self.mistakes or entry is None:
            return None
        return FoundShow(
            id=id,
            slug=self.slug,
            folder=self.folder,
            entry=entry,
            description=description,
            cover=cover,
            seasons=seasons,
            episodes=episodes,
        )

    def loops(self) -> Iterable[Path]:
        """Return the links of the show to folders they lie in."""
        if self.recall.loops is not None:
            return self.recall.loops
        found = walk(self.folder, places(self.folder.parent))
        return [each.path for each in found if each.loop]

    def open(self, path: Path) -> CatalogueFile | None:
        try:
            return CatalogueFile.open(path, self.folder)
        except Mistakes as mistakes:
            self.mistakes += mistakes.mistakes
            return None

    def season(
        self, file: CatalogueFile, at: int, series: SeriesEntry, series_id: str
    ) -> FoundSeason:
        entry = series.seasons[at]
        where = ("seasons", at)
        if entry.place in (each.place for each in series.seasons[:at]):
            file.reader.mistake(where, f"there is a season {entry.place} already")
        file.credits(entry, self.commons.people, where)
        id = str(entry.id or place_id("season", entry.place, within=series_id))  # noqa: A001
        if entry.place not in (each.place for each in series.seasons[:at]):
            self.once(file, "season", id, (*where, "id"))
        self.written(file, entry, where)
        return FoundSeason(
            id=id,
            entry=entry,
            description=file.description(entry, where),
            cover=file.picture(entry.cover, (*where, "cover")),
        )

    def once(
        self,
        file: CatalogueFile,
        kind: str,
        id: str,  # noqa: A002 - the API's word
        place: tuple[Key, ...],
        *,
        content: object = None,
    ) -> None:
        """Record that `id` is that of something else of its kind; equal `content` is the same."""
        own = (file.path, place) if content is None else (content,)
        first, (path, where) = self.ids.setdefault((kind, id), (own, (file.path, place)))
        if first != own:
            there = dotted(where[:-1])
            other = (
                there if path == file.path else f"{there} in {path.name}" if there else path.name
            )
            file.reader.mistake(place, f"is the id of another {kind} too: {other}")

    def written(self, file: CatalogueFile, entry: Attached, place: tuple[Key, ...]) -> None:
        """Record the written ids of credits and covers that something else has too."""
        for at, credit in enumerate(entry.credits):
            if credit.id:
                self.once(file, "credit", str(credit.id), (*place, "credits", at, "id"))
        cover = entry.cover
        if cover is not None and cover.id:
            content = (os.path.normpath(file.path.parent / cover.file), cover.crop)
            self.once(file, "cover", str(cover.id), (*place, "cover", "id"), content=content)

    def episodes(
        self, series_id: str, seasons: Mapping[str, str], series: SeriesEntry | None
    ) -> tuple[FoundEpisode, ...]:
        found: list[FoundEpisode] = []
        guids: dict[str, str] = {}
        within = (series_id, tuple(seasons.items()), series is None, self.commons)
        # By their names, as paths of one folder are ordered, without taking each apart for it.
        for path in sorted((self.folder / EPISODES).glob("*.toml"), key=lambda path: path.name):
            if path.name.startswith("."):
                continue  # an editor's own, such as a lock
            same = self.recall.episode(path, within)
            if same and same.guid not in guids and ("episode", same.id) not in self.ids:
                guids[same.guid] = path.name
                place: tuple[Path, tuple[Key, ...]] = (path, ("id",))
                self.ids["episode", same.id] = (place, place)
                found.append(same)
                continue
            before = len(self.mistakes)
            file = self.open(path)
            entry = file.reader.read(EpisodeEntry, file.data) if file else None
            if file and entry:
                episode = self.episode(file, entry, series_id, seasons, series)
                if guids.setdefault(episode.guid, path.name) != path.name:
                    first = guids[episode.guid]
                    file.reader.mistake(("guid",), f"{episode.guid!r} is the guid of {first} too")
                self.once(file, "episode", episode.id, ("id",))
                found.append(episode)
            if file:
                self.mistakes += file.mistakes
            if file and entry and len(self.mistakes) == before:
                self.recall.keep(path, within, episode, file.reader.source.raw)
        return tuple(found)

    def episode(
        self,
        file: CatalogueFile,
        entry: EpisodeEntry,
        series_id: str,
        seasons: Mapping[str, str],
        series: SeriesEntry | None,
    ) -> FoundEpisode:
        file.credits(entry, self.commons.people)
        self.written(file, entry, ())
        season = None if entry.season is None else str(entry.season)
        # Without a readable series.toml its seasons are unknown, not wrong.
        if season is not None and season not in seasons and series is not None:
            hint = did_you_mean(season, sorted(seasons))
            file.reader.mistake(("season",), f"no season {season} in {SERIES}; {hint}")
        id = str(entry.id or place_id("episode", file.path.stem, within=series_id))  # noqa: A001
        return FoundEpisode(
            id=id,
            guid=entry.guid or id,
            entry=entry,
            description=file.description(entry, ()),
            cover=file.picture(entry.cover, ("cover",)),
            audio=file.audio(entry.audio, ("audio",)),
            season_id=seasons.get(season) if season else None,
        )
