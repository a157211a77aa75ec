"""The gate: read an upload's header ourselves, and refuse early what no decoder should see.

Nothing here decodes a pixel or needs an image library; a refusal takes milliseconds.
"""

from __future__ import annotations

from feedgen.artwork import jpegfile, pngfile, webpfile
from feedgen.artwork.picture import MOST_BYTES, Picture, check_size
from feedgen.artwork.refusal import ImageRefused

_GIF = (b"GIF87a", b"GIF89a")


def read(data: bytes, *, gif: bool = False) -> Picture:
    """Return what an upload holds; raise `ImageRefused` for one that can not be used.

    The file name and the declared type play no part: the first bytes say what it is.
    """
    if not data:
        raise ImageRefused("empty", "the file is empty")
    if len(data) > MOST_BYTES:
        raise ImageRefused(
            "too-large", f"the file has {len(data):,} bytes, allowed are {MOST_BYTES:,}"
        )
    if data.startswith(jpegfile.MAGIC):
        return jpegfile.read(data)
    if data.startswith(pngfile.MAGIC):
        return pngfile.read(data)
    if webpfile.is_webp(data):
        return webpfile.read(data)
    if data.startswith(_GIF):
        return _read_gif(data, allowed=gif)
    cut = any(0 < len(data) < len(magic) and magic.startswith(data) for magic in _MAGICS)
    if cut:
        raise ImageRefused("truncated", "the file ends inside its first bytes")
    raise ImageRefused("unsupported", "the file is not a JPEG, PNG or WebP picture")


_MAGICS = (jpegfile.MAGIC, pngfile.MAGIC, b"RIFF")


def _read_gif(data: bytes, *, allowed: bool) -> Picture:
    """Return the size a GIF gives for its screen (CompuServe, GIF89a §18)."""
    if len(data) < 10:
        raise ImageRefused("truncated", "the GIF file ends inside its header")
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    check_size(width, height)
    if not allowed:
        raise ImageRefused("unsupported", "GIF pictures are not accepted")
    if not data.rstrip(b"\0").endswith(b";"):
        raise ImageRefused("truncated", "the GIF file has no end marker")
    return Picture(kind="gif", width=width, height=height, lossless=True)
