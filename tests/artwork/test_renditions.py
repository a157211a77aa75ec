"""Every style, held against a float reference and against its own rules."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from feedgen.artwork import engine, gate
from feedgen.artwork.renditions import DEFAULT, Derived, Rendition, RenditionSettings, derive
from feedgen.artwork.styles import STYLES
from feedgen.model import CropArea
from tests.artwork import pictures as p

FINE = RenditionSettings(quality=100, quality_large=100)
FEW = dataclasses.replace(FINE, enlarge=False)  # quick: only the styles the picture is enough for
SQUARES = ("thumb", "square-400", "square-640", "square-888", "itunes")


def area(left: float, top: float, width: float, height: float) -> CropArea:
    return CropArea(left=left, top=top, width=width, height=height)


def get(derived: Derived, style: str) -> Rendition:
    found = derived.get(style)
    assert found is not None
    return found


def test_sizes_and_types() -> None:
    """Each style has its size, no alpha, no metadata, and a type that its bytes prove."""
    pixels = np.dstack([p.photo(700, 500), np.full((500, 700), 200, np.uint8)])
    derived = derive(p.png_insert(p.png(pixels), p.chunk(b"tEXt", b"a\0b")), None)
    assert [each.style for each in derived.renditions] == [
        style.name for style in STYLES if style.name != "square-3000"
    ]
    assert derived.original.width == 700
    for each in derived.renditions:
        picture = gate.read(each.data)
        assert (picture.width, picture.height) == (each.width, each.height)
        assert picture.content_type == each.content_type
        if each.style not in ("original", "stripped-original"):
            shown = p.pixels(each.data)
            assert shown.shape[2] == 3
            assert shown.dtype == np.uint8
            assert b"".join(picture.kept) == each.data or each.content_type == "image/png"


def test_original_is_untouched() -> None:
    """The style original is the upload byte for byte, whatever hangs behind it."""
    data = p.jpeg(p.photo(200)) + b"trailer"
    assert get(derive(data, None), "original").data == data


def test_regular_is_the_area_as_given() -> None:
    """`regular` may have any shape; the squares show the centre of the area."""
    pixels = p.photo(900, 600)
    derived = derive(p.png(pixels), area(100, 50, 600, 400), settings=FINE)
    regular = get(derived, "regular")
    assert (regular.width, regular.height) == (600, 400)
    assert p.psnr(p.pixels(regular.data), pixels[50:450, 100:700]) >= 45
    square = p.pixels(get(derived, "square-400").data)
    assert p.psnr(square, pixels[50:450, 200:600]) >= 45


@pytest.mark.parametrize(
    ("crop", "there"),
    [
        (None, True),
        (area(0, 0, 3000.4, 3000), True),
        (area(0, 0, 3100, 3000), True),
        (area(0, 0, 2999.4, 3000), False),
        (area(0, 0, 3000, 2000), False),
    ],
)
def test_square_3000_needs_3000_both_ways(
    crop: CropArea | None, there: bool, large_jpeg: bytes
) -> None:
    """`square-3000` exists if and only if the rounded area has 3000 pixels both ways."""
    derived = derive(large_jpeg, crop)
    assert (derived.get("square-3000") is not None) == there


@pytest.fixture(scope="module")
def large_jpeg() -> bytes:
    return p.jpeg(p.photo(3100, 3000))


def test_square_3000_is_the_regular_file(large_jpeg: bytes) -> None:
    """With an area of exactly 3000 pixels both styles are one file."""
    derived = derive(large_jpeg, None)
    assert get(derived, "square-3000").data is get(derived, "regular").data


def test_pass_through() -> None:
    """A plain JPEG used whole is its own `regular`, stripped and not encoded again."""
    plain = p.jpeg(p.photo(800))
    derived = derive(p.jpeg_insert(plain, p.exif(1)), None)
    assert get(derived, "regular").data == plain
    assert get(derive(plain, area(0, 0, 800, 799)), "regular").data != plain


@pytest.mark.parametrize(
    "data",
    [
        p.jpeg(p.photo(800)[..., 0].copy()),
        p.jpeg_insert(p.jpeg(p.photo(800)), p.exif(3)),
        p.jpeg_insert(p.jpeg(p.photo(800)), p.jpeg_profile(p.profile("p3"))),
        p.png(p.drawing(800)),
    ],
)
def test_no_pass_through(data: bytes) -> None:
    """Grey, turned and profiled JPEG and every PNG are encoded: 8-bit sRGB without a profile."""
    derived = derive(data, None)
    regular = get(derived, "regular")
    assert regular.data != get(derived, "stripped-original").data
    assert p.pixels(regular.data).shape == (800, 800, 3)
    assert not gate.read(regular.data).profile


@pytest.mark.parametrize("orientation", range(1, 9))
def test_area_counts_in_upright_pixels(orientation: int) -> None:
    """The same upright area gives the same picture, however the pixels are stored."""
    upright = p.photo(320, 240)
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    data = p.png_insert(p.png(p.turned(upright, inverse)), p.chunk(b"eXIf", p.tiff(orientation)))
    derived = derive(data, area(20, 30, 201, 110), settings=FEW)
    plain = derive(p.png(upright), area(20, 30, 201, 110), settings=FEW)
    assert (derived.original.width, derived.original.height) == (320, 240)
    for style in ("regular", "thumb"):
        assert get(derived, style).data == get(plain, style).data


def test_transparency_becomes_white() -> None:
    """Alpha is laid on white: in PNG with 8 and 16 bits, in palettes, in grey, in WebP."""
    pixels = np.zeros((120, 120, 4), np.uint8)
    pixels[:, 60:] = (10, 200, 30, 255)
    grey = pixels[..., [0, 3]].copy()
    files = [
        p.png(pixels),
        p.png(pixels.astype(np.uint16) * 257),
        p.png(pixels, palette=True),
        p.png(grey),
        p.webp(pixels),
    ]
    for data in files:
        shown = p.pixels(get(derive(data, None, settings=FEW), "regular").data).astype(int)
        assert shown[60, 20].min() >= 253
        dark = (10, 10, 10) if data is files[3] else (10, 200, 30)
        assert abs(shown[60, 100] - dark).max() <= 3


def test_sixteen_bits_become_eight() -> None:
    """A PNG of 16 bits gives the picture its high bytes show."""
    pixels = p.photo(160)
    wide = derive(p.png(pixels.astype(np.uint16) * 257), None, settings=FEW)
    assert p.psnr(p.pixels(get(wide, "regular").data), pixels) >= 45


def test_profile_is_applied() -> None:
    """Display P3 is converted to sRGB with black-point compensation, then dropped."""
    pixels = p.photo(300)
    data = p.png(pixels)
    wide = p.image(pixels).icc_transform("p3", input_profile="srgb").pngsave_buffer(keep="icc")
    assert gate.read(wide).profile
    one = p.pixels(get(derive(wide, None, settings=FEW), "regular").data)
    other = p.pixels(get(derive(data, None, settings=FEW), "regular").data)
    assert p.psnr(one, other) >= 38
    assert not gate.read(get(derive(wide, None, settings=FEW), "regular").data).profile


@pytest.mark.parametrize("keep", ["icc", "none"])
def test_cmyk_is_converted(keep: str) -> None:
    """CMYK, with its profile or with a common one in its place, becomes right sRGB."""
    pixels = np.clip(p.photo(300).astype(int) // 2 + 60, 0, 255).astype(np.uint8)
    ink = p.image(pixels).icc_transform(
        "cmyk", input_profile="srgb", intent="relative", black_point_compensation=True
    )
    data = ink.jpegsave_buffer(Q=98, subsample_mode="off", keep=keep)
    shown = p.pixels(get(derive(data, None, settings=FEW), "regular").data)
    assert shown.shape == (300, 300, 3)
    assert p.psnr(shown, pixels) >= 35


def test_png_only_if_smaller() -> None:
    """A drawing stays PNG where that is smaller; a photo becomes JPEG; a JPEG never PNG."""
    drawing = derive(p.png(p.drawing(900)), None)
    assert get(drawing, "regular").content_type == "image/png"
    assert (p.pixels(get(drawing, "regular").data) == p.drawing(900)).all()
    photo = derive(p.png(p.photo(900)), None)
    assert {get(photo, style).content_type for style in SQUARES} == {"image/jpeg"}
    jpeg = derive(p.jpeg(p.drawing(900)), None)
    assert {each.content_type for each in jpeg.renditions} == {"image/jpeg"}


def test_encoder_settings() -> None:
    """Styles to 1400 are progressive 4:4:4, larger ones baseline 4:4:4."""
    derived = derive(p.jpeg(p.photo(1700, 1600)), None)
    for each in derived.renditions[2:]:
        picture = gate.read(each.data)
        assert set(picture.sampling) == {(1, 1)}
        assert picture.progressive == (each.width <= 1400)


def test_soft_limit_is_met() -> None:
    """`most_bytes` is met by 4:2:0 and less quality, never below the floor."""
    original = p.jpeg(p.photo(900), Q=97)
    free = get(derive(original, None), "itunes")
    limit = len(free.data) * 2 // 3
    tight = derive(original, None, settings=dataclasses.replace(DEFAULT, most_bytes=limit))
    assert all(len(each.data) <= limit for each in tight.renditions[2:])
    floor = dataclasses.replace(DEFAULT, most_bytes=10)
    assert len(get(derive(original, None, settings=floor), "itunes").data) > 10


def test_enlarging_can_be_switched_off() -> None:
    """Without enlarging, styles larger than the area are left out."""
    derived = derive(
        p.jpeg(p.photo(500)), None, settings=dataclasses.replace(DEFAULT, enlarge=False)
    )
    assert {each.style for each in derived.renditions} == {
        "original",
        "stripped-original",
        "regular",
        "thumb",
        "square-400",
    }


def test_gif_can_be_switched_on() -> None:
    """With the setting, the first frame of a GIF is used; its stripped file is a PNG."""
    pages = np.concatenate([p.drawing(120), 255 - p.drawing(120)])
    moving = p.image(pages).copy()
    moving.set_type(p.pyvips.GValue.gint_type, "page-height", 120)
    derived = derive(
        moving.gifsave_buffer(), None, settings=dataclasses.replace(DEFAULT, gif=True)
    )
    assert derived.original.content_type == "image/gif"
    stripped = get(derived, "stripped-original")
    assert stripped.content_type == "image/png"
    assert p.psnr(p.pixels(stripped.data)[..., :3], p.drawing(120)) >= 30


def test_one_pixel() -> None:
    """A picture of one pixel gives every style in its colour."""
    derived = derive(p.png(np.array([[[200, 10, 60]]], np.uint8)), None)
    shown = p.pixels(get(derived, "itunes").data).astype(int)
    assert shown.shape == (1400, 1400, 3)
    assert abs(shown - (200, 10, 60)).max() <= 4


def test_damage_below_the_area_is_seen() -> None:
    """A file whose lower part is broken is refused, even if the area lies above."""
    data = p.jpeg(p.photo(600))
    broken = data[: len(data) * 3 // 4] + b"\xff\xd9"
    with pytest.raises(Exception, match="can not be decoded") as caught:
        derive(broken, area(0, 0, 300, 100))
    assert getattr(caught.value, "code", "") == "undecodable"


def test_other_loaders_are_blocked() -> None:
    """After the engine was loaded, only JPEG, PNG and WebP can be opened in this process."""
    engine.vips()
    tiff = p.image(p.photo(20)).tiffsave_buffer()
    with pytest.raises(p.pyvips.Error):
        p.pyvips.Image.new_from_buffer(tiff, "")
    with pytest.raises(p.pyvips.Error):
        p.pyvips.Image.svgload_buffer(b'<svg xmlns="http://www.w3.org/2000/svg"/>')


PRINT_DIGESTS = (
    "import hashlib, sys\n"
    "from feedgen.artwork.renditions import derive\n"
    "for each in derive(sys.stdin.buffer.read(), None).renditions:\n"
    "    print(each.style, hashlib.sha256(each.data).hexdigest())\n"
)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_same_bytes_whatever_the_threads(kind: str) -> None:
    """Two other processes, with one thread and with four, give the same bytes as this one."""
    original = p.jpeg(p.photo(1000, 950)) if kind == "jpeg" else p.png(p.drawing(1000, 950))
    here = [
        f"{each.style} {hashlib.sha256(each.data).hexdigest()}"
        for each in derive(original, None).renditions
    ]
    for threads in ("1", "4"):
        done = subprocess.run(
            [sys.executable, "-c", PRINT_DIGESTS],
            input=original,
            capture_output=True,
            check=True,
            env={"VIPS_CONCURRENCY": threads},
        )
        assert done.stdout.decode().splitlines() == here


def test_known_digest() -> None:
    """With the libvips these were made with, a fixed picture gives exactly these bytes."""
    if engine.version() != "8.18.7":
        pytest.skip(f"the digests were made with libvips 8.18.7, this is {engine.version()}")
    derived = derive(p.png(p.drawing(1000, 900)), None)
    digests = {
        style: hashlib.sha256(get(derived, style).data).hexdigest()[:16]
        for style in ("regular", "thumb", "itunes")
    }
    assert digests == DIGESTS


DIGESTS = {
    "regular": "fb7f5347dbeb9647",
    "thumb": "7222b8c14a89336b",
    "itunes": "e8841277ccfcaaa1",
}
