"""A catalogue: a folder of shows, served by the content service as ART19 would serve them.

    catalogue/
      networks.toml            networks by name (optional)
      people.toml              people by name, with their avatars (optional)
      a-show/                  one folder for each show, called as its slug
        series.toml            the series, its cover, seasons, credits, and facts for the feed
        cover.jpg
        episodes/
          001-first.toml       one file for each episode; the file name is its identity
          001-first.mp3        its audio
          001-first.html       its description, if it is long

`feedgen/sample/README.md` describes every key, `feedgen.content.entries` is the schema,
`feedgen.content.identity` has the rules for ids and times.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.content.commons import Commons, read_commons
from feedgen.content.recall import Recall
from feedgen.content.resources import ImageSource, Key, Resource, many
from feedgen.content.served import Release, Show, serve
from feedgen.content.show import SERIES, ShowRefused, find_show, is_show
from feedgen.content.walk import Mark, places, walk
from feedgen.errors import Mistake, Mistakes, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from feedgen.settings import SeriesSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All shows of a folder at one moment; it never changes.

    `problems` says by slug why a show is not served, and by file name what is wrong in
    `networks.toml` and `people.toml`. `resources` holds every resource but the media assets,
    without what only the service knows: the `status` and `media_assets` of images, and the
    public episodes of series and seasons, which depend on the time. For those `releases` has
    the episodes of each series and season by its id, first released first. `settings` are the
    facts the API has no field for, by slug.
    """

    root: Path
    shows: Mapping[str, Show]
    networks: Mapping[str, str]
    people: Mapping[str, str]
    problems: Mapping[str, Mistakes]
    resources: Mapping[Key, Resource] = field(repr=False)
    images: Mapping[str, ImageSource] = field(repr=False)
    audio: Mapping[str, Path] = field(repr=False)
    settings: Mapping[str, SeriesSettings] = field(repr=False)
    releases: Mapping[str, tuple[Release, ...]] = field(repr=False)


def load(folder: Path) -> Catalogue:
    """Return the catalogue in `folder`; raise `UsageProblem` if there is no such folder.

    A mistake in a show's files keeps that show out, see `Catalogue.problems`.
    """
    return CatalogueFolder(folder).current()


class CatalogueFolder:
    """A folder that is watched: `current` gives the catalogue as the files say it now.

    Files are compared by name, size, time of change and inode; only shows with a changed file are
    read again, all of them if something outside the shows' folders changed. Looks at most once in
    `interval` seconds. Safe to use from several threads.
    """

    def __init__(
        self,
        path: Path,
        *,
        interval: float = 0.0,
        known: Callable[[str], Identity | None] = lambda _mark: None,
    ) -> None:
        """Watch the folder at `path`.

        `known` is asked with the mark of each show before the first look: one that it knows, by
        id and slug, is not read. If it may clash with a show that is read all are.
        """
        self.path = path
        self._known = known
        self._passed_over: dict[str, Identity] = {}
        self._told: dict[str, str] = {}
        self._interval = interval
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._marks: dict[str, _Marks] = {}
        self._loops: dict[str, tuple[Path, ...]] = {}
        self._commons: Commons | None = None
        self._shows: dict[str, Show | ShowRefused] = {}
        self._renewed = False
        self._recalls: dict[str, Recall] = {}
        self._catalogue: Catalogue | None = None

    def current(self) -> Catalogue:
        """Return the catalogue; the same object as before if no file changed."""
        with self._lock:
            now = time.monotonic()
            if self._catalogue is None or now - self._looked >= self._interval:
                self._refresh()
                self._looked = now
            assert self._catalogue is not None  # noqa: S101 - _refresh sets it or raises
            return self._catalogue

    def held(self) -> Catalogue:
        """Return the catalogue as it was looked at last, without looking again."""
        with self._lock:
            if self._catalogue is None:
                self._refresh()
            assert self._catalogue is not None  # noqa: S101 - _refresh sets it or raises
            return self._catalogue

    def renew(self, slugs: Collection[str]) -> Catalogue:
        """Return the catalogue after a look at the shows of `slugs` and at what shows share.

        What other shows say stays as it was. A slug that is not known makes it look everywhere.
        """
        with self._lock:
            self._renewed = True
            known = self._catalogue.shows if self._catalogue is not None else {}
            if slugs and all(slug in known for slug in slugs):
                self._refresh({known[slug].folder.name for slug in slugs})
            else:
                self._refresh()
            assert self._catalogue is not None  # noqa: S101 - _refresh sets it or raises
            return self._catalogue

    def passed_over(self) -> dict[str, str]:
        """Return the marks of the shows that were known and not read, by series id."""
        return {id_: self._told[name] for name, (id_, _) in self._passed_over.items()}

    def mark(self, slug: str) -> str:
        """Return the mark of a show: another one whenever a file it is made of may have changed.

        Blank for a show there is none of.
        """
        show = self._catalogue.shows.get(slug) if self._catalogue is not None else None
        name = show.folder.name if show is not None else ""
        return _digest(self._marks[name], self._marks[""]) if name else ""

    def _refresh(self, only: Collection[str] = ()) -> None:
        # The marks are taken before the files are read: a file that changes in between is read
        # again the next time, never overlooked.
        marks, loops = _marks(self.path, only, self._familiar if self._catalogue is None else None)
        if only:
            others = {name: mark for name, mark in self._marks.items() if name not in only}
            # In the order of a whole look: of two that clash the first is served.
            marks = dict(sorted({**others, **marks}.items()))
        if self._catalogue is not None and marks == self._marks:
            return
        commons, shows = self._commons, self._shows
        if commons is None or marks[""] != self._marks.get(""):
            commons, shows = read_commons(self.path), {}
        before, self._marks, self._loops = self._marks, marks, {**self._loops, **loops}
        if self._catalogue is not None:
            self._passed_over = {}
        self._shows = {
            name: shows[name]
            if name in shows and mark == before.get(name)
            else self._read(name, commons)
            for name, mark in marks.items()
            if name and name not in self._passed_over
        }
        taken = {part for identity in self._passed_over.values() for part in identity}
        if any(taken & {show.slug, getattr(show, "id", "")} for show in self._shows.values()):
            known, self._passed_over = self._passed_over, {}
            self._marks = {**self._marks, **_marks(self.path, known)[0]}
            self._shows |= {name: self._read(name, commons) for name in known}
        self._commons = commons
        self._catalogue = _assemble(self.path, commons, self._shows)

    def _read(self, name: str, commons: Commons) -> Show | ShowRefused:
        """Return a show as its files say it; where it is renewed, of its episodes what changed."""
        recall = Recall()
        if self._renewed:
            recall = self._recalls.setdefault(name, recall)
        recall.begin(self._marks[name], self._loops[name])
        return _read_show(self.path / name, commons, recall)

    def _familiar(self, name: str, marks: _Marks, commons: _Marks) -> bool:
        """Return whether a show with these marks is known; then it need not be read."""
        told = _digest(marks, commons)
        identity = self._known(told)
        if identity is None:
            return False
        self._passed_over[name], self._told[name] = identity, told
        return True


def _digest(marks: _Marks, commons: _Marks) -> str:
    """Return the mark of a show by those of its files and of what all shows share."""
    return hashlib.sha256(repr([sorted(marks), sorted(commons)]).encode()).hexdigest()


_Marks = frozenset[Mark]
Identity = tuple[str, str]


def _marks(
    folder: Path,
    only: Collection[str] = (),
    familiar: Callable[[str, _Marks, _Marks], bool] | None = None,
) -> tuple[dict[str, _Marks], dict[str, tuple[Path, ...]]]:
    """Return what to compare: by the name of each show's folder, and by `""` for the rest.

    And in the same way the links to folders they lie in. With `only` of shows none but those in
    these folders are looked at. Of a show that is `familiar`, by its name, its marks and those of
    the rest, no marks are kept: a catalogue has far more files than a run needs to remember.
    """
    try:
        here = places(folder)
        entries = sorted(folder.iterdir())
        shows = {entry.name for entry in entries if is_show(entry)}
        wanted = shows & {*only} if only else shows
        rest = [found for each in entries if each.name not in shows for found in walk(each, here)]
        commons = frozenset(found.mark for found in rest)
        marks = {"": commons}
        loops = {"": tuple(found.path for found in rest if found.loop)}
        for entry in entries:
            if entry.name not in wanted:
                continue
            files = tuple(walk(entry, here))
            of_show = frozenset(found.mark for found in files)
            known = familiar is not None and familiar(entry.name, of_show, commons)
            marks[entry.name] = frozenset() if known else of_show
            loops[entry.name] = tuple(found.path for found in files if found.loop)
        return marks, loops
    except FileNotFoundError as error:
        raise UsageProblem(
            f"there is no catalogue folder {str(folder)!r}",
            hint=f"write one to begin with: feedgen init {folder}",
        ) from error
    except NotADirectoryError as error:
        raise UsageProblem(
            f"{str(folder)!r} is a file; a catalogue is a folder",
            hint="name the folder that holds the shows' folders",
        ) from error
    except OSError as error:
        raise UsageProblem(
            f"the catalogue folder {str(folder)!r} can not be read: {error.strerror}",
            hint="check who may read it",
        ) from error


def _read_show(folder: Path, commons: Commons, recall: Recall) -> Show | ShowRefused:
    slug = folder.name
    try:
        found = find_show(folder, commons, recall)
        slug = found.slug
        return serve(found, commons, recall)
    except ShowRefused as refused:
        return refused
    except OSError as error:
        name = str(error.filename or folder)
        problem = f"can not be read: {error.strerror or error}"
        return ShowRefused(slug, [Mistake(file=name, line=0, field="", problem=problem)])


def _assemble(root: Path, commons: Commons, read: Mapping[str, Show | ShowRefused]) -> Catalogue:
    shows: dict[str, Show] = {}
    problems: dict[str, Mistakes] = dict(commons.problems)
    resources = dict(commons.maker.resources)
    for name, show in read.items():
        if isinstance(show, ShowRefused):
            problems[name if show.slug in shows else show.slug] = show
        elif clash := _clash(show, shows, resources):
            file = str(root / name / SERIES)
            mistake = Mistake(file=file, line=0, field="", problem=clash)
            problems[name if show.slug in shows else show.slug] = Mistakes([mistake])
        else:
            shows[show.slug] = show
            resources.update(show.resources)
    for id in commons.networks.values():  # noqa: A001
        members = [show.id for show in shows.values() if show.network_id == id]
        resources["networks", id] = _with_series(resources["networks", id], members)
    releases: dict[str, tuple[Release, ...]] = {}
    for show in shows.values():
        releases[show.id] = show.releases
        for season in {each.season_id for each in show.releases if each.season_id}:
            releases[season] = tuple(each for each in show.releases if each.season_id == season)
    return Catalogue(
        root=root,
        shows=shows,
        networks=commons.networks,
        people=commons.people,
        problems=problems,
        resources=resources,
        images={
            **commons.maker.images,
            **{key: image for show in shows.values() for key, image in show.images.items()},
        },
        audio={key: path for show in shows.values() for key, path in show.audio.items()},
        settings={slug: show.settings for slug, show in shows.items()},
        releases=releases,
    )


def _clash(show: Show, shows: Mapping[str, Show], resources: Mapping[Key, Resource]) -> str:
    """Return what `show` has that another show has too and may not; classifications are shared."""
    if show.slug in shows:
        return f"the slug {show.slug!r} is that of the folder {shows[show.slug].folder.name} too"
    shared = (key for key in show.resources if key in resources and key[0] != "classifications")
    for kind, id in shared:  # noqa: A001
        return f"the id {id} of one of its {kind} is used in another show too"
    return ""


def _with_series(network: Resource, members: list[str]) -> Resource:
    related = {**network["relationships"], "series": many("series", members)}
    return {**network, "relationships": related}
