"""A night in which little changed: what an unchanged series costs, in time and in memory.

    python tests/bench/bench_night.py [--series 1000] [--episodes 100] [--changed 0.01] [--hosted]

A catalogue of so many series is published whole, then a night runs in which nothing changed, and
one in which a few series did. The same with a tenth of the series gives what starting costs and
whether memory stays flat. With `--hosted` the catalogue is served as the Content API by another
process and read over a socket, and once more from the snapshot alone. CPU seconds and peak memory
are those of the night's own process and its workers. Ends with 1 if an unchanged series costs
20 ms or more, or memory grows with the number of series by more than a fifth.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "feedgen" / "sample" / "wait-what-and-why"
MOST_MS, MOST_GROWTH = 20.0, 1.2
SECRET = "benchmark"
LOCAL = """\
[catalogue]
folder = "catalogue"

[publish]
folder = "feeds"
url = "https://podcasts.example.com"
audio = false
"""
HOSTED = """\
[art19]
url = "{url}"
requests_per_minute = 100000

[publish]
folder = "feeds"
url = "https://podcasts.example.com"

[feed]
probe_media = false
enclosure_template = "https://podcasts.example.com/media/episodes/{{id}}.{{ext}}"
"""
SERIES = """\
title = "Show {number}"
description = "What happens in show {number}."
website_url = "https://www.example.com/{number}"
rss_author = "Author {number}"
rss_owner = "Owner {number}"
rss_email = "show-{number}@example.com"
rss_copyright = "2026 Owner {number}"
genres = ["Comedy"]
language = "en-GB"
rating = "clean"
cover = {{ file = "cover.png" }}
"""
EPISODE = """\
title = "Episode {part} of show {number}"
guid = "show-{number}/{part}"
released_at = {year}-{month:02d}-{day:02d}T17:00:00Z
description_is_html = true
description = "{notes}"
audio = "{part:04d}.mp3"
"""
NOTES = "<p>" + "What was said, and what was left out because nobody asked. " * 15 + "</p>"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one night took: by the clock, of the processor, and of memory in MB at its peak."""

    seconds: float
    cpu: float
    peak: float
    summary: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the nights over one source took; `few` is a tenth of the series of `many`."""

    name: str
    series: int
    changed: int
    whole: Cost
    unchanged: Cost
    little: Cost
    few: Cost

    @property
    def per_unchanged(self) -> float:
        """Milliseconds of CPU that one more unchanged series costs."""
        others = self.series - max(1, self.series // 10)
        return 1000 * (self.unchanged.cpu - self.few.cpu) / others

    @property
    def per_whole(self) -> float:
        """Milliseconds of CPU that publishing a series whole costs, start and all."""
        return 1000 * self.whole.cpu / self.series

    @property
    def growth(self) -> float:
        """How much more memory ten times the series need in a night without changes."""
        return self.unchanged.peak / self.few.peak

    @property
    def passed(self) -> bool:
        """Whether what is claimed holds."""
        return self.per_unchanged < MOST_MS and self.growth < MOST_GROWTH

    def told(self) -> str:
        """Return the figures for people."""
        times = self.per_whole / max(self.per_unchanged, 0.01)
        judged = f"{self.per_unchanged:.1f} ms of CPU, published whole {self.per_whole:.0f} ms"
        lines = [
            f"{self.name}: {self.series} series",
            f"  everything is new   {_cost(self.whole)}",
            f"  nothing changed     {_cost(self.unchanged)}",
            f"  {self.changed:4} changed        {_cost(self.little)}",
            f"  a tenth, unchanged  {_cost(self.few)}",
            f"  an unchanged series {judged}: {times:.0f} times as much",
            f"  memory × {self.growth:.2f} for ten times the series",
        ]
        return "\n".join(lines)


def _cost(cost: Cost) -> str:
    return f"{cost.seconds:7.1f} s  {cost.cpu:7.1f} s CPU  {cost.peak:5.0f} MB  {cost.summary}"


def make_catalogue(project: Path, series: int, episodes: int) -> None:
    """Write a local project; all shows have the same cover and audio, as links to one file."""
    project.mkdir()
    (project / "feedgen.toml").write_text(LOCAL)
    cover, audio = project / "cover.png", project / "audio.mp3"
    cover.write_bytes((SAMPLE / "cover.png").read_bytes())
    audio.write_bytes((SAMPLE / "episodes" / "001-queues.mp3").read_bytes())
    for number in range(series):
        show = project / "catalogue" / f"show-{number:04d}"
        (show / "episodes").mkdir(parents=True)
        os.link(cover, show / "cover.png")
        (show / "series.toml").write_text(SERIES.format(number=number))
        for part in range(1, episodes + 1):
            os.link(audio, show / "episodes" / f"{part:04d}.mp3")
            (show / "episodes" / f"{part:04d}.toml").write_text(
                EPISODE.format(
                    number=number,
                    part=part,
                    year=2015 + part // 336,
                    month=part // 28 % 12 + 1,
                    day=part % 28 + 1,
                    notes=NOTES,
                )
            )
    # The mark of a file that was written a moment ago is not trusted.
    past = time.time() - 86_400
    for path in (project / "catalogue").rglob("*"):
        os.utime(path, (past, past))


def edit(project: Path, changed: int, word: str) -> None:
    """Give the first series of a catalogue another description."""
    for number in range(changed):
        path = project / "catalogue" / f"show-{number:04d}" / "series.toml"
        text = path.read_text()
        path.write_text(
            re.sub(r"^description = .*$", f'description = "{word}."', text, flags=re.M)
        )


def night(project: Path, *options: str) -> Cost:
    """Run a night in a process of its own and return what it took."""
    began = time.monotonic()
    log = project / "night.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedgen", "publish", "--project", str(project), *options],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "FEEDGEN_ART19_CREDENTIAL": "bench",
                "FEEDGEN_ART19_TOKEN": SECRET,
            },
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    lines = log.read_text().strip().splitlines()
    if process.returncode:
        sys.exit("\n".join(["a night ends with " + str(process.returncode), *lines[-5:]]))
    return Cost(
        seconds=time.monotonic() - began,
        cpu=used.ru_utime + used.ru_stime,
        peak=used.ru_maxrss / 1024,
        summary=lines[-1],
    )


def local(folder: Path, series: int, episodes: int, changed: int) -> Figures:
    """Return what nights over a local catalogue take."""
    many, few = folder / "many", folder / "few"
    make_catalogue(few, max(1, series // 10), episodes)
    night(few)
    make_catalogue(many, series, episodes)
    whole, unchanged = night(many), night(many)
    edit(many, changed, "Told anew")
    return Figures(
        name="local catalogue",
        series=series,
        changed=changed,
        whole=whole,
        unchanged=unchanged,
        little=night(many),
        few=night(few),
    )


@contextmanager
def served(project: Path) -> Iterator[str]:
    """Yield the address of a catalogue served as the Content API by another process."""
    told = project / "served.log"
    with told.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(project)], cwd=ROOT, stdout=log
        )
    try:
        while not (address := told.read_text().strip()):
            if process.poll() is not None:
                sys.exit("the catalogue can not be served")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def serve(project: Path) -> None:
    """Serve a catalogue until the process is ended; print the address."""
    import socket

    import uvicorn

    from feedgen import config, state
    from feedgen.embedded import content_service

    with (
        content_service(config.load(project), {"bench": SECRET}, state.now, live=True) as found,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        settings = uvicorn.Config(found.app, log_level="error", lifespan="off")
        uvicorn.Server(settings).run(sockets=[listening])


def hosted(folder: Path, series: int, changed: int) -> Iterator[Figures]:
    """Yield what nights over an account take, over a socket and from the snapshot alone."""
    few, many = folder / "few-hosted", folder / "many-hosted"
    for project, origin in ((few, folder / "few"), (many, folder / "many")):
        project.mkdir()
        with served(origin) as url:
            (project / "feedgen.toml").write_text(HOSTED.format(url=url))
            whole = night(project)
            unchanged = night(project)
            if project is few:
                small = unchanged
                continue
            edit(origin, changed, "Told once more")
            time.sleep(2)  # a served folder is looked at once a second
            yield Figures(
                name="hosted account",
                series=series,
                changed=changed,
                whole=whole,
                unchanged=unchanged,
                little=night(project),
                few=small,
            )
    again = night(many, "--offline")
    yield Figures(
        name="hosted account, from its snapshot",
        series=series,
        changed=0,
        whole=whole,
        unchanged=again,
        little=night(many, "--offline"),
        few=night(few, "--offline"),
    )


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--changed", type=float, default=0.01, help="share of the series")
    parser.add_argument("--hosted", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return 0
    changed = max(1, round(asked.series * asked.changed))
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        found = [local(Path(name), asked.series, asked.episodes, changed)]
        print(found[0].told(), flush=True)
        if asked.hosted:
            for figures in hosted(Path(name), asked.series, changed):
                found.append(figures)
                print(figures.told(), flush=True)
    if asked.json:
        told = {each.name: [each.per_unchanged, each.per_whole, each.growth] for each in found}
        print(json.dumps(told))
    return 0 if all(each.passed for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
