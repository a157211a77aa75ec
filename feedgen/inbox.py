"""What a CMS said has changed, kept until it is done: one row for each series, and the receipts.

    accepted = inbox.accept(...)          on disk before anybody is told so
    work = inbox.take(owner, ...)         one series, with a lease
    inbox.finish(work, ...)               every receipt that the run covers has its outcome

Every request has a number of its own, its generation. A run covers the generations that were
there when it began; what comes while it runs is one run more, however much it is. A run whose
process died, or whose lease has ended, is taken up again by somebody else.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedgen.documents import Documents
from feedgen.errors import UsageProblem
from feedgen.receipts import Receipt, Receipts, moment
from feedgen.transaction import transaction

SCHEMA = """
create table if not exists inbox (
    series      text primary key,
    slug        text not null,
    wanted      integer not null default 0,
    done        integer not null default 0,
    changed_at  real,
    since       real,
    run         integer,
    owner       text not null default '',
    lease_until real,
    attempts    integer not null default 0,
    failed_at   real,
    next_try_at real,
    wake_at     real
) strict;
"""

LEASE = timedelta(seconds=30)
# After a failure: soon again, then ever later; a new word of the CMS brings the next try forward.
FIRST, SOON, LONGEST = timedelta(seconds=5), timedelta(seconds=30), timedelta(hours=20)
# A key is refused, and a receipt can be looked at, for so long.
REMEMBERED = timedelta(days=30)


class KeyReused(UsageProblem):
    """An idempotency key came again, with another payload."""

    def __init__(self) -> None:
        super().__init__(
            "the idempotency key was used for another payload",
            hint="give every message a key of its own",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A series that is said to have changed; `at` is when, if the payload says so.

    `series` is its id, or what was asked for where nobody can tell the id yet. `document` is what
    changed in the CMS, if it is part of the series now.
    """

    series: str
    slug: str
    at: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A receipt; `replayed` if the same request had been accepted before."""

    receipt: Receipt
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A series to be published, ours until the lease ends.

    `generation` is the newest request the run covers, `attempts` how often it failed in a row,
    `changed_at` the newest time a payload gave, `woken` that no request asked for it, `hooks`
    those whose requests the run covers.
    """

    series: str
    slug: str
    run: int
    generation: int
    owner: str
    attempts: int = 0
    changed_at: datetime | None = None
    woken: bool = False
    hooks: frozenset[str] = frozenset()


class Inbox:
    """The inbox in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)
        self._receipts = Receipts(db)
        self.documents = Documents(db)

    # Whoever asks

    def accept(
        self,
        changed: Sequence[Changed],
        *,
        hook: str,
        now: datetime,
        key: str = "",
        body: str = "",
    ) -> Accepted:
        """Return the receipt for a request; it is on the disk, whatever happens from now on.

        A `key` that came before gives the first receipt again and starts nothing; raises
        KeyReused if `body`, a digest of the payload, is another one.
        """
        # Synced to the disk, unlike everything else in the state (SQLite, "PRAGMA synchronous").
        self._db.execute("pragma synchronous = full")
        try:
            with transaction(self._db):
                known = self._receipts.of_key(hook, key)
                if known is not None:
                    if known[1] != body:
                        raise KeyReused
                    return Accepted(receipt=self._found(known[0]), replayed=True)
                receipt = secrets.token_urlsafe(24)
                self._db.execute(
                    "insert into receipts values (?, ?, ?, ?, ?)",
                    (receipt, hook, key, body, now.timestamp()),
                )
                for each in changed:
                    self._want(receipt, each, now)
                for document in {each.document for each in changed} - {""}:
                    parts = [each.series for each in changed if each.document == document]
                    self.documents.keep(hook, document, parts)
                return Accepted(receipt=self._found(receipt))
        finally:
            self._db.execute("pragma synchronous = normal")

    def wake(self, series: str, slug: str, at: datetime | None) -> None:
        """Let the series be published at `at` without a request; `None` if no time is known.

        Whole seconds: a run takes the time in those.
        """
        when = None if at is None else float(-(-at.timestamp() // 1))
        self._db.execute(
            "insert into inbox (series, slug, wake_at) values (?, ?, ?)"
            " on conflict (series) do update set slug = excluded.slug, wake_at = excluded.wake_at",
            (series, slug, when),
        )
        self._drop_idle(series)

    def receipt(self, receipt: str) -> Receipt | None:
        """Return a receipt by its id, `None` if there is none."""
        return self._receipts.get(receipt)

    def receipts(self, limit: int = 100) -> tuple[Receipt, ...]:
        """Return the newest receipts, newest first."""
        return self._receipts.newest(limit)

    # Whoever works

    def take(
        self,
        owner: str,
        *,
        now: datetime,
        alive: Callable[[str], bool],
        only: Collection[str] = (),
        but: Collection[str] = (),
        rested: bool = False,
    ) -> Work | None:
        """Return the series that waits longest, leased to `owner`; `None` if none is due.

        `alive` tells whether another owner may still be at work; one that is not loses its
        lease at once. `only` are the series to choose from, any if it is empty, `but` those
        to pass over; `rested` takes one that failed before its next try is due. A lease or a rest
        that ends later than any could is one of a clock that has been set back since.
        """
        at = now.timestamp()
        latest = at + 2 * LEASE.total_seconds()
        with transaction(self._db):
            rows = self._db.execute(
                "select series, slug, wanted, done, changed_at, run, owner, lease_until, attempts"
                " from inbox where owner <> '' or ((:rested or coalesce(next_try_at, 0) <= :now"
                " or next_try_at > :longest) and (wanted > done or attempts > 0 or"
                " wake_at <= :now)) order by coalesce(since, failed_at, wake_at), series",
                {"now": at, "longest": at + LONGEST.total_seconds(), "rested": rested},
            ).fetchall()
            for row in rows:
                if (only and row[0] not in only) or row[0] in but:
                    continue
                held_by, leased = row[6], at < (row[7] or 0) <= latest
                if held_by and leased and (held_by == owner or alive(held_by)):
                    continue
                return self._leased(row, owner, at)
        return None

    def renew(self, works: Iterable[Work], *, now: datetime) -> None:
        """Prolong the leases of what is still at work, and of nothing else its owner holds."""
        until = (now + LEASE).timestamp()
        self._db.executemany(
            "update inbox set lease_until = ? where series = ? and owner = ? and run = ?",
            [(until, work.series, work.owner, work.run) for work in works],
        )

    def finish(
        self, work: Work, *, now: datetime, outcome: dict[str, Any], exit_code: int, failed: bool
    ) -> datetime | None:
        """Give the outcome of a run to every receipt it covers; return when it is tried again.

        That is `None` unless the series `failed`. If the lease had ended and somebody else took
        the series, theirs is the word the receipts get.
        """
        at = now.timestamp()
        next_try_at = now + pause(work.attempts + 1) if failed else None
        with transaction(self._db):
            self._db.execute(
                "update hook_runs set ended_at = ?, exit_code = ?, outcome = ? where id = ?",
                (at, exit_code, json.dumps(outcome, ensure_ascii=False), work.run),
            )
            self._db.execute(
                "update inbox set run = null, owner = '', lease_until = null, attempts = ?,"
                " failed_at = ?, next_try_at = ?, done = max(done, ?),"
                # What came meanwhile is due from now on: others that wait are older.
                " since = case when wanted > ? then ? end,"
                " changed_at = case when ? is null or changed_at > ? then changed_at end"
                " where series = ? and owner = ? and run = ?",
                (
                    work.attempts + 1 if failed else 0,
                    at if failed else None,
                    next_try_at.timestamp() if next_try_at else None,
                    work.generation,
                    work.generation,
                    at,
                    _seconds(work.changed_at),
                    _seconds(work.changed_at),
                    work.series,
                    work.owner,
                    work.run,
                ),
            )
            self._drop_idle(work.series)
        return next_try_at

    def give_back(self, work: Work) -> None:
        """Leave a series to the next who looks, as if nobody had taken it."""
        with transaction(self._db):
            self._db.execute("update receipt_parts set run = null where run = ?", (work.run,))
            self._db.execute("delete from hook_runs where id = ?", (work.run,))
            self._db.execute(
                "update inbox set run = null, owner = '', lease_until = null,"
                " wake_at = case when ? and wake_at is null then 0 else wake_at end"
                " where series = ? and owner = ? and run = ?",
                (work.woken, work.series, work.owner, work.run),
            )

    def next_due(self) -> datetime | None:
        """Return when something is to be done, as far as is known now; it may be past."""
        row = self._db.execute(
            "select min(case when owner <> '' then lease_until"
            " when wanted > done or attempts > 0 then coalesce(next_try_at, 0)"
            " else max(wake_at, coalesce(next_try_at, 0)) end) from inbox"
        ).fetchone()
        return moment(row[0])

    def prune(self, *, now: datetime) -> None:
        """Forget receipts that are long done."""
        before = (now - REMEMBERED).timestamp()
        with transaction(self._db):
            self._db.execute(
                "delete from receipts where accepted_at < ? and not exists (select 1 from"
                " receipt_parts as part left join hook_runs as run on run.id = part.run"
                " where part.receipt = receipts.id and run.ended_at is null)",
                (before,),
            )
            self._db.execute(
                "delete from receipt_parts where receipt not in (select id from receipts)"
            )
            self._db.execute(
                "delete from hook_runs where began_at < ? and ended_at is not null"
                " and id not in (select run from receipt_parts where run is not null)",
                (before,),
            )

    # Within

    def _want(self, receipt: str, changed: Changed, now: datetime) -> None:
        made = self._db.execute(
            "insert into receipt_parts (receipt, series, slug) values (?, ?, ?)",
            (receipt, changed.series, changed.slug),
        )
        self._db.execute(
            "insert into inbox (series, slug, wanted, changed_at, since) values (?, ?, ?, ?, ?)"
            " on conflict (series) do update set slug = excluded.slug, wanted = excluded.wanted,"
            " since = coalesce(since, excluded.since), changed_at = case when excluded.changed_at"
            " is null then changed_at else max(excluded.changed_at, coalesce(changed_at, 0)) end,"
            " next_try_at = min(next_try_at, min(failed_at, excluded.since) + ?)",
            (
                changed.series,
                changed.slug,
                made.lastrowid,
                _seconds(changed.at),
                now.timestamp(),
                SOON.total_seconds(),
            ),
        )

    def _leased(self, row: tuple[Any, ...], owner: str, at: float) -> Work:
        series, slug, wanted, done, changed_at, last, _, _, attempts = row
        run = self._db.execute(
            "insert into hook_runs (series, began_at) values (?, ?)", (series, at)
        ).lastrowid
        assert run is not None  # noqa: S101 - a row was inserted
        # Those that wait, and those whose run never came to an end.
        self._db.execute(
            "update receipt_parts set run = ? where (series = ? and run is null)"
            " or run in (select id from hook_runs where id = ? and ended_at is null)",
            (run, series, last),
        )
        if last is not None:
            self._db.execute("delete from hook_runs where id = ? and ended_at is null", (last,))
        self._db.execute(
            "update inbox set run = ?, owner = ?, lease_until = ?, since = null,"
            " wake_at = case when wake_at <= ? then null else wake_at end where series = ?",
            (run, owner, at + LEASE.total_seconds(), at, series),
        )
        hooks = self._db.execute(
            "select distinct hook from receipts join receipt_parts as part"
            " on part.receipt = receipts.id where part.run = ?",
            (run,),
        )
        return Work(
            series=series,
            slug=slug,
            run=run,
            generation=wanted,
            owner=owner,
            attempts=attempts,
            changed_at=moment(changed_at),
            woken=wanted <= done and attempts == 0,
            hooks=frozenset(hook for (hook,) in hooks),
        )

    def _drop_idle(self, series: str) -> None:
        self._db.execute(
            "delete from inbox where series = ? and owner = '' and wanted <= done"
            " and attempts = 0 and wake_at is null",
            (series,),
        )

    def _found(self, receipt: str) -> Receipt:
        found = self.receipt(receipt)
        assert found is not None  # noqa: S101 - it was written or read in the same transaction
        return found


def pause(failures: int) -> timedelta:
    """Return how long a series rests after so many failures in a row: doubled, up to 20 hours."""
    doubled: int = 2 ** min(failures - 1, 20)
    return min(LONGEST, FIRST * doubled)


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
