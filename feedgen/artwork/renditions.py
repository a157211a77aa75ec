"""An original and its crop area into every style of the image.

    gate ─► strip ─► decode ─► crop ─► ladder of sizes ─► encode

The decoders only ever see stripped bytes. The same upload, area and settings give the same
bytes with the same libvips, whatever the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.artwork import crop, decode, encode, engine, gate, scale, strip
from feedgen.artwork.encode import DEFAULT, RenditionSettings
from feedgen.artwork.styles import ORIGINAL, REGULAR, SQUARE_3000, STRIPPED, STYLES, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedgen.artwork.crop import Box
    from feedgen.artwork.engine import Pixels
    from feedgen.artwork.picture import Picture
    from feedgen.model import CropArea

RECIPE = 1
"""Counts up whenever the same upload would give other bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One file of an image; `upscaled` if it has more pixels than the crop area gave."""

    style: str
    data: bytes = field(repr=False)
    content_type: str
    width: int
    height: int
    upscaled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Every style of one original, in the order of `STYLES`; `box` is the area used, upright."""

    original: Rendition
    box: crop.Box
    renditions: tuple[Rendition, ...]

    def get(self, style: str) -> Rendition | None:
        """Return the rendition of a style, `None` if the image has none."""
        return next((found for found in self.renditions if found.style == style), None)


def derive(
    original: bytes, area: CropArea | None, *, settings: RenditionSettings = DEFAULT
) -> Derived:
    """Return every style of an upload; raise `ImageRefused` if it or the area can not be used.

    Raises `MissingExtra` if the image library is not installed.
    """
    picture = gate.read(original, gif=settings.gif)
    box = crop.resolve(area, *picture.upright)
    engine.vips()
    width, height = picture.upright
    first = Rendition(
        style=ORIGINAL.name,
        data=original,
        content_type=picture.content_type,
        width=width,
        height=height,
    )
    if picture.kind == "gif":
        original, picture = _first_frame(original)
    stripped = strip.lossless(original, picture)
    derived = _Darkroom(stripped, picture, box, settings).develop()
    shown = stripped if picture.orientation == 1 else strip.upright(stripped, picture)
    second = Rendition(
        style=STRIPPED.name,
        data=shown,
        content_type=picture.content_type,
        width=width,
        height=height,
    )
    made = {rendition.style: rendition for rendition in (first, second, *derived)}
    ordered = tuple(made[style.name] for style in STYLES if style.name in made)
    return Derived(original=first, box=box, renditions=ordered)


def _first_frame(original: bytes) -> tuple[bytes, Picture]:
    """Return the first frame of a GIF as a PNG, and what that holds."""
    engine.allow_gif()
    with engine.decoding():
        frame = engine.vips().Image.gifload_buffer(original, n=1, fail_on="truncated")
        data = frame.pngsave_buffer(keep="none")
    return data, gate.read(data)


class _Darkroom:
    """The work on one picture: `regular`, then the squares from the largest down."""

    def __init__(
        self, stripped: bytes, picture: Picture, box: Box, settings: RenditionSettings
    ) -> None:
        self.stripped = stripped
        self.picture = picture
        self.box = box
        self.square = box.square()
        self.settings = settings
        # A plain JPEG is cheap to decode twice, and then never lies in memory as a whole.
        self.twice = (
            picture.kind == "jpeg"
            and picture.colour == "rgb"
            and not picture.progressive
            and not picture.profile
            and picture.orientation == 1
        )
        self.levels: dict[int, Pixels] = {}
        self.seen_whole = False  # no damage may hide below the area

    def develop(self) -> list[Rendition]:
        with engine.decoding():
            area = None if self.twice else self.whole_area()
            regular = self.regular(area)
            made = [regular]
            if area is not None:
                self.levels[self.square.width] = decode.cut(area, self.square_in_area())
            for style in sorted(STYLES, key=lambda style: -(style.side or 0)):
                if style.side is None or self.box.side < style.least:
                    continue
                if style.side > self.box.side and not self.settings.enlarge:
                    continue
                if style == SQUARE_3000 and self.box.width == self.box.height == style.side:
                    made.append(self.named(style, regular.data, regular.content_type))
                else:
                    made.append(self.scaled(style, style.side))
            if not self.seen_whole:
                decode.check_whole(self.stripped, self.picture)
        return made

    def whole_area(self) -> Pixels:
        """Return the crop area, upright and in memory: the one decode of most pictures."""
        picture = self.picture
        place = crop.stored(self.box, picture.orientation, picture.width, picture.height)
        source = decode.stream(self.stripped, picture)
        area = decode.to_srgb(decode.cut(source, place), picture).copy_memory()
        self.note_end(place)
        del source
        area = decode.upright(area, picture.orientation).copy_memory()
        engine.give_memory_back()
        return area

    def note_end(self, place: Box) -> None:
        """Note that the stored pixels were read down to the end of this box."""
        if place.top + place.height == self.picture.height:
            self.seen_whole = True

    def square_in_area(self) -> Box:
        return crop.Box(
            left=self.square.left - self.box.left,
            top=self.square.top - self.box.top,
            width=self.square.width,
            height=self.square.height,
        )

    def regular(self, area: Pixels | None) -> Rendition:
        if self.passes():
            return self.named(REGULAR, self.stripped, self.picture.content_type)
        if area is not None:
            return self.named(REGULAR, *self.encode(lambda: area))
        return self.named(REGULAR, *self.encode(lambda: self.open(self.box)))

    def passes(self) -> bool:
        """Return whether the stripped upload itself is what `regular` must be."""
        picture, most = self.picture, self.settings.most_bytes
        return (
            picture.kind == "jpeg"
            and picture.colour == "rgb"
            and not picture.profile
            and picture.orientation == 1
            and (self.box.width, self.box.height) == (picture.width, picture.height)
            and (most is None or len(self.stripped) <= most)
        )

    def open(self, box: Box) -> Pixels:
        return decode.cut(decode.stream(self.stripped, self.picture), box)

    def scaled(self, style: Style, side: int) -> Rendition:
        level = scale.level_for(side, self.levels)
        if level is not None:
            pixels = scale.resize(self.levels[level], side).copy_memory()
        elif side <= self.box.side:
            pixels = self.first_level(side)
        else:
            if self.box.side not in self.levels:
                self.levels[self.box.side] = self.first_level(self.box.side)
            pixels = scale.resize(self.levels[self.box.side], side).copy_memory()
        if side <= self.box.side:
            self.levels[side] = pixels
        return self.named(style, *self.encode(lambda: pixels))

    def first_level(self, side: int) -> Pixels:
        """Return the square in `side` pixels, read from a stream of its own.

        At full size: no picture the gate lets through is large enough for the decoder's own
        shrinking to leave the 1.5 times as many pixels that good quality needs.
        """
        pixels = scale.resize(self.open(self.square), side).copy_memory()
        self.note_end(self.square)
        engine.give_memory_back()
        return pixels

    def encode(self, pixels: Callable[[], Pixels]) -> tuple[bytes, str]:
        return encode.encode(pixels, self.settings, lossless=self.picture.lossless)

    def named(self, style: Style, data: bytes, content_type: str) -> Rendition:
        side = style.side
        return Rendition(
            style=style.name,
            data=data,
            content_type=content_type,
            width=side or self.box.width,
            height=side or self.box.height,
            upscaled=side is not None and side > self.box.side,
        )
