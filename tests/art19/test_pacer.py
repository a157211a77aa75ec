"""The gate: even, learning, and closed for everybody after a refusal. All in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from feedgen.art19.pacer import Learned, Pacer
from feedgen.art19.store import SnapshotStore
from tests.art19 import virtual_time
from tests.art19.account import Limiter
from tests.bench.bench_sync import Memory, pacing

WINDOWS = [(True, True), (True, False), (False, True), (False, False)]


def calls(pacer: Pacer, count: int, tasks: int = 8, latency: float = 0.1) -> list[float]:
    """Return when each of `count` calls went through the gate."""
    sent: list[float] = []

    async def main() -> None:
        left = list(range(count))

        async def work() -> None:
            while left:
                left.pop()
                async with pacer.turn():
                    sent.append(virtual_time.now())
                    await asyncio.sleep(latency)

        await asyncio.gather(*(work() for _ in range(tasks)))

    virtual_time.run(main())
    return sent


def learned(**values: Any) -> Memory:
    memory = Memory()
    memory.save(Learned(**{"at": time.time(), **values}))
    return memory


def test_requests_go_out_evenly() -> None:
    """No two requests are closer together than the rate allows, however many tasks there are."""
    pacer = Pacer(learned(rate=120, ceiling=120, settled=True))

    sent = calls(pacer, 50)

    gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
    assert min(gaps) >= 0.5 - 0.05 - 1e-9
    assert sum(gaps) / len(gaps) == pytest.approx(0.5, abs=0.01)


def test_an_unhurried_gate_does_not_wait() -> None:
    """In process nothing is spread out."""
    assert set(calls(Pacer.unhurried(), 20, tasks=4, latency=0)) == {0.0}


@pytest.mark.parametrize("wait", [None, 5.0, 21.0, 60.0])
def test_a_refusal_closes_the_gate_for_everybody(wait: float | None) -> None:
    """After a 429 nobody passes for the time asked, a minute if none, and then one goes alone."""
    pacer = Pacer(learned(rate=600, ceiling=600, settled=True), jitter=lambda: 0.5)
    passed: list[tuple[float, int]] = []
    flying = 0

    async def main() -> None:
        nonlocal flying

        async def work(number: int) -> None:
            nonlocal flying
            await asyncio.sleep(number * 0.001)
            async with pacer.turn() as turn:
                flying += 1
                passed.append((virtual_time.now(), flying))
                await asyncio.sleep(0.5)
                flying -= 1
                if number == 0:
                    turn.refused(wait)

        await asyncio.gather(*(work(number) for number in range(12)))

    virtual_time.run(main())
    before = [at for at, _ in passed if at <= 0.5]
    after = [(at, many) for at, many in passed if at > 0.5]

    assert after[0] == (pytest.approx(0.5 + (wait or 60.0) + 0.5), 1)
    assert after[1][0] >= after[0][0] + 0.5
    assert len(before) + len(after) == 12


def test_refusals_of_one_closing_lower_the_rate_once() -> None:
    """Requests that were on their way when the gate closed are refused too, and count once."""
    pacer = Pacer(learned(rate=600, ceiling=600, settled=True), jitter=lambda: 0.0)

    async def main() -> list[float]:
        rates = []
        turns = []
        for _ in range(300):
            async with pacer.turn():
                pass
        async with pacer.turn() as first, pacer.turn() as second, pacer.turn() as third:
            turns = [first, second, third]
            for turn in turns:
                turn.refused(1.0)
                rates.append(pacer.learned.rate)
        return rates

    rates = virtual_time.run(main())

    assert len(set(rates)) == 1
    assert rates[0] < 600
    assert pacer.refusals == 3
    assert pacer.learned.refusals == 1


def test_a_refused_probe_waits_again_and_lowers_nothing() -> None:
    """The request that goes alone after a closing proves nothing about the rate."""
    pacer = Pacer(learned(rate=60, ceiling=60, settled=True), jitter=lambda: 0.0)
    seen: list[float] = []

    async def main() -> float:
        for _ in range(3):
            async with pacer.turn() as turn:
                turn.refused(None)
            seen.append(pacer.learned.rate)
        async with pacer.turn():
            return virtual_time.now()

    assert virtual_time.run(main()) == pytest.approx(180, abs=1)
    assert len(set(seen)) == 1


@pytest.mark.parametrize(("sliding", "tells"), WINDOWS)
@pytest.mark.parametrize("limit", [30, 60, 300])
def test_an_unknown_limit_is_learned(limit: int, sliding: bool, tells: bool) -> None:
    """A cold run meets at most two refusals, what follows none, and then the limit is used."""
    limiter = Limiter(limit, sliding=sliding, tells=tells, phase=17.0)
    memory = Memory()

    cold = [pacing(limiter, limit * 20, memory, latency=0.05)]
    warm = [pacing(limiter, limit * 12, memory, latency=0.05) for _ in range(2)]

    # By the clock and without a word about the wait, a low limit can take one more to find.
    assert cold[0].refusals <= (2 if sliding or tells or limit > 30 else 3)
    assert [night.refusals for night in warm] == [0, 0]
    assert min(night.share for night in warm) >= (0.9 if limit > 30 else 0.88)
    assert max(night.share for night in warm) <= 1.0


@pytest.mark.parametrize(("sliding", "tells"), WINDOWS)
def test_a_high_limit_is_learned_in_time(sliding: bool, tells: bool) -> None:
    """A limit of a thousand is met, if at all, with few refusals, and used at nine tenths."""
    limiter = Limiter(1_000, sliding=sliding, tells=tells, phase=42.0)
    memory = Memory()

    cold = pacing(limiter, 14_000, memory)
    warm = pacing(limiter, 6_000, memory)

    assert cold.refusals <= 4
    assert warm.refusals == 0
    assert 0.9 <= warm.share <= 1.0


@pytest.mark.parametrize("latency", [0.01, 0.3, 1.0])
def test_slow_answers_do_not_change_what_is_learned(latency: float) -> None:
    """However long answers take, few are refused."""
    limiter = Limiter(300)
    memory = Memory()

    refusals = [pacing(limiter, 4_000, memory, latency=latency).refusals for _ in range(3)]

    assert refusals[0] <= 2
    assert refusals[1:] == [0, 0]


def test_a_rate_nobody_uses_does_not_climb() -> None:
    """A few requests now and then prove nothing."""
    pacer = Pacer(start=60.0)

    async def main() -> None:
        for _ in range(30):
            async with pacer.turn():
                await asyncio.sleep(30)

    virtual_time.run(main())

    assert pacer.learned.rate == 60.0


def test_a_run_right_after_another_is_not_misled() -> None:
    """A refusal in the first moments of a settled rate was caused before; the ceiling stays."""
    pacer = Pacer(learned(rate=285, proven=285, ceiling=285, settled=True))

    async def main() -> None:
        async with pacer.turn() as turn:
            turn.refused(30)

    virtual_time.run(main())

    assert pacer.learned.ceiling == 285
    assert 200 < pacer.learned.rate < 285


def test_a_first_request_refused_teaches_nothing() -> None:
    """Where another program used the limit up, the rate is halved and no ceiling is set."""
    pacer = Pacer(start=60.0)

    async def main() -> None:
        async with pacer.turn() as turn:
            turn.refused(30)

    virtual_time.run(main())

    assert (pacer.learned.ceiling, pacer.learned.rate) == (None, 30.0)


def test_what_was_learned_long_ago_is_tried_again() -> None:
    """After a month a ceiling is forgotten: the other side may have raised the limit."""
    memory = learned(rate=57, proven=57, ceiling=57, settled=True, at=0.0)

    fresh, old = (Pacer(memory, wall=lambda at=at: at) for at in (86_400.0, 40 * 86_400.0))

    assert fresh.learned.ceiling == 57
    assert (old.learned.ceiling, old.learned.rate) == (None, 57)


def test_the_store_remembers(tmp_path: Path) -> None:
    """What one run learned the next one knows; each credential has its own memory."""
    path = tmp_path / "snapshot.sqlite3"
    with SnapshotStore(path) as store:
        Pacer(store.pacer_memory("a"), start=99, wall=lambda: 5.0).remember()
    with SnapshotStore(path) as store:
        assert Pacer(store.pacer_memory("a")).learned == Learned(rate=99, at=5.0)
        assert store.pacer_memory("b").load() is None


def test_a_spoiled_memory_counts_as_none(tmp_path: Path) -> None:
    """A memory of another version is not believed."""
    with SnapshotStore(tmp_path / "snapshot.sqlite3") as store:
        store._db.execute("insert into learned values ('a', '{\"speed\": 1}')")

        assert store.pacer_memory("a").load() is None


def test_a_caller_that_fails_gives_its_place_back() -> None:
    """An exception inside a turn does not leave the gate narrower."""
    pacer = Pacer.unhurried()

    async def main() -> int:
        for _ in range(20):
            try:
                async with pacer.turn():
                    raise ConnectionError
            except ConnectionError:
                pass
        return len([None async for _ in _several(pacer)])

    async def _several(pacer: Pacer) -> Any:
        for _ in range(5):
            async with pacer.turn():
                yield None

    assert virtual_time.run(main()) == 5
