"""What is still to be told, on disk: a kill loses no message and sends none too early.

A message is written before its feed is swapped in (`announce`) and becomes due only when those
bytes have been read back (`confirm`). A run that finds messages of a killed one confirms those
whose bytes are on air and drops the others.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feedgen.notify.message import Announcement, Message, Receivers, announcements

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = """
create table if not exists outbox (
    id        integer primary key autoincrement,
    kind      text not null,
    address   text not null,
    series_id text not null,
    slug      text not null,
    title     text not null,
    feed_url  text not null,
    sha256    text not null,
    medium    text not null,
    made_at   text not null,
    attempts  integer not null default 0,
    error     text not null default '',
    next_at   text,
    state     text not null default 'announced'
) strict;
create index if not exists outbox_open on outbox (state, next_at);
create index if not exists outbox_topic on outbox (series_id, kind, address, feed_url);
"""
_COLUMNS = (
    "id, kind, address, series_id, slug, title, feed_url, sha256, medium, made_at, attempts, error"
)
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=6)
# After so long nobody waits for the news: readers have polled the feed by themselves.
GIVE_UP = timedelta(days=2)
_REMEMBERED = timedelta(days=30)


class Outbox:
    """The messages in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def announce(self, what: Announcement, receivers: Receivers, *, at: datetime) -> int:
        """Write down who is to be told once `what` is on air; return how many.

        Nobody is told the same version of a feed twice in a row.
        """
        count = 0
        for kind, address in announcements(what, receivers):
            topic = (what.series_id, kind, address, what.feed_url)
            last = self._db.execute(
                "select sha256 from outbox where series_id = ? and kind = ? and address = ?"
                " and feed_url = ? and state <> 'dropped' order by id desc limit 1",
                topic,
            ).fetchone()
            if last is not None and last[0] == what.sha256:
                continue
            self._db.execute(
                "insert into outbox (series_id, kind, address, feed_url, slug, title, sha256,"
                " medium, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*topic, what.slug, what.title, what.sha256, what.medium, at.isoformat()),
            )
            count += 1
        return count

    def confirm(self, series_id: str, feed_url: str, sha256: str, *, at: datetime) -> int:
        """Make due what was announced of the bytes that are on air now; return how many.

        What was announced of other bytes of that feed, or not yet delivered of older ones, is
        dropped: the news that counts is the last.
        """
        self._db.execute(
            "update outbox set state = 'dropped' where series_id = ? and feed_url = ?"
            " and sha256 <> ? and state in ('announced', 'due')",
            (series_id, feed_url, sha256),
        )
        # A killed run may have been on its way to other bytes and back: once is enough.
        self._db.execute(
            "update outbox set state = 'dropped' where series_id = ? and feed_url = ?"
            " and sha256 = ? and state = 'due' and exists (select 1 from outbox as later"
            " where later.series_id = outbox.series_id and later.kind = outbox.kind"
            " and later.address = outbox.address and later.feed_url = outbox.feed_url"
            " and later.sha256 = outbox.sha256 and later.state = 'announced')",
            (series_id, feed_url, sha256),
        )
        done = self._db.execute(
            "update outbox set state = 'due', next_at = ? where series_id = ? and feed_url = ?"
            " and sha256 = ? and state = 'announced'",
            (at.isoformat(), series_id, feed_url, sha256),
        )
        return done.rowcount

    def due(self, now: datetime, *, limit: int = 1000) -> tuple[Message, ...]:
        """Return what is to be sent now, oldest first."""
        rows = self._db.execute(
            f"select {_COLUMNS} from outbox where state = 'due' and next_at <= ?"  # noqa: S608 - a constant
            " order by id limit ?",
            (now.isoformat(), limit),
        )
        return tuple(map(_message, rows))

    def delivered(self, message: Message, *, at: datetime) -> None:
        """Record that the receiver took it, and forget what is long past."""
        self._db.execute(
            "update outbox set state = 'delivered', attempts = attempts + 1, next_at = ?"
            " where id = ?",
            (at.isoformat(), message.id),
        )
        self._db.execute(
            "delete from outbox where made_at < ? and state <> 'due' and id not in"
            " (select max(id) from outbox group by series_id, kind, address, feed_url)",
            ((at - _REMEMBERED).isoformat(),),
        )

    def failed(
        self, message: Message, error: str, *, at: datetime, final: bool = False
    ) -> datetime | None:
        """Record a failure; return when it is tried again, `None` if it is given up.

        `final`: the receiver said that trying again is of no use.
        """
        attempts = message.attempts + 1
        next_at = at + min(LONGEST, FIRST * 4 ** min(attempts - 1, 10))
        over = final or next_at - message.made_at > GIVE_UP
        self._db.execute(
            "update outbox set state = ?, attempts = ?, error = ?, next_at = ? where id = ?",
            ("failed" if over else "due", attempts, error[:500], next_at.isoformat(), message.id),
        )
        return None if over else next_at

    def open(self) -> tuple[Message, ...]:
        """Return what waits: announced or due, whenever its time is."""
        rows = self._db.execute(
            f"select {_COLUMNS} from outbox where state in ('announced', 'due') order by id"  # noqa: S608 - a constant
        )
        return tuple(map(_message, rows))

    def given_up(self) -> tuple[Message, ...]:
        """Return what nobody took, newest first."""
        rows = self._db.execute(
            f"select {_COLUMNS} from outbox where state = 'failed' order by id desc"  # noqa: S608 - a constant
        )
        return tuple(map(_message, rows))


def _message(row: Sequence[str]) -> Message:
    number, kind, address, series_id, slug, title, feed_url, sha256, medium, made_at, *rest = row
    attempts, error = rest
    return Message(
        id=int(number),
        kind=kind,  # type: ignore[arg-type]  # only `announce` writes it
        address=address,
        series_id=series_id,
        slug=slug,
        title=title,
        feed_url=feed_url,
        sha256=sha256,
        medium=medium,
        made_at=datetime.fromisoformat(made_at),
        attempts=int(attempts),
        error=error,
    )
