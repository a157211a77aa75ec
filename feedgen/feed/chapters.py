"""JSON chapters: the file beside a feed that podcast:chapters points to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedgen.feed.tags import Chapter

CONTENT_TYPE = "application/json+chapters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterFile:
    """A file to be published at `url`, with the header Access-Control-Allow-Origin: *."""

    url: str
    data: bytes
    content_type: str = CONTENT_TYPE


def document(chapters: Iterable[Chapter], *, title: str, podcast: str) -> bytes:
    """Return a chapter file, in the order of the starts.

    Source: podcast namespace, JSON Chapters 1.2.0. Same chapters, same bytes.
    """
    listed = [_chapter(each) for each in sorted(chapters, key=lambda chapter: chapter.start)]
    found = {"version": "1.2.0", "title": title, "podcastName": podcast, "chapters": listed}
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"


def _chapter(chapter: Chapter) -> dict[str, Any]:
    said = {
        "startTime": _number(chapter.start),
        "endTime": None if chapter.end is None else _number(chapter.end),
        "title": chapter.title,
        "url": chapter.url,
        "img": chapter.img,
        "toc": chapter.toc,
    }
    return {name: value for name, value in said.items() if value is not None}


def _number(seconds: float) -> float | int:
    """Return whole seconds as an integer, so that files read as people write them."""
    return int(seconds) if seconds == int(seconds) else seconds
