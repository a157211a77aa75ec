"""Colour profiles: which one is kept.

Source: ICC.1:2022 §7.2, profile header (size at 0, class at 12, colour space at 16, signature
at 36).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from feedgen.artwork.picture import MOST_PROFILE
from feedgen.artwork.refusal import ImageRefused

if TYPE_CHECKING:
    from feedgen.artwork.picture import Bytes, Colour

_SPACE: dict[str, bytes] = {"rgb": b"RGB ", "grey": b"GRAY", "cmyk": b"CMYK"}
_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_HEADER = 132  # 128 bytes of header and the count of tags


def usable(profile: bytes, colour: Colour) -> bool:
    """Return whether a profile has a right header and describes pixels of this colour model."""
    return (
        len(profile) >= _HEADER
        and int.from_bytes(profile[0:4]) == len(profile)
        and profile[12:16] in _CLASSES
        and profile[16:20] == _SPACE[colour]
        and profile[20:24] in (b"XYZ ", b"Lab ")
        and profile[36:40] == b"acsp"
    )


def check_length(length: int) -> None:
    """Raise `ImageRefused` for a profile that is larger than any real one."""
    if length > MOST_PROFILE:
        raise ImageRefused("limit", f"the colour profile is larger than {MOST_PROFILE:,} bytes")


def inflate(packed: Bytes) -> tuple[bytes, Bytes]:
    """Return a zlib-packed profile and the bytes of its stream; empty if it is not one.

    Raises `ImageRefused` once the profile passes the limit, without inflating the rest.
    """
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(packed, MOST_PROFILE + 1)
    except zlib.error:
        return b"", b""
    check_length(len(profile))
    if not stream.eof:
        return b"", b""
    used = len(packed) - len(stream.unused_data)
    return profile, packed[:used]
