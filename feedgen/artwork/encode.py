"""Pixels into files: JPEG, or PNG where the source is lossless and the PNG is smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.artwork import engine, jpegfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedgen.artwork.engine import Pixels

_LARGE = 1400  # a side above this is encoded for quality, up to it for loading fast
_MOST_OPTIMISED = 12_000_000  # optimised tables need every coefficient in memory
_DPI = 72 / 25.4  # pixels per millimetre
_PSYCHOVISUAL = 2  # the library's quantisation tables tuned for structural similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionSettings:
    """What may be chosen about the styles.

    `most_bytes` is a soft limit per derived file: 4:2:0 and lower quality, down to
    `least_quality`, are tried to keep it. Without `enlarge` a style larger than the crop area
    is left out. `gif` accepts the first frame of GIF files.
    """

    quality: int = 85
    quality_large: int = 90
    most_bytes: int | None = None
    least_quality: int = 60
    enlarge: bool = True
    gif: bool = False


DEFAULT = RenditionSettings()


def encode(
    pixels: Callable[[], Pixels], settings: RenditionSettings, *, lossless: bool
) -> tuple[bytes, str]:
    """Return the smaller file that may be used and its media type.

    `pixels` is called once per attempt, because a stream can be read only once; `lossless` says
    that the source was, so that PNG is allowed.
    """
    data = _jpeg(pixels(), _quality(pixels(), settings))
    if lossless:
        smaller = _png_below(pixels(), len(data))
        if smaller is not None:
            return smaller, "image/png"
    if settings.most_bytes is not None and len(data) > settings.most_bytes:
        data = _squeeze(pixels, settings, settings.most_bytes)
    return data, "image/jpeg"


def _quality(image: Pixels, settings: RenditionSettings) -> int:
    return settings.quality_large if _is_large(image) else settings.quality


def _is_large(image: Pixels) -> bool:
    return bool(max(image.width, image.height) > _LARGE)


def _jpeg(image: Pixels, quality: int, *, squeezed: bool = False) -> bytes:
    """Return a JPEG without metadata: full colour resolution, progressive if it is small."""
    large = _is_large(image)
    data: bytes = image.jpegsave_buffer(
        Q=quality,
        subsample_mode="on" if squeezed else "off",
        quant_table=_PSYCHOVISUAL if squeezed else 0,
        interlace=not large,
        optimize_coding=image.width * image.height <= _MOST_OPTIMISED,
        keep="none",
    )
    return jpegfile.with_density(data)


def _png_below(image: Pixels, limit: int) -> bytes | None:
    """Return a PNG of fewer bytes than `limit`, `None` as soon as it would be larger."""
    library = engine.vips()
    written = bytearray()

    def take(piece: bytes) -> int:
        if len(written) + len(piece) >= limit:
            return -1
        written.extend(piece)
        return len(piece)

    target = library.TargetCustom()
    target.on_write(take)
    try:
        image.copy(xres=_DPI, yres=_DPI).pngsave_target(
            target, compression=6, filter="all", keep="none"
        )
    except library.Error:
        return None
    return bytes(written)


def _squeeze(pixels: Callable[[], Pixels], settings: RenditionSettings, most_bytes: int) -> bytes:
    """Return the best JPEG within the limit, or the one of the least quality allowed."""
    low, high = settings.least_quality, _quality(pixels(), settings)
    best = _jpeg(pixels(), low, squeezed=True)
    while len(best) <= most_bytes and low < high:
        middle = (low + high + 1) // 2
        data = _jpeg(pixels(), middle, squeezed=True)
        if len(data) <= most_bytes:
            low, best = middle, data
        else:
            high = middle - 1
    return best
