"""The versions of every feed that were on air, byte for byte, for as many as are kept.

    key = feed_key(series.id)
    history.keep(key, identity, data, at=…, how="published")
    history.version(key, "3")      what `feedgen rollback SERIES 3` puts on air

A version is known by its number (counted from 1 per feed, never given twice) or by the
beginning of its SHA-256. A rollback is a version as well; as long as it is the newest nothing
replaces it without a person's word (`feedgen.onair`).
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from feedgen.errors import UsageProblem
from feedgen.guard.verdict import Identity

if TYPE_CHECKING:
    from collections.abc import Sequence

How = Literal["published", "found", "rolled-back"]

SCHEMA = """
create table if not exists versions (
    key          text not null,
    series_id    text not null,
    number       integer not null,
    slug         text not null,
    name         text not null,
    sha256       text not null,
    size         integer not null,
    how          text not null,
    put_at       text not null,
    read_at      text not null,
    title        text not null,
    self_url     text not null,
    podcast_guid text not null,
    artwork      text not null,
    primary key (key, number)
) strict;
create table if not exists contents (
    sha256 text primary key,
    packed blob not null
) strict;
"""


def feed_key(series_id: str, feed: str = "", document: str = "") -> str:
    """Return by what one feed of a series is known: its own is `""`, a further one has a name.

    `document` names a further document of a feed that is split (RFC 5005): "page-2", "archive-1".
    """
    key = f"{series_id}#{feed}" if feed else series_id
    return f"{key}/{document}" if document else key


def key_parts(key: str) -> tuple[str, str, str]:
    """Return series, feed and document that `feed_key` made a key of."""
    whole, _, document = key.partition("/")
    series_id, _, feed = whole.partition("#")
    return series_id, feed, document


def sha256_of(data: bytes) -> str:
    """Return by what the bytes of a version are known."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a feed; `read_at` is when its data was read, `None` if nobody knows.

    `how` it came on air: published by a run, found there by one, or put back by a rollback.
    """

    key: str
    identity: Identity
    number: int
    sha256: str
    size: int
    how: How
    put_at: datetime
    read_at: datetime | None = None


class History:
    """The versions in one database, opened by `feedgen.state`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def keep(
        self,
        key: str,
        identity: Identity,
        data: bytes,
        *,
        at: datetime,
        how: How = "published",
        read_at: datetime | None = None,
        kept: int = 30,
    ) -> Version:
        """Return `data` as the newest version of a feed; record it unless it is that already.

        The same bytes are recorded again when a run or a person puts them on air in another way
        (`how`), but never as merely found. `kept` versions in all stay, and the numbers go on.
        """
        sha256 = sha256_of(data)
        newest = self.newest(key)
        same = newest and (newest.sha256, newest.identity.name) == (sha256, identity.name)
        if newest is not None and same and how in ("found", newest.how):
            return newest
        number = newest.number + 1 if newest else 1
        self._db.execute(
            "insert or ignore into contents values (?, ?)", (sha256, zlib.compress(data, 6))
        )
        self._db.execute(
            f"insert into versions values ({', '.join('?' * 14)})",  # noqa: S608 - only marks
            (
                key,
                identity.series_id,
                number,
                identity.slug,
                identity.name,
                sha256,
                len(data),
                how,
                at.isoformat(),
                read_at.isoformat() if read_at else "",
                identity.title,
                identity.self_url,
                identity.podcast_guid,
                identity.artwork,
            ),
        )
        self._forget(key, number - max(1, kept))
        return Version(
            key=key,
            identity=identity,
            number=number,
            sha256=sha256,
            size=len(data),
            how=how,
            put_at=at,
            read_at=read_at,
        )

    def versions(self, key: str) -> tuple[Version, ...]:
        """Return the versions of a feed that are kept, newest first."""
        rows = self._db.execute(
            "select * from versions where key = ? order by number desc", (key,)
        )
        return tuple(map(_version, rows))

    def newest(self, key: str) -> Version | None:
        """Return the version that was put on air last, `None` for a feed never published."""
        row = self._db.execute(
            "select * from versions where key = ? order by number desc limit 1", (key,)
        ).fetchone()
        return None if row is None else _version(row)

    def last(self) -> tuple[Version, ...]:
        """Return the newest version of every feed and document that ever was on air, by key."""
        rows = self._db.execute(
            "select * from versions where (key, number) in"
            " (select key, max(number) from versions group by key) order by key"
        )
        return tuple(map(_version, rows))

    def version(self, key: str, asked: str = "") -> Version:
        """Return the version a person means: a number, the beginning of a SHA-256, or "".

        Blank means the one before the newest, if it holds other bytes. Raises UsageProblem if
        there is no such version or several.
        """
        versions = self.versions(key)
        if not asked:
            found = [v for v in versions[1:] if v.sha256 != versions[0].sha256][:1]
        elif asked.isdecimal() and len(asked) < 8:
            found = [v for v in versions if v.number == int(asked)]
        else:
            found = [v for v in versions if v.sha256.startswith(asked.lower())]
        if len({v.sha256 for v in found}) != 1:
            said = f"version {asked!r}" if asked else "earlier version"
            raise UsageProblem(
                f"there is no {said} to go back to" if not found else f"{said} is ambiguous",
                hint=_hint(versions),
            )
        return found[0]

    def at(self, key: str, moment: datetime) -> Version | None:
        """Return the version that was on air at `moment`, `None` if none that is kept was."""
        row = self._db.execute(
            "select * from versions where key = ? and put_at <= ? order by number desc limit 1",
            (key, moment.isoformat()),
        ).fetchone()
        return None if row is None else _version(row)

    def beside(self, key: str, version: Version) -> Version | None:
        """Return the version of another document of a feed that was on air with `version`.

        `None` if it is no longer kept. The first document of a feed is always recorded last.
        """
        row = self._db.execute(
            "select * from versions where key = ? and rowid <= (select rowid from versions"
            " where key = ? and number = ?) order by number desc limit 1",
            (key, version.key, version.number),
        ).fetchone()
        return None if row is None else _version(row)

    def keys(self, series_id: str) -> tuple[str, ...]:
        """Return the keys of every feed and document a series ever had on air."""
        rows = self._db.execute(
            "select distinct key from versions where series_id = ? order by key", (series_id,)
        )
        return tuple(str(key) for (key,) in rows)

    def data(self, version: Version) -> bytes:
        """Return the bytes of a version exactly as they were on air."""
        row = self._db.execute(
            "select packed from contents where sha256 = ?", (version.sha256,)
        ).fetchone()
        return zlib.decompress(row[0])

    def identities(self, *, but: str, before: datetime | None = None) -> tuple[Identity, ...]:
        """Return by what every other show is recognised; `but` is the id of the series asking.

        Artwork counts if it was put on air `before`: shows may get a new one together.
        """
        rows = self._db.execute(
            "select * from versions where (key, number) in"
            " (select key, max(number) from versions group by key) and series_id <> ?",
            (but,),
        )
        found = map(_version, rows)
        return tuple(
            each.identity
            if before is None or each.put_at < before
            else replace(each.identity, artwork="")
            for each in found
        )

    def _forget(self, key: str, upto: int) -> None:
        gone = self._db.execute(
            "delete from versions where key = ? and number <= ? returning sha256",
            (key, upto),
        ).fetchall()
        self._db.executemany(
            "delete from contents where sha256 = ?"
            " and not exists (select 1 from versions where versions.sha256 = contents.sha256)",
            gone,
        )


def _version(row: Sequence[str]) -> Version:
    key, series_id, number, slug, name, sha256, size, how, put_at, read_at, *identity = row
    title, self_url, podcast_guid, artwork = identity
    return Version(
        key=key,
        identity=Identity(
            series_id=series_id,
            slug=slug,
            name=name,
            title=title,
            self_url=self_url,
            podcast_guid=podcast_guid,
            artwork=artwork,
        ),
        number=int(number),
        sha256=sha256,
        size=int(size),
        how=how,  # type: ignore[arg-type]  # only `keep` writes it
        put_at=datetime.fromisoformat(put_at),
        read_at=datetime.fromisoformat(read_at) if read_at else None,
    )


def _hint(versions: tuple[Version, ...]) -> str:
    if len(versions) < 2:
        return "only one version has been on air since versions are kept"
    shown = ", ".join(str(v.number) for v in versions[:8]) + (", …" if versions[8:] else "")
    return f"there are: {shown}; 'feedgen history' shows them"
