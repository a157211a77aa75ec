"""How every series stands: its last result, its last success, and when it is tried again.

A series that fails again and again is asked less and less often, so that it costs the others
nothing; it stays listed until it is solved. A series named by hand is always tried.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from feedgen.outcome import Outcome, Result

SCHEMA = """
create table if not exists standings (
    slug       text primary key,
    title      text not null,
    url        text not null,
    result     text not null,
    reason     text not null,
    told_at    text not null,
    success_at text,
    failures   integer not null,
    since      text,
    next_at    text
) strict;
create table if not exists outcomes (
    slug    text primary key,
    told_at text not null,
    body    text not null
) strict;
create table if not exists runs (
    ended_at  text not null,
    seconds   real not null,
    exit_code integer not null,
    whole     integer not null
) strict;
"""
# The first failures are tried again with every run from cron; a night apart is always tried.
FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One series; `failures` counts those in a row, `since` is when the first of them was."""

    slug: str
    title: str
    url: str
    result: Result
    reason: str
    told_at: datetime
    success_at: datetime | None
    failures: int
    since: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """When the last run ended, how long it took in seconds, its exit code.

    `whole_at` is when a run over all series last ended with 0 or 4, that is, did its work.
    """

    ended_at: datetime
    seconds: float
    exit_code: int
    whole_at: datetime | None


class Standings:
    """The standings in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def record(self, outcome: Outcome, *, at: datetime) -> Standing:
        """Return how the series of `outcome` stands after it."""
        before = self.of(outcome.slug)
        failed = outcome.result == "failed"
        failures = (before.failures if before else 0) + 1 if failed else 0
        # An outage is not the series' fault, and when it is over every series is due.
        rests = failed and not outcome.retry
        since = (before.since if before and before.failures else at) if failed else None
        success_at = at if outcome.on_air else before.success_at if before else None
        made = Standing(
            slug=outcome.slug,
            title=outcome.title or (before.title if before else ""),
            url=outcome.url or (before.url if before else ""),
            result=outcome.result,
            reason=outcome.reason,
            told_at=at,
            success_at=success_at,
            failures=failures,
            since=since,
            next_at=at + pause(failures) if rests else None,
        )
        self._db.execute(
            "insert or replace into standings values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                made.slug,
                made.title,
                made.url,
                made.result,
                made.reason,
                at.isoformat(),
                success_at.isoformat() if success_at else None,
                failures,
                since.isoformat() if since else None,
                made.next_at.isoformat() if made.next_at else None,
            ),
        )
        self._db.execute(
            "insert or replace into outcomes values (?, ?, ?)",
            (made.slug, at.isoformat(), msgspec.json.encode(outcome.as_json()).decode()),
        )
        return made

    def outcome(self, slug: str) -> dict[str, Any] | None:
        """Return the last outcome of a series as `Outcome.as_json` told it, `None` if none was."""
        row = self._db.execute("select body from outcomes where slug = ?", (slug,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=dict[str, Any])

    def of(self, slug: str) -> Standing | None:
        """Return how a series stands, `None` if it never had an outcome."""
        row = self._db.execute("select * from standings where slug = ?", (slug,)).fetchone()
        return None if row is None else _standing(row)

    def waits(self, slug: str, now: datetime) -> datetime | None:
        """Return until when a failing series is left alone, `None` if it is due."""
        found = self.of(slug)
        if found is None or found.next_at is None or found.next_at <= now:
            return None
        return found.next_at

    def all(self) -> tuple[Standing, ...]:
        """Return every series, by slug."""
        return tuple(map(_standing, self._db.execute("select * from standings order by slug")))

    def unsolved(self) -> tuple[Standing, ...]:
        """Return the series whose feed on air is not what the catalogue says, longest first."""
        rows = self._db.execute(
            "select * from standings where result in ('failed', 'held')"
            " order by coalesce(since, told_at), slug"
        )
        return tuple(map(_standing, rows))

    def forget(self, slug: str) -> None:
        """Drop a series that is no longer in the source."""
        self._db.execute("delete from standings where slug = ?", (slug,))
        self._db.execute("delete from outcomes where slug = ?", (slug,))

    def run_ended(self, *, at: datetime, seconds: float, exit_code: int, whole: bool) -> None:
        """Record the end of a run; `whole` if it was over all series."""
        self._db.execute(
            "insert into runs values (?, ?, ?, ?)", (at.isoformat(), seconds, exit_code, whole)
        )
        self._db.execute(
            "delete from runs where rowid <= (select max(rowid) from runs) - 1000"
            " and rowid <> (select max(rowid) from runs where whole and exit_code in (0, 4))"
        )

    def last_run(self) -> LastRun | None:
        """Return what is known of the last runs, `None` before the first has ended."""
        row = self._db.execute(
            "select ended_at, seconds, exit_code from runs order by rowid desc limit 1"
        ).fetchone()
        if row is None:
            return None
        whole = self._db.execute(
            "select ended_at from runs where whole and exit_code in (0, 4)"
            " order by rowid desc limit 1"
        ).fetchone()
        return LastRun(
            ended_at=datetime.fromisoformat(row[0]),
            seconds=row[1],
            exit_code=row[2],
            whole_at=datetime.fromisoformat(whole[0]) if whole else None,
        )


def pause(failures: int) -> timedelta:
    """Return how long a series rests after so many failures in a row: doubled, up to 20 hours."""
    doubled: int = 2 ** min(failures - 1, 20)
    return min(LONGEST, FIRST * doubled)


def _standing(row: tuple[str, ...]) -> Standing:
    slug, title, url, result, reason, told_at, success_at, failures, since, next_at = row
    return Standing(
        slug=slug,
        title=title,
        url=url,
        result=result,  # type: ignore[arg-type]  # only `record` writes it
        reason=reason,
        told_at=datetime.fromisoformat(told_at),
        success_at=datetime.fromisoformat(success_at) if success_at else None,
        failures=int(failures),
        since=datetime.fromisoformat(since) if since else None,
        next_at=datetime.fromisoformat(next_at) if next_at else None,
    )
