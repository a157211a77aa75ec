"""Chapter marks that an editor left in a media file: ID3v2 CHAP frames and MP4 chapters.

Whether there are any is seen from the tag at the beginning of an MP3, or from the index of an
MP4; only then is ffprobe asked to read them, which knows every form they have (CHAP of ID3v2.3 and
2.4, `chpl` of Nero, the text track of QuickTime).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from feedgen.probe import packets
from feedgen.probe.addresses import Allowed
from feedgen.probe.enclosure import parsed
from feedgen.probe.facts import Facts, Limits, Mark, Probed, ProbeNote
from feedgen.probe.remote import Exhausted, Remote
from feedgen.probe.sniff import audio_start, sniff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import httpx

    from feedgen.probe.facts import ProbeCache
    from feedgen.probe.window import WindowedFile

# A tag holds the pictures of its chapters too, so it may be large.
LIMITS = Limits(bytes=32 << 20, requests=16)
_MP4 = ("audio/mp4", "video/mp4", "video/quicktime")
_SECONDS = 60.0
_BOXES = 64  # of the top level; more are no file anybody made
_NOTHING = ProbeNote(code="chapters-unread", message="")


async def chapter_marks(
    url: str,
    client: httpx.AsyncClient,
    *,
    cache: ProbeCache,
    allowed_hosts: Collection[str] = (),
    allow_private: bool = False,
    limits: Limits = LIMITS,
) -> tuple[tuple[Mark, ...], tuple[ProbeNote, ...]]:
    """Return the chapter marks of the file at `url`, and notes if there are some unread.

    A file is looked into once; after that a HEAD tells that it is the same. Raises ProbeProblem as
    `feedgen.probe.examine` does.
    """
    key = f"{url}#chapters"
    remote = Remote(
        url, client, allowed=Allowed(hosts=allowed_hosts, private=allow_private), limits=limits
    )
    kept = cache.get(key)
    described = await remote.head()
    if described and kept and remote.validator and kept.validator == remote.validator:
        return kept.facts.marks, ()
    validator = remote.validator if described else ""
    await remote.start()
    sniffed = await parsed(remote, sniff) or ""
    try:
        found = await _found(remote, sniffed, limits)
    except Exhausted:
        return (), (
            replace(_NOTHING, message="the chapters lie too far into the file to be read"),
        )
    if found is None:
        missing = "the file has chapter marks, and ffprobe, which reads them, is not installed"
        unread = "ffprobe can not read the chapter marks of the file"
        return (), (
            replace(_NOTHING, message=unread if packets.find(limits.ffprobe) else missing),
        )
    facts = Facts(sniffed=sniffed, marks=found)
    cache.put(key, Probed(url=key, validator=validator or remote.validator, facts=facts))
    return found, ()


async def _found(remote: Remote, sniffed: str, limits: Limits) -> tuple[Mark, ...] | None:
    """Return the marks, `None` if there are some that can not be read; raises Exhausted."""
    if sniffed == "audio/mpeg":
        tag = await parsed(remote, _tag)
        if tag is None:
            raise Exhausted
        if b"CHAP" not in tag:
            return ()
        with _scratch() as path:
            path.write_bytes(tag)
            return await _read(path, sniffed, limits)
    if sniffed in _MP4:
        index = await parsed(remote, _index)
        if index is None:
            raise Exhausted
        if not any(box in index for box in (b"chpl", b"chap")):
            return ()
        with _scratch() as path:
            async with remote.whole() as chunks:
                with path.open("wb") as file:
                    async for chunk in chunks:
                        file.write(chunk)
            return await _read(path, sniffed, limits)
    return ()


def _tag(file: WindowedFile) -> bytes:
    """Return the ID3v2 tags at the beginning, with some of the audio behind them."""
    start = audio_start(file)
    return file.read_at(0, start + (1 << 14)) if start else b""


def _index(file: WindowedFile) -> bytes:
    """Return the `moov` box of an MP4, `b""` if it has none (ISO/IEC 14496-12 § 4.2)."""
    at = 0
    for _ in range(_BOXES):
        head = file.read_at(at, 16)
        if len(head) < 8:
            break
        size = int.from_bytes(head[:4], "big")
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:], "big")
        size = size or file.size - at
        if head[4:8] == b"moov":
            return file.read_at(at, size)
        if size < 8:
            break
        at += size
    return b""


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="feedgen-") as folder:
        yield Path(folder) / "media"


async def _read(path: Path, sniffed: str, limits: Limits) -> tuple[Mark, ...] | None:
    """Return what ffprobe says of a file, `None` without ffprobe or if it makes no sense of it."""
    ffprobe = packets.find(limits.ffprobe)
    if not ffprobe:
        return None
    process = await asyncio.create_subprocess_exec(
        ffprobe,
        *("-v", "quiet", "-f", packets.DEMUXERS[sniffed], "-protocol_whitelist", "file"),
        *("-show_chapters", "-of", "json", "-i", f"file:{path}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            told, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        chapters = json.loads(told)["chapters"]
        marks = [
            Mark(
                start=float(each["start_time"]),
                end=float(each["end_time"]),
                title=str(each.get("tags", {}).get("title", "")),
            )
            for each in chapters
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return tuple(sorted(marks, key=lambda mark: mark.start))
