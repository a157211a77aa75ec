"""From POST to the feed on disk: `python tests/bench/bench_hooks.py [SECONDS] [RATE] [SHOWS]`.

A real server in a process of its own, an embedded catalogue, shows of 1,000 episodes with their
audio. Each request reports one edited title; measured is the time from the first byte of the POST
until a reader finds that title in the bytes of the feed on disk. To hold for one show at 20
requests a second: median under 500 ms, 99 % under 1 s.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.long_show import make_long_shows, write_episode
from tests.hooks.serving import HOOKS, Server, serving, signed

EPISODES = 1000
PROJECT = """
[catalogue]
folder = "catalogue"

[publish]
folder = "feeds"
url = "https://podcasts.example.com"
"""
_TITLE = re.compile(rb"<title>(Edit [0-9]+)</title>")


@dataclass(slots=True)
class Reader:
    """Looks at feeds on disk for titles, and remembers when each was there first."""

    feeds: list[Path]
    seen: dict[str, float] = field(default_factory=dict)
    publishes: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until told to stop."""
        last: dict[Path, tuple[int, int]] = {}
        while not self.stop.is_set():
            for feed in self.feeds:
                found = feed.stat()
                mark = (found.st_mtime_ns, found.st_ino)
                if mark != last.get(feed):
                    data, at = feed.read_bytes(), time.perf_counter()
                    last[feed] = mark
                    self.publishes += 1
                    for title in _TITLE.findall(data):
                        self.seen.setdefault(title.decode(), at)
            time.sleep(0.002)


async def send(
    server: Server, project: Path, *, seconds: float, rate: float, shows: int, episodes: int
) -> dict:
    """Report an edited title `rate` times a second; return when each was sent, by title."""
    sent: dict[str, float] = {}
    answers: list[float] = []

    async def one(client: httpx.AsyncClient, number: int) -> None:
        title, show = f"Edit {number}", f"show-{number % shows}"
        folder = project / "catalogue" / show / "episodes"
        write_episode(folder, number // shows % episodes, title)
        body = json.dumps({"series": show}).encode()
        sent[title] = began = time.perf_counter()
        answer = await client.post("/hooks/cms", content=body, headers=signed(body))
        answers.append(time.perf_counter() - began)
        assert answer.status_code == 202, answer.text

    address = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        began, tasks = time.perf_counter(), []
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(client, number)))
        await asyncio.gather(*tasks)
    return {"sent": sent, "answers": answers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Seconds from POST to disk and until the answer; publications, and CPU seconds of each."""

    latencies: list[float]
    answers: list[float]
    publishes: int
    cpu: float


def measure(
    project: Path, *, seconds: float, rate: float, shows: int, episodes: int = EPISODES
) -> Measured:
    """Return what was measured; AssertionError if an edit never came on air."""
    project.mkdir(parents=True, exist_ok=True)
    (project / "feedgen.toml").write_text(PROJECT + HOOKS, encoding="utf-8")
    make_long_shows(project, shows=shows, episodes=episodes)
    with serving(project) as server:
        for number in range(shows):
            first = server.say(f"show-{number}", query="?wait=60")
            assert first.json()["state"] == "done", first.text
        reader = Reader([project / "feeds" / f"show-{number}.xml" for number in range(shows)])
        thread = threading.Thread(target=reader.run)
        thread.start()
        try:
            cpu = _cpu(server.process.pid)
            told = asyncio.run(
                send(
                    *(server, project),
                    seconds=seconds,
                    rate=rate,
                    shows=shows,
                    episodes=episodes,
                )
            )
            until = time.monotonic() + 60
            while told["sent"].keys() - reader.seen.keys() and time.monotonic() < until:
                time.sleep(0.1)
            cpu = _cpu(server.process.pid) - cpu
        finally:
            reader.stop.set()
            thread.join()
    lost = told["sent"].keys() - reader.seen.keys()
    assert not lost, f"never on air: {sorted(lost)[:5]}"
    latencies = [reader.seen[title] - at for title, at in told["sent"].items()]
    publishes = reader.publishes - shows
    return Measured(
        latencies=latencies,
        answers=told["answers"],
        publishes=publishes,
        cpu=cpu / max(1, publishes),
    )


def _cpu(process: int) -> float:
    """Return the CPU seconds of a process so far, all its threads together (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of `values` do not pass."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main(seconds: float = 60, rate: float = 20, shows: int = 1) -> int:
    """Measure and print; return 1 if one show does not hold what it has to."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "project", seconds=seconds, rate=rate, shows=shows)
    latencies, answers = found.latencies, found.answers
    median, p99 = statistics.median(latencies), percentile(latencies, 0.99)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{len(latencies)} requests, {rate:g} a second, {shows} show(s) of {EPISODES} episodes")
    print(
        f"to the feed on disk: median {median * 1000:.0f} ms, 99 % {p99 * 1000:.0f} ms,"
        f" longest {max(latencies) * 1000:.0f} ms"
    )
    print(
        f"to the answer: median {statistics.median(answers) * 1000:.1f} ms,"
        f" 99 % {percentile(answers, 0.99) * 1000:.1f} ms"
    )
    print(
        f"{found.publishes} publications, {found.cpu * 1000:.0f} ms of CPU each, answers included"
    )
    return 0 if median < 0.5 and p99 < 1 else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:3]), *map(int, sys.argv[3:4])))
