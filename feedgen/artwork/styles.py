"""The styles an image comes in: the one table everybody reads.

Source: ART19 Content API, description of `MediaAsset.style` and of the image system.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal["original", "stripped", "crop", "square"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One style of an image.

    `rule` says what it shows: `original` the upload byte for byte; `stripped` the whole upload
    without metadata; `crop` the crop area, unscaled; `square` the centred square of the crop
    area, scaled to `side` pixels. `least` is the side the crop area must have both ways for the
    style to exist at all.
    """

    name: str
    rule: Rule
    side: int | None = None
    least: int = 1


ORIGINAL = Style(name="original", rule="original")
STRIPPED = Style(name="stripped-original", rule="stripped")
REGULAR = Style(name="regular", rule="crop")
THUMB = Style(name="thumb", rule="square", side=100)
SQUARE_400 = Style(name="square-400", rule="square", side=400)
SQUARE_640 = Style(name="square-640", rule="square", side=640)
SQUARE_888 = Style(name="square-888", rule="square", side=888)
ITUNES = Style(name="itunes", rule="square", side=1400)
SQUARE_3000 = Style(name="square-3000", rule="square", side=3000, least=3000)

STYLES: tuple[Style, ...] = (
    ORIGINAL,
    STRIPPED,
    REGULAR,
    THUMB,
    SQUARE_400,
    SQUARE_640,
    SQUARE_888,
    ITUNES,
    SQUARE_3000,
)
"""Every style of an image, in the order they are listed and stored."""

BY_NAME: dict[str, Style] = {style.name: style for style in STYLES}


def expected_side(name: str) -> int | None:
    """Return the side in pixels that a style of this name has by rule, `None` if it varies."""
    style = BY_NAME.get(name)
    return style.side if style else None
