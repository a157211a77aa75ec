"""The gate: which uploads are refused, by which name, and at which cost."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedgen.artwork import gate
from feedgen.artwork.picture import MOST_BYTES
from feedgen.artwork.refusal import HINTS, ImageRefused
from feedgen.artwork.renditions import RenditionSettings, derive
from feedgen.model import CropArea
from tests.artwork import pictures as p

FEW = RenditionSettings(enlarge=False)
SMALL = p.photo(64, 48)
JPEG, PNG, WEBP = p.jpeg(SMALL), p.png(SMALL), p.webp(SMALL)
LOSSY_WEBP = p.webp(SMALL, lossless=False)
PROGRESSIVE = p.jpeg(SMALL, interlace=True)


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def raw_png(width: int, height: int, pixels: bytes, *, kind: int = 2, depth: int = 8) -> bytes:
    return (
        p.png_header(width, height, kind=kind, depth=depth)
        + p.chunk(b"IDAT", zlib.compress(pixels))
        + p.chunk(b"IEND", b"")
    )


def bad_crc() -> bytes:
    at = PNG.index(b"IDAT") + 8
    return PNG[:at] + bytes((PNG[at] ^ 1,)) + PNG[at + 1 :]


def sized_jpeg(width: int, height: int) -> bytes:
    return patched(JPEG, struct.pack(">BHH", 8, 48, 64), struct.pack(">BHH", 8, height, width))


def profile_bomb() -> bytes:
    packed = zlib.compress(bytes(200 * 1024 * 1024), 9)
    return p.png_insert(PNG, p.chunk(b"iCCP", b"bomb\0\0" + packed))


def large_jpeg_profile() -> bytes:
    pieces = [
        p.segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 80)) + bytes(65_000))
        for number in range(1, 81)
    ]
    return p.jpeg_insert(JPEG, *pieces)


def lossless_webp_of(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return p.webp_file(p.webp_chunk(b"VP8L", b"\x2f" + bits.to_bytes(4, "little") + bytes(9)))


ISO_MEDIA = b"\0\0\0\x20ftyp%s\0\0\0\0mif1miaf"
REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "png 50000 square": ("too-many-pixels", lambda: raw_png(50_000, 50_000, b"\0")),
    "png 69 bytes": ("too-many-pixels", lambda: p.png_header(50_000, 50_000) + bytes(36)),
    "png 16000 interlaced": ("too-many-pixels", lambda: p.png_header(16_000, 16_000, interlace=1)),
    "png 1 x 60000": ("too-many-pixels", lambda: raw_png(1, 60_000, bytes(4 * 60_000))),
    "png of most sides": ("too-many-pixels", lambda: p.png_header(2**32 - 1, 2**32 - 1)),
    "jpeg lying header": ("too-many-pixels", lambda: sized_jpeg(65_000, 65_000)),
    "jpeg cut in its header": (
        "too-many-pixels",
        lambda: b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff",
    ),
    "gif 65000 square": ("too-many-pixels", lambda: b"GIF89a" + b"\xe8\xfd" * 2 + bytes(9)),
    "webp 16383 of 34 bytes": ("too-many-pixels", lambda: lossless_webp_of(16_383, 16_383)),
    "webp cut": ("too-many-pixels", lambda: lossless_webp_of(16_383, 16_383)[:30]),
    "webp canvas": ("too-many-pixels", lambda: p.webp_extended(WEBP, 0, 16_000, 16_000)),
    "over 20 MiB": ("too-large", lambda: JPEG + bytes(MOST_BYTES)),
    "jpeg half": ("truncated", lambda: JPEG[: len(JPEG) // 2]),
    "jpeg without end": ("truncated", lambda: JPEG[:-2]),
    "jpeg start only": ("truncated", lambda: JPEG[:30]),
    "jpeg two bytes": ("truncated", lambda: JPEG[:2]),
    "png half": ("truncated", lambda: PNG[: len(PNG) // 2]),
    "png without end": ("truncated", lambda: PNG[:-12]),
    "png start only": ("truncated", lambda: PNG[:20]),
    "webp half": ("truncated", lambda: WEBP[: len(WEBP) // 2]),
    "png bad checksum": ("corrupt", bad_crc),
    "png zero wide": ("corrupt", lambda: raw_png(0, 10, b"\0")),
    "png of no kind": ("corrupt", lambda: raw_png(5, 5, b"\0", kind=5)),
    "png two headers": ("corrupt", lambda: p.png_insert(PNG, PNG[8:33])),
    "jpeg zero high": ("corrupt", lambda: sized_jpeg(64, 0)),
    "jpeg in jpeg": ("corrupt", lambda: p.jpeg_insert(JPEG, JPEG)),
    "webp two sizes": ("corrupt", lambda: p.webp_extended(WEBP, 0, 65, 48)),
    "jpeg cut with end": ("undecodable", lambda: JPEG[: len(JPEG) // 2] + b"\xff\xd9"),
    "png short data": ("undecodable", lambda: raw_png(64, 48, bytes(64 * 3 + 1) * 20)),
    "png without palette": ("undecodable", lambda: raw_png(8, 8, bytes(9) * 8, kind=3)),
    "png without pixels": ("undecodable", lambda: p.png_header(8, 8) + p.chunk(b"IEND", b"")),
    "webp of noise": ("undecodable", lambda: lossless_webp_of(64, 48)),
    "jpeg without picture": ("undecodable", lambda: b"\xff\xd8\xff\xd9"),
    "jpeg 91 scans": ("limit", lambda: p.scans(PROGRESSIVE, 91)),
    "jpeg 1001 scans": ("limit", lambda: p.scans(PROGRESSIVE, 1001)),
    "png profile bomb": ("limit", profile_bomb),
    "jpeg profile of 5 MB": ("limit", large_jpeg_profile),
    "a million segments": ("limit", lambda: p.jpeg_insert(JPEG, b"\xff\xfe\0\2" * 1_000_000)),
    "a million chunks": ("limit", lambda: p.png_insert(PNG, p.chunk(b"teXt", b"") * 1_000_000)),
    "svg": ("unsupported", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "html": ("unsupported", lambda: b"<!doctype html><title>no</title>"),
    "random": ("unsupported", lambda: bytes(range(17, 250)) * 40),
    "bmp": ("unsupported", lambda: b"BM" + bytes(60)),
    "tiff": ("unsupported", lambda: p.image(SMALL).tiffsave_buffer()),
    "ico": ("unsupported", lambda: b"\0\0\1\0\1\0" + bytes(40)),
    "eps": ("unsupported", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n"),
    "pdf": ("unsupported", lambda: b"%PDF-1.7\n"),
    "jpeg xl": ("unsupported", lambda: b"\xff\x0a" + bytes(40)),
    "jpeg xl boxed": ("unsupported", lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40)),
    "jpeg 2000": ("unsupported", lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40)),
    "avif": ("unsupported", lambda: ISO_MEDIA % b"avif"),
    "heic": ("unsupported", lambda: ISO_MEDIA % b"heic"),
    "gif": ("unsupported", lambda: p.image(SMALL).gifsave_buffer()),
    "jpeg lossless": ("unsupported", lambda: patched(JPEG, b"\xff\xc0", b"\xff\xc3")),
    "jpeg arithmetic": ("unsupported", lambda: patched(JPEG, b"\xff\xc0", b"\xff\xc9")),
    "jpeg 12 bit": (
        "unsupported",
        lambda: patched(JPEG, b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c"),
    ),
    "jpeg two colours": (
        "unsupported",
        lambda: patched(JPEG, b"\0\x11\x08\0\x30\0\x40\x03", b"\0\x11\x08\0\x30\0\x40\x02"),
    ),
    "png unknown need": (
        "unsupported",
        lambda: p.png_insert(PNG, p.chunk(b"ABCD", b"")),
    ),
    "empty": ("empty", lambda: b""),
}
CLEANED: dict[str, Callable[[], bytes]] = {
    "jpeg and zip": lambda: JPEG + b"PK\3\4" + bytes(99),
    "png and html": lambda: PNG + b"<html><script>alert(1)</script>",
    "apng": lambda: (
        p.png_insert(PNG, p.chunk(b"acTL", struct.pack(">II", 2, 0)), p.chunk(b"fcTL", bytes(26)))[
            :-12
        ]
        + p.chunk(b"fdAT", bytes(99))
        + PNG[-12:]
    ),
    "mpo": lambda: p.jpeg_insert(JPEG, p.segment(0xE2, b"MPF\0" + bytes(80))) + JPEG,
    "ztxt bomb": lambda: p.png_insert(
        PNG, p.chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(300_000_000)))
    ),
    "garbage exif": lambda: p.jpeg_insert(JPEG, p.segment(0xE1, b"Exif\0\0MM\0*" + b"\xff" * 50)),
    "garbage png exif": lambda: p.png_insert(PNG, p.chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")),
    "garbage profile": lambda: p.jpeg_insert(JPEG, p.jpeg_profile(b"x" * 500)),
    "garbage png profile": lambda: p.png_insert(PNG, p.chunk(b"iCCP", b"x\0\0garbage")),
    "profile of another colour": lambda: p.jpeg_insert(
        p.jpeg(SMALL), p.jpeg_profile(p.profile("srgb").replace(b"RGB ", b"GRAY", 1))
    ),
    "profile with broken tags": lambda: p.jpeg_insert(
        JPEG, p.jpeg_profile(p.profile("srgb")[:200] + b"\xff" * (len(p.profile("srgb")) - 200))
    ),
    "orientation 99": lambda: p.jpeg_insert(JPEG, p.exif(99)),
    "fill bytes": lambda: p.jpeg_insert(JPEG, b"\xff\xff\xff"),
}


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float | str]]:
    """What each refusal costs, measured in one process of its own; memory is the peak so far."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of memory is read from /proc, which this system has not")
    folder: Path = tmp_path_factory.mktemp("uploads")
    names = list(REFUSED)
    for number, name in enumerate(names):
        (folder / str(number)).write_bytes(REFUSED[name][1]())
    script = (
        "import json, pathlib, re, sys, time\n"
        "from feedgen.artwork.refusal import ImageRefused\n"
        "from feedgen.artwork.renditions import derive\n"
        "from feedgen.artwork import engine\n"
        "engine.vips()\n"
        "for number in range(int(sys.argv[2])):\n"
        "    data = (pathlib.Path(sys.argv[1]) / str(number)).read_bytes()\n"
        "    start = time.process_time()\n"
        "    try:\n"
        "        derive(data, None)\n"
        "        code = 'accepted'\n"
        "    except ImageRefused as refused:\n"
        "        code = refused.code\n"
        "    spent = time.process_time() - start\n"
        "    status = pathlib.Path('/proc/self/status').read_text()\n"
        "    most = int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024\n"
        "    print(json.dumps({'code': code, 'seconds': spent, 'megabytes': most}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), str(len(names))],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(names, lines, strict=True))


@pytest.mark.parametrize("name", REFUSED)
def test_refusal_has_its_name_and_is_cheap(
    name: str, costs: dict[str, dict[str, float | str]]
) -> None:
    """Each bad upload is refused by its name within 0.2 seconds and 110 MB."""
    cost = costs[name]
    assert cost["code"] == REFUSED[name][0]
    assert float(cost["seconds"]) <= 0.2
    assert float(cost["megabytes"]) <= 110


@pytest.mark.parametrize("name", CLEANED)
def test_odd_upload_is_accepted_and_cleaned(name: str) -> None:
    """What is only odd is accepted; its stripped file shows the picture and nothing else."""
    original = CLEANED[name]()
    stripped = derive(original, None, settings=FEW).get("stripped-original")
    plain = PNG if original.startswith(p.PNG_MAGIC) else JPEG
    kept_profile = 4_000 if name == "profile with broken tags" else 0
    assert stripped is not None
    assert (p.pixels(stripped.data) == p.pixels(plain)).all()
    assert len(stripped.data) <= len(plain) + kept_profile


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP, LOSSY_WEBP, PROGRESSIVE])
def test_header_is_read_without_the_library(data: bytes) -> None:
    """Size, orientation and kind of a plain file are known from its header."""
    picture = gate.read(data)
    assert picture.upright == (64, 48)
    assert picture.orientation == 1
    assert picture.lossless == (data in (PNG, WEBP))
    assert picture.progressive == (data is PROGRESSIVE)


def test_crop_is_refused_before_decoding() -> None:
    """An area outside the picture is refused as `crop`, even if the pixels are broken."""
    broken = JPEG[: len(JPEG) // 2] + b"\xff\xd9"
    with pytest.raises(ImageRefused) as caught:
        derive(broken, CropArea(left=64, top=0, width=10, height=10))
    assert caught.value.code == "crop"


def test_every_refusal_says_what_to_do() -> None:
    """Each code has a hint of its own words."""
    assert {code for code, _ in REFUSED.values()} | {"crop"} == set(HINTS)
    assert ImageRefused("empty", "the file is empty").hint == HINTS["empty"]


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from([JPEG, PNG, WEBP, LOSSY_WEBP, PROGRESSIVE]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6
    ),
    keep=st.floats(0, 1),
    mend=st.booleans(),
)
def test_mutations_are_read_or_refused(
    base: bytes, changes: list[tuple[float, int]], keep: float, mend: bool
) -> None:
    """Changed bytes and cut ends give a picture within the limits or a refusal, never a crash."""
    data = bytearray(base)
    for place, value in changes:
        data[int(place * len(data))] = value
    cut = bytes(data[: int(keep * len(data)) + 1])
    if mend:
        cut += base[-12:]
    refusal = ""
    try:
        derived = derive(cut, None, settings=FEW)
    except ImageRefused as refused:
        refusal = refused.code
    if refusal:
        assert refusal in HINTS
    else:
        assert [each.style for each in derived.renditions[:3]] == [
            "original",
            "stripped-original",
            "regular",
        ]
