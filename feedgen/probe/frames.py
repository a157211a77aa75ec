"""Frames of MPEG audio and of AAC in ADTS: where they are and how long they last (pure).

Only what tinytag does not tell: whether a file without a Xing or VBRI header has one bit rate,
and the average of one that has many. Headers: ISO/IEC 11172-3 §2.4.1.3, 13818-3, 14496-3 §1.A.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONFIRM = 3  # frames that must follow one another before a sync word is believed

_LAYER_2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LAYER_3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_RATE = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ADTS_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: bytes from `offset`, samples at `rate` per second; `stream` must not change."""

    offset: int
    size: int
    samples: int
    rate: int
    bitrate: int
    stream: tuple[int, ...]


def mpeg_frame(data: bytes, at: int) -> Frame | None:
    """Return the MPEG audio frame (layer II or III) whose header is at `at`, else `None`."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    index, rate_index = data[at + 2] >> 4, data[at + 2] >> 2 & 3
    # Layer I (3) is extinct, and believing in it would find frames in UTF-16 text (FF FE).
    if version == 1 or layer not in (1, 2) or index in (0, 15) or rate_index == 3:
        return None
    table = _LOW_RATE if version != 3 else _LAYER_2 if layer == 2 else _LAYER_3
    bitrate, rate = table[index - 1], _MPEG_RATES[version][rate_index]
    samples = 576 if layer == 1 and version != 3 else 1152
    size = samples * 125 * bitrate // rate + (data[at + 2] >> 1 & 1)
    return Frame(at, size, samples, rate, bitrate, (version, layer, rate))


def adts_frame(data: bytes, at: int) -> Frame | None:
    """Return the ADTS frame whose header is at `at`, else `None`."""
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return None
    rate_index = data[at + 2] >> 2 & 15
    size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    if rate_index >= len(_ADTS_RATES) or size < 7:
        return None
    rate, samples = _ADTS_RATES[rate_index], 1024 * ((data[at + 6] & 3) + 1)
    return Frame(at, size, samples, rate, 0, (data[at + 1] & 8, rate_index))


def run(
    data: bytes, parse: Callable[[bytes, int], Frame | None] = mpeg_frame
) -> tuple[Frame, ...]:
    """Return the first frames in `data` that follow one another without a gap; `()` if none do.

    A run shorter than `CONFIRM` counts only if it fills `data` from the first byte to the last.
    """
    at = data.find(b"\xff")
    while at != -1:
        frames = _chain(data, at, parse)
        if len(frames) >= CONFIRM or (
            frames and at == 0 and frames[-1].offset + frames[-1].size == len(data)
        ):
            return frames
        at = data.find(b"\xff", at + 1)
    return ()


def _chain(data: bytes, at: int, parse: Callable[[bytes, int], Frame | None]) -> tuple[Frame, ...]:
    frames: list[Frame] = []
    frame = parse(data, at)
    while frame and (not frames or frame.stream == frames[0].stream):
        frames.append(frame)
        frame = parse(data, frame.offset + frame.size)
    return tuple(frames)


def bytes_per_second(frames: Sequence[Frame]) -> float:
    """Return how many bytes a second of these frames takes; `frames` is not empty."""
    seconds = sum(frame.samples / frame.rate for frame in frames)
    return sum(frame.size for frame in frames) / seconds


def has_frame_count(data: bytes, frame: Frame) -> bool:
    """Return whether `frame` carries a Xing, Info or VBRI header with frame and byte counts.

    The two counts of a Xing header are optional (flags 1 and 2); VBRI always has them.
    """
    body = data[frame.offset + 4 : frame.offset + 4 + 50]
    for word in (b"Xing", b"Info"):
        at = body.find(word)
        if at != -1:
            return len(body) >= at + 16 and body[at + 7] & 3 == 3
    return b"VBRI" in body
