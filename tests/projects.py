"""Whole projects in a temporary folder, for tests that go the whole way of the data."""

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from feedgen import config, night
from feedgen.cli.demo import PROJECT_FILE
from feedgen.content import sample
from feedgen.outcome import Outcome

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SERIAL, GERMAN, COMEDY = "salt-and-signal", "zwischen-zaun-und-himmel", "wait-what-and-why"


def make_project(folder: Path) -> Path:
    """Return a project over a copy of the sample catalogue."""
    folder.mkdir(parents=True, exist_ok=True)
    sample.copy_to(folder / "catalogue")
    (folder / "feedgen.toml").write_text(PROJECT_FILE, encoding="utf-8")
    return folder


def copy_project(made: Path, folder: Path) -> Path:
    """Return a copy of a project that has been published, with the same times of change."""
    return shutil.copytree(made, folder, dirs_exist_ok=True)


def publish(folder: Path, *wanted: str, now: datetime = NOW) -> dict[str, Outcome]:
    """Publish a project and return its outcomes by slug."""
    outcomes: list[Outcome] = []
    asyncio.run(night.publish(config.load(folder), now=now, wanted=wanted, told=outcomes.append))
    return {outcome.slug: outcome for outcome in outcomes}


def approve(folder: Path, *, now: datetime = NOW) -> list[str]:
    """Let every difference through that waits; return the reasons it was held for."""
    with night.open_desk(config.load(folder), now=now) as desk:
        waiting = desk.state.approvals.all_waiting()
        for each in waiting:
            desk.state.approvals.approve(each.key, each.digest, at=now, by="the test")
        return [reason.code for each in waiting for reason in each.reasons]


def feeds(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return bytes and time of change of every file on air, by name."""
    root = folder / "feeds"
    files = [path for path in root.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files
    }


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must be there, by `new` in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_shows(folder: Path, count: int, *, episodes: int = 1) -> Path:
    """Return a project over a catalogue of small shows, `show-0` and so on."""
    likeness = sample.SAMPLE / COMEDY
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feedgen.toml").write_text(PROJECT_FILE, encoding="utf-8")
    for number in range(count):
        show = folder / "catalogue" / f"show-{number}"
        (show / "episodes").mkdir(parents=True)
        shutil.copy(likeness / "cover.png", show / "cover.png")
        (show / "series.toml").write_text(
            f'title = "Show {number}"\ndescription = "What happens in show {number}."\n'
            f'website_url = "https://www.example.com/{number}"\nrss_author = "Author {number}"\n'
            f'rss_owner = "Owner {number}"\nrss_email = "show-{number}@example.com"\n'
            'genres = ["Comedy"]\nlanguage = "en-GB"\nrating = "clean"\n'
            'cover = { file = "cover.png" }\n',
            encoding="utf-8",
        )
        for part in range(1, episodes + 1):
            audio = show / "episodes" / f"{part}.mp3"
            shutil.copy(likeness / "episodes" / "001-queues.mp3", audio)
            (show / "episodes" / f"{part}.toml").write_text(
                f'title = "Episode {part} of show {number}"\nguid = "show-{number}/{part}"\n'
                f"released_at = 2026-01-{part:02d}T17:00:00Z\n"
                f'description = "What was said in {part}."\naudio = "{part}.mp3"\n',
                encoding="utf-8",
            )
    return folder


def settle(folder: Path) -> None:
    """Let everything below `folder` have been there for a while; the newest stays the newest."""
    for path in folder.rglob("*"):
        found = path.lstat()
        times = (found.st_atime_ns, found.st_mtime_ns - 60 * 10**9)
        os.utime(path, ns=times, follow_symlinks=False)
