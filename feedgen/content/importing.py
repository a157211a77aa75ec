"""An existing feed becomes a catalogue folder: `feedgen catalogue import FEED`.

Guids, dates, people, categories, artwork and enclosures are kept. Enclosures stay where they
are (settings `enclosure_url`, `enclosure_length`, `enclosure_type`, `duration_seconds`) unless
their download is asked for; artwork is always fetched, because its styles are made from it.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from feedgen.content import tomltext
from feedgen.content.commons import PEOPLE, read_commons
from feedgen.content.entries import slug_problem
from feedgen.content.feedshow import FeedItem, FeedPerson, FeedShow, read_feed
from feedgen.content.files import AUDIO_TYPES
from feedgen.content.show import EPISODES, SERIES, find_show
from feedgen.errors import FeedgenError, OutsideProblem, UsageProblem
from feedgen.feed.people import ROLE_OF_CREDIT
from feedgen.feed.urls import extension
from feedgen.feed.urls import slug as slug_of
from feedgen.schema import TomlSource


def _credits() -> dict[tuple[str, str], str]:
    """Return the credit for each pair of group and role; of several the one named so."""
    found: dict[tuple[str, str], str] = {}
    for credit, pair in ROLE_OF_CREDIT.items():
        called_so = credit == pair[1].title().replace(" ", "").replace("-", "") + "Credit"
        if called_so or pair not in found:
            found[pair] = credit
    return found


# Fetches what an address gives into a file; raises FeedgenError or OSError.
Fetch = Callable[[str, Path], None]

_KINDS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}
_CREDIT_OF_ROLE = _credits()
_AUDIO_ENDINGS = {"audio/mpeg": ".mp3", "audio/x-m4a": ".m4a", "audio/mp4": ".m4a"}
_SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import; `notes` are the things a person should look at, one line each."""

    slug: str
    folder: Path
    episodes: int
    pictures: int
    audio: int
    notes: tuple[str, ...]


def import_feed(
    raw: bytes,
    catalogue: Path,
    *,
    fetch: Fetch | None = None,
    slug: str = "",
    feed_url: str = "",
    download: bool = False,
) -> Imported:
    """Write the show of the feed `raw` into a new folder of `catalogue` and return what it holds.

    `feed_url` is the feed's address, from which `podcast:guid` follows if the feed has none.
    Without `fetch` the artwork stays where it is. The folder appears whole or not at all.
    Raises `Refused` if `raw` is no RSS feed, `UsageProblem` if the show is there already.
    """
    show = read_feed(raw, feed_url=feed_url)
    slug = slug or _ascii_slug(show.title) or "show"
    if problem := slug_problem(slug):
        raise UsageProblem(problem, hint="name another slug")
    target = catalogue / slug
    if target.exists():
        raise UsageProblem(
            f"the catalogue has a folder {slug!r} already",
            hint="name another slug, or move that folder away; nothing is overwritten",
        )
    try:
        catalogue.mkdir(parents=True, exist_ok=True)
        # Hidden, so that nobody who watches the catalogue sees half a show.
        with tempfile.TemporaryDirectory(dir=catalogue, prefix=".import-") as scratch:
            writer = _Writer(show, catalogue, Path(scratch) / slug, fetch, download)
            imported = writer.write()
            with _people_added(catalogue, writer):
                find_show(writer.folder, read_commons(catalogue))
                writer.folder.rename(target)
    except OSError as error:
        raise OutsideProblem(
            f"the show can not be written to {str(target)!r}: {error.strerror or error}",
            hint="make room or name a folder that can be written",
        ) from error
    return imported


@dataclass(slots=True)
class _Writer:
    show: FeedShow
    catalogue: Path
    folder: Path
    fetch: Fetch | None
    download: bool
    people: dict[str, str] = field(default_factory=dict)
    new_people: dict[str, dict[str, Any]] = field(default_factory=dict)
    avatars: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, Path | None] = field(default_factory=dict)
    audio: int = 0

    def write(self) -> Imported:
        """Write every file of the show into its folder, which is not yet in its place."""
        episodes = self.folder / EPISODES
        episodes.mkdir(parents=True)
        self.notes += self.show.notes
        self.people = _names_in(self.catalogue / PEOPLE)
        self.series()
        names: set[str] = set()
        for item in self.show.items:
            name = _episode_name(item, names)
            names.add(name)
            self.episode(item, episodes / f"{name}.toml")
        return Imported(
            slug=self.folder.name,
            folder=self.catalogue / self.folder.name,
            episodes=len(self.show.items),
            pictures=sum(path is not None for path in self.pictures.values()),
            audio=self.audio,
            notes=tuple(self.notes),
        )

    def series(self) -> None:
        show, path = self.show, self.folder / SERIES
        feed = dict(show.feed)
        cover = self.picture(show.artwork, path.parent / "cover", feed, "the cover")
        _write(
            path,
            {
                "title": show.title,
                **self.description(show.description, show.is_html, path.parent / "about"),
                **show.attributes,
                "cover": cover,
                "credits": self.credits(show.people, feed),
                "seasons": [
                    {"number": number, "title": title} if title else {"number": number}
                    for number, title in sorted(show.seasons.items())
                ],
                "feed": feed,
            },
        )

    def episode(self, item: FeedItem, path: Path) -> None:
        feed = dict(item.feed)
        cover = None
        if item.artwork and item.artwork != self.show.artwork:
            digest = hashlib.sha256(item.artwork.encode()).hexdigest()[:12]
            what = f"the cover of {path.stem}"
            cover = self.picture(item.artwork, path.parent / f"cover-{digest}", feed, what)
        credits_ = self.credits(item.people, feed)
        _write(
            path,
            {
                "title": item.title,
                "guid": item.guid,
                "released_at": item.released_at,
                **item.attributes,
                **self.description(item.description, item.is_html, path.with_suffix("")),
                **self.media(item, path, feed),
                "cover": cover,
                "credits": credits_,
                "feed": feed,
            },
        )

    def description(self, text: str, is_html: bool, path: Path) -> dict[str, str]:
        """Return a description, in a file of its own if it is HTML."""
        if not is_html:
            return {"description": text}
        path = path.with_name(path.name + ".html")
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
        return {"description_file": path.name}

    def media(self, item: FeedItem, path: Path, feed: dict[str, Any]) -> dict[str, str]:
        """Fetch the audio if that is asked for; what was fetched needs no settings."""
        url = str(feed.get("enclosure_url", ""))
        if not (self.download and self.fetch and url):
            return {}
        kind = str(feed.get("enclosure_type", ""))
        ending = f".{extension(url)}"
        if ending not in AUDIO_TYPES:
            ending = _AUDIO_ENDINGS.get(kind, "")
        if not ending:
            self.notes.append(f"{path.stem}: neither MP3 nor M4A, stays at {url}")
            return {}
        audio = path.with_name(path.stem + ending)
        if not self.fetched(url, audio, f"the audio of {path.stem}"):
            return {}
        for key in ("enclosure_url", "enclosure_length", "enclosure_type", "duration_seconds"):
            feed.pop(key, None)
        self.audio += 1
        return {"audio": audio.name}

    def picture(
        self, url: str, path: Path, feed: dict[str, Any], what: str
    ) -> dict[str, str] | None:
        """Fetch a picture and return the table that names it, else leave it at its address."""
        if not url:
            return None
        if url not in self.pictures:
            self.pictures[url] = self.stored(url, path, what)
        stored = self.pictures[url]
        if stored is not None:
            return {"file": stored.name}
        if urlsplit(url).scheme == "https":
            feed["image_url"] = url
        else:
            self.notes.append(f"{what} is lost: {url} is no https address")
        return None

    def stored(self, url: str, path: Path, what: str) -> Path | None:
        """Fetch a picture into `path` with the ending its bytes ask for."""
        part = path.with_name(path.name + ".part")
        if self.fetch is None or not self.fetched(url, part, what):
            return None
        with part.open("rb") as file:
            head = file.read(12)
        ending = next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), "")
        if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            ending = ".webp"
        if not ending:
            part.unlink()
            self.notes.append(f"{what} is neither JPEG, PNG nor WebP: {url}")
            return None
        return part.rename(path.with_name(path.name + ending))

    def fetched(self, url: str, path: Path, what: str) -> bool:
        assert self.fetch is not None  # noqa: S101 - the callers have looked
        if urlsplit(url).scheme not in ("http", "https"):
            self.notes.append(f"{what} has no address to fetch from: {url}")
            return False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.fetch(url, path)
        except FeedgenError as error:
            path.unlink(missing_ok=True)
            self.notes.append(f"{what} could not be fetched from {url}: {error}")
            return False
        return True

    def credits(
        self, people: tuple[FeedPerson, ...], feed: dict[str, Any]
    ) -> list[dict[str, str]]:
        """Return the credits of people, or leave them to the settings if credits would lose any.

        A credit has no room for an address, nor for a role the API has no word for.
        """
        if any(each.href or (each.group, each.role) not in _CREDIT_OF_ROLE for each in people):
            feed["people"] = [each.table() for each in people]
            return []
        return [
            {"person": self.person(each), "type": _CREDIT_OF_ROLE[each.group, each.role]}
            for each in people
        ]

    def person(self, person: FeedPerson) -> str:
        """Return the name of a person in people.toml, who is added if nobody is called so."""
        known = self.people.get(person.name.casefold())
        if known:
            return known
        base = name = _ascii_slug(person.name) or "person"
        count = 1
        while name in self.people.values():
            count += 1
            name = f"{base}-{count}"
        first, _, last = person.name.rpartition(" ")
        entry: dict[str, Any] = {"first_name": first or last, "last_name": last if first else ""}
        if person.img and self.fetch:
            path = self.folder.parent / "people" / name
            stored = self.stored(person.img, path, f"the picture of {person.name}")
            if stored:
                place = f"people/{self.folder.name}-{stored.name}"
                entry["avatar"] = {"file": place}
                self.avatars[place] = stored
        self.people[person.name.casefold()] = name
        self.new_people[name] = {key: value for key, value in entry.items() if value}
        return name


@contextlib.contextmanager
def _people_added(catalogue: Path, writer: _Writer) -> Iterator[None]:
    """Add the new people to people.toml and their pictures; take them back on a failure."""
    path = catalogue / PEOPLE
    before = path.read_bytes() if path.exists() else None
    written = []
    try:
        for name, picture in writer.avatars.items():
            written.append(catalogue / name)
            written[-1].parent.mkdir(exist_ok=True)
            shutil.copyfile(picture, written[-1])
        if writer.new_people:
            text = tomltext.document(writer.new_people)
            kept = (before or b"").rstrip()
            path.write_bytes((kept + b"\n\n" if kept else b"") + text.encode())
        yield
    except BaseException:
        for each in written:
            each.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
        elif writer.new_people:
            path.unlink(missing_ok=True)
        raise


def _names_in(path: Path) -> dict[str, str]:
    """Return the names in people.toml by full name; raises `Mistakes` if it is not TOML."""
    if not path.exists():
        return {}
    found = {}
    for name, entry in TomlSource.read(path).data.items():
        parts = (
            (entry.get("first_name"), entry.get("last_name")) if isinstance(entry, dict) else ()
        )
        full = " ".join(str(part) for part in parts if part)
        found[full.casefold() or name] = name
    return found


def _write(path: Path, values: dict[str, Any]) -> None:
    kept = {key: value for key, value in values.items() if value not in ("", None)}
    path.write_text(tomltext.document(kept), encoding="utf-8", newline="\n")


def _episode_name(item: FeedItem, taken: set[str]) -> str:
    day = item.released_at.date().isoformat() if item.released_at else "undated"
    words = _ascii_slug(item.title) or hashlib.sha256(item.guid.encode()).hexdigest()[:8]
    name, count = f"{day}-{words}", 1
    while name in taken:
        count += 1
        name = f"{day}-{words}-{count}"
    return name


def _ascii_slug(text: str) -> str:
    """Return a short slug of the ASCII letters and digits in `text`, `""` if there are none."""
    plain = slug_of(text).encode("ascii", "ignore").decode()
    return slug_of(plain)[:_SLUG_LENGTH].strip("-")
