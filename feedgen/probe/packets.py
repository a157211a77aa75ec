"""Counting packets with ffprobe, where a header does not tell how long a file plays."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# The demuxer is always named: left to guess, ffprobe would take a text for a playlist and open
# the files it lists.
DEMUXERS = {
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "video/ogg": "ogg",
    "audio/mp4": "mov",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/x-caf": "caf",
    "audio/x-ms-wma": "asf",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/mpeg": "mpeg",
    "video/mp2t": "mpegts",
}


def find(named: str = "") -> str:
    """Return the path of ffprobe, `""` if this machine has none; `named` is looked for instead."""
    return shutil.which(named or "ffprobe") or ""


async def count(
    chunks: AsyncIterator[bytes], sniffed: str, *, ffprobe: str, seconds: float
) -> float | None:
    """Return the seconds that the packets of the first audio track add up to.

    `None` if there are none, if many have no duration, or after `seconds`. What the iterator
    raises goes through; the process never outlives the call.
    """
    process = await asyncio.create_subprocess_exec(
        ffprobe,
        *("-v", "quiet", "-f", DEMUXERS[sniffed], "-protocol_whitelist", "pipe"),
        *("-select_streams", "a:0", "-show_entries", "packet=duration:stream=time_base"),
        *("-of", "default=noprint_wrappers=1", "-i", "pipe:0"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a process with pipes has no pipes")
    summing = asyncio.create_task(_sum(process.stdout))
    try:
        async with asyncio.timeout(seconds):
            # ffprobe may stop reading early, for instance when it cannot make sense of the file.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                async for chunk in chunks:
                    process.stdin.write(chunk)
                    await process.stdin.drain()
            process.stdin.close()
            total = await summing
            return total if await process.wait() == 0 else None
    except TimeoutError:
        return None
    finally:
        summing.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
        await process.wait()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.wait_closed()
        with contextlib.suppress(asyncio.CancelledError):
            await summing


async def _sum(lines: asyncio.StreamReader) -> float | None:
    """Add up the durations; the few packets without one (N/A) count as the average packet."""
    ticks = known = unknown = 0
    base = Fraction(0)
    async for line in lines:
        name, _, value = line.decode("ascii", "replace").strip().partition("=")
        try:
            if name == "duration":
                ticks += int(value)
                known += 1
            elif name == "time_base":
                base = Fraction(value)
        except (ValueError, ZeroDivisionError):
            unknown += 1
    if ticks <= 0 or base <= 0 or unknown * 20 > known:
        return None
    return float(ticks * base) * (known + unknown) / known


def countable(sniffed: str) -> bool:
    """Return whether ffprobe can read a file of this type from a pipe."""
    return sniffed in DEMUXERS
