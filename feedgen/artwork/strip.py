"""The style `stripped-original`: the whole upload without metadata, its pixels untouched.

Gone are EXIF, XMP, IPTC, comments, text, thumbnails, further frames and anything behind the
picture; the colour profile stays. A picture stored on its side must be turned, because without
its tag it would be shown lying down: only then are pixels encoded again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from feedgen.artwork import decode, engine, gate

if TYPE_CHECKING:
    from feedgen.artwork.engine import Pixels
    from feedgen.artwork.picture import Picture

_COLOUR_CHUNKS = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
_NEARLY_LOSSLESS = (0, 99)
_PRESETS = (0, 3, 2, 1, 4, 5, 6, 7, 8)  # the encoder's own families of tables, commonest first


def lossless(original: bytes, picture: Picture) -> bytes:
    """Return the parts of a file that make its picture, as stored; needs no image library."""
    stripped = b"".join(picture.kept)
    return original if stripped == original else stripped


def upright(stripped: bytes, picture: Picture) -> bytes:
    """Return stripped bytes of a picture that is stored turned, encoded upright.

    A JPEG keeps its quantisation tables and 4:2:0 where the encoder knows the tables, else it
    gets finer ones and 4:4:4; PNG and WebP are encoded without loss.
    """
    with engine.decoding():
        image = decode.stream(stripped, picture).copy_memory()
    image = decode.upright(image, picture.orientation)
    if picture.kind == "jpeg":
        data = _jpeg(image, picture)
    elif picture.kind == "png":
        data = _with_colour_chunks(image.pngsave_buffer(keep="icc"), picture)
    else:
        data = image.webpsave_buffer(lossless=True, effort=2, exact=True, keep="icc")
    return b"".join(gate.read(data).kept)


def _jpeg(image: Pixels, picture: Picture) -> bytes:
    known = _encoder_for(picture.tables)
    preset, quality = known or _NEARLY_LOSSLESS
    halved = known is not None and picture.sampling[0] == (2, 2)
    data: bytes = image.jpegsave_buffer(
        Q=quality,
        quant_table=preset,
        subsample_mode="on" if halved else "off",
        interlace=picture.progressive,
        optimize_coding=image.width * image.height <= 12_000_000,
        keep="icc",
    )
    return data


def _encoder_for(tables: tuple[tuple[int, ...], ...]) -> tuple[int, int] | None:
    """Return the preset and quality that give these tables, `None` if none does."""
    wanted = tables[:2]
    for preset in _PRESETS:
        for quality in range(100, 0, -1):
            made = _tables(preset, quality)
            if made[: len(wanted)] == wanted:
                return preset, quality
            if sum(made[0]) > 2 * sum(wanted[0]):
                break  # ever coarser from here
    return None


@cache
def _tables(preset: int, quality: int) -> tuple[tuple[int, ...], ...]:
    """Return the tables the encoder writes, as its own files show them."""
    dot = engine.vips().Image.black(8, 8, bands=3).copy(interpretation="srgb")
    data = dot.jpegsave_buffer(Q=quality, quant_table=preset, subsample_mode="off", keep="none")
    return gate.read(data).tables


def _with_colour_chunks(data: bytes, picture: Picture) -> bytes:
    """Return a PNG with the chunks that say what its colours mean, right after the header."""
    chunks = [bytes(part) for part in picture.kept if bytes(part[4:8]) in _COLOUR_CHUNKS]
    header = 8 + 25
    return data[:header] + b"".join(chunks) + data[header:]
