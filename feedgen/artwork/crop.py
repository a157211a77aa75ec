"""The crop area in whole pixels, and where it lies in pixels that are stored turned.

What the API leaves open is decided here: areas count in upright pixels; origin and size are
rounded separately, half up; an overhang of one pixel is shifted in, more is cut off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.artwork.refusal import ImageRefused

if TYPE_CHECKING:
    from feedgen.model import CropArea


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of whole pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def side(self) -> int:
        """The side of the largest square inside."""
        return min(self.width, self.height)

    def square(self) -> Box:
        """Return the centred square; an odd pixel stays out at the right or the bottom."""
        side = self.side
        return Box(
            left=self.left + (self.width - side) // 2,
            top=self.top + (self.height - side) // 2,
            width=side,
            height=side,
        )


def resolve(area: CropArea | None, width: int, height: int) -> Box:
    """Return the crop area of an upright picture; no area means the centred square.

    Raises `ImageRefused` with code `crop` for an area that is empty, outside or no number.
    """
    whole = Box(left=0, top=0, width=width, height=height)
    if area is None:
        return whole.square()
    if not all(math.isfinite(edge) for edge in (area.left, area.top, area.width, area.height)):
        raise ImageRefused("crop", "the crop area holds a value that is not a number")
    if area.width <= 0 or area.height <= 0:
        raise ImageRefused("crop", "the crop area is empty")
    left, right = _span(area.left, area.width, width)
    top, bottom = _span(area.top, area.height, height)
    if right <= left or bottom <= top:
        raise ImageRefused(
            "crop", f"the crop area holds no pixel of the picture of {width} × {height}"
        )
    return Box(left=left, top=top, width=right - left, height=bottom - top)


def stored(box: Box, orientation: int, width: int, height: int) -> Box:
    """Return where an upright box lies in the stored pixels of a `width` × `height` picture.

    Source: CIPA DC-008 §4.6.5, the eight values of the tag Orientation.
    """
    left, top, across, down = box.left, box.top, box.width, box.height
    if orientation >= 5:  # rows and columns change places
        left, top, across, down = top, left, down, across
    if orientation in (2, 3, 7, 8):
        left = width - left - across
    if orientation in (3, 4, 6, 7):
        top = height - top - down
    return Box(left=left, top=top, width=across, height=down)


def _span(start: float, size: float, limit: int) -> tuple[int, int]:
    first, length = math.floor(start + 0.5), math.floor(size + 0.5)
    if first == -1:
        first = 0
    elif first >= 1 and first + length == limit + 1:
        first -= 1
    return max(first, 0), min(first + length, limit)
