"""Artwork and audio as bytes: HEAD, ranges, validators, the right types.

Source of the rules: RFC 9110, §8.8 (validators), §13 (conditional requests), §14 (ranges).
Sending the file, or the parts of it, is Starlette's; what it takes for a range is decided here.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from feedgen.artwork.picture import EXTENSION
from feedgen.content.identity import entity_tag

IMAGE_TYPES = {extension: content_type for content_type, extension in EXTENSION.items()}

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "public, max-age=300"

# Any web player may read the media and its length, and ask for ranges.
CROSS_ORIGIN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified"
    ),
}
_PREFLIGHT = {
    **CROSS_ORIGIN,
    "access-control-allow-headers": "If-Match, If-None-Match, If-Range, Range",
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-max-age": "86400",
    "allow": "GET, HEAD, OPTIONS",
}
_MOST_RANGES = 20
_RANGE_SET = re.compile(r"bytes=[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"([0-9]{1,18})?-([0-9]{1,18})?")
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def preflight() -> Response:
    """Return the answer to OPTIONS: everybody may read, with ranges."""
    return Response(status_code=204, headers=_PREFLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A regular file that is open: whatever its name stands for later, these are its bytes."""

    path: Path
    file: io.FileIO
    found: os.stat_result

    @classmethod
    def at(cls, path: Path) -> Opened | None:
        """Return the file at `path`, `None` if there is none, or something else than a file."""
        # Opening a pipe must not wait for somebody to write into it.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            file = io.FileIO(os.open(path, flags), "rb")
        except (OSError, ValueError):
            return None
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            file.close()
            return None
        return cls(path=path, file=file, found=found)

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        with contextlib.suppress(OSError):
            self.file.close()


async def send(
    request: Request, path: Path, *, content_type: str, digest: str = ""
) -> Response | None:
    """Return the response for a file, `None` if it is not there.

    `digest` is that of the content, if the address is made of it: such an answer never changes.
    Without it the entity tag is made of size and time of change, like those of most servers.
    """
    opened = await asyncio.to_thread(Opened.at, path)
    if opened is None:
        return None
    found = opened.found
    return respond(
        request,
        opened,
        content_type=content_type,
        headers={
            "cache-control": IMMUTABLE if digest else REVALIDATED,
            "etag": f'"{digest}"' if digest else entity_tag(found),
        },
    )


def respond(
    request: Request, opened: Opened, *, content_type: str, headers: Mapping[str, str]
) -> Response:
    """Return the response for an open file, which it closes; `headers` must hold an `etag`.

    The bytes are those of the file that was opened, also if its name is given to another one
    while they are sent.
    """
    headers = {
        **CROSS_ORIGIN,
        "last-modified": formatdate(opened.found.st_mtime, usegmt=True),
        "x-content-type-options": "nosniff",
        **headers,
    }
    failed = precondition(request.headers, headers)
    if failed:
        opened.close()
        return Response(status_code=failed, headers=headers)
    return _RangedFile(opened, headers=headers, media_type=content_type)


def precondition(asked: Mapping[str, str], validators: Mapping[str, str]) -> int | None:
    """Return 304 or 412 if a precondition decides the answer (RFC 9110 §13.2.2), else `None`."""
    etag = validators["etag"]
    if_match = asked.get("if-match")
    if if_match is not None:
        if if_match.strip() != "*" and etag not in _ENTITY_TAG.findall(if_match):
            return 412
    else:
        limit = _date(asked.get("if-unmodified-since"))
        if limit is not None and _seconds(validators["last-modified"]) > limit:
            return 412
    if_none_match = asked.get("if-none-match")
    if if_none_match is not None:
        tags = [tag.removeprefix("W/") for tag in _ENTITY_TAG.findall(if_none_match)]
        return 304 if if_none_match.strip() == "*" or etag in tags else None
    since = _date(asked.get("if-modified-since"))
    return 304 if since is not None and _seconds(validators["last-modified"]) <= since else None


def ranges(header: str, size: int) -> str | None:
    """Return the Range header as it is answered, `None` where it has to be ignored.

    Ignored are other units than bytes, what is no range set, and more ranges than anybody needs
    (RFC 9110 §14.2, §17.15). Ranges past the end are dropped as long as another one remains.
    """
    match = _RANGE_SET.fullmatch(header.strip())
    parts = [part.strip() for part in match[1].split(",")] if match else []
    parts = [part for part in parts if part]
    if not parts or len(parts) > _MOST_RANGES:
        return None
    inside = []
    for part in parts:
        bounds = _RANGE.fullmatch(part)
        if not bounds or part == "-":
            return None
        first, last = bounds.groups()
        if first is not None and last is not None and int(last) < int(first):
            return None
        if (int(first) < size) if first is not None else (int(last) > 0 and size > 0):
            inside.append(part)
    return "bytes=" + ",".join(inside) if inside else unsatisfiable(size)


def unsatisfiable(size: int) -> str:
    """Return the range set that stands for "nothing of this lies within `size` bytes"."""
    return f"bytes={size}-"


class _RangedFile(FileResponse):
    """A file response that is handed only ranges it answers as the RFC says."""

    def __init__(self, opened: Opened, *, headers: Mapping[str, str], media_type: str) -> None:
        by_handle = f"/dev/fd/{opened.file.fileno()}"
        super().__init__(
            # Its base class opens what it sends by name, and by then the name may stand for
            # another file. Where the system has no names for open files, that is what there is.
            by_handle if os.path.exists(by_handle) else opened.path,
            headers=headers,
            media_type=media_type,
            stat_result=opened.found,
        )
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        finally:
            self._opened.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        size = int(self.headers["content-length"])
        if_range = asked.get("if-range")
        current = if_range is None or if_range in (
            self.headers["etag"],
            self.headers["last-modified"],
        )
        wanted = asked.get("range") if scope["method"] == "GET" and current else None
        answered = ranges(wanted, size) if wanted is not None else None
        if answered == unsatisfiable(size):
            about_body = ("content-length", "content-type", "cache-control")
            headers = {k: v for k, v in self.headers.items() if k not in about_body}
            headers["content-range"] = f"bytes */{size}"
            await Response(status_code=416, headers=headers)(scope, receive, send)
            return
        others = [(key, value) for key, value in scope["headers"] if key != b"range"]
        if answered is not None:
            others.append((b"range", answered.encode()))
        await super().__call__({**scope, "headers": others}, receive, send)


def _date(text: str | None) -> float | None:
    """Return an HTTP date in seconds, `None` if there is none or it is not a date."""
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()
