"""Forms: read with a limit, and only from our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request

MOST = 8 * 1024
_FIELDS = 20


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that one of our own pages sent, the last of each name.

    Raises HTTPException: 403 for another origin, 413 for too much, 415 and 400 for what is none.
    """
    if not _our_own(request):
        raise HTTPException(403, "The form was sent by another site.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "This takes a form.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise HTTPException(413, "The form is too large.")
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise HTTPException(400, "The form can not be read.") from error
    return dict(fields)


def local_path(text: str) -> str:
    """Return the path of one of our own pages, `/` for anything else: no way out by a form."""
    parts = urlsplit(text)
    own = not parts.scheme and not parts.netloc and text.startswith("/")
    tricky = text.startswith(("//", "/\\")) or any(not c.isprintable() or c == "\\" for c in text)
    return text if own and not tricky else "/"


def printable(text: str) -> str:
    """Return `text` as one line of what can be seen: it stands in pages, lists and logs."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _our_own(request: Request) -> bool:
    """Return whether the browser says that the form came from here (Fetch Metadata, RFC 6454).

    Who sends neither header is no browser; the token in the form stands for them all the same.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False
