"""What an episode has beside its sound: chapter marks inside the file, transcripts next to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from feedgen.errors import FeedgenError
from feedgen.feed.enclosures import enclosure_url, episode_settings
from feedgen.feed.items import transcript_type
from feedgen.feed.log import Note
from feedgen.feed.tags import Chapter
from feedgen.feed.text import line
from feedgen.probe.chapters import chapter_marks

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from feedgen.feed.tags import Transcript
    from feedgen.make import Plan
    from feedgen.model import Episode
    from feedgen.probe import ProbeCache
    from feedgen.source import Source

T = TypeVar("T")

AT_ONCE = 4
# A server that knows no better may say so of any of them; apps go by the feed.
_VAGUE = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
# What means the same as what a feed says.
_SAME = {"application/srt": "application/x-subrip", "text/srt": "application/x-subrip"}
_HEAD_REFUSED = {403, 405, 501}
# Addresses of documentation and samples, which nobody is to ask (RFC 2606).
_RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Chapters found in media files, by episode id, and what is odd about anything attached."""

    marks: Mapping[str, tuple[Chapter, ...]]
    notes: tuple[Note, ...] = ()


async def find(plan: Plan, source: Source, cache: ProbeCache) -> Attachments:
    """Return what is attached to the episodes of `plan`.

    Nothing here keeps an episode out of a feed: what is missing or can not be read is a note.
    Nothing is asked of the network with `probe_media = false`.
    """
    if plan.settings.probe_media is False:
        return Attachments(marks={})
    gate = asyncio.Semaphore(AT_ONCE)
    wants_marks = [
        episode
        for episode in plan.episodes
        if plan.settings.chapters_from_media
        and not episode_settings(episode, plan.settings).chapters
        and not episode_settings(episode, plan.settings).chapters_url
    ]
    transcripts = [
        (episode, transcript)
        for episode in plan.episodes
        for transcript in episode_settings(episode, plan.settings).transcripts
        if not _RESERVED.fullmatch(httpx.URL(transcript.url).host)
    ]
    found = await _all(_gated(gate, _marks(each, plan, source, cache)) for each in wants_marks)
    looked_at = await _all(
        _gated(gate, _transcript(episode, each, source)) for episode, each in transcripts
    )
    return Attachments(
        marks={
            episode.id: marks
            for episode, (marks, _) in zip(wants_marks, found, strict=True)
            if marks
        },
        notes=(
            *(note for _, notes in found for note in notes),
            *(note for note in looked_at if note is not None),
        ),
    )


async def _marks(
    episode: Episode, plan: Plan, source: Source, cache: ProbeCache
) -> tuple[tuple[Chapter, ...], tuple[Note, ...]]:
    url = enclosure_url(episode, plan.settings)
    try:
        marks, notes = await chapter_marks(
            url, source.media, cache=cache, allowed_hosts=source.allowed_hosts
        )
    except FeedgenError as problem:
        said = f"the chapter marks of the media file could not be read: {problem.message}"
        return (), (Note(code="chapters-unread", message=said, where=episode.guid),)
    chapters = tuple(
        Chapter(start=mark.start, end=mark.end, title=line(mark.title) or None) for mark in marks
    )
    return chapters, tuple(
        Note(code=each.code, message=each.message, where=episode.guid) for each in notes
    )


async def _transcript(episode: Episode, transcript: Transcript, source: Source) -> Note | None:
    """Return what is wrong with a transcript, `None` if it is there and is what the feed says."""
    url = transcript.url
    try:
        status, served = await _answer(url, source.media)
    except FeedgenError as problem:
        return _missing(episode, f"can not be fetched: {problem.message}", url)
    except httpx.HTTPError as problem:
        return _missing(episode, f"can not be fetched: {problem or type(problem).__name__}", url)
    if status != httpx.codes.OK:
        return _missing(episode, f"answers {status}", url)
    said = transcript_type(transcript)
    if served in _VAGUE or _SAME.get(served, served) == _SAME.get(said, said):
        return None
    message = f"the transcript {url} is served as {served!r}; the feed says {said!r}"
    return Note(code="transcript-type", message=message, where=episode.guid)


async def _answer(url: str, media: httpx.AsyncClient) -> tuple[int, str]:
    """Return status and media type of `url`, by HEAD, or by GET where that is refused."""
    for method in ("HEAD", "GET"):
        async with media.stream(method, url, follow_redirects=True) as answer:
            if method == "HEAD" and answer.status_code in _HEAD_REFUSED:
                continue
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().casefold()
            return answer.status_code, kind
    raise AssertionError("GET has been answered")


def _missing(episode: Episode, what: str, url: str) -> Note:
    return Note(
        code="transcript-missing", message=f"the transcript {url} {what}", where=episode.guid
    )


async def _gated(gate: asyncio.Semaphore, work: Coroutine[Any, Any, T]) -> T:
    async with gate:
        return await work


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Return the results in order; if one fails, the others are stopped."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
