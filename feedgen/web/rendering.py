"""Pages from templates, with the headers that keep them safe.

Source of the policy: Content Security Policy Level 3; RFC 9110 for the rest. There is no script
on any page, so none is allowed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from feedgen.shipped import shipped
from feedgen.web.encoding import LEAST, compressed, takes_gzip

if TYPE_CHECKING:
    from starlette.requests import Request

    from feedgen.web.service import Service

ASSETS = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
WORDS = {
    "published": "published",
    "unchanged": "unchanged",
    "held": "held",
    "failed": "failed",
    "unknown": "not run yet",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; media-src 'self' https:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {
    "content-security-policy": _POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Pages:
    """The templates of one server."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._folder = shipped("templates") / "web"
        self._environment = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "ago": lambda when: ago(when, clock()),
            "bytes": in_bytes,
            "clock": on_clock,
            "day": lambda when: f"{when.day} {when:%B %Y}",
            "moment": lambda when: f"{when:%Y-%m-%d %H:%M:%S} UTC",
            "to_come": lambda when: when > clock(),
            "web": is_web,
        }

    @cached_property
    def assets(self) -> Mapping[str, bytes]:
        """What the pages load, by name."""
        return {name: (self._folder / name).read_bytes() for name in ASSETS}

    @cached_property
    def version(self) -> str:
        """What changes when an asset does, so that a browser may keep them for ever."""
        return hashlib.sha256(b"".join(self.assets.values())).hexdigest()[:12]

    def page(
        self,
        request: Request,
        service: Service,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **told: Any,  # noqa: ANN401 - what a template is told is its own matter
    ) -> Response:
        """Return a page; what is told to who is logged in is kept by nobody."""
        viewer = service.viewer(request)
        query = dict(request.query_params)
        path = request.url.path
        came = path + (f"?{urlencode(query)}" if query else "")
        if request.method not in ("GET", "HEAD"):
            # Where a form was sent to is no page: the one it stood on is above it.
            came = path.rpartition("/")[0] or "/"
        text = self._environment.get_template(template).render(
            root=str(request.scope.get("root_path", "")),
            path=came,
            address=lambda page: f"{path}?{urlencode({**query, 'page': page})}",
            version=self.version,
            viewer=viewer,
            here_of=service.here,
            words=WORDS,
            shown=50,
            has_receipts=service.has_receipts and viewer.inside,
            publishes=service.worker is not None,
            **{"here": "", **told},
        )
        body = text.encode()
        sent = {
            **SAFE,
            "content-type": "text/html; charset=utf-8",
            "cache-control": "no-store" if viewer.session else "no-cache, private",
            "vary": "accept-encoding, cookie",
            **(headers or {}),
        }
        # A page with a secret in it is not compressed: its length would tell of the secret.
        plain = viewer.session is not None or len(body) < LEAST
        if not plain and takes_gzip(request.headers.get("accept-encoding")):
            body = compressed(body)
            sent["content-encoding"] = "gzip"
        return Response(body, status, sent)


def is_web(address: str) -> bool:
    """Return whether a browser may follow `address`: no `javascript:` on a page."""
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return False


def ago(when: datetime, now: datetime) -> str:
    """Return how far `when` is from `now`, as people say it."""
    seconds = (now - when).total_seconds()
    # The clock of the pages has whole seconds, that of a run has not.
    late = seconds < -2
    seconds = abs(seconds)
    if seconds < 60:
        return "in a moment" if late else "just now"
    size, word = next(
        (size, word)
        for size, word in ((31557600, "year"), (86400, "day"), (3600, "hour"), (60, "minute"))
        if seconds >= size
    )
    number = int(seconds // size)
    said = f"{number} {word}{'' if number == 1 else 's'}"
    return f"in {said}" if late else f"{said} ago"


def on_clock(seconds: float) -> str:
    """Return seconds as players show them: `1:02:03`, `12:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def in_bytes(size: int) -> str:
    """Return a size as people say it, in powers of a thousand."""
    if size < 1000:
        return f"{size} B"
    value = size / 1000
    for unit in ("kB", "MB"):
        if value < 1000:
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
