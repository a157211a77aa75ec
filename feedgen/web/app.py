"""The whole server as one ASGI application.

    /                     the pages: all shows, /shows/<slug>, /login, /receipts
    /hooks                which hooks there are; /hooks/<name> is what a CMS calls, and
                          /receipts/<id> what became of it
    /series, /episodes …  the Content API, where a catalogue folder has one to serve
    /<slug>.xml, /media/… what is on air, under the path of [publish] url
    /healthz, /readyz, /metrics

Names of the pages, the hooks and the API are taken before those of files: a feed can not be
called `shows`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from feedgen.content import media
from feedgen.errors import FeedgenError
from feedgen.web.decisions import DecisionPages
from feedgen.web.health import HealthPages
from feedgen.web.pages import LookPages
from feedgen.web.rendering import SAFE, Pages

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from feedgen.web.service import Alive, Service

log = logging.getLogger(__name__)

Worker = Callable[[], AbstractAsyncContextManager["Alive"]]
_METHODS = ("GET", "HEAD", "OPTIONS")
_TITLES = {
    400: "That can not be read",
    401: "Not logged in",
    403: "Refused",
    404: "Nothing here",
    405: "Not that way",
    409: "Not any more",
    413: "Too much",
    415: "Not a form",
    429: "Too often",
    500: "A fault of ours",
    503: "Not now",
}


def create_app(
    service: Service, *, hooks: Sequence[BaseRoute] = (), worker: Worker | None = None
) -> Starlette:
    """Return the application; `worker` publishes in the background for as long as it lives."""
    now = [service]

    def current() -> Service:
        return now[0]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if worker is None:
            yield
            return
        async with worker() as alive:
            now[0] = replace(service, worker=alive)
            yield

    pages = Pages(service.clock)
    outside = _Outside(current, pages)
    app = Starlette(
        routes=[
            *DecisionPages(current, pages).routes(),
            *LookPages(current, pages).routes(),
            *HealthPages(current).routes(),
            *hooks,
        ],
        exception_handlers={
            HTTPException: outside.refused,
            FeedgenError: outside.unavailable,
            Exception: outside.broken,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.router.default = outside
    return app


class _Outside:
    """What is no page: files, the Content API, and everything that goes wrong."""

    def __init__(self, service: Callable[[], Service], pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, else as the API, else that there is nothing."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        service = self._service()
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        answer = await self._file(request, service, path)
        if answer is None and service.api is not None and service.answers_as_api(path):
            await service.api(scope, receive, send)
            return
        if answer is None:
            raise HTTPException(404, "There is nothing at this address.")
        await answer(scope, receive, send)

    async def _file(self, request: Request, service: Service, path: str) -> Response | None:
        files, below = service.files, f"{service.base}/"
        if files is None or not path.startswith(below):
            return None
        name = path.removeprefix(below)
        if request.method in ("GET", "HEAD"):
            return await files.answer(request, name)
        if files.find(name) is None:
            return None
        if request.method == "OPTIONS":
            return media.preflight()
        raise HTTPException(405, "A file is only read.", {"allow": ", ".join(_METHODS)})

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer what is refused: a page for a browser, a line for anything else."""
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for nothing else
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
        return self._told(request, error.status_code, error.detail, headers=headers)

    async def unavailable(self, request: Request, error: Exception) -> Response:
        """Answer what the world outside keeps us from: the state, the target."""
        assert isinstance(error, FeedgenError)  # noqa: S101 - it is registered for nothing else
        log.warning("web.unavailable path=%s: %s", _path(request), error.message)
        inside = self._service().viewer(request).inside
        said = f"{error.message}." if inside else "This can not be answered at the moment."
        return self._told(
            request, 503, said, hint=error.hint if inside else "", headers={"retry-after": "30"}
        )

    async def broken(self, request: Request, error: Exception) -> Response:
        """Answer that feedgen is at fault; the log says what happened."""
        log.error("web.bug path=%s", _path(request), exc_info=error)
        return self._told(request, 500, "The log of the server says what happened.")

    def _told(
        self,
        request: Request,
        status: int,
        message: str,
        *,
        hint: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        headers = {"cache-control": "no-store", **(headers or {})}
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(f"{message}\n", status, {**SAFE, **headers})
        return self._pages.page(
            request,
            self._service(),
            "error.html",
            status=status,
            headers=headers,
            code=status,
            title=_TITLES.get(status, f"Status {status}"),
            message=message,
            hint=hint,
        )


def _path(request: Request) -> str:
    """Return the path of a request as one line, whatever stands in it."""
    return quote(request.url.path, safe="/:@!$&'()*+,;=~")
