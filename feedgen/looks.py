"""What the last whole look at every series found, so that an unchanged one costs next to nothing.

A look is worth what it was made of: the data of the series, what made its feeds of it (templates,
configuration, version) and the files that lay on air after it. If all of that is the same, and no
moment has passed at which the feeds change by themselves, building them again changes nothing. The
data is known by a mark that the source gives before it has read anything: of the files of a show,
or of the documents of the API.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from feedgen.history import sha256_of
from feedgen.outcome import Outcome

if TYPE_CHECKING:
    from feedgen.publish import Target

SCHEMA = """
create table if not exists looks (
    series_id text primary key,
    makers    text not null,
    mark      text not null default '',
    look      blob
) strict;
create index if not exists looks_by_mark on looks (mark);
create table if not exists waves (
    makers   text primary key,
    began_at text not null,
    canaries text not null
) strict;
"""
# What the data does not tell (a remote file that was replaced) is noticed at least this often.
GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One whole look at a series; `mark` is that of its data, `makers` and `said` are digests.

    `said` is of what the project says of this series alone, in its settings and in the folders of
    `templates` of its variants. `wakes_at` is when its feeds change next without anybody's doing.
    `feeds` are the SHA-256 of the documents on air by name, `beside` the sizes in bytes of the
    files they point to.
    """

    series_id: str
    mark: str
    makers: str
    said: str
    at: datetime
    outcome: Outcome
    templates: tuple[str, ...] = ()
    wakes_at: datetime | None = None
    feeds: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, int] = field(default_factory=dict)

    def holds(self, *, now: datetime, target: Target) -> bool:
        """Return whether the same data still gives the same; reads what is on air.

        Raises TargetProblem if that can not be read.
        """
        over = self.at + GOOD_FOR
        if not self.at <= now < (min(over, self.wakes_at) if self.wakes_at else over):
            return False
        return all(_lies(target, name, sha256) for name, sha256 in self.feeds.items()) and all(
            target.size(name) == size for name, size in self.beside.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A feed that went first; `sha256` is that of its bytes, `key` that of its history."""

    slug: str
    key: str
    sha256: str


class Looks:
    """The looks in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def of(self, series_id: str) -> Look | None:
        """Return the last look at a series, `None` without one that can still be read."""
        row = self._db.execute(
            "select look from looks where series_id = ?", (series_id,)
        ).fetchone()
        return _look(row[0]) if row else None

    def marked(self, mark: str) -> Look | None:
        """Return the last look at the series whose data has `mark`, `None` if there is none."""
        row = self._db.execute("select look from looks where mark = ?", (mark,)).fetchone()
        return _look(row[0]) if row else None

    def keep(self, look: Look) -> None:
        """Remember `look` in the place of the one before."""
        self._db.execute(
            "insert or replace into looks values (?, ?, ?, ?)",
            (look.series_id, look.makers, look.mark, msgspec.json.encode(look)),
        )

    def made(self, series_id: str, makers: str) -> None:
        """Record that `makers` made what goes on air now; the look before is worth nothing."""
        self._db.execute(
            "insert or replace into looks values (?, ?, '', null)", (series_id, makers)
        )

    def makers(self, series_id: str) -> str:
        """Return what made the feeds of a series on air, `""` if nobody knows."""
        row = self._db.execute(
            "select makers from looks where series_id = ?", (series_id,)
        ).fetchone()
        return "" if row is None else str(row[0])

    def canaries(self, makers: str) -> tuple[Canary, ...]:
        """Return which feeds went first with `makers`, none if none did."""
        row = self._db.execute("select canaries from waves where makers = ?", (makers,)).fetchone()
        return () if row is None else msgspec.json.decode(row[0], type=tuple[Canary, ...])

    def sent(self, makers: str, canaries: tuple[Canary, ...], *, at: datetime) -> None:
        """Record that these went first with `makers`."""
        self._db.execute(
            "insert or replace into waves values (?, ?, ?)",
            (makers, at.isoformat(), msgspec.json.encode(canaries).decode()),
        )


def digest(*told: object) -> str:
    """Return a digest of model objects, settings and plain values."""
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def _look(kept: bytes | None) -> Look | None:
    try:
        return msgspec.json.decode(kept, type=Look) if kept else None
    except msgspec.DecodeError:
        # Another version of feedgen kept it in another shape.
        return None


def _lies(target: Target, name: str, sha256: str) -> bool:
    data = target.read(name)
    return data is not None and sha256_of(data) == sha256
