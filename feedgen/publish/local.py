"""A folder on this machine as the place feeds go on air."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from feedgen.errors import TargetProblem

# Seconds after which nobody can be at work on a temporary file any more.
_ABANDONED = 600


class LocalFolder:
    """A folder whose files are replaced by a rename, so that a reader sees the old or the new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._swept: set[Path] = set()

    def place(self, name: str) -> str:
        """Return the path of `name`, for people."""
        return str(self.folder / name)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of `name`, `None` if there is no such file; raises TargetProblem."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _problem("read", self._path(name), error) from error

    def size(self, name: str) -> int | None:
        """Return the size of `name` in bytes, `None` if there is no such file."""
        try:
            return os.stat(self._path(name)).st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _problem("read", self._path(name), error) from error

    def write(self, name: str, data: bytes) -> None:
        """Replace `name` by `data` and read it back; raises TargetProblem, the old file stays.

        The new bytes are on the disk before the name points at them: temporary file in the same
        folder, fsync, rename, fsync of the folder (POSIX rename(2) is atomic within one).
        """
        path = self._path(name)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers(path.parent)
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise _problem("write", path, error) from error
        if self.read(name) != data:
            raise TargetProblem(
                f"{path} does not hold what was written to it",
                hint="check the disk, and that nothing else writes into the folder",
            )

    def _path(self, name: str) -> Path:
        # Asked for a thousand names in a row: nothing is taken apart that need not be.
        if os.path.isabs(name) or ".." in name.replace(os.sep, "/").split("/"):
            raise TargetProblem(
                f"{name!r} lies outside the target folder",
                hint="use a relative path without '..' for the feed",
            )
        return self.folder / name

    def _remove_leftovers(self, folder: Path) -> None:
        """Remove what killed runs left behind in `folder`, once; nobody ever reads these.

        A young one may belong to somebody who writes at this moment.
        """
        if folder in self._swept:
            return
        self._swept.add(folder)
        for leftover in folder.glob(".*.????????.part"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - leftover.stat().st_mtime > _ABANDONED:
                    leftover.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut (POSIX: the folder is data of its own)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _problem(verb: str, path: Path, error: OSError) -> TargetProblem:
    return TargetProblem(
        f"can not {verb} {path}: {error.strerror or error}",
        hint="check that the folder exists, is writable and has room; what was on air stays",
    )
