"""Who looks at a page, and what of it is for them.

What the feeds on air say is for everybody. What goes on inside (why something failed, which
episodes are left out, what is held) is for who is logged in, and by default for who sits at this
machine. The address of a private feed is its key: only who is logged in sees one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from feedgen.history import key_parts
from feedgen.redact import LEFT_OUT, unplaced

if TYPE_CHECKING:
    from starlette.requests import Request

    from feedgen.state import State
    from feedgen.web.sessions import Session

LoginFor = Literal["changes", "inside"]
T = TypeVar("T")

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who looks at a page; `session` is `None` for who is not logged in."""

    inside: bool
    session: Session | None = None

    @property
    def private(self) -> bool:
        """Whether private feeds and their addresses may be shown."""
        return self.session is not None


def at_this_machine(request: Request) -> bool:
    """Return whether a request was made on this machine, for this machine, by nobody else.

    A page of another site that had its name lead here (DNS rebinding) is told by the Host it
    asks for, a proxy by what it adds, or by HTTP/1.0: nginx, left as it comes, speaks that to
    what is behind it, by the name it has there, and adds nothing.
    """
    client = request.client.host if request.client else ""
    try:
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return (
        _loopback(client)
        and (asked == "localhost" or _loopback(asked))
        and not any(name in request.headers for name in _FORWARDED)
        and request.scope.get("http_version") != "1.0"
    )


def private_feeds(outcome: Mapping[str, Any] | None, names: Sequence[str]) -> frozenset[str]:
    """Return which of the further feeds `names` are private, as far as anybody knows.

    One of which the last outcome tells nothing counts as private.
    """
    told = (outcome or {}).get("feeds", ())
    public = {each.get("name") for each in told if each.get("private") is False}
    return frozenset(name for name in names if name and name not in public)


def secrets_of(state: State, series_id: str, private: frozenset[str]) -> frozenset[str]:
    """Return the names and addresses of private feeds of a series, which must not be shown."""
    found: set[str] = set()
    for key in state.history.keys(series_id):
        if key_parts(key)[1] in private:
            for version in state.history.versions(key):
                found |= {version.identity.name, version.identity.self_url}
    return frozenset(found - {""})


def without(secrets: frozenset[str], told: T) -> T:
    """Return plain data in which every secret is left out."""
    if not secrets:
        return told
    if isinstance(told, str):
        for secret in sorted(secrets, key=len, reverse=True):
            told = told.replace(secret, LEFT_OUT)  # type: ignore[assignment]  # still a str
        return unplaced(told)  # type: ignore[return-value]  # still a str
    if isinstance(told, Mapping):
        return {key: without(secrets, value) for key, value in told.items()}  # type: ignore[return-value]  # the same shape
    if isinstance(told, list | tuple):
        return type(told)(without(secrets, each) for each in told)
    return told


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
