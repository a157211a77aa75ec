"""Ogg: the first and the last pages of a file stand for all of it (pure).

tinytag walks every page of an Ogg file to read the position in the last one. The same answer
comes from the header pages and the last pages alone, unless streams are chained (RFC 3533 §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedgen.probe.window import WindowedFile

ENDS = 1 << 16
_END_OF_STREAM = 4


@dataclass(frozen=True, slots=True)
class Page:
    """One page: bytes from `offset`, the serial of its stream, and whether it ends the stream."""

    offset: int
    size: int
    serial: int
    last: bool


def pages(data: bytes, at: int = 0) -> tuple[Page, ...]:
    """Return the whole pages that follow one another in `data` from `at` (RFC 3533 §6)."""
    found: list[Page] = []
    while data.startswith(b"OggS\0", at) and at + 27 <= len(data):
        segments = data[at + 26]
        size = 27 + segments + sum(data[at + 27 : at + 27 + segments])
        if at + size > len(data):
            break
        serial = int.from_bytes(data[at + 14 : at + 18], "little")
        found.append(Page(at, size, serial, bool(data[at + 5] & _END_OF_STREAM)))
        at += size
    return tuple(found)


def ends(file: WindowedFile) -> tuple[bytes, bool]:
    """Return the head and the tail of an Ogg file as one shorter file, and whether they suffice.

    They do if the last page closes the very stream that the first page opened.
    """
    head = file.read_at(0, min(ENDS, file.size))
    first = pages(head)
    if not first:
        return b"", False
    begin = max(file.size - ENDS, first[-1].offset + first[-1].size)
    tail = file.read_at(begin, ENDS)
    last: tuple[Page, ...] = ()
    at = tail.find(b"OggS")
    while at != -1 and not (last and last[-1].offset + last[-1].size == len(tail)):
        last = pages(tail, at)
        at = tail.find(b"OggS", at + 1)
    every = first + last
    kept = head[: first[-1].offset + first[-1].size] + (tail[last[0].offset :] if last else b"")
    whole = len({page.serial for page in every}) == 1 and every[-1].last
    return kept, whole and (bool(last) or not tail)
