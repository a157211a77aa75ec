"""The worker: takes what is due from the inbox and publishes it, for as long as a server lives.

    worker = Worker(config)
    async with worker:
        ...

It works in a thread with an event loop of its own, so that the loop that answers requests is
never kept waiting by a feed. One series is published at a time as long as that is quick; while
one takes longer, another begins beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from feedgen.errors import FeedgenError, OutsideProblem
from feedgen.hooks import owner
from feedgen.hooks.attend import attend, rehearse
from feedgen.hooks.register import Register, as_they_are
from feedgen.hooks.standby import Standby
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.state import State
from feedgen.state import now as whole_seconds

if TYPE_CHECKING:
    from types import TracebackType

    from feedgen.config import Config
    from feedgen.inbox import Changed, Work
    from feedgen.report import Told

log = logging.getLogger(__name__)
T = TypeVar("T")

# Series at once, and the seconds after which one that is at work lets another begin. Those that
# only wait for the API to show a change take no lane, and are not without end either.
LANES, QUICK, WAITING = 4, 1.0, 32
# Seconds from one run of a series to its next, usually and while more hooks than this come in a
# second: a burst of requests is a few runs, and who sends it is answered first.
APART, APART_IN_A_BURST, BURST = 0.2, 3.0, 40
# Seconds: how often the inbox is looked at for what other processes put there, how often leases
# are renewed and messages that wait are sent, and how long a server that stops waits for a feed.
_LOOK_EVERY, _RENEW_EVERY, _SEND_EVERY, _GRACE = 0.5, 10.0, 60.0, 20.0
_PRUNE_EVERY = 3600.0
# Seconds a name may take to be looked up: a sender waits for its answer, often five and no more.
TOLD_WITHIN = 2.0
# Of the garbage collector, see gc.set_threshold: a fifth of the time of a large feed.
_COLLECT = (50_000, 20, 50)


@dataclass(slots=True)
class _Every:
    """Something that is done now and then."""

    seconds: float
    last: float = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if self.last and now - self.last < self.seconds:
            return False
        self.last = now
        return True


class Worker:
    """The worker of one project; enter it as a context once."""

    def __init__(
        self, config: Config, *, clock: Callable[[], datetime] = whole_seconds, lanes: int = LANES
    ) -> None:
        """Prepare a worker; `clock` is the time runs are judged by, in whole seconds."""
        self.config = config
        self._clock = clock
        self._lanes = lanes
        self._owner = owner.new_owner()
        self._standby = Standby(config.root, clock, opened=self._opened)
        self._register = Register()
        self._listeners: set[Callable[[], None]] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failed: FeedgenError | None = None
        self._stopping = False
        self._began: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._nudges: deque[float] = deque(maxlen=BURST)

    async def __aenter__(self) -> Self:
        """Begin; raises OutsideProblem if the state can not be opened."""
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)
        if self._failed is not None:
            raise self._failed
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let what is at work come to its end, for a while, and leave the rest in the inbox."""
        self._stopping = True
        self.nudge()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    @property
    def alive(self) -> bool:
        """Whether somebody takes care of the inbox."""
        return self._thread is not None and self._thread.is_alive()

    def nudge(self) -> None:
        """Say that there is something new in the inbox; from any thread."""
        self._nudges.append(time.monotonic())
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._awake.set)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener`, from the worker's thread, whenever a run has ended."""
        self._listeners.add(listener)

    async def resolve(self, names: tuple[str, ...]) -> dict[str, Changed | None]:
        """Return the series of each name, `None` where there is none.

        A name is taken as it is while nobody can tell, so that nothing that changed is lost, and
        nobody waits for a large catalogue to be read for the first time.
        """
        known = self._register.recall(names)
        if known is not None:
            return known
        asked = asyncio.ensure_future(
            self._there(lambda: self._register.look_up(names, self._standby))
        )
        asked.add_done_callback(lambda each: each.cancelled() or each.exception())
        await asyncio.wait({asked}, timeout=TOLD_WITHIN)
        return asked.result() if asked.done() else as_they_are(names)

    async def rehearse(self, name: str) -> Told:
        """Return what publishing the series `name` would do now; nothing is written."""
        return await self._there(lambda: rehearse(name, self._standby))

    async def _there(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, done in the worker's thread."""
        if self._loop is None or not self.alive:
            raise OutsideProblem("the worker has ended", hint="start feedgen serve again")

        async def do() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(do(), self._loop))

    # In the worker's thread

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except FeedgenError as error:
            self._failed = error
        except Exception:
            log.exception("worker.ended")
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._awake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            try:
                with State(self.config.state_folder / "state.sqlite3") as state:
                    self._ready.set()
                    try:
                        await self._warm_up()
                        await self._work(state)
                    finally:
                        await self._standby.aclose()
            except OutsideProblem as problem:
                if not self._ready.is_set():
                    raise
                # It was moved away, and there can be no other yet.
                log.error("worker.no_state reason=%s", problem.message)
                await asyncio.sleep(1.0)

    async def _warm_up(self) -> None:
        """Open everything once, so that the first hook need not wait for it."""
        try:
            async with self._standby.run():
                pass
        except FeedgenError as error:
            log.warning("worker.not_ready reason=%s", error.message)
        except Exception:
            log.exception("worker.not_ready")

    def _opened(self, _config: Config) -> None:
        self._register.forget()
        # What stays for as long as the worker does is not looked through again and again, and a
        # publication, which makes some hundred thousand objects, is not interrupted for it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)

    async def _work(self, state: State) -> None:
        """Work until told to stop, or until somebody moved the state away."""
        tasks: dict[asyncio.Task[None], tuple[Work, float]] = {}
        renew, send, prune = _Every(_RENEW_EVERY), _Every(_SEND_EVERY), _Every(_PRUNE_EVERY)
        sending: asyncio.Task[None] | None = None
        in_trouble = False
        while not (self._stopping or state.replaced):
            self._awake.clear()
            now = datetime.now(UTC)
            try:
                if prune.due():
                    state.inbox.prune(now=now)
                if renew.due():
                    # Not what ended and could not be recorded: its lease is to end, too.
                    state.inbox.renew([work for work, _ in tasks.values()], now=now)
                while self._may_begin(tasks.values()):
                    at_work = {work.series for work, _ in tasks.values()}
                    work = state.inbox.take(
                        self._owner, now=now, alive=owner.alive, but=at_work | self._just_begun()
                    )
                    if work is None:
                        break
                    self._began[work.series] = time.monotonic()
                    task = asyncio.create_task(self._attend(work, state))
                    tasks[task] = (work, time.monotonic())
                if send.due() and sending is None:
                    sending = asyncio.create_task(self._send(state))
                pause = self._pause(state, now, idle=not tasks)
                in_trouble = False
            except Exception:
                # A full disk or a locked file may pass; what is in the inbox is still there.
                if not in_trouble:
                    log.exception("worker.inbox")
                in_trouble, pause = True, 1.0
            waker = asyncio.create_task(self._awake.wait())
            others = {*tasks, *([sending] if sending else [])}
            await asyncio.wait(
                {waker, *others}, timeout=pause, return_when=asyncio.FIRST_COMPLETED
            )
            waker.cancel()
            for task in [each for each in tasks if each.done()]:
                del tasks[task]
                send.last = 0.0
            if sending is not None and sending.done():
                sending = None
        await self._end(state, tasks, sending)

    def _may_begin(self, at_work: Collection[tuple[Work, float]]) -> bool:
        """Return whether a series may begin beside these, each with the time it began."""
        now = time.monotonic()
        busy = [began for work, began in at_work if work.series not in self._waiting]
        return (
            len(busy) < self._lanes
            and len(at_work) < WAITING
            and all(now - began > QUICK for began in busy)
        )

    def _just_begun(self) -> set[str]:
        """Return the series whose next run has to wait a little."""
        now = time.monotonic()
        self._began = {s: at for s, at in self._began.items() if now - at < APART_IN_A_BURST}
        return {series for series, at in self._began.items() if now - at < self._apart(now)}

    def _apart(self, now: float) -> float:
        """Return how far apart two runs of one series begin at the moment, in seconds."""
        burst = len(self._nudges) == BURST and now - self._nudges[0] < 1.0
        return APART_IN_A_BURST if burst else APART

    def _pause(self, state: State, now: datetime, *, idle: bool) -> float:
        """Return how many seconds there is nothing to do, unless somebody says so."""
        if just_begun := self._just_begun():
            # What a burst keeps apart is due as soon as the burst is over.
            clock = time.monotonic()
            first = min(self._began[series] for series in just_begun)
            return min(APART, max(0.01, first + self._apart(clock) - clock))
        due = state.inbox.next_due()
        if due is None or not idle:
            return _LOOK_EVERY
        return min(_LOOK_EVERY, max(0.01, (due - now) / timedelta(seconds=1)))

    async def _attend(self, work: Work, state: State) -> None:
        try:
            await attend(
                work,
                self._standby,
                state.inbox,
                now=lambda: datetime.now(UTC),
                pause=lambda seconds: self._wait(work.series, seconds),
            )
        except Exception:
            # The outcome could not be kept: the lease ends and the series is taken again.
            log.exception("worker.outcome series=%s", work.slug)
        for listener in tuple(self._listeners):
            listener()

    async def _wait(self, series: str, seconds: float) -> None:
        """Let `seconds` pass for a series, while others go on."""
        self._waiting.add(series)
        self._awake.set()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting.discard(series)

    async def _send(self, state: State) -> None:
        """Tell receivers of what is on air; a slow one holds up nothing else."""
        try:
            await deliver(state.outbox, secrets=Secrets.from_environment())
        except Exception:
            log.exception("worker.send")

    async def _end(
        self,
        state: State,
        tasks: dict[asyncio.Task[None], tuple[Work, float]],
        sending: asyncio.Task[None] | None,
    ) -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        rest = [task for task in tasks if not task.done()]
        for task in [*rest, *([sending] if sending else [])]:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in rest:
            state.inbox.give_back(tasks[task][0])
