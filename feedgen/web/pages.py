"""The pages anybody may look at, each for what is theirs to see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feedgen.web.artwork import artwork
from feedgen.web.callers import hooks_of
from feedgen.web.forms import printable
from feedgen.web.past import one_version, past
from feedgen.web.received import received
from feedgen.web.rendering import ASSETS, SAFE
from feedgen.web.show import show_page
from feedgen.web.shows import RESULTS, Asked, one_show, overview

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from feedgen.web.rendering import Pages
    from feedgen.web.service import Service

_WORDS = 100


class LookPages:
    """Overview, show, artwork, history, receipts: nothing here changes anything.

    The methods without `async` run in threads of their own: they read the state and the disk.
    """

    def __init__(self, service: Callable[[], Service], pages: Pages) -> None:
        self._service = service
        self._pages = pages

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the pages and of what they load."""
        return [
            Route("/", self.overview),
            Route("/shows/{slug}", self.show),
            Route("/shows/{slug}/artwork", self.artwork),
            Route("/shows/{slug}/history", self.history),
            Route("/shows/{slug}/history/{number:int}", self.version),
            Route("/hooks", self.hooks),
            Route("/receipts", self.receipts),
            Route("/receipts/{id}.html", self.receipt),
            Route("/assets/{name}", self.asset),
        ]

    def overview(self, request: Request) -> Response:
        """Answer with all shows, or those that are searched for."""
        service = self._service()
        query = request.query_params
        asked = Asked(
            words=printable(query.get("q", ""))[:_WORDS],
            result=query.get("result", "") if query.get("result") in RESULTS else "",
            page=_number(query.get("page")),
        )
        with service.desk() as desk:
            view = overview(desk.state, asked)
        return self._pages.page(
            request, service, "overview.html", here="shows", view=view, results=RESULTS
        )

    def show(self, request: Request) -> Response:
        """Answer with one show."""
        service = self._service()
        query = request.query_params
        with service.desk() as desk:
            view = show_page(
                desk.state,
                desk.target,
                request.path_params["slug"],
                words=printable(query.get("q", ""))[:_WORDS],
                page=_number(query.get("page")),
                viewer=service.viewer(request),
                here=service.here,
            )
        if view is None:
            raise _no_show()
        return self._pages.page(request, service, "show.html", view=view)

    def artwork(self, request: Request) -> Response:
        """Answer with the artwork of a show in every style; the source is asked."""
        service = self._inside(request)
        slug = request.path_params["slug"]
        with service.desk() as desk:
            show = one_show(desk.state, slug)
        if show is None:
            raise _no_show()
        # A loop of its own: reading a large catalogue keeps no other request waiting.
        view = asyncio.run(artwork(service.config, slug, now=service.clock(), here=service.here))
        return self._pages.page(request, service, "artwork.html", show=show, view=view)

    def history(self, request: Request) -> Response:
        """Answer with what was on air, what was held, and who decided."""
        service = self._inside(request)
        with service.desk() as desk:
            view = past(desk.state, request.path_params["slug"], service.viewer(request))
        if view is None:
            raise _no_show()
        return self._pages.page(request, service, "history.html", view=view)

    def version(self, request: Request) -> Response:
        """Answer with one version and what putting it back would change."""
        service = self._inside(request)
        with service.desk() as desk:
            view = one_version(
                desk.state,
                request.path_params["slug"],
                service.viewer(request),
                rest=request.query_params.get("feed", ""),
                number=request.path_params["number"],
            )
        if view is None:
            raise HTTPException(404, "There is no such version.")
        return self._pages.page(request, service, "version.html", view=view)

    def receipts(self, request: Request) -> Response:
        """Answer with what the hooks were told last, and what still waits."""
        service = self._inside(request)
        with service.desk() as desk:
            view = received(desk.state)
        return self._pages.page(request, service, "receipts.html", here="receipts", view=view)

    async def hooks(self, request: Request) -> Response:
        """Answer with the hooks there are, and how a CMS has to call them."""
        service = self._inside(request)
        return self._pages.page(
            request,
            service,
            "hooks.html",
            here="receipts/hooks",
            hooks=hooks_of(service.config, service.hook_problems),
            origin=f"{request.url.scheme}://{request.url.netloc}",
        )

    def receipt(self, request: Request) -> Response:
        """Answer with one receipt, to who knows its id: so the CMS may show it as a link."""
        service = self._service()
        with service.desk() as desk:
            found = desk.state.inbox.receipt(request.path_params["id"])
        if found is None:
            raise HTTPException(404, "There is no such receipt.")
        return self._pages.page(
            request, service, "receipt.html", here="receipts/one", receipt=found
        )

    async def asset(self, request: Request) -> Response:
        """Answer with what the pages load; its address changes when it does."""
        name = request.path_params["name"]
        if name not in ASSETS:
            raise HTTPException(404, "There is no such file.")
        headers = {
            **SAFE,
            "content-type": ASSETS[name],
            "cache-control": "public, max-age=31536000, immutable",
        }
        return Response(self._pages.assets[name], headers=headers)

    def _inside(self, request: Request) -> Service:
        """Return the service if who asks may see what goes on inside, else refuse."""
        service = self._service()
        if not service.viewer(request).inside:
            raise HTTPException(401, "Log in to see this page.")
        return service


def _no_show() -> HTTPException:
    return HTTPException(404, "There is no such show.")


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else 1
