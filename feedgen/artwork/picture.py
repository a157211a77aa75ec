"""What is known of an upload before any decoder has seen it, and the limits it must keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from feedgen.artwork.refusal import ImageRefused

Kind = Literal["jpeg", "png", "webp", "gif"]
Colour = Literal["rgb", "grey", "cmyk"]
Bytes = bytes | memoryview

CONTENT_TYPE: dict[str, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
}
EXTENSION: dict[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
}

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 64_000_000
MOST_SIDE = 12_000
MOST_SCANS = 64
MOST_PROFILE = 4 * 1024 * 1024
MOST_PARTS = 32_768  # segments or chunks; a picture of 20 MiB needs some thousands at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG, PNG, WebP or GIF file as its own headers describe it.

    `width` and `height` are those of the stored pixels, before `orientation` (1 to 8, EXIF) is
    applied. `kept` are the parts of the file that make the picture, in order and without any
    metadata: joined they are the same pixels. `tables` are the quantisation tables of a JPEG
    in zigzag order, `sampling` its horizontal and vertical factors per component.
    """

    kind: Kind
    width: int
    height: int
    orientation: int = 1
    colour: Colour = "rgb"
    depth: int = 8
    lossless: bool = False
    progressive: bool = False
    profile: bytes = field(default=b"", repr=False)
    kept: tuple[Bytes, ...] = field(default=(), repr=False)
    tables: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    sampling: tuple[tuple[int, int], ...] = ()

    @property
    def content_type(self) -> str:
        """The media type of the file, whatever its name said."""
        return CONTENT_TYPE[self.kind]

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as a viewer sees the picture."""
        if self.orientation >= 5:
            return self.height, self.width
        return self.width, self.height


def check_size(width: int, height: int) -> None:
    """Raise `ImageRefused` for a picture without pixels or with more than can be allowed."""
    if width == 0 or height == 0:
        raise ImageRefused("corrupt", f"the picture says it has {width} × {height} pixels")
    if width > MOST_SIDE or height > MOST_SIDE or width * height > MOST_PIXELS:
        raise ImageRefused(
            "too-many-pixels",
            f"the picture has {width} × {height} pixels, allowed are {MOST_SIDE:,} a side "
            f"and {MOST_PIXELS // 1_000_000} megapixels",
        )


def check_parts(count: int) -> None:
    """Raise `ImageRefused` for a file cut into more parts than any honest program writes."""
    if count > MOST_PARTS:
        raise ImageRefused("limit", f"the file has more than {MOST_PARTS:,} parts")
