"""Verdicts on items, kept so that an item that did not change is not judged again.

A verdict rests on the bytes of the item, on the rules asked and their weight, on the code of the
rules, and on the little they read around the item. All of that goes into its key, but for the
time: a verdict says from when on it holds.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from lxml import etree

from feedgen.check.report import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORM = 1
# An item about which there is so much to say is not worth keeping.
_MOST_REMARKS = 200


class Remark(msgspec.Struct, frozen=True, array_like=True):
    """A finding about an item; `line` counts from the line of the item, which is 0."""

    rule: str
    severity: Severity
    message: str
    line: int
    value: str


class Verdict(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the judge makes of one item, and what rules across items must know of it.

    It holds for every moment from `since` on (seconds since 1970), when its latest date has come.
    """

    guid: str
    title: str
    link: str
    published: float | None
    since: float
    season: str
    episode: str
    kind: str
    enclosures: tuple[tuple[str, str], ...]
    artwork: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    lacking: tuple[str, ...] = ()


_Stored = tuple[int, dict[bytes, Verdict]]


class Keeper(Protocol):
    """Keeps the verdicts of a series from one run to the next, as bytes."""

    def verdicts(self, series_id: str) -> bytes:
        """Return what was kept for the series, `b""` if nothing was."""
        ...

    def keep_verdicts(self, series_id: str, data: bytes) -> None:
        """Keep `data` in place of what was kept."""
        ...


class Verdicts:
    """The verdicts on the items of one series, by their keys; all its feeds may share them.

    Those that nobody asked for are forgotten with `dumps`.
    """

    def __init__(self, data: bytes = b"") -> None:
        """Start from what `dumps` returned; bytes that are not from there count as nothing."""
        self._known: dict[bytes, Verdict] = _loaded(data)
        self._used: dict[bytes, Verdict] = {}
        self._before = len(self._known)
        self._learned = False

    @property
    def changed(self) -> bool:
        """Return whether there is anything new to keep, or something to forget."""
        return self._learned or len(self._used) != self._before

    def find(self, key: bytes, now: float) -> Verdict | None:
        """Return the verdict of that key if it holds at `now`."""
        verdict = self._known.get(key)
        if verdict is None or verdict.since > now:
            return None
        self._used[key] = verdict
        return verdict

    def keep(self, key: bytes, verdict: Verdict, now: float) -> None:
        """Keep a verdict, unless the item is dated in the future or there is too much to say."""
        if verdict.since <= now and len(verdict.remarks) <= _MOST_REMARKS:
            self._known[key] = self._used[key] = verdict
            self._learned = True

    def dumps(self) -> bytes:
        """Return those verdicts as bytes that were asked for or added."""
        return zlib.compress(msgspec.msgpack.encode((_FORM, self._used)), level=1)


def _loaded(data: bytes) -> dict[bytes, Verdict]:
    if not data:
        return {}
    try:
        form, found = msgspec.msgpack.decode(zlib.decompress(data), type=_Stored)
    except (zlib.error, msgspec.DecodeError):
        return {}
    return found if form == _FORM else {}


class Keys:
    """Makes the keys of items that are judged in one way."""

    def __init__(self, *around: object) -> None:
        """`around` is everything beside the bytes of an item that a verdict rests on."""
        self._base = hashlib.blake2b(repr((code(), around)).encode(), digest_size=16)

    def of(self, slices: Sequence[bytes]) -> list[bytes]:
        """Return the key of each slice."""
        keys = []
        for one in slices:
            digest = self._base.copy()
            digest.update(one)
            keys.append(digest.digest())
        return keys


@cache
def code() -> str:
    """Return a digest of the code of the judge, and of what it reads feeds with."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((sys.version_info[:3], etree.LXML_VERSION, etree.LIBXML_VERSION)).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
