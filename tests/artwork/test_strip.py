"""`stripped-original`: the same pixels, and nothing else but the colour profile."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from feedgen.artwork import gate, strip
from feedgen.artwork.renditions import RenditionSettings, derive
from tests.artwork import pictures as p

PHOTO = p.photo(96, 64)
FEW = RenditionSettings(enlarge=False)
SECRET = b"Secret-Name-52.5N"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>' + SECRET + b"</a></x:xmpmeta>"
SRGB = p.profile("srgb")


def dirty_jpeg(data: bytes, *, orientation: int = 1) -> bytes:
    parts = [
        p.exif(orientation),
        p.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        p.segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x13" + SECRET + b"\0\0\0"),
        p.segment(0xFE, b"comment " + SECRET),
        p.segment(0xEC, b"Ducky" + SECRET),
        p.jpeg_profile(SRGB),
    ]
    trailer = b"PK\3\4" + SECRET + data
    return p.jpeg_insert(data, *parts) + trailer


def dirty_png(data: bytes, *, orientation: int = 1) -> bytes:
    import zlib

    parts = [
        p.chunk(b"iCCP", SECRET + b"\0\0" + zlib.compress(SRGB)),
        p.chunk(b"eXIf", p.tiff(orientation)),
        p.chunk(b"tEXt", b"Author\0" + SECRET),
        p.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET)),
        p.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        p.chunk(b"tIME", bytes((7, 230, 1, 1, 1, 1, 1))),
        p.chunk(b"prVt", SECRET),
    ]
    return p.png_insert(data, *parts) + b"<html>" + SECRET


def dirty_webp(data: bytes, *, orientation: int = 1) -> bytes:
    size = b"".join((side - 1).to_bytes(3, "little") for side in (96, 64))
    return (
        p.webp_file(
            p.webp_chunk(b"VP8X", bytes((0x2C, 0, 0, 0)) + size),
            p.webp_chunk(b"ICCP", SRGB),
            data[12:],
            p.webp_chunk(b"EXIF", p.tiff(orientation, order="<")),
            p.webp_chunk(b"XMP ", XMP),
            p.webp_chunk(b"OWN ", SECRET),
        )
        + SECRET
    )


def animated_webp() -> bytes:
    pages = np.concatenate([PHOTO, 255 - PHOTO])
    moving = p.image(pages).copy()
    moving.set_type(p.pyvips.GValue.gint_type, "page-height", 64)
    return moving.webpsave_buffer(lossless=True)


FILES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: dirty_jpeg(p.jpeg(PHOTO)),
    "jpeg progressive": lambda: dirty_jpeg(p.jpeg(PHOTO, interlace=True)),
    "jpeg restarts": lambda: dirty_jpeg(p.jpeg(PHOTO, restart_interval=2)),
    "jpeg grey": lambda: dirty_jpeg(p.jpeg(PHOTO[..., 0].copy())),
    "jpeg cmyk": lambda: dirty_jpeg(p.image(PHOTO).icc_transform("cmyk").jpegsave_buffer()),
    "png": lambda: dirty_png(p.png(PHOTO)),
    "png 16 bit": lambda: dirty_png(p.png(PHOTO.astype(np.uint16) * 257)),
    "png palette": lambda: dirty_png(p.png(PHOTO, palette=True)),
    "png interlaced": lambda: dirty_png(p.png(PHOTO, interlace=True)),
    "webp lossless": lambda: dirty_webp(p.webp(PHOTO)),
    "webp lossy": lambda: dirty_webp(p.webp(PHOTO, lossless=False)),
    "webp animated": animated_webp,
}


@pytest.mark.parametrize("name", FILES)
def test_pixels_stay_and_metadata_go(name: str) -> None:
    """The pixels are equal before and after, the secrets gone, and stripping twice equals once."""
    original = FILES[name]()
    picture = gate.read(original)
    stripped = strip.lossless(original, picture)
    assert np.array_equal(p.pixels(stripped), p.pixels(original))
    for trace in (
        SECRET,
        b"Exif",
        b"EXIF",
        b"eXIf",
        b"xmp",
        b"8BIM",
        b"Ann\0",
        b"<html>",
        b"PK\3",
    ):
        assert trace not in stripped
    again = gate.read(stripped)
    assert strip.lossless(stripped, again) is stripped
    assert again.profile == picture.profile
    right_colours = name not in ("jpeg grey", "jpeg cmyk", "webp animated")
    assert (picture.profile == SRGB) == right_colours


@pytest.mark.parametrize("name", FILES)
def test_exiftool_finds_nothing(name: str, tmp_path: Path) -> None:
    """An independent reader finds no metadata in the stripped file but the colour profile."""
    tool = shutil.which("exiftool")
    if tool is None:
        pytest.skip("exiftool is not installed (Debian: libimage-exiftool-perl)")
    original = FILES[name]()
    path = tmp_path / "stripped"
    path.write_bytes(strip.lossless(original, gate.read(original)))
    done = subprocess.run(
        [tool, "-json", "-G0", "-a", "-u", str(path)], capture_output=True, check=True
    )
    (found,) = json.loads(done.stdout)
    groups = {tag.partition(":")[0] for tag in found} - {"SourceFile"}
    assert groups <= {
        "ExifTool",
        "File",
        "ICC_Profile",
        "PNG",
        "RIFF",
        "JFIF",
        "APP14",
        "Composite",
    }
    assert "ExifTool:Warning" not in found
    assert not [tag for tag in found if "Comment" in tag or "Author" in tag or "XMP" in tag]
    assert SECRET.decode() not in done.stdout.decode()


def test_clean_file_is_the_same_object() -> None:
    """A file without metadata is not copied."""
    data = p.jpeg(PHOTO)
    assert strip.lossless(data, gate.read(data)) is data


def test_adobe_marker_and_density_stay() -> None:
    """What says how colours are coded stays: the Adobe and the JFIF segment, without thumbnail."""
    thumbnail = b"JFIF\0\1\2\1\0\x48\0\x48\2\2" + bytes(12)
    adobe = b"Adobe\0\x64\0\0\0\0\1" + SECRET
    plain = p.jpeg(PHOTO)
    original = p.jpeg_insert(plain, p.segment(0xE0, thumbnail), p.segment(0xEE, adobe))
    stripped = strip.lossless(original, gate.read(original))
    assert p.segment(0xE0, thumbnail[:12] + b"\0\0") in stripped
    assert p.segment(0xEE, adobe[:12]) in stripped
    assert SECRET not in stripped
    assert np.array_equal(p.pixels(stripped), p.pixels(original))


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_turned_picture_is_encoded_upright(kind: str, orientation: int) -> None:
    """A picture on its side is turned: without loss for PNG and WebP, JPEG at 49 dB or more."""
    make = {
        "jpeg": lambda: dirty_jpeg(p.jpeg(PHOTO), orientation=orientation),
        "png": lambda: dirty_png(p.png(PHOTO), orientation=orientation),
        "webp": lambda: dirty_webp(p.webp(PHOTO), orientation=orientation),
    }
    original = make[kind]()
    stripped = derive(original, None, settings=FEW).get("stripped-original")
    assert stripped is not None
    expected = p.turned(p.pixels(original), orientation)
    shown = p.pixels(stripped.data)
    assert shown.shape == expected.shape
    assert (stripped.width, stripped.height) == expected.shape[1::-1]
    assert p.psnr(shown, expected) >= (49 if kind == "jpeg" else 99)
    again = gate.read(stripped.data)
    assert again.orientation == 1
    assert again.profile == SRGB
    assert b"".join(again.kept) == stripped.data


@pytest.mark.parametrize(
    "options",
    [
        {"Q": 75},
        {"Q": 90, "subsample_mode": "off"},
        {"Q": 95, "interlace": True},
        {"Q": 85, "quant_table": 3},
    ],
)
def test_turned_jpeg_keeps_its_tables(options: dict[str, object]) -> None:
    """Turning keeps quantisation tables and subsampling, so next to nothing is lost."""
    plain = p.jpeg(p.photo(256), **options)
    original = p.jpeg_insert(plain, p.exif(6))
    picture = gate.read(original)
    again = gate.read(strip.upright(strip.lossless(original, picture), picture))
    assert again.tables == picture.tables
    assert again.sampling == picture.sampling
    assert again.progressive == picture.progressive


def test_turned_jpeg_of_unknown_tables_loses_little() -> None:
    """Tables the encoder does not know are replaced by finer ones."""
    plain = p.jpeg(p.photo(256), Q=80)
    at = plain.index(b"\xff\xdb") + 5
    tables = bytes(
        min(255, value + 3 * (index % 3)) for index, value in enumerate(plain[at : at + 64])
    )
    original = p.jpeg_insert(plain[:at] + tables + plain[at + 64 :], p.exif(3))
    picture = gate.read(original)
    turned = strip.upright(strip.lossless(original, picture), picture)
    assert p.psnr(p.pixels(turned), p.turned(p.pixels(original), 3)) >= 49
    assert all(
        fine <= coarse
        for made, given in zip(gate.read(turned).tables, picture.tables, strict=True)
        for fine, coarse in zip(made, given, strict=True)
    )


def test_turned_png_keeps_its_colour_chunks() -> None:
    """Chunks that say what the colours mean survive the turning."""
    gamma = p.chunk(b"gAMA", (45455).to_bytes(4))
    original = p.png_insert(p.png(PHOTO), gamma, p.chunk(b"eXIf", p.tiff(8)))
    stripped = derive(original, None, settings=FEW).get("stripped-original")
    assert stripped is not None
    assert gamma in stripped.data
