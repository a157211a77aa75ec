"""Receipts: what somebody who reported a change can look up, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

SCHEMA = """
create table if not exists receipts (
    id          text primary key,
    hook        text not null,
    key         text not null,
    body        text not null,
    accepted_at real not null
) strict;
create unique index if not exists receipts_by_key on receipts (hook, key) where key <> '';
create index if not exists receipts_by_time on receipts (accepted_at);
create table if not exists hook_runs (
    id        integer primary key autoincrement,
    series    text not null,
    began_at  real not null,
    ended_at  real,
    exit_code integer,
    outcome   text
) strict;
create table if not exists receipt_parts (
    generation integer primary key autoincrement,
    receipt    text not null,
    series     text not null,
    slug       text not null,
    run        integer
) strict;
create index if not exists parts_by_receipt on receipt_parts (receipt);
create index if not exists parts_by_run on receipt_parts (run);
create index if not exists parts_that_wait on receipt_parts (series) where run is null;
"""

PartState = Literal["queued", "running", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What became of one series of a receipt; `outcome` is that of the run, as plain data.

    `next_try_at` is set while a series that failed is going to be tried again by itself.
    """

    series: str
    slug: str
    generation: int
    state: PartState
    began_at: datetime | None = None
    done_at: datetime | None = None
    exit_code: int | None = None
    outcome: dict[str, Any] | None = None
    next_try_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the part as plain data."""
        return {
            "series": self.slug,
            "state": self.state,
            "done_at": _text(self.done_at),
            "next_try_at": _text(self.next_try_at),
            "outcome": self.outcome,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What somebody who asked is given; nobody guesses its id."""

    id: str
    hook: str
    key: str
    accepted_at: datetime
    parts: tuple[Part, ...]

    @property
    def state(self) -> PartState:
        """Return `done` once everything that was asked for is, `running` once anything began."""
        states = {part.state for part in self.parts}
        if states == {"done"}:
            return "done"
        return "queued" if states == {"queued"} else "running"

    @property
    def exit_code(self) -> int:
        """Return what a command that did this would end with; 0 while it is not done."""
        codes = {part.exit_code or 0 for part in self.parts}
        if 70 in codes:
            return 70
        return codes.pop() if len(codes) == 1 else 4

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as plain data."""
        return {
            "receipt": self.id,
            "hook": self.hook,
            "state": self.state,
            "accepted_at": _text(self.accepted_at),
            "series": [part.as_json() for part in self.parts],
        }


class Receipts:
    """The receipts in one database, for reading: `feedgen.inbox` writes them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def get(self, receipt: str) -> Receipt | None:
        """Return a receipt by its id, `None` if there is none."""
        row = self._db.execute(
            "select id, hook, key, accepted_at from receipts where id = ?", (receipt,)
        ).fetchone()
        return self._receipt(row) if row else None

    def newest(self, limit: int) -> tuple[Receipt, ...]:
        """Return the newest receipts, newest first."""
        rows = self._db.execute(
            "select id, hook, key, accepted_at from receipts"
            " order by accepted_at desc, rowid desc limit ?",
            (limit,),
        ).fetchall()
        return tuple(map(self._receipt, rows))

    def of_key(self, hook: str, key: str) -> tuple[str, str] | None:
        """Return id and digest of the payload of the request with this key, if one came."""
        if not key:
            return None
        row = self._db.execute(
            "select id, body from receipts where hook = ? and key = ?", (hook, key)
        ).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def _receipt(self, row: tuple[Any, ...]) -> Receipt:
        id_, hook, key, accepted_at = row
        parts = self._db.execute(
            "select part.series, part.slug, part.generation, part.run, run.began_at, run.ended_at,"
            " run.exit_code, run.outcome, inbox.next_try_at from receipt_parts as part"
            " left join hook_runs as run on run.id = part.run"
            " left join inbox on inbox.series = part.series and inbox.attempts > 0"
            " where part.receipt = ? order by part.generation",
            (id_,),
        )
        return Receipt(
            id=id_,
            hook=hook,
            key=key,
            accepted_at=datetime.fromtimestamp(accepted_at, UTC),
            parts=tuple(map(_part, parts)),
        )


def _part(row: tuple[Any, ...]) -> Part:
    series, slug, generation, run, began_at, ended_at, exit_code, outcome, next_try_at = row
    state: PartState = "queued" if run is None else "running" if ended_at is None else "done"
    return Part(
        series=series,
        slug=slug,
        generation=generation,
        state=state,
        began_at=moment(began_at),
        done_at=moment(ended_at),
        exit_code=exit_code,
        outcome=json.loads(outcome) if outcome else None,
        next_try_at=moment(next_try_at) if state == "done" and exit_code else None,
    )


def moment(seconds: float | None) -> datetime | None:
    """Return the time that the inbox wrote as `seconds` since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
