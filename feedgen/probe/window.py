"""A file of which only some blocks have been fetched, readable where they are (pure)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK = 1 << 16


class MissingBytes(Exception):  # a signal between a parser and the fetching loop
    """A parser asked for bytes that have not been fetched; `WindowedFile.missing` says which."""


class WindowedFile:
    """A file-like object over fetched blocks, for parsers that read, seek and tell.

    A read that touches an absent block leaves the byte range to fetch in `missing` (it survives a
    parser that swallows exceptions) and raises MissingBytes; the caller fetches and parses anew.
    """

    def __init__(self, blocks: Mapping[int, bytes], size: int) -> None:
        self._blocks = blocks
        self._at = 0
        self.size = size
        self.missing: tuple[int, int] | None = None

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to `offset` and return the position; OSError before the start, as for a file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("seek before the start of the file")
        self._at = base + offset
        return self._at

    def read(self, count: int = -1) -> bytes:
        """Return up to `count` bytes; fewer only at the end of the file."""
        stop = self.size if count < 0 else min(self._at + count, self.size)
        if stop <= self._at:
            return b""
        first, last = self._at // BLOCK, (stop - 1) // BLOCK
        absent = [index for index in range(first, last + 1) if index not in self._blocks]
        if absent:
            end = min((absent[-1] + 1) * BLOCK, self.size)
            self.missing = (absent[0] * BLOCK, end)
            raise MissingBytes(self.missing)
        joined = b"".join(self._blocks[index] for index in range(first, last + 1))
        data = joined[self._at - first * BLOCK : stop - first * BLOCK]
        self._at = stop
        return data

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`."""
        self.seek(offset)
        return self.read(count)
