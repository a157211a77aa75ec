"""What a night over a large account costs: python -m tests.bench.bench_sync [--series N]

A simulated account of 1,000 series with 80 episodes each, whose limit nobody is told: 60, 300 and
1,000 requests a minute, counted over any sixty seconds or by the clock, with Retry-After or
without. Time is virtual. Three runs follow each other as nights do: cold, then a night without
changes, then another; the pacer's memory and the snapshot are kept between them.

Figures: requests against the fewest possible, answers of 429, the share of the permitted rate that
was used once the limit was known, and the peak of memory that Python allocated.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from feedgen.art19 import sync
from feedgen.art19.client import ContentApi
from feedgen.art19.pacer import Learned, Pacer
from feedgen.art19.store import SnapshotStore
from tests.art19 import virtual_time
from tests.art19.account import (
    CREDENTIAL,
    ORIGIN,
    PAST,
    Account,
    AccountTransport,
    Limiter,
    episode,
    link,
    links,
    resource,
    uid,
)

EPISODES = 80
STYLES = (
    *("original", "stripped-original", "regular", "thumb", "itunes"),
    *("square-400", "square-640", "square-888", "square-3000"),
)
LATENCY = 0.1
NIGHT = datetime(2026, 3, 1, 2, tzinfo=UTC)


class LargeAccount:
    """The resources of a large account, made when they are asked for: the server stays small."""

    def __init__(self, series: int) -> None:
        self.series = series
        self._names: dict[tuple[str, str], tuple[Any, ...]] = {}
        self.counts: dict[str, int] = {}
        for number in range(series):
            self._name("series", number)
            self._name("seasons", number)
            self._name("networks", number // 20)
            self._name("classifications", number % 30)
            self._name("people", number // 2)
            for each in range(2):
                self._name("credits", number, each)
                self._name("classification_inclusions", number, each)
            for each in range(EPISODES):
                self._name("episodes", number, each)
            for owner in self._covers(number):
                self._name("images", *owner)
                for style in STYLES:
                    self._name("media_assets", *owner, style)
        for kind, _ in self._names:
            self.counts[kind] = self.counts.get(kind, 0) + 1

    def _name(self, kind: str, *name: object) -> str:
        made = uid(kind, *name)
        self._names[kind, made] = name
        return made

    def _covers(self, series: int) -> list[tuple[Any, ...]]:
        """Every series has a cover, and every fortieth episode one of its own."""
        return [(series, "cover"), *((series, each) for each in range(0, EPISODES, 40))]

    def fewest(self, *kinds: str) -> int:
        return sum(-(-self.counts[kind] // 100) for kind in kinds or self.counts)

    def get(self, key: tuple[str, str]) -> dict[str, Any] | None:
        name = self._names.get(key)
        return getattr(self, f"_{key[0]}")(key[1], *name) if name is not None else None

    def __len__(self) -> int:
        return self.series

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        numbers = range(self.series)[part]
        return [self._series(uid("series", number), number) for number in numbers]

    def _series(self, made: str, number: int) -> dict[str, Any]:
        kinds = ("credits", "classification_inclusions")
        related = {kind: links(kind, [uid(kind, number, n) for n in range(2)]) for kind in kinds}
        episodes = [uid("episodes", number, each) for each in range(EPISODES)]
        return resource(
            "series",
            made,
            {
                **related,
                "cover_image": link("images", uid("images", number, "cover")),
                "network": link("networks", uid("networks", number // 20)),
                "seasons": links("seasons", [uid("seasons", number)]),
                "episodes": links("episodes", episodes),
            },
            slug=f"show-{number}",
            title=f"Show {number}",
            status="active",
            description="A show " * 40,
        )

    def _episodes(self, made: str, number: int, each: int) -> dict[str, Any]:
        cover = each if each % 40 == 0 else "cover"
        image = uid("images", number, cover)
        series, season = uid("series", number), uid("seasons", number)
        released = PAST + timedelta(days=each)
        found = episode(made, series, season, image, f"Episode {each}", released)
        found["attributes"]["description"] = f"Notes of episode {each}. " * 60
        return found

    def _seasons(self, made: str, number: int) -> dict[str, Any]:
        return resource("seasons", made, title="Season 1", season_number=1, status="active")

    def _networks(self, made: str, number: int) -> dict[str, Any]:
        return resource("networks", made, name=f"Network {number}")

    def _credits(self, made: str, number: int, each: int) -> dict[str, Any]:
        person = link("people", uid("people", number // 2))
        return resource("credits", made, {"person": person}, type="HostCredit", position=each)

    def _people(self, made: str, number: int) -> dict[str, Any]:
        return resource("people", made, first_name="Ada", last_name=str(number))

    def _classification_inclusions(self, made: str, number: int, each: int) -> dict[str, Any]:
        target = link("classifications", uid("classifications", number % 30))
        return resource(
            "classification_inclusions", made, {"classification": target}, position=each
        )

    def _classifications(self, made: str, number: int) -> dict[str, Any]:
        return resource("classifications", made, type="Genre", value=f"Genre {number}")

    def _images(self, made: str, *owner: Any) -> dict[str, Any]:
        assets = links("media_assets", [uid("media_assets", *owner, style) for style in STYLES])
        return resource("images", made, {"media_assets": assets}, status="valid")

    def _media_assets(self, made: str, number: int, what: Any, style: str) -> dict[str, Any]:
        url = f"https://cdn.example.com/{made}.jpeg"
        return resource("media_assets", made, style=style, cdn_url=url, content_type="image/jpeg")


class LargeServer(Account):
    """Lists its series page by page, so that memory shows what the client needs."""

    def _filtered(self, _name: str, _filters: dict[str, str]) -> Any:
        return self.resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The figures of one run; `share` is of the permitted rate, over the whole run."""

    requests: int
    refusals: int
    seconds: float
    share: float
    read: int
    learned: Learned


class Memory:
    """A pacer's memory in memory."""

    def __init__(self) -> None:
        self.kept: Learned | None = None

    def load(self) -> Learned | None:
        return self.kept

    def save(self, learned: Learned) -> None:
        self.kept = learned


def night(
    large: LargeAccount,
    limiter: Limiter | None,
    memory: Memory,
    store: SnapshotStore,
    at: datetime,
) -> Night:
    """Return the figures of one run over all series, made in virtual time."""
    account = LargeServer(resources=large, limiter=limiter, requests=_Forgetful())

    async def run() -> tuple[int, int, float, int]:
        if limiter is not None:
            limiter.clock = virtual_time.now
            limiter.granted.clear()
        pacer = Pacer(memory, clock=virtual_time.now, wall=lambda: at.timestamp())
        transport = AccountTransport(account, LATENCY)
        read = 0
        async with ContentApi(ORIGIN, CREDENTIAL, transport=transport, pacer=pacer) as api:
            refs = await sync.list_series(api, store=store, now=at)
            async for each in sync.read(api, refs, store=store, now=at):
                assert each.series is not None, each.problem
                assert len(each.series.episodes) == EPISODES
                read += 1
        return api.requests, pacer.refusals, virtual_time.now(), read

    requests, refusals, seconds, read = virtual_time.run(run())
    permitted = limiter.limit * seconds / 60 if limiter else requests
    learned = memory.kept or Learned()
    return Night(
        requests=requests,
        refusals=refusals,
        seconds=seconds,
        share=(requests - refusals) / permitted if permitted else 1.0,
        read=read,
        learned=learned,
    )


def pacing(limiter: Limiter, calls: int, memory: Memory, *, latency: float = LATENCY) -> Night:
    """Return the figures of `calls` calls through the pacer alone, by eight tasks."""
    limiter.clock = virtual_time.now
    limiter.granted.clear()

    async def run() -> tuple[int, float]:
        pacer = Pacer(memory, clock=virtual_time.now, wall=NIGHT.timestamp)
        waiting = list(range(calls))

        async def work() -> None:
            while waiting:
                waiting.pop()
                await call()

        async def call() -> None:
            while True:
                async with pacer.turn() as turn:
                    await asyncio.sleep(latency / 2)
                    refusal = limiter.refusal()
                    await asyncio.sleep(latency / 2)
                    if refusal is None:
                        return
                    turn.refused(float(refusal["retry-after"]) if refusal else None)

        await asyncio.gather(*(work() for _ in range(8)))
        pacer.remember()
        return pacer.refusals, virtual_time.now()

    refusals, seconds = virtual_time.run(run())
    return Night(
        requests=calls + refusals,
        refusals=refusals,
        seconds=seconds,
        share=calls / (limiter.limit * seconds / 60),
        read=0,
        learned=memory.kept or Learned(),
    )


class _Forgetful(list[Any]):
    """A log nobody reads: the simulated server must not grow either."""

    def append(self, _: Any) -> None:
        pass


def nights(large: LargeAccount, limiter: Limiter | None, count: int) -> list[Night]:
    """Return the figures of `count` nights in a row; the first is cold."""
    memory, found = Memory(), []
    with TemporaryDirectory() as folder, SnapshotStore(Path(folder) / "snapshot.sqlite3") as store:
        for number in range(count):
            at = NIGHT + timedelta(days=number)
            found.append(night(large, limiter, memory, store, at))
    return found


def peak(series: int) -> float:
    """Return the peak of allocated memory of a cold run over `series` series, in MB."""
    large = LargeAccount(series)
    tracemalloc.start()
    try:
        nights(large, None, 1)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--series", type=int, default=1_000)
    options.add_argument("--limits", default="60,300,1000")
    options.add_argument("--nights", type=int, default=3)
    options.add_argument("--memory", action="store_true", help="peaks for a quarter and for all")
    options.add_argument("--pacing", action="store_true", help="only the pacer, every window")
    chosen = options.parse_args()
    large = LargeAccount(chosen.series)
    cold = large.fewest()
    warm = large.fewest("series", "episodes", "images", "seasons", "networks")
    print(f"{chosen.series} series × {EPISODES} episodes, answers take {LATENCY:g} s")
    print(f"fewest requests: cold {cold}, night without changes {warm}")
    for limit in map(int, chosen.limits.split(",")):
        if not chosen.pacing:
            print(f"\nlimit {limit} in any 60 s")
            for number, each in enumerate(nights(large, Limiter(limit), chosen.nights)):
                _show(number, each, warm if number else cold)
            continue
        for sliding, tells in itertools.product((True, False), repeat=2):
            window = "any 60 s" if sliding else "by the clock"
            print(f"\nlimit {limit} {window}, {'with' if tells else 'without'} Retry-After")
            memory = Memory()
            limiter = Limiter(limit, sliding=sliding, tells=tells, phase=17.0)
            for number in range(chosen.nights):
                calls = warm if number else cold
                _show(number, pacing(limiter, calls, memory), calls)
    if chosen.memory:
        for series in (chosen.series // 4, chosen.series):
            print(f"peak of a cold run over {series} series: {peak(series):.0f} MB")


def _show(number: int, night: Night, fewest: int) -> None:
    known = night.learned
    print(
        f"  night {number + 1}: {night.requests:5d} requests"
        f" ({night.requests / fewest - 1:+.1%}), {night.refusals} × 429,"
        f" {night.seconds / 60:5.1f} min, {night.share:5.1%} of the permitted rate;"
        f" rate {known.rate:.0f}, ceiling {known.ceiling or 0:.0f}"
        f"{', settled' if known.settled else ''}"
    )


if __name__ == "__main__":
    main()
