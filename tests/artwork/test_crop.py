"""Crop areas: rounding, overhang, and where they lie in turned pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.artwork.crop import Box, resolve, stored
from feedgen.artwork.refusal import ImageRefused
from feedgen.model import CropArea
from tests.artwork.pictures import turned


def area(left: float, top: float, width: float, height: float) -> CropArea:
    return CropArea(left=left, top=top, width=width, height=height)


def edges(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.width, box.height


@pytest.mark.parametrize(
    ("asked", "box"),
    [
        (area(10, 20, 30, 40), (10, 20, 30, 40)),
        (area(10.5, 20.49, 30.5, 39.5), (11, 20, 31, 40)),
        (area(-0.5, -0.4, 10, 10), (0, 0, 10, 10)),
        (area(-1, -1, 50, 50), (0, 0, 50, 50)),
        (area(-2, 0, 50, 50), (0, 0, 48, 50)),
        (area(51, 31, 50, 50), (50, 30, 50, 50)),
        (area(52, 32, 50, 50), (52, 32, 48, 48)),
        (area(0, 0, 101, 81), (0, 0, 100, 80)),
        (area(-5, -5, 1000, 1000), (0, 0, 100, 80)),
        (area(99, 79, 1, 1), (99, 79, 1, 1)),
        (area(0, 0, 1e300, 1e300), (0, 0, 100, 80)),
    ],
)
def test_area_is_rounded_shifted_or_cut(asked: CropArea, box: tuple[int, int, int, int]) -> None:
    """Half goes up, one pixel too far is shifted in, more is cut off, nothing is padded."""
    assert edges(resolve(asked, 100, 80)) == box


@pytest.mark.parametrize(
    "asked",
    [
        area(0, 0, 0, 10),
        area(0, 0, 10, -1),
        area(0, 0, 0.4, 10),
        area(100, 0, 10, 10),
        area(0, -11, 10, 10),
        area(math.nan, 0, 10, 10),
        area(0, 0, math.nan, 10),
        area(0, 0, math.inf, 10),
        area(-math.inf, 0, 10, 10),
    ],
)
def test_area_without_pixels_is_refused(asked: CropArea) -> None:
    """An area that is empty, outside or no number is refused as `crop`."""
    with pytest.raises(ImageRefused) as caught:
        resolve(asked, 100, 80)
    assert caught.value.code == "crop"


def test_no_area_is_the_centred_square() -> None:
    """Without an area the square of the smaller side is centred, the odd pixel cut at the end."""
    assert edges(resolve(None, 100, 81)) == (9, 0, 81, 81)
    assert edges(resolve(None, 60, 101)) == (0, 20, 60, 60)
    assert edges(resolve(None, 1, 1)) == (0, 0, 1, 1)


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(
    left=NUMBERS,
    top=NUMBERS,
    width=NUMBERS,
    height=NUMBERS,
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_box_lies_within_the_picture(
    left: float, top: float, width: float, height: float, size: tuple[int, int]
) -> None:
    """Any four numbers give a box inside the picture with at least one pixel, or `crop`."""
    asked = area(left, top, width, height)
    try:
        box = resolve(asked, *size)
    except ImageRefused:
        numbers = (left, top, width, height)
        inside = all(map(math.isfinite, numbers)) and width >= 1 and height >= 1
        assert not (inside and 0 <= left < size[0] - 0.5 and 0 <= top < size[1] - 0.5)
        return
    for found in (box, box.square()):
        assert found.width >= 1
        assert found.height >= 1
        assert 0 <= found.left <= size[0] - found.width
        assert 0 <= found.top <= size[1] - found.height
    assert box.square().width == box.square().height == box.side


@pytest.mark.parametrize("orientation", range(1, 9))
def test_box_is_mapped_back(orientation: int) -> None:
    """Cutting stored pixels and turning the piece equals turning first and cutting then."""
    pixels = np.arange(7 * 5 * 3).reshape(5, 7, 3)
    upright = turned(pixels, orientation)
    box = Box(left=1, top=2, width=3, height=2)
    there = stored(box, orientation, 7, 5)
    piece = pixels[there.top : there.top + there.height, there.left : there.left + there.width]
    expected = upright[2:4, 1:4]
    assert np.array_equal(turned(piece, orientation), expected)
