"""The media type by the bytes (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.probe import frames

if TYPE_CHECKING:
    from feedgen.probe.window import WindowedFile

HEAD = 1 << 16  # how far into a file, or behind its tag, frames are looked for

# (offset, bytes, type); WHATWG MIME Sniffing §6.2 and the formats' own specifications
_MAGIC = (
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS\0", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AIFF", "audio/aiff"),
    (8, b"AIFC", "audio/aiff"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "audio/x-ms-wma"),
    (0, b"\0\0\x01\xba", "video/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"caff\0\x01", "audio/x-caf"),
)
_CONTAINERS = {b"WAVE": b"RIFF", b"AVI ": b"RIFF", b"AIFF": b"FORM", b"AIFC": b"FORM"}
_PICTURE_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip"}
_VIDEO_TRACK = re.compile(rb"hdlr.{4}(?:\0{4}|mhlr)vide", re.DOTALL)


def audio_start(file: WindowedFile) -> int:
    """Return where the bytes after all leading ID3v2 tags begin (ID3v2.4 structure §3.1)."""
    at = 0
    for _ in range(4):  # one tag is the rule, two happen
        head = file.read_at(at, HEAD if at else 10)[:10]  # what follows a tag is looked at next
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 0x7F:
            break
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    return at


def sniff(file: WindowedFile) -> str:
    """Return the media type of `file`, `""` if it is neither audio nor video.

    MP4 gives `audio/mp4` or `video/mp4`; a raw stream of frames is believed only if several
    frames follow one another, so that a stray 0xFF in text or in a picture is no audio.
    """
    start = audio_start(file)
    head = file.read_at(start, HEAD)
    for offset, magic, found in _MAGIC:
        container = _CONTAINERS.get(magic)
        if head.startswith(magic, offset) and (not container or head.startswith(container)):
            return _refined(file, found)
    if len(head) >= 12 and head[4:8] == b"ftyp":
        return _mp4(file, head[8:12])
    if len(head) >= 8 and head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if frames.run(head, frames.adts_frame):
        return "audio/aac"
    if frames.run(head):
        return "audio/mpeg"
    if head[:1] == head[188:189] == head[376:377] == b"\x47":
        return "video/mp2t"
    return ""


def _refined(file: WindowedFile, found: str) -> str:
    head = file.read_at(0, 4096)
    if found == "audio/ogg" and b"\x80theora" in head:
        return "video/ogg"
    if found == "video/webm" and b"webm" not in head[:64]:
        return "video/x-matroska"
    return found


def _mp4(file: WindowedFile, brand: bytes) -> str:
    """Tell audio from video by the brand, else by the tracks of the movie box.

    ISO/IEC 14496-12 §4.3 and §8.4.3. A cover of an M4A file may be a video track: the brand wins.
    """
    if brand in _PICTURE_BRANDS:
        return ""
    if brand in (b"M4A ", b"M4B ", b"M4P "):
        return "audio/mp4"
    if brand.startswith(b"M4V"):
        return "video/mp4"
    video = _VIDEO_TRACK.search(_movie_box(file))
    if brand == b"qt  ":
        return "video/quicktime" if video else "audio/mp4"
    return "video/mp4" if video else "audio/mp4"


def _movie_box(file: WindowedFile) -> bytes:
    """Return the movie box of an MP4 file, cut at 256 KiB; `b""` if no box leads to it."""
    at = 0
    for _ in range(64):  # a handful is the rule; a fragmented file has moov before the fragments
        head = file.read_at(at, 16)
        if len(head) < 8:
            return b""
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if head[4:8] == b"moov":
            return file.read_at(at, min(size, 1 << 18) if size else 1 << 18)
        if size < 8:
            return b""
        at += size
    return b""
