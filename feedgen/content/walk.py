"""Through the files of a folder, whatever its links do."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Mark = tuple[str, int, int, int]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file, or what can not be walked into; `loop` marks a link to a folder it lies in.

    `mark` is another one whenever the content may be: path, size, time of change and inode.
    """

    path: Path
    mark: Mark
    loop: bool = False


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
        yield Found(path=path, mark=_mark(path))
        return
    place = (found.st_dev, found.st_ino)
    if place in above:
        yield Found(path=path, mark=_mark(path), loop=True)
    elif not stat.S_ISDIR(found.st_mode):
        yield Found(path=path, mark=(str(path), found.st_size, found.st_mtime_ns, found.st_ino))
    else:
        try:
            entries = sorted(path.iterdir())
        except OSError:
            yield Found(path=path, mark=_mark(path))
            return
        for entry in entries:
            yield from walk(entry, above | {place})


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
    return str(path), found.st_size, found.st_mtime_ns, found.st_ino
