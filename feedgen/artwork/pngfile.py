"""Read a PNG file's own structure and keep only what makes its pixels.

Source: W3C, Portable Network Graphics (Third Edition) §5 (chunks), §11 (their content).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from feedgen.artwork import orientation, profile
from feedgen.artwork.picture import Picture, check_parts, check_size
from feedgen.artwork.refusal import ImageRefused

if TYPE_CHECKING:
    from feedgen.artwork.picture import Bytes, Colour

MAGIC = b"\x89PNG\r\n\x1a\n"

# Colour type → colour model and the bit depths it may have (§11.2.1, table 12).
_TYPES: dict[int, tuple[Colour, tuple[int, ...]]] = {
    0: ("grey", (1, 2, 4, 8, 16)),
    2: ("rgb", (8, 16)),
    3: ("rgb", (1, 2, 4, 8)),
    4: ("grey", (8, 16)),
    6: ("rgb", (8, 16)),
}
_PALETTE = 3
_SHOWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"IDAT"})
_MOST_ONCE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"iCCP"})


def read(data: bytes) -> Picture:
    """Return what a PNG file holds; raise `ImageRefused` for one that can not be used."""
    width, height, depth, kind = _header(data)
    colour = _TYPES[kind][0]
    view = memoryview(data)
    kept: list[Bytes] = [MAGIC]
    icc, turned, seen = b"", 1, set()
    at, parts = len(MAGIC), 0
    while True:
        parts += 1
        check_parts(parts)
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise ImageRefused("truncated", "the PNG file ends inside a chunk")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            raise ImageRefused("corrupt", f"the checksum of a PNG chunk {_shown(name)} is wrong")
        content, whole = view[at + 8 : end - 4], view[at:end]
        at = end
        if name == b"IEND":
            break
        if name in seen and name in _MOST_ONCE:
            raise ImageRefused("corrupt", f"the PNG has two chunks {_shown(name)}")
        seen.add(name)
        if name in _SHOWN:
            kept.append(whole)
        elif name == b"iCCP":
            icc, packed = _profile(content, colour)
            if icc:
                kept.append(_chunk(b"iCCP", b"icc\0\0" + packed))
        elif name == b"eXIf":
            turned = orientation.read(content)
        elif not name[0] & 0x20:  # upper case: a chunk the picture can not be shown without
            raise ImageRefused("unsupported", f"the PNG needs the unknown chunk {_shown(name)}")
    if b"IDAT" not in seen:
        raise ImageRefused("undecodable", "the PNG file holds no pixels")
    if kind == _PALETTE and b"PLTE" not in seen:
        raise ImageRefused("undecodable", "the PNG file has no palette")
    return Picture(
        kind="png",
        width=width,
        height=height,
        orientation=turned,
        colour=colour,
        depth=depth,
        lossless=True,
        profile=icc,
        kept=(*kept, _chunk(b"IEND", b"")),
    )


def _header(data: bytes) -> tuple[int, int, int, int]:
    """Return width, height, bit depth and colour type; the size is judged before all else."""
    if len(data) >= 16 and data[12:16] != b"IHDR":
        fault: ImageRefused = ImageRefused("corrupt", "the PNG does not begin with its header")
        if data[12:16] == b"CgBI":
            fault = ImageRefused("unsupported", "the PNG is in Apple's private variant")
        raise fault
    if len(data) < 24:
        raise ImageRefused("truncated", "the PNG file ends inside its header")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    check_size(width, height)
    if len(data) < 33:
        raise ImageRefused("truncated", "the PNG file ends inside its header")
    depth, kind, method, filtering, interlace = data[24:29]
    known = kind in _TYPES and depth in _TYPES[kind][1]
    if not known or method or filtering or interlace > 1 or data[8:12] != b"\0\0\0\x0d":
        raise ImageRefused("corrupt", "the PNG header gives values that do not exist")
    return width, height, depth, kind


def _profile(content: memoryview, colour: Colour) -> tuple[bytes, Bytes]:
    """Return the profile of a chunk iCCP and its packed bytes, both empty if it is no use."""
    name, _, packed = bytes(content).partition(b"\0")
    if not name or len(name) > 79 or packed[:1] != b"\0":
        return b"", b""
    icc, stream = profile.inflate(packed[1:])
    return (icc, stream) if profile.usable(icc, colour) else (b"", b"")


def _chunk(name: bytes, content: Bytes) -> bytes:
    body = name + bytes(content)
    return len(content).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def _shown(name: bytes) -> str:
    return repr(name.decode("latin-1"))
