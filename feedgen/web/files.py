"""What is on air, as a web server gives it: feeds, artwork, chapters, audio.

Source of the rules: RFC 9110 §8.8 (validators), §12.5.3 (compression), §13 (conditions), §14
(ranges). A file is opened once for each answer, so that a feed that is replaced meanwhile is sent
whole, the old one or the new one.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from feedgen.content import media
from feedgen.content.media import Opened
from feedgen.publish.headers import cache_control, content_type, is_private
from feedgen.web.encoding import LEAST, compressed, takes_gzip

_TEXT = ("application/rss+xml", "application/json", "application/x-subrip", "text/")
# A feed of ten thousand episodes has some 30 MB; what is larger is sent as it is.
_MOST_TEXT = 64 * 1024 * 1024
_REMEMBERED = 64 * 1024 * 1024

_Key = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    digest: str
    gzipped: bytes


@dataclass(slots=True)
class PublishedFiles:
    """The files of one folder; nothing outside of it, nothing hidden, no list of what there is."""

    folder: Path
    _texts: OrderedDict[_Key, _Text] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, name: str) -> Path | None:
        """Return the file that lies at `name`, with `/` between the parts, or `None`.

        A part may not be empty or begin with a point, and a link may not lead out of the folder.
        """
        parts = name.split("/")
        if any(not part or part.startswith(".") or set(part) & _NEVER for part in parts):
            return None
        try:
            root = os.path.realpath(self.folder)
            path = os.path.realpath(os.path.join(root, *parts))
            inside = os.path.commonpath((root, path)) == root
            hidden = any(each.startswith(".") for each in Path(path).relative_to(root).parts)
        except (OSError, ValueError):
            return None
        return Path(path) if inside and not hidden and os.path.isfile(path) else None

    async def answer(self, request: Request, name: str) -> Response | None:
        """Return what is answered to GET and HEAD for `name`, `None` if nothing lies there."""
        opened = await run_in_threadpool(self._opened, name)
        if opened is None:
            return None
        kind = content_type(name)
        headers = {"cache-control": cache_control(name)}
        if is_private(name):
            headers["x-robots-tag"] = "noindex"
        found = opened.found
        if not kind.startswith(_TEXT) or found.st_size > _MOST_TEXT:
            mark = f"{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}"
            headers["etag"] = f'"{mark}"'
            return media.respond(request, opened, content_type=kind, headers=headers)
        try:
            text = await run_in_threadpool(self._text, opened)
        except OSError:
            opened.close()
            raise
        headers |= {"vary": "accept-encoding", "etag": f'"{text.digest}"'}
        # A range is one of the bytes as they are: nobody can use the middle of a compressed feed.
        plain = "range" in request.headers or not text.gzipped
        if plain or not takes_gzip(request.headers.get("accept-encoding")):
            return media.respond(request, opened, content_type=kind, headers=headers)
        opened.close()
        headers["last-modified"] = formatdate(found.st_mtime, usegmt=True)
        return _gzipped(request, text, headers, kind)

    def _opened(self, name: str) -> Opened | None:
        path = self.find(name)
        return Opened.at(path) if path is not None else None

    def _text(self, opened: Opened) -> _Text:
        """Return digest and compressed bytes of a file that is open; remembers the last ones."""
        found = opened.found
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        data = opened.file.readall()
        packed = compressed(data) if len(data) >= LEAST else b""
        text = _Text(digest=hashlib.sha256(data).hexdigest()[:32], gzipped=packed)
        with self._lock:
            self._texts[key] = text
            while sum(len(each.gzipped) + 100 for each in self._texts.values()) > _REMEMBERED:
                self._texts.popitem(last=False)
        return text


def _gzipped(request: Request, text: _Text, headers: Mapping[str, str], kind: str) -> Response:
    # The compressed bytes are another representation with a tag of its own (RFC 9110 §8.8.3.3).
    sent = {
        **media.CROSS_ORIGIN,
        "x-content-type-options": "nosniff",
        "accept-ranges": "bytes",
        **headers,
        "etag": f'"{text.digest}-gzip"',
    }
    failed = media.precondition(request.headers, sent)
    if failed:
        return Response(status_code=failed, headers=sent)
    sent |= {"content-encoding": "gzip", "content-type": kind}
    return Response(text.gzipped, headers=sent)


# What a name holds only to mislead: the system or another one may read it in its own way.
_NEVER = frozenset("\\\0:") | {chr(code) for code in range(32)} | {"\x7f"}
