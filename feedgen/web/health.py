"""What monitors ask: is it alive, can it do its work, how do the shows stand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from feedgen.errors import FeedgenError
from feedgen.report.metrics import metrics
from feedgen.web.sessions import TooManyAttempts

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from feedgen.publish import Target
    from feedgen.web.service import Service

# Seconds: a monitor gives up after ten or so.
WITHIN = 5.0
_FRESH = {"cache-control": "no-store"}


class HealthPages:
    """`/healthz`, `/readyz`, `/metrics`."""

    def __init__(self, service: Callable[[], Service]) -> None:
        self._service = service
        self._looking: Future[dict[str, object]] | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def alive(self, request: Request) -> Response:
        """Answer that the process answers."""
        return PlainTextResponse("alive\n", headers=_FRESH)

    async def ready(self, request: Request) -> Response:
        """Answer whether the state opens, the target is there and the worker lives.

        The age of the last run is told, and is no reason to be taken out of service.
        """
        service = self._service()
        try:
            async with asyncio.timeout(WITHIN):
                told = await asyncio.shield(asyncio.wrap_future(self._look(service)))
        except TimeoutError:
            told = {"state": True, "target": False, "last_run_seconds_ago": None}
        worker = service.worker
        told["worker"] = "none" if worker is None else "alive" if worker.alive else "dead"
        ready = bool(told["state"]) and bool(told["target"]) and told["worker"] != "dead"
        return JSONResponse({"ready": ready, **told}, 200 if ready else 503, _FRESH)

    def metrics(self, request: Request) -> Response:
        """Answer with the metrics of all series, to who may see what goes on inside.

        A monitor that is not on this machine sends the login token as a bearer token.
        """
        service = self._service()
        if not self._bears(request, service) and not service.viewer(request).inside:
            raise HTTPException(
                401, "Send the login token as a bearer token.", {"www-authenticate": "Bearer"}
            )
        with service.desk() as desk:
            state = desk.state
            body = metrics(
                state.standings.all(),
                state.standings.last_run(),
                waiting=len(state.outbox.open()),
                given_up=len(state.outbox.given_up()),
            )
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Response(body, headers={**_FRESH, "content-type": kind})

    def _look(self, service: Service) -> Future[dict[str, object]]:
        """Return what a look finds, or will: there is one at a time, and none is waited for.

        A store that is away answers when it likes; the server may have to end before.
        """
        if self._looking is None or self._looking.done():
            looking: Future[dict[str, object]] = Future()

            def look() -> None:
                try:
                    looking.set_result(_looked(service))
                except Exception as error:  # the request that waits is told
                    looking.set_exception(error)

            self._looking = looking
            threading.Thread(target=look, name="ready", daemon=True).start()
        return self._looking

    def _bears(self, request: Request, service: Service) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        client = request.client.host if request.client else ""
        try:
            return service.sessions.bears(token.strip(), client=client)
        except TooManyAttempts as tried:
            raise HTTPException(
                429, "Too many calls.", {"retry-after": str(tried.wait)}
            ) from tried


def _looked(service: Service) -> dict[str, object]:
    """Return what of the state and the target can be used, and how long ago a run ended."""
    told: dict[str, object] = {"state": True, "target": True, "last_run_seconds_ago": None}
    try:
        with service.desk() as desk:
            last = desk.state.standings.last_run()
            if last is not None:
                age = (service.clock() - last.ended_at).total_seconds()
                told["last_run_seconds_ago"] = age
            told["target"] = _is_there(desk.target)
    except FeedgenError:
        told["state"] = False
    return told


def _is_there(target: Target) -> bool:
    """Return whether the target can be asked for something; whether that exists is no matter."""
    try:
        target.size("feedgen.txt")
    except FeedgenError:
        return False
    return True
