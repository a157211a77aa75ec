"""The gate that keeps every task under the rate limit of one credential.

    pacer = Pacer(memory)
    async with pacer.turn() as turn:
        answer = await send()
        if answer.status == 429:
            turn.refused(seconds_asked_to_wait)

The API grants a number of calls per minute and does not say how many. So requests go out evenly,
never in bursts; the rate climbs while nothing is refused; the first 429 tells where the limit lies
and closes the gate for everybody. From then on the rate stays at 95 % of that or less, and the
next run starts from what this one has learned. Time and sleep are given, so that a simulation
runs in virtual time. All rates are requests per minute.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import math
import random
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

WINDOW = 60.0
START = 60.0
# Waiting a whole window after a 429 is always enough.
DEFAULT_WAIT = 60.0
MARGIN = 0.95
_AFTER_REFUSAL, _CAUTIOUS = 0.9, 0.75
_SHORT_WAIT = 3.0
_LEAP = 1.6
_FLOOR = 5.0
# How fast the rate climbs: (seconds without a refusal, factor).
_SEARCHING, _APPROACHING = (30.0, 1.25), (60.0, 1.05)
# While the rate is higher than any that is known to be granted, few requests are on their way at
# once, so that few can be refused.
_WIDE, _NARROW = 8, 2
# A limit can be raised by the other side; what was learned long ago is tried out again.
_BELIEVED_FOR = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is known of a limit; `at` is wall-clock seconds.

    `proven` was granted for a whole minute, `ceiling` is 95 % of the level that failed. `settled`
    says that the ceiling is known closely enough to stay just under it.
    """

    rate: float = START
    proven: float = 0.0
    ceiling: float | None = None
    settled: bool = False
    refusals: int = 0
    at: float = 0.0


class PacerMemory(Protocol):
    """Where what has been learned is kept between runs."""

    def load(self) -> Learned | None:
        """Return what was saved last."""

    def save(self, learned: Learned) -> None:
        """Keep `learned`."""


@dataclass(slots=True)
class Turn:
    """One request's passage through the gate."""

    _pacer: Pacer
    closings: int
    sent: float
    alone: bool
    was_refused: bool = field(default=False, init=False)

    def refused(self, wait: float | None) -> None:
        """Say that the answer was 429 and asked to wait `wait` seconds, if it said."""
        self.was_refused = True
        self._pacer._refused(self, wait)


class Pacer:
    """One gate for all tasks that share a credential."""

    def __init__(
        self,
        memory: PacerMemory | None = None,
        *,
        start: float = START,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._memory = memory
        # The clock of the running loop is the one that `asyncio.sleep` goes by.
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._sleep, self._jitter, self._wall = sleep, jitter, wall
        self._learned = _still_believed(memory.load() if memory else None, wall()) or Learned(
            rate=start
        )
        self._queue = asyncio.Lock()
        self._answered = asyncio.Event()
        self._sent: deque[float] = deque()
        self._next = self._closed_until = -math.inf
        self._climbed = self._quiet_since = math.inf
        self._in_flight = self._closings = 0
        self._probing = False
        self.refusals = 0

    @classmethod
    def unhurried(cls) -> Pacer:
        """Return a gate that never waits unless it is told to by a 429: for an API in process."""
        return cls(start=math.inf)

    @property
    def learned(self) -> Learned:
        """What is known of the limit now."""
        return self._learned

    def remember(self) -> None:
        """Keep what has been learned for the next run."""
        if self._memory is not None and math.isfinite(self._learned.rate):
            self._memory.save(replace(self._learned, at=self._learned.at or self._wall()))

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Wait for the gate and hold a place until the answer is there."""
        turn = await self._enter()
        try:
            yield turn
        finally:
            self._in_flight -= 1
            self._answered.set()
            if not turn.was_refused:
                self._granted(turn)

    async def _enter(self) -> Turn:
        async with self._queue:
            while True:
                now = self._clock()
                opens = max(self._next, self._closed_until)
                if now < opens:
                    await self._sleep(opens - now)
                elif self._in_flight >= self._width():
                    self._answered.clear()
                    await self._answered.wait()
                else:
                    break
            self._in_flight += 1
            gap = WINDOW / self._learned.rate
            # A late timer may be made up for, by one request and not by a burst.
            self._next = max(self._next, now - min(gap, 0.05)) + gap
            if self._quiet_since is math.inf:
                self._climbed = self._quiet_since = now
            self._sent.append(now)
            return Turn(self, self._closings, now, self._probing)

    def _width(self) -> int:
        if self._probing:
            return 1
        known = self._learned
        return _WIDE if known.settled or not _is_new(known) else _NARROW

    def _granted(self, turn: Turn) -> None:
        now = self._clock()
        if turn.closings != self._closings:
            return
        self._probing = False
        while self._sent and self._sent[0] <= now - 2 * WINDOW:
            self._sent.popleft()
        known = self._learned
        every, factor = _SEARCHING if known.ceiling is None else _APPROACHING
        quiet = now - self._quiet_since
        if now - self._climbed < every or not math.isfinite(known.rate):
            return
        recent, minute = self._count(now - every, now), self._count(now - WINDOW, now)
        self._climbed = now
        if quiet >= WINDOW:
            known = replace(known, proven=max(known.proven, float(minute)))
        # A rate nobody made use of has proven nothing, nor has half a minute of a high one.
        used = recent >= 0.8 * known.rate * every / WINDOW
        if used and (known.ceiling is not None or known.rate * factor <= _LEAP * minute):
            known = _climb(known, factor)
        self._learned = known

    def _refused(self, turn: Turn, wait: float | None) -> None:
        now = self._clock()
        self.refusals += 1
        with contextlib.suppress(ValueError):
            self._sent.remove(turn.sent)
        pause = DEFAULT_WAIT if wait is None else min(max(wait, 1.0), DEFAULT_WAIT)
        self._closed_until = max(self._closed_until, now + pause + self._jitter())
        if turn.closings != self._closings:
            return  # it was on its way when the gate closed; one closing lowers the rate once
        self._closings += 1
        self._probing = True
        if not turn.alone:
            self._learn(now, wait)
        self._climbed = self._quiet_since = self._closed_until
        self.remember()

    def _learn(self, now: float, wait: float | None) -> None:
        """Work out from one refusal where the limit lies, and go below it."""
        known = self._learned
        highest = float(self._count(now - WINDOW, now))
        running = now - self._quiet_since
        if running < WINDOW and highest < known.rate / 2:
            # Too early to be our doing: another program used the credential a moment ago.
            less = _AFTER_REFUSAL if known.settled else 0.5
            self._learned = replace(known, rate=max(_FLOOR, known.rate * less))
            return
        level, rate, settled = self._verdict(now, wait, highest)
        level = max(level, _FLOOR)
        ceiling = min(known.ceiling or math.inf, MARGIN * level)
        self._learned = Learned(
            rate=max(_FLOOR, min(rate, ceiling)),
            proven=min(known.proven, ceiling),
            ceiling=ceiling,
            settled=settled,
            refusals=known.refusals + 1,
            at=self._wall(),
        )

    def _verdict(
        self, now: float, wait: float | None, highest: float
    ) -> tuple[float, float, bool]:
        """Return how many a minute were too many, the next rate, and whether that is sure.

        Is the limit counted over any sixty seconds, it is `highest`, what was granted in the last
        sixty. Is it counted by the clock, Retry-After tells when the minute ends and so when it
        began, and what was granted since is the limit. Both agree where the wait is short. Without
        Retry-After the limit is `highest` or somewhat less, and a second refusal decides.
        """
        if wait is not None:
            since = float(self._count(now + wait - WINDOW, now))
            level = since if wait > _SHORT_WAIT else (since + highest) / 2
            if since >= highest / 2:
                return level, _AFTER_REFUSAL * level, True
        if self._learned.refusals == 0:
            return highest, _CAUTIOUS * highest, False
        climbed_to_it = now - self._quiet_since >= 2 * WINDOW
        return highest, (_AFTER_REFUSAL if climbed_to_it else _CAUTIOUS) * highest, climbed_to_it

    def _count(self, after: float, until: float) -> int:
        sent = self._sent
        return bisect.bisect_right(sent, until) - bisect.bisect_right(sent, after)


def _climb(known: Learned, factor: float) -> Learned:
    if known.ceiling is None:
        return replace(known, rate=known.rate * factor)
    rate = min(known.ceiling, known.rate * factor)
    return replace(known, rate=rate, settled=known.settled or rate == known.ceiling)


def _is_new(known: Learned) -> bool:
    """Tell whether the rate is one that has not been granted for a whole minute yet."""
    return math.isfinite(known.rate) and known.rate > known.proven


def _still_believed(learned: Learned | None, now: float) -> Learned | None:
    if learned is None or learned.ceiling is None or now - learned.at < _BELIEVED_FOR:
        return learned
    return replace(learned, ceiling=None, settled=False, refusals=0, at=0.0)
