"""Which series a document of a CMS was last said to be part of.

Who deletes a document often sends no more than its id, and who moves one names only where it is
now: what was said before tells which other feed is changed by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

SCHEMA = """
create table if not exists hook_documents (
    hook     text not null,
    document text not null,
    series   text not null,
    primary key (hook, document, series)
) strict, without rowid;
"""


class Documents:
    """The documents in one database, each under the hook that told of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def series_of(self, hook: str, document: str) -> tuple[str, ...]:
        """Return the ids of the series the document was part of, none if it is not known."""
        rows = self._db.execute(
            "select series from hook_documents where hook = ? and document = ? order by series",
            (hook, document),
        )
        return tuple(series for (series,) in rows)

    def keep(self, hook: str, document: str, series: Iterable[str]) -> None:
        """Remember that the document is part of these series and of no others."""
        self._db.execute(
            "delete from hook_documents where hook = ? and document = ?", (hook, document)
        )
        self._db.executemany(
            "insert into hook_documents values (?, ?, ?)",
            [(hook, document, each) for each in series],
        )
