"""Read a WebP file's own structure and keep only what makes its first frame.

Source: RFC 9649 (WebP) §2 (container), §3.4 (lossless header); RFC 6386 §9.1 (VP8 frame
header).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feedgen.artwork import orientation, profile
from feedgen.artwork.picture import Picture, check_parts, check_size
from feedgen.artwork.refusal import ImageRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.artwork.picture import Bytes

_ICC_FLAG, _ALPHA_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x02


class _Frame(NamedTuple):
    """One coded frame: its size, whether it is lossless, and its chunks."""

    width: int
    height: int
    lossless: bool
    chunks: tuple[bytes, ...]


def is_webp(data: bytes) -> bool:
    """Return whether the file says it is WebP."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read(data: bytes) -> Picture:
    """Return what a WebP file holds; raise `ImageRefused` for one that can not be used."""
    _early_size(data)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ImageRefused("truncated", "the WebP file ends before its container does")
    view = memoryview(data)[12:end]
    flags, canvas, icc, turned = 0, None, b"", 1
    frame: _Frame | None = None
    animation, first = b"", b""
    alpha: list[bytes] = []
    for name, content in _chunks(view):
        if name == b"VP8X" and canvas is None and len(content) >= 10:
            flags, canvas = content[0], _canvas(content)
            check_size(*canvas)
        elif name == b"ICCP" and not icc:
            profile.check_length(len(content))
            icc = bytes(content) if profile.usable(bytes(content), "rgb") else b""
        elif name == b"EXIF":
            turned = orientation.read(content)
        elif name == b"ANIM" and not animation:
            animation = _chunk(name, content[:6])
        elif name == b"ANMF" and not first:
            frame, first = _first_frame(content, canvas)
        elif name == b"ALPH" and not alpha:
            alpha = [_chunk(name, content)]
        elif name in (b"VP8 ", b"VP8L") and frame is None:
            width, height = _coded_size(name, content)
            chunks = (*(alpha if name == b"VP8 " else []), _chunk(name, content))
            frame = _Frame(width, height, name == b"VP8L", chunks)
    if frame is None:
        raise ImageRefused("undecodable", "the WebP file holds no picture")
    width, height = canvas or (frame.width, frame.height)
    alone = (frame.width, frame.height) == (width, height)
    if not alone and not first:
        raise ImageRefused("corrupt", "the WebP canvas and its picture differ in size")
    body = list(frame.chunks) if alone else [animation, first]
    if canvas:
        keep = flags & _ALPHA_FLAG | (_ICC_FLAG if icc else 0) | (0 if alone else _ANIMATION_FLAG)
        size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        extended = _chunk(b"VP8X", bytes((keep, 0, 0, 0)) + size)
        body = [extended, *([_chunk(b"ICCP", icc)] if icc else []), *body]
    joined = b"WEBP" + b"".join(body)
    return Picture(
        kind="webp",
        width=width,
        height=height,
        orientation=turned,
        lossless=frame.lossless,
        profile=icc if canvas else b"",
        kept=(b"RIFF" + len(joined).to_bytes(4, "little"), joined),
    )


def _early_size(data: bytes) -> None:
    """Judge the size by the first chunk alone, even if the file ends inside it."""
    name, content = data[12:16], memoryview(data)[20:]
    if name == b"VP8X" and len(content) >= 10:
        check_size(*_canvas(content))
    elif name in (b"VP8 ", b"VP8L") and len(content) >= 10:
        _coded_size(name, content)


def _chunks(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at, parts = 0, 0
    while at + 8 <= len(view):
        parts += 1
        check_parts(parts)
        end = at + 8 + int.from_bytes(view[at + 4 : at + 8], "little")
        if end > len(view):
            raise ImageRefused("truncated", "the WebP file ends inside a chunk")
        yield bytes(view[at : at + 4]), view[at + 8 : end]
        at = end + (end & 1)


def _canvas(content: Bytes) -> tuple[int, int]:
    width, height = content[4:7], content[7:10]
    return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1


def _coded_size(name: bytes, content: Bytes) -> tuple[int, int]:
    if name == b"VP8L":
        if len(content) < 5 or content[0] != 0x2F:
            raise ImageRefused("corrupt", "the WebP picture has no header")
        bits = int.from_bytes(content[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        if len(content) < 10 or content[3:6] != b"\x9d\x01\x2a":
            raise ImageRefused("corrupt", "the WebP picture has no header")
        width = int.from_bytes(content[6:8], "little") & 0x3FFF
        height = int.from_bytes(content[8:10], "little") & 0x3FFF
    check_size(width, height)
    return width, height


def _first_frame(
    content: memoryview, canvas: tuple[int, int] | None
) -> tuple[_Frame | None, bytes]:
    """Return the picture of a chunk ANMF, and the chunk rebuilt without foreign parts."""
    if canvas is None or len(content) < 16:
        raise ImageRefused("corrupt", "the WebP animation has no canvas")
    kept: list[bytes] = []
    for name, inner in _chunks(content[16:]):
        if name == b"ALPH" and not kept:
            kept.append(_chunk(name, inner))
        elif name in (b"VP8 ", b"VP8L"):
            width, height = _coded_size(name, inner)
            chunks = (*(kept if name == b"VP8 " else []), _chunk(name, inner))
            whole = _chunk(b"ANMF", bytes(content[:16]) + b"".join(chunks))
            return _Frame(width, height, name == b"VP8L", chunks), whole
    raise ImageRefused("undecodable", "the WebP animation has an empty first frame")


def _chunk(name: bytes, content: Bytes) -> bytes:
    padding = b"\0" if len(content) & 1 else b""
    return name + len(content).to_bytes(4, "little") + bytes(content) + padding
