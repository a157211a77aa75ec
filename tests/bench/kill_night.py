"""SIGKILL at random instants during a night: no torn, lost or mixed feed, and nothing forgotten.

    python tests/bench/kill_night.py [KILLS] [--shows 200] [--processes 2] [--seed 1]

A local catalogue of many small shows is published once. Then, again and again, `feedgen publish`
is started and killed with all its workers: at any instant of the night, in its first second, or
in the middle of a write. After a few kills, or when the work is done, every show is edited: it
goes back and forth between two states, with another cover for some. One show has an accident in
its other state and is held, one has another that a person approves each time it waits. A webhook
is told of everything.

After each kill every feed must be byte for byte one of its own two versions, the held one its
first, and every picture what its name promises; `kill_memory` says what must hold of the state.
Whoever is told of a feed must find those bytes on air. In the end an undisturbed run must leave
the same feeds and the same memory as one that was never killed, everybody must have been told of
what is on air, and a further run must touch nothing. Ends with 1 and says what was wrong if that
is not so. 1,000 kills of 200 shows in two processes take about three quarters of an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.bench import kill_memory  # noqa: E402 - the project is found from here on
from tests.bench.kill_memory import Hearing, Memory  # noqa: E402
from tests.bench.writes_watched import possible, wait_for_writes  # noqa: E402

SAMPLE = ROOT / "feedgen" / "sample" / "wait-what-and-why"
SERIES = """\
title = "Show {number}"
description = "What happens in show {number}, {state}."
website_url = "https://www.example.com/{number}"
rss_author = "Author {number}"
rss_owner = "Owner {number}"
rss_email = "show-{number}@example.com"
rss_copyright = "2026 Owner {number}"
genres = ["Comedy"]
language = "en-GB"
rating = "clean"
cover = {{ file = "cover.png"{crop} }}
"""
EPISODE = """\
title = "Episode {part} of show {number}{title}"
guid = "show-{number}/{part}"
released_at = 2026-01-{part:02d}T17:00:00Z
description = "{notes}"
audio = "{part}.mp3"
"""
PROJECT = """\
[catalogue]
folder = "catalogue"

[publish]
folder = "feeds"
url = "https://podcasts.example.com"

[golden]
folder = "golden"

[notify]
webhook = "{webhook}"
"""
GOLDEN = "two-episodes-one-guid"
NOTES = "What was said, and what was left out because nobody asked. " * 20
EPISODES = 3
STATES = ("as it was", "edited")
# In its other state an episode of theirs is missing; a person lets the second of the two through.
HELD, APPROVED = 0, 1
EDITED = 0.4  # how likely the shows are edited between two nights
STARTING = 1.2  # seconds in which a night opens everything and takes its lock

Feeds = dict[str, str]  # name → SHA-256


@dataclass
class Found:
    """What a campaign saw."""

    kills: int = 0
    ended: int = 0
    leftovers: int = 0
    mixed_nights: int = 0
    approvals: int = 0
    in_flight: int = 0
    told: int = 0
    moments: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Count what another campaign saw as well."""
        for name in ("kills", "ended", "leftovers", "mixed_nights", "approvals", "in_flight"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.told += other.told
        for kind, count in other.moments.items():
            self.moments[kind] = self.moments.get(kind, 0) + count
        self.faults += other.faults


def catalogue(folder: Path, shows: int) -> None:
    """Make the catalogue; the shows have the same cover, some a part of it, and the same audio."""
    for number in range(shows):
        show = folder / f"show-{number:04d}"
        (show / "episodes").mkdir(parents=True)
        shutil.copy(SAMPLE / "cover.png", show / "cover.png")
        for part in range(1, EPISODES + 1):
            audio = show / "episodes" / f"{part}.mp3"
            shutil.copy(SAMPLE / "episodes" / "001-queues.mp3", audio)
    edit(folder, STATES[0])


def edit(folder: Path, state: str) -> None:
    """Bring every show into a state; two of the edits are none that the guard lets through."""
    edited = state == STATES[1]
    for number, show in enumerate(sorted(folder.glob("show-*"))):
        area = f", crop = {{ left = {number % 97}, top = 0, width = 1900, height = 1900 }}"
        crop = area if edited and number % 10 == 5 else ""
        text = SERIES.format(number=number, state=state, crop=crop)
        (show / "series.toml").write_text(text)
        for part in range(1, EPISODES + 1):
            path = show / "episodes" / f"{part}.toml"
            if edited and part == EPISODES and number in (HELD, APPROVED):
                path.unlink(missing_ok=True)
                continue
            title = f", {state}" if part == 1 else ""
            path.write_text(EPISODE.format(number=number, part=part, title=title, notes=NOTES))


def start(project: Path) -> subprocess.Popen[bytes]:
    """Start a night in a process group of its own."""
    log = (project / "night.log").open("wb")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "feedgen", "publish", "--project", str(project)],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def night(project: Path) -> float:
    """Run a night to its end, with a feed held or without; return its seconds."""
    began = time.monotonic()
    code = start(project).wait()
    if code not in (0, 4):
        sys.exit(f"an undisturbed night ends with {code}:\n{(project / 'night.log').read_text()}")
    return time.monotonic() - began


def kill_at(project: Path, moment: Callable[[subprocess.Popen[bytes]], bool]) -> bool:
    """Start a night and kill it when `moment` returns; return whether it was still at work."""
    process = start(project)
    if not moment(process) or process.poll() is not None:
        process.wait()
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def moment_of(
    chance: random.Random, length: float, feeds: Path, shows: int, found: Found
) -> Callable[[subprocess.Popen[bytes]], bool]:
    """Return what waits for the instant of the next kill."""
    kind = chance.choices(("any", "start", "write"), (5, 2, 3))[0]
    found.moments[kind] = found.moments.get(kind, 0) + 1
    if kind == "write" and possible():
        events = chance.randint(1, 3 * shows)
        pause = chance.choice((0.0, 0.0, chance.uniform(0, 0.01)))

        def writing(process: subprocess.Popen[bytes]) -> bool:
            alive = partial(_alive, process)
            if wait_for_writes(feeds, events, seconds=length, alive=alive):
                time.sleep(pause)
            return True  # or it is killed all the same, if it is still at work

        return writing
    seconds = chance.uniform(0, min(STARTING, length) if kind == "start" else length)

    def waiting(process: subprocess.Popen[bytes]) -> bool:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    return waiting


def _alive(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def on_air(project: Path, seen: dict[tuple[str, int, int, int], str]) -> Feeds:
    """Return the digest of every file a reader can ask for; `seen` spares reading one twice."""
    root, told = project / "feeds", {}
    for path in root.rglob("*"):
        if not path.is_file() or path.name.startswith("."):
            continue
        stat = path.stat()
        key = (str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if key not in seen or path.suffix == ".xml":
            seen[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        told[str(path.relative_to(root))] = seen[key]
    return told


def judge(project: Path, seen: Feeds, versions: tuple[Feeds, Feeds], found: Found) -> None:
    """Look at every file on air after a kill."""
    one, two = versions
    states = set()
    for name in sorted(one.keys() | two.keys()):
        allowed = {each[name] for each in versions if name in each}
        if name not in seen:
            if name.endswith(".xml"):
                found.faults.append(f"kill {found.kills}: {name} is lost")
        elif seen[name] not in allowed:
            found.faults.append(f"kill {found.kills}: {name} is neither old nor new")
        elif one.get(name) != two.get(name) and name.endswith(".xml"):
            states.add(seen[name] == one.get(name))
    for name in seen.keys() - one.keys() - two.keys():
        found.faults.append(f"kill {found.kills}: nobody published {name}")
    found.mixed_nights += len(states) == 2
    found.leftovers += sum(1 for _ in (project / "feeds").rglob(".*.part"))


def approved(project: Path, found: Found) -> None:
    """Approve what waits for a person, but for the one show that nobody ever approves."""
    found.approvals += kill_memory.approve(project, f"show-{APPROVED:04d}")


def campaign(folder: Path, kills: int, shows: int, seed: int) -> Found:
    """Return what was seen in `kills` interrupted nights and an undisturbed one."""
    chance, found = random.Random(seed), Found()
    project, calm = folder / "killed", folder / "calm"
    project.mkdir()
    with Hearing(project / "feeds") as hearing:
        (project / "feedgen.toml").write_text(PROJECT.format(webhook=hearing.address))
        shutil.copytree(ROOT / "golden_feeds" / GOLDEN, project / "golden" / GOLDEN)
        catalogue(project / "catalogue", shows)
        night(project)
        seen: dict[tuple[str, int, int, int], str] = {}
        old = on_air(project, seen)
        shutil.copytree(project, calm)
        (calm / "feedgen.toml").write_text(PROJECT.format(webhook=""))
        edit(calm / "catalogue", STATES[1])
        length = longest = night(calm)
        approved(calm, Found())
        night(calm)
        new = on_air(calm, seen)
        changed = [name for name in old if name.endswith(".xml") and old[name] != new[name]]
        if len(changed) != shows - 1 or f"show-{HELD:04d}.xml" in changed:
            sys.exit("the edit does not change every feed but the one that is held")
        print(f"{shows} shows; a night that changes all takes {length:.1f} s", file=sys.stderr)
        memory = Memory(project, (old, new))
        edits = 0
        while found.kills < kills:
            if not edits or chance.random() < EDITED:
                edits += 1
                edit(project / "catalogue", STATES[edits % 2])
            moment = moment_of(chance, length, project / "feeds", shows, found)
            if not kill_at(project, moment):
                # The work was done: it was quicker than thought, or most of it had been before.
                found.ended += 1
                length *= 0.9
                edits += 1
                edit(project / "catalogue", STATES[edits % 2])
                continue
            found.kills += 1
            length = min(1.02 * length, longest)
            now = on_air(project, seen)
            judge(project, now, (old, new), found)
            # Every other time what a kill left of the state is first seen by the next run.
            if chance.random() < 0.5:
                found.faults += [f"kill {found.kills}: {each}" for each in memory.judge(now)]
                found.in_flight = memory.in_flight
                approved(project, found)
            if found.kills % 50 == 0:
                print(f"{found.kills} kills, {found.faults[:3]}", file=sys.stderr)
        edit(project / "catalogue", STATES[1])
        night(project)
        approved(project, found)
        night(project)
        end = on_air(project, seen)
        kept = {name: sha256 for name, sha256 in end.items() if name in new or name not in old}
        if kept != new:
            found.faults.append("the feeds in the end are not those of an undisturbed run")
        found.faults += memory.judge(end, ended=True)
        found.faults += kill_memory.differences(project, calm)
        found.faults += hearing.faults + hearing.untold(new, changed)
        found.told = len(hearing.heard)
        stamps = {p: p.stat().st_mtime_ns for p in (project / "feeds").rglob("*") if p.is_file()}
        night(project)
        if stamps != {path: path.stat().st_mtime_ns for path in stamps}:
            found.faults.append("a further run touches what did not change")
    return found


def several(folder: Path, kills: int, shows: int, seed: int, processes: int) -> Found:
    """Return what several campaigns beside each other saw, each in a process of its own."""
    asked = [kills // processes + (number < kills % processes) for number in range(processes)]
    workers = []
    for number, share in enumerate(asked):
        (folder / str(number)).mkdir()
        command = [sys.executable, __file__, str(share), "--shows", str(shows), "--json"]
        command += ["--seed", str(seed + number), "--folder", str(folder / str(number))]
        workers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    found = Found()
    for worker in workers:
        said = worker.communicate()[0].strip().splitlines()
        if worker.returncode not in (0, 1) or not said:
            found.faults.append(f"a campaign broke off with {worker.returncode}")
            continue
        found.add(Found(**json.loads(said[-1])))
    return found


def main() -> int:
    """Run the campaign and tell what it saw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--shows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true", help="the figures as one line of JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        if asked.processes > 1:
            found = several(folder, asked.kills, asked.shows, asked.seed, asked.processes)
        else:
            found = campaign(folder, asked.kills, asked.shows, asked.seed)
    if asked.json:
        print(json.dumps(asdict(found)))
        return 1 if found.faults else 0
    for fault in found.faults[:50]:
        print(fault)
    print(
        f"{found.kills} kills ({', '.join(f'{n} × {kind}' for kind, n in found.moments.items())};"
        f" {found.mixed_nights} left some feeds old and some new, {found.in_flight} a feed on air"
        f" that was not yet recorded, {found.leftovers} temporary files seen; {found.ended} nights"
        f" ended before); {found.approvals} approvals, {found.told} messages heard:"
        f" {len(found.faults)} faults"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
