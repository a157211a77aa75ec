"""A project as a server: which parts it has, and where they answer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedgen import state
from feedgen.hooks.routes import routes
from feedgen.hooks.service import HookService
from feedgen.hooks.worker import Worker
from feedgen.web.app import create_app
from feedgen.web.files import PublishedFiles
from feedgen.web.service import Service
from feedgen.web.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from feedgen.config import Config
    from feedgen.web.viewer import LoginFor


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A server that is ready to be given a port."""

    asgi: ASGIApp
    service: Service
    problems: Mapping[str, str]
    publishes: bool

    def addresses(self, origin: str) -> Iterator[str]:
        """Yield one line for each thing that is served at `origin`."""
        service = self.service
        yield f"pages      {origin}/"
        if service.files is not None:
            yield f"feeds      {origin}{service.base}/<name>.xml  ({service.files.folder})"
        if service.api is not None:
            yield f"api        {origin}/series"
        for name in service.config.hooks:
            problem = self.problems.get(name)
            yield f"hook       {origin}/hooks/{name}" + (f"  ({problem})" if problem else "")
        if self.publishes:
            yield "publishing what hooks report and what is due, until this ends"
        yield f"monitors   {origin}/healthz, /readyz, /metrics"


def open_app(
    config: Config,
    *,
    login: str,
    login_for: LoginFor,
    api: ASGIApp | None = None,
    publishes: bool | None = None,
) -> Opened:
    """Return the server of a project; opens its state once, so that a damaged one is told now.

    `publishes` is whether it also publishes in the background; where it is not said, it does if
    there are hooks. Without it the hooks do not answer. Raises OutsideProblem if the state can
    not be used.
    """
    folder = config.publish_folder
    service = Service(
        config=config,
        clock=state.now,
        sessions=Sessions(token=login),
        login_for=login_for,
        files=PublishedFiles(folder) if folder is not None else None,
        api=api,
    )
    with service.desk():
        pass
    publishes = bool(config.hooks) if publishes is None else publishes
    if not publishes:
        app = create_app(service)
        return Opened(asgi=app, service=service, problems={}, publishes=False)
    worker = Worker(config)
    hooks = HookService(config, worker)
    service = replace(service, hook_problems=hooks.problems)

    @contextlib.asynccontextmanager
    async def at_work() -> AsyncIterator[Worker]:
        try:
            async with worker:
                yield worker
        finally:
            await hooks.aclose()

    app = create_app(service, hooks=routes(hooks) if config.hooks else (), worker=at_work)
    return Opened(asgi=app, service=service, problems=hooks.problems, publishes=True)
