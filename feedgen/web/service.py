"""What one server serves, and how its parts reach what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from feedgen import night
from feedgen.content.operations import COLLECTIONS
from feedgen.web.show import Here
from feedgen.web.viewer import LoginFor, Viewer, at_this_machine

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from feedgen.config import Config
    from feedgen.onair import Desk
    from feedgen.web.files import PublishedFiles
    from feedgen.web.sessions import Session, Sessions

COOKIE = "feedgen-session"


class Alive(Protocol):
    """What publishes in the background, as far as `/readyz` asks."""

    @property
    def alive(self) -> bool:
        """Whether it is at work or waits for some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One server: its project, who is logged in, and what it serves beside the pages.

    `files` is `None` if the feeds go to an object store, `api` for a hosted account, `worker` if
    nothing publishes in the background. `hook_problems` says which hooks refuse everything.
    """

    config: Config
    clock: Callable[[], datetime]
    sessions: Sessions
    login_for: LoginFor
    files: PublishedFiles | None = None
    api: ASGIApp | None = None
    worker: Alive | None = None
    hook_problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The path that what is published lies under, without a slash at its end."""
        return unquote(urlsplit(self.config.publish_url).path).rstrip("/")

    @property
    def here(self) -> Here:
        """What turns a public address into one that a page may embed."""
        served = self.files is not None or self.api is not None
        return Here(self.config.publish_url, self.base if served else None, self.files is None)

    @property
    def has_receipts(self) -> bool:
        """Whether anything gives receipts: a hook is configured."""
        return bool(self.config.hooks)

    def answers_as_api(self, path: str) -> bool:
        """Return whether the Content API answers at `path`: its collections, and its media."""
        if self.api is None:
            return False
        media = f"{self.base}/media/"
        first = path.removeprefix("/").partition("/")[0]
        return first in COLLECTIONS or path.startswith((media, "/media/"))

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Yield state and target of the project, opened for one answer."""
        with night.open_desk(self.config, now=self.clock()) as desk:
            yield desk

    def session(self, request: Request) -> Session | None:
        """Return the session of who asks, `None` for who is not logged in."""
        return self.sessions.of(request.cookies.get(COOKIE))

    def viewer(self, request: Request) -> Viewer:
        """Return what of a page is for who asks."""
        session = self.session(request)
        near = self.login_for == "changes" and at_this_machine(request)
        return Viewer(inside=session is not None or near, session=session)
