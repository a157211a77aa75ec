"""What people decide on the pages: who they are, what they let on air, what they put back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feedgen import aired, byhand
from feedgen.errors import FeedgenError, UsageProblem
from feedgen.history import key_parts
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.state import only_series
from feedgen.web.forms import form_of, local_path, printable
from feedgen.web.service import COOKIE
from feedgen.web.sessions import LIFETIME, TooManyAttempts, WrongToken
from feedgen.web.shows import is_gone, one_show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from feedgen.web.rendering import Pages
    from feedgen.web.service import Service
    from feedgen.web.sessions import Session

log = logging.getLogger(__name__)

# A person waits for a page; a run may hold the series for longer.
_PATIENCE = 30.0


class DecisionPages:
    """Log in, log out, approve, put back: every one of them a form, none without the token."""

    def __init__(self, service: Callable[[], Service], pages: Pages) -> None:
        self._service = service
        self._pages = pages

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the forms."""
        return [
            Route("/login", self.ask, methods=["GET"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/shows/{slug}/approve", self.approve, methods=["POST"]),
            Route("/shows/{slug}/rollback", self.rollback, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Answer with the form to log in."""
        after = local_path(request.query_params.get("next", "/"))
        return self._form(request, after)

    async def log_in(self, request: Request) -> Response:
        """Begin a session, or answer with the form again."""
        service = self._service()
        form = await form_of(request)
        after = local_path(form.get("next", "/"))
        client = request.client.host if request.client else ""
        name = printable(form.get("name", ""))[:60]
        try:
            cookie = service.sessions.log_in(
                form.get("token", ""), name=name or "somebody on the pages", client=client
            )
        except WrongToken:
            log.warning("web.login_refused client=%s", client)
            return self._form(request, after, "That is not the login token.", status=403)
        except TooManyAttempts as tried:
            said = f"Too many attempts; try again in {tried.wait} s."
            retry = {"retry-after": str(tried.wait)}
            return self._form(request, after, said, status=429, headers=retry)
        service.sessions.log_out(request.cookies.get(COOKIE))
        log.info("web.login client=%s by=%s", client, name)
        answer = _see(request, after)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(LIFETIME),
            path=request.scope.get("root_path") or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        service = self._service()
        await self._signed(request, service)
        service.sessions.log_out(request.cookies.get(COOKIE))
        answer = _see(request, "/")
        answer.delete_cookie(COOKIE, path=request.scope.get("root_path") or "/")
        return answer

    async def approve(self, request: Request) -> Response:
        """Let exactly the difference that was shown go on air with the next run."""
        service = self._service()
        session, form = await self._signed(request, service)
        slug, digest = request.path_params["slug"], form.get("digest", "")
        series_id = await run_in_threadpool(_series_id, service, slug)
        key = f"{series_id}{form.get('feed', '')}"
        if len(digest) != 64:
            raise HTTPException(400, "The form does not say which difference.")

        def approved() -> None:
            with service.desk() as desk:
                held = desk.state.approvals.waiting(key)
                if held is None or held.digest != digest:
                    raise _not_any_more()
                if held.approved_at is not None:
                    return
                byhand.approve(desk.state, series_id, held, by=session.name, at=desk.now)
                if service.worker is not None and not is_gone(held):
                    # Who publishes in the background does so now.
                    desk.state.inbox.wake(series_id, slug, desk.now)

        await self._alone(service, series_id, approved)
        log.info("web.approved series=%s digest=%s by=%s", slug, digest[:12], session.name)
        return _see(request, f"/shows/{slug}")

    async def rollback(self, request: Request) -> Response:
        """Put a version back on air, if what is on air is still what was shown."""
        service = self._service()
        session, form = await self._signed(request, service)
        slug, number = request.path_params["slug"], form.get("version", "")
        series_id = await run_in_threadpool(_series_id, service, slug)
        if not (number.isascii() and number.isdecimal() and len(number) < 8):
            raise HTTPException(400, "The form does not say which version.")

        def put_back() -> None:
            with service.desk() as desk:
                name = form.get("feed", "").removeprefix("#")
                feed = aired.one(aired.of_series(desk.state, series_id), name)
                newest = desk.state.history.newest(feed.key)
                if newest is None or str(newest.number) != form.get("newest"):
                    raise _not_any_more()
                todo = byhand.steps(desk, feed, number)
                byhand.put_back(desk, todo, base=service.config.publish_url, by=session.name)

        await self._alone(service, series_id, put_back)
        log.info("web.rolled_back series=%s version=%s by=%s", slug, number, session.name)
        answer = _see(request, f"/shows/{slug}/history")
        answer.background = BackgroundTask(_tell_receivers, service)
        return answer

    async def _alone(self, service: Service, series_id: str, work: Callable[[], None]) -> None:
        """Do `work` while nobody else publishes the series; refuse what can not be done."""
        try:
            async with asyncio.timeout(_PATIENCE) as waiting:
                async with only_series(service.config.state_folder, series_id):
                    # From here on it is done whole, however long it takes.
                    waiting.reschedule(None)
                    await run_in_threadpool(work)
        except TimeoutError as error:
            raise HTTPException(
                503, "A run publishes this show at the moment; try again in a minute."
            ) from error
        except UsageProblem as problem:
            raise HTTPException(409, f"{problem.message}: {problem.hint}.") from problem

    async def _signed(
        self, request: Request, service: Service
    ) -> tuple[Session, Mapping[str, str]]:
        """Return who sent a form and its fields; refuse who is not logged in."""
        form = await form_of(request)
        session = service.session(request)
        if session is None:
            raise HTTPException(401, "Log in first; the session may have ended.")
        if not session.wrote(form.get("csrf", "")):
            raise HTTPException(403, "The form is not from this session; load the page again.")
        return session, form

    def _form(
        self,
        request: Request,
        after: str,
        problem: str = "",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        return self._pages.page(
            request,
            self._service(),
            "login.html",
            status=status,
            headers={"cache-control": "no-store", **(headers or {})},
            here="login",
            next=after,
            problem=problem,
        )


async def _tell_receivers(service: Service) -> None:
    """Tell hubs and others what went on air; what can not be told now stays in the outbox."""
    try:
        with service.desk() as desk:
            await deliver(desk.state.outbox, secrets=Secrets.from_environment())
    except FeedgenError as error:
        log.warning("web.not_told reason=%s", error.message)


def _not_any_more() -> UsageProblem:
    return UsageProblem("something else is there since the page was made", hint="look at it again")


def _series_id(service: Service, slug: str) -> str:
    with service.desk() as desk:
        show = one_show(desk.state, slug)
        if show is None:
            raise HTTPException(404, "There is no such show.")
        if show.series_id:
            return show.series_id
        # Held before anything of it was ever on air.
        waiting = [each for each in desk.state.approvals.all_waiting() if each.slug == slug]
    if not waiting:
        raise HTTPException(409, "Nothing of this show has been on air, and nothing waits.")
    return key_parts(waiting[0].key)[0]


def _see(request: Request, path: str) -> RedirectResponse:
    """Return the way to a page of ours, to be got with GET (RFC 9110 §15.4.4)."""
    root = str(request.scope.get("root_path", ""))
    return RedirectResponse(f"{root}{path}", 303, {"cache-control": "no-store"})
