"""Differences that were held, and what a person decided about them.

    held ─► shown ─► approved ─► used        each step recorded, none taken back

An approval is for the digest of one difference (`feedgen.guard.Verdict.digest`) and is good for
one publication. Every feed of a series has a key of its own (`feedgen.history.feed_key`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from feedgen.errors import UsageProblem
from feedgen.guard.verdict import Reason

if TYPE_CHECKING:
    from feedgen.guard import Verdict

SCHEMA = """
create table if not exists held (
    id          integer primary key autoincrement,
    key   text not null,
    digest      text not null,
    slug        text not null,
    held_at     text not null,
    reasons     text not null,
    sentences   text not null,
    approved_at text,
    approved_by text,
    used_at     text,
    gone_at     text
) strict;
create index if not exists held_open on held (key) where used_at is null and gone_at is null;
"""
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A difference that waits for a person; `sentences` are its changes, at most 200."""

    key: str
    slug: str
    digest: str
    held_at: datetime
    reasons: tuple[Reason, ...]
    sentences: tuple[str, ...]
    approved_at: datetime | None = None
    approved_by: str = ""
    used_at: datetime | None = None


class Approvals:
    """The differences in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def hold(self, key: str, slug: str, verdict: Verdict, *, at: datetime) -> Held:
        """Return the difference as it waits; the same one held again keeps its date.

        Another difference that waited before is no longer what would be published: it goes, and
        an approval for it with it.
        """
        found = self.waiting(key)
        if found is not None and found.digest == verdict.digest:
            return found
        self.settle(key, at=at)
        sentences = [change.sentence for change in verdict.changes]
        shown = sentences[:_SHOWN]
        if sentences[_SHOWN:]:
            shown.append(f"… and {len(sentences) - _SHOWN} more")
        self._db.execute(
            "insert into held (key, digest, slug, held_at, reasons, sentences)"
            " values (?, ?, ?, ?, ?, ?)",
            (
                key,
                verdict.digest,
                slug,
                at.isoformat(),
                msgspec.json.encode(verdict.reasons).decode(),
                msgspec.json.encode(shown).decode(),
            ),
        )
        made = self.waiting(key)
        assert made is not None  # noqa: S101 - it was written a line above
        return made

    def waiting(self, key: str) -> Held | None:
        """Return what waits for a decision, or for its publication, `None` if nothing does."""
        row = self._db.execute(
            "select * from held where key = ? and used_at is null and gone_at is null",
            (key,),
        ).fetchone()
        return None if row is None else _held(row)

    def all_waiting(self) -> tuple[Held, ...]:
        """Return every difference that waits, the one that waits longest first."""
        rows = self._db.execute(
            "select * from held where used_at is null and gone_at is null order by id"
        )
        return tuple(map(_held, rows))

    def record(self, key: str) -> tuple[Held, ...]:
        """Return every difference of a feed ever held, newest first."""
        rows = self._db.execute("select * from held where key = ? order by id desc", (key,))
        return tuple(map(_held, rows))

    def approve(self, key: str, digest: str = "", *, at: datetime, by: str = "") -> Held:
        """Return the difference that waits, approved; blank `digest` means whichever waits.

        `digest` may be the beginning of one. Raises UsageProblem if nothing waits, or something
        else than what was shown.
        """
        found = self.waiting(key)
        if found is None:
            raise UsageProblem(
                "nothing is held for this feed",
                hint="'feedgen publish' holds a difference and shows it; approve it then",
            )
        if not found.digest.startswith(digest):
            raise UsageProblem(
                f"the difference that waits is {found.digest[:12]}, not {digest[:12]}",
                hint="look at it again: the data has changed since it was shown",
            )
        self._db.execute(
            "update held set approved_at = ?, approved_by = ? where key = ? and digest = ?"
            " and approved_at is null and used_at is null and gone_at is null",
            (at.isoformat(), by, key, found.digest),
        )
        again = self.waiting(key)
        assert again is not None  # noqa: S101 - approving ends nothing
        return again

    def use(self, key: str, digest: str, *, at: datetime) -> bool:
        """Return whether exactly this difference was approved and not yet used; it is used now.

        To be asked before the feed is swapped: an approval is spent rather than used twice.
        """
        done = self._db.execute(
            "update held set used_at = ? where key = ? and digest = ?"
            " and approved_at is not null and used_at is null and gone_at is null",
            (at.isoformat(), key, digest),
        )
        return done.rowcount == 1

    def give_back(self, key: str, digest: str, *, used_at: datetime) -> None:
        """Make an approval good again whose publication failed; the old feed has stayed."""
        self._db.execute(
            "update held set used_at = null"
            " where id = (select max(id) from held where key = ? and digest = ?) and used_at = ?",
            (key, digest, used_at.isoformat()),
        )

    def settle(self, key: str, *, at: datetime) -> None:
        """Record that nothing is held any more: the data is right again, or differs otherwise."""
        self._db.execute(
            "update held set gone_at = ? where key = ? and used_at is null and gone_at is null",
            (at.isoformat(), key),
        )


def _held(row: tuple[str, ...]) -> Held:
    _, key, digest, slug, held_at, reasons, sentences, approved_at, approved_by, used_at, _ = row
    return Held(
        key=key,
        slug=slug,
        digest=digest,
        held_at=datetime.fromisoformat(held_at),
        reasons=msgspec.json.decode(reasons, type=tuple[Reason, ...]),
        sentences=msgspec.json.decode(sentences, type=tuple[str, ...]),
        approved_at=datetime.fromisoformat(approved_at) if approved_at else None,
        approved_by=approved_by or "",
        used_at=datetime.fromisoformat(used_at) if used_at else None,
    )
