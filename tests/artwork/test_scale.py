"""Every scaled style, held against a float reference."""

from __future__ import annotations

import numpy as np
import pytest

from feedgen.artwork.renditions import Derived, RenditionSettings, derive
from feedgen.artwork.scale import level_for
from feedgen.model import CropArea
from tests.artwork import pictures as p

FINE = RenditionSettings(quality=100, quality_large=100)
SQUARES = ("thumb", "square-400", "square-640", "square-888", "itunes", "square-3000")


def area(left: float, top: float, width: float, height: float) -> CropArea:
    return CropArea(left=left, top=top, width=width, height=height)


def lanczos(size: int, side: int, rows: range) -> np.ndarray:
    """Return rows of the matrix that scales a line of `size` to `side` samples with 3 lobes."""
    stretch = max(size / side, 1)
    centres = (np.arange(rows.start, rows.stop)[:, None] + 0.5) * size / side - 0.5
    taps = np.floor(centres - 3 * stretch).astype(int) + np.arange(int(6 * stretch) + 3)
    x = (taps - centres) / stretch
    weights = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    matrix = np.zeros((len(rows), size))
    places = np.broadcast_to(np.arange(len(rows))[:, None], taps.shape)
    np.add.at(matrix, (places, np.clip(taps, 0, size - 1)), weights)
    return matrix


def reference(square: np.ndarray, side: int, rows: range) -> np.ndarray:
    """Return these rows and columns of the square scaled in float."""
    matrix = lanczos(square.shape[0], side, rows)
    used = np.flatnonzero(matrix.any(axis=0))
    part = slice(used[0], used[-1] + 1)
    matrix, piece = matrix[:, part].astype(np.float32), square[part, part].astype(np.float32)
    bands = [matrix @ piece[..., band] @ matrix.T for band in range(3)]
    return np.clip(np.stack(bands, axis=-1), 0, 255)


def shift(found: np.ndarray, expected: np.ndarray) -> float:
    """Return how far a picture lies off its reference, in pixels, the worse of both axes."""
    wrong = found.astype(np.float64) - expected
    return max(
        float(abs((wrong * slope).sum() / (slope * slope).sum()))
        for slope in (np.gradient(expected, axis=0), np.gradient(expected, axis=1))
    )


def hold_against_reference(derived: Derived, square: np.ndarray) -> None:
    for rendition in derived.renditions:
        side = rendition.width
        if rendition.style not in SQUARES or side == square.shape[0]:
            continue
        shown = p.pixels(rendition.data)
        length = side if side < 200 else 120
        for start in {0, (side - length) // 2, side - length}:
            rows = range(start, start + length)
            expected = reference(square, side, rows)
            found = shown[start : rows.stop, start : rows.stop]
            least = 45 if rendition.upscaled else 43
            assert p.psnr(found, expected) >= least, rendition.style
            assert shift(found, expected) <= 0.05, rendition.style


def test_every_style_equals_the_reference() -> None:
    """Scaled down from a lossless original, each style is within 43 dB and 0.05 pixels."""
    pixels = p.photo(1600, 1500)
    derived = derive(p.png(pixels), area(60, 0, 1500, 1500), settings=FINE)
    hold_against_reference(derived, pixels[:, 60:1560])
    assert [each.style for each in derived.renditions if each.upscaled] == []


def test_enlarged_styles_equal_the_reference() -> None:
    """Enlarged styles are within 45 dB and 0.05 pixels, at the exact size, and flagged."""
    pixels = p.photo(500)
    derived = derive(p.png(pixels), None, settings=FINE)
    hold_against_reference(derived, pixels)
    enlarged = [each.style for each in derived.renditions if each.upscaled]
    assert enlarged == ["square-640", "square-888", "itunes"]


@pytest.mark.parametrize(("side", "crop"), [(1500, None), (3040, area(10, 7, 3020, 3020))])
def test_streams_equal_the_reference(side: int, crop: CropArea | None) -> None:
    """The first style that is read from a stream of a plain JPEG is as good, and the next."""
    quarter = p.photo(side // 4)
    half = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
    half = np.concatenate([half, half[::-1]], axis=0)
    original = p.jpeg(np.tile(half, (2, 2, 1)), Q=95)
    derived = derive(original, crop, settings=FINE)
    box = derived.box
    pixels = p.pixels(original)[box.top : box.top + box.side, box.left : box.left + box.side]
    hold_against_reference(derived, pixels)


def test_ladder() -> None:
    """The level is the smallest at least twice as large, else the largest not smaller."""
    assert level_for(100, [1400, 888, 400, 250]) == 250
    assert level_for(400, [1400, 888, 640]) == 888
    assert level_for(888, [3000, 1400]) == 3000
    assert level_for(888, [1500, 1400]) == 1400
    assert level_for(888, [800]) is None
