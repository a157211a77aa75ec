"""What a request to a hook comes to, whoever brought it: the network, or a command line.

    hook = service.hook("cms")            None if there is none of that name
    service.verify(hook, request)         raises Unsigned
    accepted = await service.accept(hook, payload, key=…, body=…)

The inbox is used in a thread of its own: writing to the disk keeps no other request waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from feedgen import config as configuration
from feedgen.config import FILE_NAME
from feedgen.errors import UsageProblem
from feedgen.hooks.mapping import Mapping
from feedgen.hooks.meant import meant
from feedgen.hooks.rate import Rate
from feedgen.hooks.signatures import Request, verify, verify_headers
from feedgen.hooks.standby import mark
from feedgen.inbox import Accepted, Changed, Inbox
from feedgen.state import State
from feedgen.transaction import usable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.content.walk import Mark
    from feedgen.hooks.settings import HookSettings
    from feedgen.hooks.worker import Worker
    from feedgen.receipts import Receipt
    from feedgen.report import Told

log = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds between two looks at a receipt that somebody waits for, if nothing is heard before, and
# between two at the files that hooks are configured by.
_LOOK_EVERY, _LOOK_AGAIN = 0.5, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One hook, ready for requests; without `secrets` it refuses all of them."""

    name: str
    settings: HookSettings
    mapping: Mapping
    secrets: tuple[str, ...]
    rate: Rate


class HookService:
    """The hooks of one project, in front of the worker that publishes."""

    def __init__(
        self,
        config: Config,
        worker: Worker,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare the hooks; `problems` says which of them can not be used, and why."""
        self.problems: dict[str, str] = {}
        self._worker = worker
        self._clock = clock
        self._path = config.state_folder / "state.sqlite3"
        self._config = config
        self._marks = _marks(config)
        self._looked_at = time.monotonic()
        self._hooks = self._ready(config)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox")
        self._state: State | None = None
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        worker.listen(self._ended)

    @property
    def root(self) -> Path:
        """Where the project lies."""
        return self._config.root

    def hook(self, name: str) -> Hook | None:
        """Return the hook of this name as it is configured now, `None` if there is none."""
        self._look_again()
        return self._hooks.get(name)

    def verify_headers(self, hook: Hook, headers: dict[str, str]) -> None:
        """Raise Unsigned if the headers alone show that a request is not signed."""
        verify_headers(headers, hook.settings, hook.secrets, now=self._clock())

    def verify(self, hook: Hook, request: Request) -> None:
        """Raise Unsigned unless the request is signed with a secret of the hook."""
        verify(request, hook.settings, hook.secrets, now=self._clock())

    async def series(self, hook: Hook, payload: object) -> tuple[Changed, ...]:
        """Return the series a payload names, none if it is not about feeds.

        Raises BadPayload, and UnknownSeries for a name that is no series.
        """
        said = hook.mapping.said(payload)
        if said is None:
            return ()
        before: tuple[str, ...] = ()
        if said.document:
            before = await self._with(
                lambda inbox: inbox.documents.series_of(hook.name, said.document)
            )
        return meant(said, before, await self._worker.resolve((*said.names, *before)))

    async def accept(
        self, hook: Hook, changed: Sequence[Changed], *, key: str, body: bytes
    ) -> Accepted:
        """Return the receipt for a request; it is on the disk. Raises KeyReused."""
        digest, now = hashlib.sha256(body).hexdigest(), self._clock()
        accepted = await self._with(
            lambda inbox: inbox.accept(changed, hook=hook.name, now=now, key=key, body=digest)
        )
        self._worker.nudge()
        slugs = ",".join(each.slug for each in changed)
        log.info("hook.accepted hook=%s series=%s replay=%s", hook.name, slugs, accepted.replayed)
        return accepted

    async def receipt(self, receipt: str) -> Receipt | None:
        """Return a receipt by its id, `None` if there is none."""
        return await self._with(lambda inbox: inbox.receipt(receipt))

    async def settled(self, receipt: str, seconds: float) -> Receipt | None:
        """Return a receipt as soon as it is done, else as it is after `seconds`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        async with self._heard() as ended:
            while True:
                ended.clear()
                found = await self.receipt(receipt)
                left = until - loop.time()
                if found is None or found.state == "done" or left <= 0:
                    return found
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, _LOOK_EVERY)):
                        await ended.wait()

    async def difference(self, changed: Sequence[Changed]) -> tuple[Told, ...]:
        """Return what publishing these series would do now; nothing is written."""
        return tuple([await self._worker.rehearse(each.slug) for each in changed])

    async def aclose(self) -> None:
        """Close the state; only when no request is answered any more."""
        if self._state is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _look_again(self) -> None:
        """Take over what `feedgen.toml` and the files of secrets say, if they changed."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_AGAIN:
            return
        self._looked_at = now
        marks = _marks(self._config)
        if marks == self._marks:
            return
        self._marks = marks
        try:
            config = configuration.load(self._config.root)
        except UsageProblem as problem:
            log.error("hook.settings_kept reason=%s", problem.message)
            return
        self._config, self._marks = config, _marks(config)
        self._hooks = self._ready(config)
        log.info("hook.settings_taken_over hooks=%s", ",".join(sorted(self._hooks)))

    def _ready(self, config: Config) -> dict[str, Hook]:
        self.problems.clear()
        return {name: self._hook(name, each, config) for name, each in config.hooks.items()}

    def _hook(self, name: str, settings: HookSettings, config: Config) -> Hook:
        try:
            secrets = settings.secrets(config.root)
            if settings.scheme == "standard-webhooks":
                _must_be_standard(secrets)
        except UsageProblem as problem:
            self.problems[name] = problem.message
            log.error("hook.unusable hook=%s reason=%s", name, problem.message)
            secrets = ()
        return Hook(
            name=name,
            settings=settings,
            mapping=Mapping.of(settings),
            secrets=secrets,
            rate=Rate(settings.per_minute),
        )

    async def _with(self, work: Callable[[Inbox], T]) -> T:
        """Return what `work` returns, done in the thread of the inbox."""

        def do() -> T:
            if self._state is not None and self._state.replaced:
                self._close()
            if self._state is None:
                self._state = State(self._path)
            with usable():
                return work(self._state.inbox)

        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    def _close(self) -> None:
        if self._state is not None:
            self._state.__exit__(None, None, None)
            self._state = None

    @contextlib.asynccontextmanager
    async def _heard(self) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set whenever a run has ended."""
        event = asyncio.Event()
        self._waiting[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            del self._waiting[event]

    def _ended(self) -> None:
        for event, loop in tuple(self._waiting.items()):
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(event.set)


def _marks(config: Config) -> frozenset[Mark]:
    """Return what to compare of the files that configure the hooks."""
    secrets = (each.secret_file for each in config.hooks.values() if each.secret_file)
    return frozenset(mark(config.root / name) for name in (FILE_NAME, *secrets))


def _must_be_standard(secrets: tuple[str, ...]) -> None:
    """Raise UsageProblem for a secret that the library of Standard Webhooks can not use."""
    from standardwebhooks import Webhook

    for secret in secrets:
        try:
            Webhook(secret)
        except Exception as error:  # the library raises what its decoder raises
            raise UsageProblem(
                "a secret of Standard Webhooks is base64, with or without whsec_ before it",
                hint='take the secret that the sender shows, or signature = "token"',
            ) from error
