"""How a camera says that a picture lies on its side.

Source: CIPA DC-008 (EXIF 2.32) §4.6.2 and §4.6.5, tag 0x0112 of the first directory.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedgen.artwork.picture import Bytes

_TAG = 0x0112
_SHORT, _LONG = 3, 4


def read(exif: Bytes) -> int:
    """Return the orientation that EXIF data give, 1 to 8; 1 if they are absent or garbage."""
    tiff = bytes(exif[6:] if exif[:6] == b"Exif\0\0" else exif)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + count * 12, 12):
            tag, kind, length = struct.unpack_from(order + "HHI", tiff, entry)
            if tag == _TAG and length == 1 and kind in (_SHORT, _LONG):
                form = "H" if kind == _SHORT else "I"
                (value,) = struct.unpack_from(order + form, tiff, entry + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
