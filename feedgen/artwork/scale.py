"""Squares of every size from as few pixels as good quality allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.artwork import engine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedgen.artwork.engine import Pixels


def resize(square: Pixels, side: int) -> Pixels:
    """Return a square scaled to `side` pixels: Lanczos down, centred bicubic up.

    Works on gamma-encoded values, as every other program that shows the picture does.
    """
    if square.width == side:
        return square
    if square.width > side:
        return square.resize(side / square.width, kernel="lanczos3")
    factor = side / square.width
    # The library's own enlargement lies almost half a pixel off; this keeps the centre.
    offset = 0.5 * factor - 0.5
    return square.affine(
        [factor, 0, 0, factor],
        interpolate=engine.vips().Interpolate.new("bicubic"),
        oarea=[0, 0, side, side],
        odx=offset,
        ody=offset,
        extend="copy",
    )


def level_for(side: int, levels: Iterable[int]) -> int | None:
    """Return the side of the level to scale from, `None` if every level is too small.

    The smallest level at least twice as large, else the largest that is not smaller.
    """
    fitting = [level for level in levels if level >= side]
    twice = [level for level in fitting if level >= 2 * side]
    if twice:
        return min(twice)
    return min(fitting) if fitting else None
