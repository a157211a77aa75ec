"""What the last runs left: what is on air, every guid ever published, what probes found.

The history of versions, the approvals, the standings of the series and the outbox lie in the same
file, so that one transaction can record a publication whole.

SQLite in WAL mode, one file, no server. The file is a memory, never the truth about what is on
air: that is read from the target. Losing it costs probes and the memory of guids; it never
changes a feed by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec
from filelock import FileLock, Timeout

from feedgen.approvals import Approvals
from feedgen.deeds import Deeds
from feedgen.errors import OutsideProblem
from feedgen.feed.build import Memory
from feedgen.guard.verdict import Known
from feedgen.history import History
from feedgen.inbox import Inbox
from feedgen.looks import Looks
from feedgen.model import Artwork
from feedgen.notify.outbox import Outbox
from feedgen.probe import Probed
from feedgen.standing import Standings
from feedgen.transaction import transaction
from feedgen.waiting import WaitingSeries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

T = TypeVar("T")
# Entries of a table that are kept in memory.
_IN_MEMORY = 10_000
# Seconds: how long somebody waits for a series, and how often the lock is tried.
_PATIENCE, _LOOK_AGAIN = 120.0, 0.02

_SCHEMA = """
create table if not exists on_air (
    series_id    text primary key,
    slug         text not null,
    name         text not null,
    sha256       text not null,
    published_at text not null,
    artwork      text not null
) strict;
create table if not exists memory (
    series_id text primary key,
    facts     text not null
) strict;
create table if not exists guids (
    series_id  text not null,
    episode_id text not null,
    guid       text not null,
    first_seen text not null,
    primary key (series_id, episode_id, guid)
) strict;
create index if not exists guids_by_guid on guids (guid);
create table if not exists beside (
    name text primary key,
    mark text not null
) strict;
create table if not exists verdicts (
    series_id text primary key,
    kept      blob not null
) strict;
create table if not exists probes (
    url   text primary key,
    facts text not null
) strict;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAir:
    """The last feed a run published for a series; `name` is relative to the target."""

    series_id: str
    slug: str
    name: str
    sha256: str
    published_at: datetime
    artwork: Artwork | None = None


_ON_AIR = "series_id, slug, name, sha256, published_at, artwork"


def _on_air(row: Sequence[str]) -> OnAir:
    series_id, slug, name, sha256, published_at, artwork = row
    return OnAir(
        series_id=series_id,
        slug=slug,
        name=name,
        sha256=sha256,
        published_at=datetime.fromisoformat(published_at),
        artwork=msgspec.json.decode(artwork, type=Artwork | None),
    )


class State:
    """One open state file; use it in a `with` block."""

    history: History
    approvals: Approvals
    standings: Standings
    deeds: Deeds
    looks: Looks
    outbox: Outbox
    inbox: Inbox
    waiting: WaitingSeries

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`; raises OutsideProblem if that is impossible."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._path = path
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            self._db.executescript(_SCHEMA)
            self.history = History(self._db)
            self.approvals = Approvals(self._db)
            self.standings = Standings(self._db)
            self.deeds = Deeds(self._db)
            self.looks = Looks(self._db)
            self.outbox = Outbox(self._db)
            self.inbox = Inbox(self._db)
            self.waiting = WaitingSeries(self._db)
            self._file = _file(path)
        except (OSError, sqlite3.Error) as error:
            raise OutsideProblem(
                f"can not use the state file {path}: {error}",
                hint="check that its folder is writable; if the file is damaged, move it away",
            ) from error

        # A process that lives long looks the same thousand up again and again. Who else writes
        # them does no harm: both are compared with the file itself before they are believed.
        self._probes: dict[str, Probed] = {}
        self._beside: dict[str, str] = {}

    def __enter__(self) -> State:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    @property
    def replaced(self) -> bool:
        """Whether another file lies where this one was opened, or none: it was moved away."""
        return _file(self._path) != self._file

    def on_air(self, series_id: str) -> OnAir | None:
        """Return what the last run published for the series, `None` if nothing yet."""
        row = self._db.execute(
            f"select {_ON_AIR} from on_air where series_id = ?",  # noqa: S608 - a constant
            (series_id,),
        ).fetchone()
        return None if row is None else _on_air(row)

    def all_on_air(self) -> tuple[OnAir, ...]:
        """Return what was last published of every series, by slug."""
        rows = self._db.execute(f"select {_ON_AIR} from on_air order by slug")  # noqa: S608 - a constant
        return tuple(map(_on_air, rows))

    def owner(self, name: str) -> str | None:
        """Return the id of the series whose feed was last published as `name`."""
        row = self._db.execute("select series_id from on_air where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def memory(self, series_id: str) -> Memory:
        """Return what must never change about the series; empty for a series never built."""
        row = self._db.execute(
            "select facts from memory where series_id = ?", (series_id,)
        ).fetchone()
        return Memory() if row is None else Memory(**msgspec.json.decode(row[0]))

    def remember(self, on_air: OnAir, memory: Memory) -> None:
        """Record a published feed, its memory and its guids, all or nothing.

        The guid ledger only grows: a guid that was ever published for an episode stays in it.
        """
        with self.transaction():
            self._db.execute(
                "insert or replace into on_air values (?, ?, ?, ?, ?, ?)",
                (
                    on_air.series_id,
                    on_air.slug,
                    on_air.name,
                    on_air.sha256,
                    on_air.published_at.isoformat(),
                    msgspec.json.encode(on_air.artwork).decode(),
                ),
            )
            self._db.execute(
                "insert or replace into memory values (?, ?)",
                (on_air.series_id, msgspec.json.encode(memory).decode()),
            )
            self._db.execute(
                "insert or ignore into guids select ?, key, value, ? from json_each(?)",
                (
                    on_air.series_id,
                    on_air.published_at.isoformat(),
                    msgspec.json.encode(memory.guids).decode(),
                ),
            )

    def ledger(self, series_id: str) -> dict[str, tuple[str, ...]]:
        """Return every guid ever published, by episode id, oldest first."""
        found: dict[str, tuple[str, ...]] = {}
        rows = self._db.execute(
            "select episode_id, guid from guids where series_id = ? order by first_seen, rowid",
            (series_id,),
        )
        for episode_id, guid in rows:
            found[episode_id] = (*found.get(episode_id, ()), guid)
        return found

    def foreign_guids(self, series_id: str, guids: Collection[str]) -> dict[str, str]:
        """Return those of `guids` that belong to another series, with that series' slug or id."""
        rows = self._db.execute(
            "select guids.guid, coalesce(on_air.slug, guids.series_id)"
            " from json_each(?) as asked join guids on guids.guid = asked.value"
            " left join on_air using (series_id) where guids.series_id <> ?",
            (msgspec.json.encode([*guids]).decode(), series_id),
        )
        return {str(guid): str(slug) for guid, slug in rows}

    def known(
        self, series_id: str, guids: Collection[str] = (), *, before: datetime | None = None
    ) -> Known:
        """Return what the guard must know of the series and of the others; `guids` may be new.

        `before` is when the run began that asks, see `History.identities`.
        """
        return Known(
            ledger=self.ledger(series_id),
            others=self.history.identities(but=series_id, before=before),
            foreign_guids=self.foreign_guids(series_id, guids),
        )

    # The two methods of feedgen.publish.companions.Marks.

    def beside(self, name: str) -> str:
        """Return the entity tag of the media file that was written as `name`, `""` if unknown."""
        if name not in self._beside:
            row = self._db.execute("select mark from beside where name = ?", (name,)).fetchone()
            _remembered(self._beside, name, "" if row is None else str(row[0]))
        return self._beside[name]

    def put_beside(self, name: str, mark: str) -> None:
        """Remember the entity tag of the media file that was written as `name`."""
        self._db.execute("insert or replace into beside values (?, ?)", (name, mark))
        self._beside.pop(name, None)

    # The two methods of feedgen.check.kept.Keeper.

    def verdicts(self, series_id: str) -> bytes:
        """Return the verdicts on the items of the series, `b""` if none were kept."""
        row = self._db.execute(
            "select kept from verdicts where series_id = ?", (series_id,)
        ).fetchone()
        return b"" if row is None else bytes(row[0])

    def keep_verdicts(self, series_id: str, data: bytes) -> None:
        """Keep the verdicts on the items of the series, in place of those kept before."""
        self._db.execute("insert or replace into verdicts values (?, ?)", (series_id, data))

    # The two methods of feedgen.probe.ProbeCache.

    def get(self, url: str) -> Probed | None:
        """Return what an earlier probe found at `url`."""
        if url not in self._probes:
            row = self._db.execute("select facts from probes where url = ?", (url,)).fetchone()
            if row is None:
                return None
            _remembered(self._probes, url, msgspec.json.decode(row[0], type=Probed))
        return self._probes[url]

    def put(self, url: str, probed: Probed) -> None:
        """Keep what a probe found at `url`."""
        self._db.execute(
            "insert or replace into probes values (?, ?)",
            (url, msgspec.json.encode(probed).decode()),
        )
        self._probes.pop(url, None)

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything recorded in the block all or nothing; blocks may lie in one another."""
        return transaction(self._db)


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _remembered(known: dict[str, T], key: str, value: T) -> None:
    """Keep a value in memory, and not more than so many of them."""
    if len(known) >= _IN_MEMORY:
        known.clear()
    known[key] = value


@contextlib.asynccontextmanager
async def only_run(folder: Path, wait: float = 0.0) -> AsyncIterator[None]:
    """Hold the right to a run over all series of `folder`, after `wait` seconds at most.

    The system gives a lock back when its process dies. Raises OutsideProblem if it is taken.
    """
    lock = _lock(folder / "run.lock")
    if not await _got(lock, wait):
        raise OutsideProblem(
            "another run is publishing from this folder",
            hint="wait until it has ended and run the command again, or use --wait SECONDS",
        )
    try:
        yield
    finally:
        lock.release()


@contextlib.asynccontextmanager
async def only_series(folder: Path, series_id: str) -> AsyncIterator[None]:
    """Hold the right to publish one series; waits for whoever holds it: a run, a hook, a person.

    Raises OutsideProblem if the lock can not be used, or nobody gives it back for two minutes.
    """
    name = hashlib.sha256(series_id.encode()).hexdigest()[:32]
    lock = _lock(folder / "locks" / f"{name}.lock")
    if not await _got(lock, _PATIENCE):
        raise OutsideProblem(
            "another run has been publishing this series for minutes",
            hint="look for a process that hangs; what is on air stays",
        )
    try:
        yield
    finally:
        lock.release()


def _lock(path: Path) -> FileLock:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_lock(str(path), error) from error
    # The loop may hold several at once and give them back in any order.
    return FileLock(path, timeout=0, thread_local=False)


async def _got(lock: FileLock, wait: float) -> bool:
    """Return whether the lock is ours, after `wait` seconds at most."""
    until = time.monotonic() + wait
    while True:
        try:
            lock.acquire()
        except Timeout:
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(_LOOK_AGAIN)
        except OSError as error:
            raise _no_lock(lock.lock_file, error) from error
        else:
            return True


def _no_lock(path: str, error: Exception) -> OutsideProblem:
    return OutsideProblem(
        f"can not use the lock {path}: {error}",
        hint="check that its folder is writable; if the file is something else, move it away",
    )


def now() -> datetime:
    """Return the time, aware, in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
