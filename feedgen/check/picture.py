"""What the first bytes of an image say about it: format, size, colour mode, transparency.

Only headers are read; nothing is decoded, so hostile pixels do no harm.
"""

from __future__ import annotations

import struct

from feedgen.check.facts import Pixels

_PNG = b"\x89PNG\r\n\x1a\n"
# PNG (ISO/IEC 15948) section 11.2.2, colour type.
_PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
# ITU-T T.81 table B.1: start of frame markers; C4, C8 and CC are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
_JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


def pixels(data: bytes) -> Pixels:
    """Return what `data`, the beginning of a file, says; `format` is empty if it is neither."""
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    return Pixels()


def _png(data: bytes) -> Pixels:
    if len(data) < 26 or data[12:16] != b"IHDR":
        return Pixels()
    width, height = struct.unpack(">II", data[16:24])
    mode = _PNG_MODES.get(data[25], "")
    transparent = mode in ("LA", "RGBA") or _has_transparency_chunk(data)
    return Pixels(format="png", width=width, height=height, mode=mode, transparent=transparent)


def _has_transparency_chunk(data: bytes) -> bool:
    """Return whether a tRNS chunk comes before the pixels."""
    position = len(_PNG)
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        if name == b"tRNS":
            return True
        if name == b"IDAT":
            return False
        position += 12 + length
    return False


def _jpeg(data: bytes) -> Pixels:
    position = 2
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return Pixels()
        marker = data[position + 1]
        if marker == 0xFF:  # fill bytes are allowed before a marker
            position += 1
            continue
        if marker in _BARE:
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _FRAMES and position + 10 <= len(data):
            height, width, components = struct.unpack(">HHB", data[position + 5 : position + 10])
            mode = _JPEG_MODES.get(components, "")
            return Pixels(format="jpeg", width=width, height=height, mode=mode)
        if marker == 0xDA or length < 2:
            return Pixels()
        position += 2 + length
    return Pixels()
