"""The files of a catalogue: reading one, and finding what it names, with mistakes collected."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedgen.content.plain import plain_text
from feedgen.content.resources import Description
from feedgen.errors import Mistake, Mistakes, did_you_mean
from feedgen.schema import Key, Reader, TomlSource
from feedgen.xmltext import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from feedgen.content.entries import Attached, Described, Picture

AUDIO_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/x-m4a"}


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A TOML file of the show, or the catalogue, in the folder `root`; collects its mistakes."""

    path: Path
    root: Path
    reader: Reader

    @classmethod
    def open(cls, path: Path, root: Path) -> CatalogueFile:
        """Return the file at `path`; raise `Mistakes` if it is not TOML at all.

        Only a regular file is read: a pipe would be waited for without end.
        """
        problem = _unreadable(path)
        if problem:
            raise Mistakes([Mistake(file=str(path), line=0, field="", problem=problem)])
        return cls(path, root, Reader(TomlSource.read(path)))

    @property
    def data(self) -> dict[str, Any]:
        """What the file says, as it was parsed."""
        return self.reader.source.data

    @property
    def mistakes(self) -> list[Mistake]:
        """What is wrong with the file so far, in the order of its lines."""
        return sorted(self.reader.mistakes, key=lambda mistake: mistake.line)

    def named(self, name: str | None, place: tuple[Key, ...]) -> Path | None:
        """Return the file called `name` beside this one, or `None` after recording why not.

        A name never leads out of `root`: what is named is served, and a show that is moved to
        another place takes along everything it needs.
        """
        if not name:
            return None
        beside = self.path.parent
        path = beside / os.path.normpath(name)
        try:
            inside = (self.root.absolute() in _normal(path).parents) and not os.path.isabs(name)
            present = inside and path.is_file()
            readable = present and os.access(path, os.R_OK)
            others = [] if present else sorted(each.name for each in path.parent.iterdir())
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self.reader.mistake(place, f"can not look for the file: {error.strerror}")
                return None
            inside, present, readable, others = True, False, False, []
        if not inside:
            self.reader.mistake(place, f"{name!r} leads out of the folder {self.root.name}/")
        elif not present:
            hint = did_you_mean(path.name, others)
            self.reader.mistake(place, f"no file {name!r} in {beside.name}/; {hint}")
        elif not readable:
            self.reader.mistake(place, f"{name!r} can not be read: permission denied")
        else:
            return path
        return None

    def picture(self, picture: Picture | None, place: tuple[Key, ...]) -> Path | None:
        """Return the picture's file, or `None` if there is none or after recording why not."""
        return self.named(picture.file, (*place, "file")) if picture else None

    def audio(self, name: str | None, place: tuple[Key, ...]) -> Path | None:
        """Return the audio file, or `None` if there is none or after recording why not."""
        if name and os.path.splitext(name)[1].lower() not in AUDIO_TYPES:
            kinds = " or ".join(AUDIO_TYPES)
            self.reader.mistake(place, f"{name!r} does not end in {kinds}")
            return None
        return self.named(name, place)

    def description(self, entry: Described, place: tuple[Key, ...]) -> Description:
        """Return the description; one in a file ending in `.html` is HTML unless it says not."""
        text, is_html = entry.description, entry.description_is_html
        where = (*place, "description_file")
        path = self.named(entry.description_file, where)
        if path:
            if is_html is None:
                is_html = path.suffix.lower() in {".html", ".htm"}
            try:
                text = clean(path.read_bytes().decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                self.reader.mistake(where, f"{path.name} is not UTF-8 in line {line}")
        is_html = bool(is_html)
        return Description(text=text, is_html=is_html, plain=plain_text(text) if is_html else text)

    def credits(
        self, entry: Attached, people: Mapping[str, str], place: tuple[Key, ...] = ()
    ) -> None:
        """Record every credit of somebody unknown, and every credit given twice."""
        seen = set()
        for at, credit in enumerate(entry.credits):
            where = (*place, "credits", at)
            if credit.person not in people:
                hint = did_you_mean(credit.person, sorted(people))
                self.reader.mistake(
                    (*where, "person"), f"nobody called {credit.person!r} in people.toml; {hint}"
                )
            if (credit.person, credit.type) in seen:
                self.reader.mistake(where, f"{credit.person!r} has the credit {credit.type} twice")
            seen.add((credit.person, credit.type))


def _unreadable(path: Path) -> str:
    """Return why there can be nothing to read at `path`, `""` if there may be."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.is_symlink():
            return f"is a link that leads nowhere: {error.strerror}"
        return ""  # reading it says why
    if stat.S_ISREG(mode):
        return ""
    return "is a folder, not a file" if stat.S_ISDIR(mode) else "is not a regular file"


def _normal(path: Path) -> Path:
    return type(path)(os.path.abspath(path))
