"""SIGKILL at random instants during a night: no torn, lost or mixed feed, and nothing forgotten.

    python tests/bench/kill_night.py [KILLS] [--shows 200] [--seed 1] [--folder FOLDER]

A local catalogue of many small shows is published once. Then, again and again, every show is
edited (it goes back and forth between two states, with another cover for some), `feedgen publish`
is started and killed with all its workers at a random instant. After each kill every feed must be
byte for byte one of its own two versions, and every picture what its name promises. In the end an
undisturbed run must leave the same feeds and the same memory as one that was never killed.
Ends with 1 and says what was wrong if that is not so. 1,000 kills of 200 shows take about an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
cover = {{ file = "{cover}" }}
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
"""
NOTES = "What was said, and what was left out because nobody asked. " * 20
EPISODES = 3
STATES = ("as it was", "edited")

Feeds = dict[str, str]  # name → SHA-256


@dataclass
class Found:
    """What a campaign saw."""

    kills: int = 0
    ended: int = 0
    leftovers: int = 0
    mixed_nights: int = 0
    faults: list[str] = field(default_factory=list)


def catalogue(folder: Path, shows: int) -> None:
    """Make the catalogue; all shows share one cover and one audio file."""
    for number in range(shows):
        show = folder / f"show-{number:04d}"
        (show / "episodes").mkdir(parents=True)
        shutil.copy(SAMPLE / "cover.png", show / "cover.png")
        shutil.copy(SAMPLE / "episodes" / "002-cover.jpg", show / "other.jpg")
        for part in range(1, EPISODES + 1):
            audio = show / "episodes" / f"{part}.mp3"
            shutil.copy(SAMPLE / "episodes" / "001-queues.mp3", audio)
    edit(folder, STATES[0])


def edit(folder: Path, state: str) -> None:
    """Bring every show into a state; an edit that the guard lets through in both directions."""
    edited = state == STATES[1]
    for number, show in enumerate(sorted(folder.glob("show-*"))):
        cover = "other.jpg" if edited and number % 10 == 0 else "cover.png"
        text = SERIES.format(number=number, state=state, cover=cover)
        (show / "series.toml").write_text(text)
        for part in range(1, EPISODES + 1):
            title = f", {state}" if part == 1 else ""
            text = EPISODE.format(number=number, part=part, title=title, notes=NOTES)
            (show / "episodes" / f"{part}.toml").write_text(text)


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
    """Run a night to its end; return how many seconds it took."""
    began = time.monotonic()
    code = start(project).wait()
    if code:
        sys.exit(f"an undisturbed night ends with {code}:\n{(project / 'night.log').read_text()}")
    return time.monotonic() - began


def kill_after(project: Path, seconds: float) -> bool:
    """Start a night and kill it; return whether it was still at work."""
    process = start(project)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def on_air(project: Path) -> Feeds:
    """Return the digest of every file a reader can ask for."""
    root = project / "feeds"
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def remembered(project: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what the state knows for ever: guids, what is on air, what must not change."""
    db = sqlite3.connect(project / ".feedgen" / "state.sqlite3")
    found = {
        "guids": db.execute("select series_id, episode_id, guid from guids order by 1, 2, 3"),
        "on_air": db.execute("select series_id, slug, name, sha256 from on_air order by 1"),
        "memory": db.execute("select series_id, facts from memory order by 1"),
    }
    told = {table: rows.fetchall() for table, rows in found.items()}
    db.close()
    return told


def judge(project: Path, versions: tuple[Feeds, Feeds], found: Found) -> None:
    """Look at every file on air after a kill."""
    seen = on_air(project)
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


def campaign(folder: Path, kills: int, shows: int, seed: int) -> Found:
    """Return what was seen in `kills` interrupted nights and one undisturbed one."""
    chance, found = random.Random(seed), Found()
    project, calm = folder / "killed", folder / "calm"
    project.mkdir()
    (project / "feedgen.toml").write_text(PROJECT)
    catalogue(project / "catalogue", shows)
    night(project)
    old = on_air(project)
    shutil.copytree(project, calm)
    edit(calm / "catalogue", STATES[1])
    length = night(calm)
    new = on_air(calm)
    if sum(old[name] != new[name] for name in old if name.endswith(".xml")) != shows:
        sys.exit("the edit does not change every feed: the campaign would show nothing")
    print(f"{shows} shows; a night that changes all of them takes {length:.1f} s", flush=True)
    while found.kills < kills:
        edit(project / "catalogue", STATES[(found.kills + 1) % 2])
        if not kill_after(project, chance.uniform(0, length)):
            # It was quicker than thought: half of it had been done before, or fewer work here.
            found.ended += 1
            length *= 0.95
            continue
        found.kills += 1
        judge(project, (old, new), found)
        if found.kills % 50 == 0:
            print(f"{found.kills} kills, {len(found.faults)} faults", flush=True)
    edit(project / "catalogue", STATES[1])
    night(project)
    pictures = {name for name in on_air(project) if name in old and name not in new}
    if {n: d for n, d in on_air(project).items() if n not in pictures} != new:
        found.faults.append("the feeds in the end are not those of an undisturbed run")
    if remembered(project) != remembered(calm):
        found.faults.append("the memory in the end is not that of an undisturbed run")
    again = {p: p.stat().st_mtime_ns for p in (project / "feeds").rglob("*.xml")}
    night(project)
    if again != {p: p.stat().st_mtime_ns for p in (project / "feeds").rglob("*.xml")}:
        found.faults.append("a further run touches feeds that did not change")
    return found


def main() -> int:
    """Run the campaign and tell what it saw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--shows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        found = campaign(Path(folder), asked.kills, asked.shows, asked.seed)
    for fault in found.faults[:50]:
        print(fault)
    print(
        f"{found.kills} kills ({found.mixed_nights} left some feeds old and some new, "
        f"{found.leftovers} temporary files seen; {found.ended} nights ended before): "
        f"{len(found.faults)} faults"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
