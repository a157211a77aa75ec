"""Read a JPEG file's own structure and keep only what makes its pixels.

Source: ITU-T T.81 Annex B (markers, frame and scan headers), ITU-T T.871 (JFIF, the
application segment 0), ICC.1:2022 §B.4 (profiles in application segment 2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.artwork import orientation, profile
from feedgen.artwork.picture import MOST_SCANS, Picture, check_parts, check_size
from feedgen.artwork.refusal import ImageRefused

if TYPE_CHECKING:
    from feedgen.artwork.picture import Bytes, Colour

MAGIC = b"\xff\xd8\xff"

_SOI, _EOI, _SOS, _DQT, _DNL = 0xD8, 0xD9, 0xDA, 0xDB, 0xDC
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive, Huffman coded
_OTHER_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, *range(0xCA, 0xD0), 0xF7}) - {0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment
_PICTURE = frozenset({0xC4, _DQT, 0xDD})  # tables and the restart interval
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_COLOURS: dict[int, Colour] = {1: "grey", 3: "rgb", 4: "cmyk"}
_ICC = b"ICC_PROFILE\0"
_JFIF, _ADOBE = b"JFIF\0", b"Adobe"


class _Reader:
    """One pass over the segments of a file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.view = memoryview(data)
        self.body: list[Bytes] = []
        self.jfif: bytes = b""
        self.adobe: bytes = b""
        self.exif: bytes = b""
        self.icc: dict[int, bytes] = {}
        self.icc_count = 0
        self.icc_length = 0
        self.frame: tuple[int, int, int, int] | None = None  # marker, width, height, components
        self.tables: dict[int, tuple[int, ...]] = {}
        self.used_tables: tuple[int, ...] = ()
        self.sampling: tuple[tuple[int, int], ...] = ()
        self.scans = 0

    def read(self) -> Picture:
        at, parts = 2, 0
        while True:
            parts += 1
            check_parts(parts)
            found = _MARKER.search(self.data, at)
            if found is None:
                raise ImageRefused("truncated", "the JPEG file has no end marker")
            marker, at = self.data[found.end() - 1], found.end()
            if marker == _EOI:
                return self.picture()
            if marker in _ALONE:
                continue
            if marker == _SOI:
                raise ImageRefused("corrupt", "a second JPEG starts inside the first")
            length = int.from_bytes(self.data[at : at + 2])
            end = at + length
            if at + 2 > len(self.data) or end > len(self.data):
                self.salvage_size(marker, self.data[at + 2 :])
                raise ImageRefused("truncated", "the JPEG file ends inside a segment")
            if length < 2:
                raise ImageRefused("corrupt", "a JPEG segment gives its length as less than 2")
            at = self.segment(marker, self.view[at - 2 : end], end)

    def segment(self, marker: int, segment: memoryview, end: int) -> int:
        """Take or drop one segment (marker and length included); return where the next starts."""
        content = segment[4:]
        if marker in _FRAMES:
            self.take_frame(marker, content)
            self.body.append(segment)
        elif marker in _OTHER_FRAMES:
            raise ImageRefused("unsupported", "the JPEG is lossless, hierarchical or arithmetic")
        elif marker == _SOS:
            return self.scan(segment, end)
        elif marker in _PICTURE:
            if marker == _DQT:
                self.take_tables(bytes(content))
            self.body.append(segment)
        elif marker == _APP0 and bytes(content[:5]) == _JFIF and len(content) >= 14:
            self.jfif = bytes(content[:12]) + b"\0\0"  # without its thumbnail
        elif marker == _APP14 and bytes(content[:5]) == _ADOBE and len(content) >= 12:
            self.adobe = bytes(content[:12])
        elif marker == _APP1 and bytes(content[:6]) == b"Exif\0\0" and not self.exif:
            self.exif = bytes(content)
        elif marker == _APP2 and bytes(content[:12]) == _ICC and len(content) > 14:
            self.take_profile(bytes(content[12:]))
        return end

    def take_frame(self, marker: int, content: memoryview) -> None:
        if self.frame is not None:
            raise ImageRefused("corrupt", "the JPEG has two frame headers")
        if len(content) < 6 or len(content) < 6 + 3 * content[5]:
            raise ImageRefused("corrupt", "the JPEG frame header is too short")
        depth, components = content[0], content[5]
        height, width = int.from_bytes(content[1:3]), int.from_bytes(content[3:5])
        check_size(width, height)
        if depth != 8:
            raise ImageRefused("unsupported", f"the JPEG has {depth} bits per sample")
        if components not in _COLOURS:
            raise ImageRefused("unsupported", f"the JPEG has {components} colour components")
        self.frame = (marker, width, height, components)
        specs = [content[6 + 3 * index : 9 + 3 * index] for index in range(components)]
        self.sampling = tuple((spec[1] >> 4, spec[1] & 15) for spec in specs)
        self.used_tables = tuple(spec[2] for spec in specs)

    def salvage_size(self, marker: int, content: bytes) -> None:
        """Refuse a picture for its size even if the file ends inside the frame header."""
        if marker in _FRAMES and len(content) >= 5:
            check_size(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]))

    def take_tables(self, content: bytes) -> None:
        at = 0
        while at < len(content):
            wide, name = content[at] >> 4, content[at] & 15
            size = 128 if wide else 64
            values = content[at + 1 : at + 1 + size]
            if len(values) < size:
                raise ImageRefused("corrupt", "a JPEG quantisation table is too short")
            step = 2 if wide else 1
            self.tables[name] = tuple(
                int.from_bytes(values[index : index + step]) for index in range(0, size, step)
            )
            at += 1 + size

    def take_profile(self, content: bytes) -> None:
        number, self.icc_count = content[0], content[1]
        self.icc_length += len(content) - 2
        profile.check_length(self.icc_length)
        self.icc.setdefault(number, content[2:])

    def scan(self, header: memoryview, start: int) -> int:
        if self.frame is None:
            raise ImageRefused("corrupt", "the JPEG has a scan before its frame header")
        self.scans += 1
        if self.scans > MOST_SCANS:
            raise ImageRefused("limit", f"the JPEG has more than {MOST_SCANS} scans")
        found = _END_OF_SCAN.search(self.data, start)
        if found is None:
            raise ImageRefused("truncated", "the JPEG file has no end marker")
        end = found.start()
        while self.data[end - 1] == 0xFF and end - 1 > start:
            end -= 1  # fill bytes belong to the marker that follows
        self.body += [header, self.view[start:end]]
        return end

    def picture(self) -> Picture:
        if self.frame is None or not self.scans:
            raise ImageRefused("undecodable", "the JPEG file holds no picture")
        marker, width, height, components = self.frame
        colour = _COLOURS[components]
        icc = self.whole_profile()
        if not profile.usable(icc, colour):
            icc = b""
        head: list[Bytes] = [b"\xff\xd8"]
        if self.jfif:
            head.append(_segment(_APP0, self.jfif))
        head += profile_segments(icc)
        if self.adobe:
            head.append(_segment(_APP14, self.adobe))
        return Picture(
            kind="jpeg",
            width=width,
            height=height,
            orientation=orientation.read(self.exif),
            colour=colour,
            progressive=marker == 0xC2 or self.scans > 1,
            profile=icc,
            kept=(*head, *self.body, b"\xff\xd9"),
            tables=tuple(self.tables.get(name, ()) for name in self.used_tables),
            sampling=self.sampling,
        )

    def whole_profile(self) -> bytes:
        numbers = range(1, self.icc_count + 1)
        if set(self.icc) != set(numbers):
            return b""
        return b"".join(self.icc[number] for number in numbers)


def read(data: bytes) -> Picture:
    """Return what a JPEG file holds; raise `ImageRefused` for one that can not be used."""
    return _Reader(data).read()


def profile_segments(icc: bytes) -> list[bytes]:
    """Return the application segments that carry a profile, none for no profile."""
    most = 65_519  # what a segment holds beside its own head
    pieces = [icc[at : at + most] for at in range(0, len(icc), most)]
    return [
        _segment(_APP2, _ICC + bytes((number, len(pieces))) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


def with_density(data: bytes) -> bytes:
    """Return a JPEG without application segments as a JFIF file of 72 dpi (T.871 §10.1)."""
    return data[:2] + _segment(_APP0, _JFIF + b"\1\1\1\0\x48\0\x48\0\0") + data[2:]


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content
