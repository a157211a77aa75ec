"""Whole projects in a temporary folder, for tests that go the whole way of the data."""

import asyncio
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
