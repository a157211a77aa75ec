"""Stripped bytes into pixels: upright, 8-bit sRGB, no alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.artwork import engine

if TYPE_CHECKING:
    from feedgen.artwork.crop import Box
    from feedgen.artwork.engine import Pixels
    from feedgen.artwork.picture import Picture

_WHITE = 255


def stream(stripped: bytes, picture: Picture, *, shrink: int = 1) -> Pixels:
    """Return the stored pixels, to be read once from top to bottom.

    `shrink` (1, 2, 4 or 8, JPEG only) makes the decoder deliver a smaller picture.
    """
    image = engine.vips().Image
    if picture.kind == "jpeg":
        return image.jpegload_buffer(
            stripped, shrink=shrink, access="sequential", fail_on="warning"
        )
    if picture.kind == "png":
        return image.pngload_buffer(stripped, access="sequential", fail_on="truncated")
    return image.webpload_buffer(stripped, access="sequential", fail_on="truncated")


def check_whole(stripped: bytes, picture: Picture) -> None:
    """Decode a picture to its last line and keep nothing, so that damage anywhere is seen."""
    source = stream(stripped, picture, shrink=8)
    source.crop(0, source.height - 1, source.width, 1).copy_memory()


def cut(image: Pixels, box: Box) -> Pixels:
    """Return the box of an image, the image itself if that is all of it."""
    if (box.left, box.top, box.width, box.height) == (0, 0, image.width, image.height):
        return image
    return image.crop(box.left, box.top, box.width, box.height)


def upright(image: Pixels, orientation: int) -> Pixels:
    """Return an image in memory turned as its orientation says (CIPA DC-008 §4.6.5)."""
    if orientation == 1:
        return image
    if orientation in (2, 4):
        return image.fliphor() if orientation == 2 else image.flipver()
    turned = image.rot({3: "d180", 8: "d270"}.get(orientation, "d90"))
    if orientation == 5:
        return turned.fliphor()
    return turned.flipver() if orientation == 7 else turned


def to_srgb(image: Pixels, picture: Picture) -> Pixels:
    """Return 8-bit sRGB pixels on white ground, the profile applied."""
    alpha = None
    if image.hasalpha():
        alpha = image[image.bands - 1]
        image = image.extract_band(0, n=image.bands - 1)
        if alpha.format == "ushort":
            alpha = (alpha >> 8).cast("uchar")
    image = _convert(image, picture)
    if alpha is not None:
        image = image.bandjoin(alpha).flatten(background=[_WHITE])
    return image


def _convert(image: Pixels, picture: Picture) -> Pixels:
    if picture.profile:
        try:
            return _by_profile(image, embedded=True)
        except engine.vips().Error:
            pass  # a profile with a right header and broken tables: as if there were none
    if picture.colour == "cmyk":
        return _by_profile(image, embedded=False, input_profile="cmyk")
    return image if image.interpretation == "srgb" else image.colourspace("srgb")


def _by_profile(image: Pixels, **source: object) -> Pixels:
    return image.icc_transform(
        "srgb", intent="relative", black_point_compensation=True, depth=8, **source
    )
