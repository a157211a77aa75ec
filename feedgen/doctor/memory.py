"""What the last runs left: whole files, a recent run, nothing unsolved, nothing unsent."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

from feedgen.doctor.diagnosis import Diagnosis, fail, ok, warn
from feedgen.doctor.target import nearest
from feedgen.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.standing import LastRun, Standing

# A night a day, and two hours for one that began late.
RUN_MAY_BE_OLD = timedelta(hours=26)
_UNSENT_SINCE = timedelta(hours=1)
_GIVEN_UP_SINCE = timedelta(days=7)
# A clock that was set back makes what was written look as if it were still to come.
_AHEAD = timedelta(minutes=1)
_SHOWN = 20


def memory(config: Config, now: datetime) -> Iterator[Diagnosis]:
    """Yield how the files of earlier runs are, and what stands in them."""
    path = config.state_folder / "state.sqlite3"
    there = nearest(config.state_folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield fail(
            "state",
            f"{there} is no folder that can be written to",
            "runs remember there what is on air; look at its owner",
            exit_code=3,
        )
        return
    if not path.exists():
        yield ok("state", "nothing has been published from here yet; 'feedgen publish' does")
        return
    broken = False
    for file in (path, config.state_folder / "snapshot.sqlite3"):
        for each in _file(file) if file.exists() else ():
            broken = broken or each.level == "fail"
            yield each
    if broken:
        return
    with State(path) as state:
        yield from _runs(state.standings.last_run(), now)
        yield from _series(state.standings.unsolved())
        yield from _outbox(state, now)


def _file(path: Path) -> Iterator[Diagnosis]:
    """Yield whether SQLite finds the file whole; it is opened for reading alone."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            said = [str(row[0]) for row in db.execute("pragma quick_check(5)")]
    except sqlite3.Error as error:
        said = [str(error)]
    if said == ["ok"]:
        yield ok("state", f"{path.name} is whole, {path.stat().st_size / 1e6:.1f} MB")
        return
    yield fail(
        "state",
        f"{path} is damaged or can not be read: {said[0]}",
        "move it away: feeds on air stay; history and approvals are lost with it"
        if path.name.startswith("state")
        else "move it away: the next run reads everything anew",
        exit_code=3,
        details=said[1:],
    )


def _runs(last: LastRun | None, now: datetime) -> Iterator[Diagnosis]:
    if last is None:
        yield ok("runs", "none has ended yet; 'feedgen publish' is the first")
        return
    if last.ended_at > now + _AHEAD:
        yield fail(
            "clock",
            f"the last run ended at {last.ended_at:%Y-%m-%d %H:%M:%S} UTC, which is still to come",
            "set the clock of this machine by NTP: releases go by it",
            exit_code=2,
        )
    hint = "look whether cron or the timer still runs; 'feedgen samples' has both"
    if last.whole_at is None:
        yield warn("runs", "no run over all series has done its work yet", hint)
    elif now - last.whole_at > RUN_MAY_BE_OLD:
        yield warn(
            "runs",
            f"the last one over all series that did its work was {_ago(last.whole_at, now)}",
            hint,
        )
    else:
        code = f"the last run ended with {last.exit_code} after {last.seconds:.1f} s"
        yield ok("runs", f"all series were last done {_ago(last.whole_at, now)}; {code}")


def _series(unsolved: tuple[Standing, ...]) -> Iterator[Diagnosis]:
    for each in unsolved[:_SHOWN]:
        if each.result == "held":
            yield fail(
                "series",
                f"{each.slug} is held: {each.reason}",
                f"'feedgen approve {each.slug}' shows the difference and lets it through",
                exit_code=4,
            )
            continue
        times = f"{each.failures} times in a row" if each.failures > 1 else "in its last run"
        again = f"{each.next_at:%Y-%m-%d %H:%M} UTC" if each.next_at else "the next run"
        yield fail(
            "series",
            f"{each.slug} failed {times}: {each.reason}",
            f"it is tried again from {again} on, and at once by 'feedgen publish {each.slug}'",
            exit_code=4,
        )
    if unsolved[_SHOWN:]:
        count = len(unsolved) - _SHOWN
        yield fail(
            "series",
            f"{count} more are held or failed",
            "'feedgen publish --json' lists them all",
            exit_code=4,
        )
    if not unsolved:
        yield ok("series", "none is held or failed when it was last tried")


def _outbox(state: State, now: datetime) -> Iterator[Diagnosis]:
    late = [m for m in state.outbox.open() if m.attempts and now - m.made_at > _UNSENT_SINCE]
    lost = [m for m in state.outbox.given_up() if now - m.made_at < _GIVEN_UP_SINCE]
    for messages, said, hint in (
        (late, "wait for a receiver that fails", "they are sent again with every run"),
        (lost, "were given up in the last 7 days", "look at the receiver; feeds are on air"),
    ):
        if messages:
            yield warn(
                "notifications",
                f"{len(messages)} {said}",
                hint,
                dict.fromkeys(f"{m.kind} for {m.slug}: {m.error}" for m in messages[:_SHOWN]),
            )
    if not late and not lost:
        yield ok("notifications", "none waits for longer than an hour")


def _ago(when: datetime, now: datetime) -> str:
    hours = (now - when).total_seconds() / 3600
    if hours < 1:
        return f"{max(hours, 0) * 60:.0f} minutes ago"
    return f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"
