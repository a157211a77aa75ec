"""What people did to feeds by hand, and who: approved a difference, put a version back."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SCHEMA = """
create table if not exists deeds (
    at        text not null,
    series_id text not null,
    key       text not null,
    what      text not null,
    detail    text not null,
    by        text not null
) strict;
create index if not exists deeds_of_series on deeds (series_id);
"""

What = Literal["approved", "rolled-back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One deed; `detail` is the digest that was approved, or the version that was put back."""

    at: datetime
    series_id: str
    key: str
    what: What
    detail: str
    by: str


class Deeds:
    """The deeds in one database, opened by `feedgen.state`; nothing is ever taken out."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def record(self, deed: Deed) -> None:
        """Keep a deed."""
        self._db.execute(
            "insert into deeds values (?, ?, ?, ?, ?, ?)",
            (deed.at.isoformat(), deed.series_id, deed.key, deed.what, deed.detail, deed.by),
        )

    def of(self, series_id: str, *, limit: int = 100) -> tuple[Deed, ...]:
        """Return the last deeds for a series, newest first."""
        rows = self._db.execute(
            "select at, series_id, key, what, detail, by from deeds where series_id = ?"
            " order by rowid desc limit ?",
            (series_id, limit),
        )
        return tuple(
            Deed(
                at=datetime.fromisoformat(at),
                series_id=series,
                key=key,
                what=what,
                detail=detail,
                by=by,
            )
            for at, series, key, what, detail, by in rows
        )
