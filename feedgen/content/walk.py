"""Through the files of a folder, whatever its links do."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Mark = tuple[str, int, int, int]
# Nanoseconds. The clock of a disk may be as coarse as two seconds (FAT), that of most is as coarse
# as some milliseconds: within one tick a file can change twice and look the same.
_SETTLED = 2_000_000_000
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file, or what can not be walked into; `loop` marks a link to a folder it lies in.

    `mark` is another one whenever the content may be: path, size, time of change and inode. A file
    that was changed a moment ago has another mark each time it is looked at.
    """

    name: str
    mark: Mark
    loop: bool = False

    @property
    def path(self) -> Path:
        """Return where it is."""
        return Path(self.name)


def walk(path: Path, above: frozenset[Place] = frozenset()) -> Iterator[Found]:
    """Yield every file at and below `path`, what begins with a point left out.

    Links are followed. What leads nowhere, is gone meanwhile or can not be read is yielded as it
    is, never raised; `above` are the folders it lies in, by device and inode.
    """
    if path.name.startswith("."):
        return
    try:
        found = path.stat()
    except OSError:
        yield Found(name=str(path), mark=_mark(path))
        return
    place = (found.st_dev, found.st_ino)
    if place in above:
        yield Found(name=str(path), mark=_mark(path), loop=True)
    elif not stat.S_ISDIR(found.st_mode):
        yield Found(name=str(path), mark=mark_of(str(path), found))
    else:
        yield from _below(path, above | {place})


def _below(folder: Path, above: frozenset[Place]) -> Iterator[Found]:
    """Yield what lies in a folder; a thousand plain files without asking for each twice."""
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        yield Found(name=str(folder), mark=_mark(folder))
        return
    # As `folder / name` is written.
    before = "" if str(folder) == "." else f"{folder}{os.sep}".replace(os.sep * 2, os.sep)
    for entry in listed:
        if entry.name.startswith("."):
            continue
        try:
            plain = entry.is_file(follow_symlinks=False)
            found = entry.stat(follow_symlinks=False) if plain else None
        except OSError:
            found = None
        if found is None:
            yield from walk(folder / entry.name, above)
        else:
            name = before + entry.name
            yield Found(name=name, mark=mark_of(name, found))


def places(folder: Path) -> frozenset[Place]:
    """Return the places of a folder and of all it lies in; raise `OSError` if there is none."""
    whole = folder.absolute()
    found = [each.stat() for each in (whole, *whole.parents)]
    return frozenset((each.st_dev, each.st_ino) for each in found)


def _mark(path: Path) -> Mark:
    """Return the mark of a link itself, or of nothing."""
    try:
        found = os.lstat(path)
    except OSError:
        return str(path), 0, 0, 0
    return mark_of(str(path), found)


def mark_of(name: str, found: os.stat_result) -> Mark:
    """Return the mark of a file; see `Found`."""
    now = time.time_ns()
    settled = now - found.st_mtime_ns > _SETTLED
    return name, found.st_size, found.st_mtime_ns, found.st_ino if settled else -now


def is_settled(mark: Mark) -> bool:
    """Return whether a mark tells of the content; that of a file just changed tells nothing."""
    return mark[3] >= 0
