"""The snapshot of an account on disk: what was read last, whole, series by series.

What a run brings is staged first and becomes the snapshot of a series only when that series is
complete, so a run that breaks off, or a night with the API away, leaves the last good reading as
it was. A run that was broken off is taken up again where it stopped.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from feedgen.art19 import jsonapi
from feedgen.art19.jsonapi import Identifier
from feedgen.art19.pacer import Learned
from feedgen.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from feedgen.art19.jsonapi import Resource

# Asked for in this many runs and never given: then it is gone, and not before.
ABSENCES = 2
# A run that broke off longer ago than this starts anew: what it staged is old.
RESUMED_WITHIN = timedelta(hours=6)
_AT_ONCE = 500

_SCHEMA = """
create table if not exists documents (
    type text, id text, raw blob not null, fetched real not null, primary key (type, id)
) without rowid;
create table if not exists staged (
    run integer, type text, id text, raw blob not null, fetched real not null,
    primary key (run, type, id)
) without rowid;
create table if not exists absences (
    type text, id text, count integer not null, run integer not null, primary key (type, id)
) without rowid;
create table if not exists members (
    series text, episode text, absent integer not null, primary key (series, episode)
) without rowid;
create table if not exists snapshots (
    series text primary key, slug text, title text, read real, complete real, watermark text
) without rowid;
create table if not exists runs (
    id integer primary key autoincrement, kind text, started real, finished real
);
create table if not exists progress (
    run integer, step text, value text, primary key (run, step)
) without rowid;
create table if not exists learned (who text primary key, value text) without rowid;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """When a series was read last, and when everything of it was last asked for.

    `watermark` is the newest `updated_at` among its episodes, as the API wrote it.
    """

    series: str
    slug: str
    title: str
    read: datetime
    complete: datetime
    watermark: str = ""


class SnapshotStore:
    """A SQLite file with the snapshot; without a path a temporary one that vanishes on closing."""

    def __init__(self, path: Path | None = None) -> None:
        # The name "" is a database on disk that SQLite deletes itself: memory stays flat.
        self._db = sqlite3.connect(str(path or ""), timeout=30, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        if path is None:
            # A series of a thousand episodes fits; what is larger goes to the disk.
            self._db.execute("pragma cache_size = -16000")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Undo at the end whatever is written in between."""
        self._db.execute("begin")
        try:
            yield
        finally:
            self._db.execute("rollback")

    # Runs

    def begin(self, kind: str, now: datetime, *, resume: bool = True) -> int:
        """Return the run of this kind that broke off not long ago, else a new one.

        Without `resume` it is always a new one, for which nothing has been asked yet.
        """
        oldest = (now - RESUMED_WITHIN).timestamp()
        with transaction(self._db):
            found = self._db.execute(
                "select id from runs where kind = ? and finished is null and started >= ? "
                "order by id desc limit 1",
                (kind, oldest),
            ).fetchone()
            if found and resume:
                return int(found[0])
            stale = "select id from runs where kind = ? or started < ?"
            for table in ("staged", "progress"):
                statement = f"delete from {table} where run in ({stale})"  # noqa: S608 - fixed names
                self._db.execute(statement, (kind, oldest))
            row = self._db.execute(
                "insert into runs (kind, started) values (?, ?)", (kind, now.timestamp())
            )
            return int(row.lastrowid or 0)

    def finish(self, run: int, now: datetime) -> None:
        """End a run; what it staged for series that stayed incomplete is dropped."""
        with transaction(self._db):
            self._db.execute("update runs set finished = ? where id = ?", (now.timestamp(), run))
            self._db.execute("delete from staged where run = ?", (run,))
            self._db.execute("delete from progress where run = ?", (run,))

    def progress(self, run: int, step: str) -> Any:  # noqa: ANN401 - whatever was noted
        """Return what was noted for `step` of this run, `None` if it was not reached."""
        found = self._db.execute(
            "select value from progress where run = ? and step = ?", (run, step)
        ).fetchone()
        return json.loads(found[0]) if found else None

    def reach(self, run: int, step: str, value: object) -> None:
        """Note that `step` of this run is done."""
        with transaction(self._db):
            self._db.execute(
                "insert or replace into progress values (?, ?, ?)", (run, step, json.dumps(value))
            )

    # What a run brings

    def stage(
        self, run: int, resources: Iterable[Resource], absent: Iterable[Identifier], now: datetime
    ) -> None:
        """Keep what one answer brought and what it left out, at once."""
        with transaction(self._db):
            self._db.executemany(
                "insert or replace into staged values (?, ?, ?, ?, ?)",
                ((run, each.type, each.id, each.raw, now.timestamp()) for each in resources),
            )
            self._db.executemany(
                "delete from absences where type = ? and id = ?",
                ((each.type, each.id) for each in resources),
            )
            self._db.executemany(
                "insert into absences values (?, ?, 1, ?) on conflict (type, id) do update set "
                "count = count + (run <> excluded.run), run = excluded.run",
                ((key.type, key.id, run) for key in absent),
            )

    def asked(self, run: int, type_name: str, ids: Collection[str]) -> set[str]:
        """Return which of `ids` this run has asked for already, given or not."""
        sql = (
            "select id from staged where run = ? and type = ? and id in ({ids}) "
            "union select id from absences where run = ? and type = ? and id in ({ids})"
        )
        found: set[str] = set()
        for some in _slices(ids):
            marks = ", ".join("?" * len(some))
            values = (run, type_name, *some, run, type_name, *some)
            found.update(row[0] for row in self._db.execute(sql.format(ids=marks), values))
        return found

    def absent(self, keys: Collection[Identifier]) -> dict[Identifier, int]:
        """Return which of `keys` were not given when last asked for, and in how many runs."""
        wanted = set(keys)
        found: dict[Identifier, int] = {}
        for name in {key.type for key in wanted}:
            for some in _slices([key.id for key in wanted if key.type == name]):
                marks = ", ".join("?" * len(some))
                rows = self._db.execute(
                    f"select id, count from absences where type = ? and id in ({marks})",  # noqa: S608 - marks only
                    (name, *some),
                )
                found.update((Identifier(name, each), count) for each, count in rows)
        return found

    def gone(self, keys: Collection[Identifier]) -> set[Identifier]:
        """Return which of `keys` were asked for in two runs and not given in either."""
        return {key for key, count in self.absent(keys).items() if count >= ABSENCES}

    def documents(
        self, run: int | None, type_name: str, ids: Collection[str]
    ) -> Iterator[Resource]:
        """Yield the resources of `ids` there are: what this run staged before the snapshot."""
        for some in _slices(ids):
            rows: dict[str, bytes] = {}
            marks = ", ".join("?" * len(some))
            for row in self._db.execute(
                f"select id, raw from documents where type = ? and id in ({marks})",  # noqa: S608 - marks only
                (type_name, *some),
            ):
                rows[row[0]] = row[1]
            if run is not None:
                for row in self._db.execute(
                    f"select id, raw from staged where run = ? and type = ? and id in ({marks})",  # noqa: S608 - marks only
                    (run, type_name, *some),
                ):
                    rows[row[0]] = row[1]
            for raw in rows.values():
                yield jsonapi.read(raw)

    def known(self, type_name: str, ids: Collection[str]) -> set[str]:
        """Return which of `ids` the snapshot holds."""
        found: set[str] = set()
        for some in _slices(ids):
            marks = ", ".join("?" * len(some))
            sql = f"select id from documents where type = ? and id in ({marks})"  # noqa: S608 - marks only
            found.update(row[0] for row in self._db.execute(sql, (type_name, *some)))
        return found

    # The snapshot

    def promote(
        self,
        run: int,
        snapshot: Snapshot,
        keys: Iterable[Identifier],
        members: Mapping[str, int],
    ) -> None:
        """Make what this run staged of a complete series its snapshot."""
        with transaction(self._db):
            # "is not" spares the write where nothing changed, which is nearly everywhere.
            self._db.executemany(
                "insert into documents (type, id, raw, fetched) "
                "select type, id, raw, fetched from staged where run = ? and type = ? and id = ? "
                "on conflict (type, id) do update set raw = excluded.raw, "
                "fetched = excluded.fetched where raw is not excluded.raw",
                ((run, key.type, key.id) for key in keys),
            )
            if members != self.members(snapshot.series):
                self._db.execute("delete from members where series = ?", (snapshot.series,))
                self._db.executemany(
                    "insert into members values (?, ?, ?)",
                    ((snapshot.series, episode, count) for episode, count in members.items()),
                )
            self._db.execute(
                "insert or replace into snapshots values (?, ?, ?, ?, ?, ?)",
                (
                    snapshot.series,
                    snapshot.slug,
                    snapshot.title,
                    snapshot.read.timestamp(),
                    snapshot.complete.timestamp(),
                    snapshot.watermark,
                ),
            )

    def members(self, series_id: str) -> dict[str, int]:
        """Return the episodes of a series and in how many runs each was missing from it."""
        rows = self._db.execute(
            "select episode, absent from members where series = ?", (series_id,)
        )
        return dict(rows.fetchall())

    def snapshot(self, series_id: str) -> Snapshot | None:
        """Return what is known of the last reading of a series."""
        row = self._db.execute("select * from snapshots where series = ?", (series_id,)).fetchone()
        return _snapshot(row) if row else None

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return every series that was ever read, by slug."""
        rows = self._db.execute("select * from snapshots order by slug, series").fetchall()
        return tuple(_snapshot(row) for row in rows)

    # What the pacer learned

    def pacer_memory(self, who: str) -> StoredPacer:
        """Return the memory of the pacer of the credential `who`."""
        return StoredPacer(self._db, who)


class StoredPacer:
    """A `PacerMemory` in the store."""

    def __init__(self, db: sqlite3.Connection, who: str) -> None:
        self._db, self._who = db, who

    def load(self) -> Learned | None:
        """Return what was saved last; what can not be read counts as nothing."""
        row = self._db.execute("select value from learned where who = ?", (self._who,)).fetchone()
        try:
            return Learned(**json.loads(row[0])) if row else None
        except (ValueError, TypeError):
            return None

    def save(self, learned: Learned) -> None:
        """Keep `learned`."""
        self._db.execute(
            "insert or replace into learned values (?, ?)",
            (self._who, json.dumps(asdict(learned))),
        )


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    series, slug, title, read, complete, watermark = row
    return Snapshot(
        series=series,
        slug=slug,
        title=title,
        read=datetime.fromtimestamp(read, UTC),
        complete=datetime.fromtimestamp(complete, UTC),
        watermark=watermark,
    )


def _slices(ids: Collection[str]) -> Iterator[list[str]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
