"""How long a file plays, from as few of its bytes as its format allows (pure)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from feedgen.probe import frames, ogg, sniff

if TYPE_CHECKING:
    from feedgen.probe.window import WindowedFile

SAMPLE = 1 << 14  # bytes looked at further into a file, to see whether the bit rate holds
AGREEMENT = 0.05  # how far a header's byte count may be from the bytes there are
LEAST_BYTES_PER_SECOND = 250  # 2 kbit/s: below, the tables of a file do not fit its size

# the name tinytag chooses its parser by
_TINYTAG = {
    "audio/mp4": "x.m4a",
    "video/mp4": "x.mp4",
    "video/quicktime": "x.mp4",
    "audio/flac": "x.flac",
    "audio/wav": "x.wav",
    "audio/aiff": "x.aiff",
    "audio/x-ms-wma": "x.wma",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, `None` if the header does not tell; `exact` if they need no counting."""

    seconds: float | None
    exact: bool


def measure(file: WindowedFile, sniffed: str) -> Measured:
    """Return how long `file` plays; `sniffed` is what `sniff.sniff` said of it."""
    found = _measured(file, sniffed)
    if not found.seconds or found.seconds < 0:
        return Measured(None, False)
    if file.size / found.seconds < LEAST_BYTES_PER_SECOND:
        return Measured(None, False)
    return found


def _measured(file: WindowedFile, sniffed: str) -> Measured:
    if sniffed == "audio/mpeg":
        return _mpeg(file)
    if sniffed == "audio/aac":
        return _adts(file)
    if sniffed == "audio/ogg":
        kept, exact = ogg.ends(file)
        return Measured(_tinytag(io.BytesIO(kept), "x.ogg").seconds, exact)
    if sniffed in _TINYTAG:
        return Measured(_tinytag(file, _TINYTAG[sniffed]).seconds, True)
    return Measured(None, False)


@dataclass(frozen=True, slots=True)
class _Tag:
    seconds: float | None
    size: float


def _tinytag(file: WindowedFile | io.BytesIO, name: str) -> _Tag:
    """Ask tinytag; `size` is the number of bytes its answer speaks of, 0 if it does not say."""
    from tinytag import TinyTag, TinyTagException

    try:
        tag = TinyTag.get(filename=name, file_obj=cast("BinaryIO", file), tags=False)
    except TinyTagException:  # it wraps everything its parsers raise, MissingBytes among them
        return _Tag(None, 0)
    return _Tag(tag.duration or None, (tag.bitrate or 0) * 125 * (tag.duration or 0))


def _mpeg(file: WindowedFile) -> Measured:
    start = sniff.audio_start(file)
    head = file.read_at(start, sniff.HEAD)
    found = frames.run(head)
    if not found:
        return Measured(None, False)
    start += found[0].offset
    if frames.has_frame_count(head, found[0]):
        tag = _tinytag(io.BytesIO(head[found[0].offset :]), "x.mp3")
        # A file put together from several has the header of the first one only.
        stream = file.size - start
        if tag.seconds and tag.size > 0:
            agrees = abs(stream - tag.size) <= max(AGREEMENT * stream, found[0].size * 4)
            return Measured(tag.seconds if agrees else tag.seconds * stream / tag.size, agrees)
    size = file.size - start
    samples = [found, frames.run(file.read_at(start + size // 2, SAMPLE))]
    tail = file.read_at(max(start, file.size - SAMPLE), SAMPLE)
    samples.append(frames.run(tail))
    stream = size - (128 if tail[-128:].startswith(b"TAG") else 0)  # ID3v1
    if len({frame.bitrate for sample in samples for frame in sample}) == 1:
        return Measured(stream / (found[0].bitrate * 125), True)
    # A show often begins and ends quietly: the average is taken between.
    samples = [frames.run(file.read_at(start + size * part // 4, SAMPLE)) for part in (1, 2, 3)]
    paces = [1 / frames.bytes_per_second(sample) for sample in samples if sample]
    paces = paces or [1 / frames.bytes_per_second(found)]
    return Measured(stream * sum(paces) / len(paces), False)


def _adts(file: WindowedFile) -> Measured:
    start = sniff.audio_start(file)
    found = frames.run(file.read_at(start, sniff.HEAD), frames.adts_frame)
    if not found:
        return Measured(None, False)
    stream = file.size - start - found[0].offset
    complete = found[-1].offset + found[-1].size == file.size - start
    return Measured(stream / frames.bytes_per_second(found), complete)


def rounded(seconds: float | None) -> int | None:
    """Return whole seconds, half up and never 0, as a feed has them; `None` stays unknown."""
    if seconds is None or seconds <= 0:
        return None
    return max(1, int(seconds + 0.5))
