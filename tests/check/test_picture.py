"""Headers of images."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedgen.check.facts import Pixels
from feedgen.check.picture import pixels

# A shared machine may pause anywhere; what is slow is measured in tests/bench.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def jpeg(components: int, *, before: bytes = b"", frame: int = 0xC0) -> bytes:
    """Return the beginning of a JPEG of 3000 × 1500."""
    body = struct.pack(">BHHB", 8, 1500, 3000, components) + b"\0" * (3 * components)
    return b"\xff\xd8" + before + bytes((0xFF, frame)) + struct.pack(">H", len(body) + 2) + body


EXIF = b"\xff\xe1" + struct.pack(">H", 2002) + b"\xff\xc0" * 1000


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        (jpeg(3), "RGB"),
        (jpeg(3, frame=0xC2), "RGB"),
        (jpeg(1), "L"),
        (jpeg(4), "CMYK"),
        (jpeg(3, before=EXIF), "RGB"),
        (jpeg(3, before=b"\xff\xff"), "RGB"),
    ],
)
def test_a_jpeg_tells_size_and_mode_in_its_frame(data, mode):
    """Baseline or progressive, behind metadata that only looks like a frame: size and mode."""
    assert pixels(data) == Pixels(format="jpeg", width=3000, height=1500, mode=mode)


@relaxed
@given(
    data=st.binary(max_size=60),
    start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
)
def test_arbitrary_bytes_are_no_picture_and_no_crash(data, start):
    """Whatever the bytes are, something is answered."""
    assert pixels(start + data).format in ("", "jpeg", "png")
