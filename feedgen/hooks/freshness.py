"""Reading a series after somebody said that it changed, until the change can be seen.

A CMS may be quicker than the API: the hook is there before the answers show what changed. So a
series of a hosted account is read again until something of it moved, for a while. A folder is
what it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from feedgen.art19 import sync
from feedgen.art19.attributes import parse_instant
from feedgen.art19.decode import Note

if TYPE_CHECKING:
    from feedgen.art19.jsonapi import Resource
    from feedgen.art19.sync import SeriesRead, SeriesRef
    from feedgen.source import Source

# Seconds between two looks: soon at first, then with patience.
_FIRST, _LONGEST = 0.5, 5.0
# The clocks of two systems are never quite the same.
_SKEW = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a change is known by: when it was made, if the payload says so, and what was before.

    `before` are id and `updated_at` of everything in the last snapshot, `None` without one.
    """

    changed_at: datetime | None
    before: frozenset[tuple[str, str]] | None

    def seen_in(self, resources: Iterable[Resource]) -> bool:
        """Return whether the change, or where nothing is known of it any change, can be seen."""
        found = _stamps(resources)
        if self.before is not None and not _ids(self.before) <= _ids(found):
            # What is deleted has no time any more.
            return True
        if self.changed_at is not None:
            moments = (parse_instant(stamp) for _, stamp in found)
            aware = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in moments if each)
            return any(each >= self.changed_at - _SKEW for each in aware)
        return self.before is None or found != self.before


async def read(
    source: Source,
    ref: SeriesRef,
    *,
    changed_at: datetime | None,
    patience: float,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> SeriesRead:
    """Return the series, read anew; again and again for up to `patience` seconds if it is old.

    The reading says in a note if it had to wait, and if the change was never seen. `pause` lets
    so many seconds pass between two looks.
    """
    if source.snapshots is None:
        return await _once(source, ref)
    expected = Expected(changed_at=changed_at, before=_before(source, ref))
    began, rest, looks = time.monotonic(), _FIRST, 0
    while True:
        found = await _once(source, ref)
        looks += 1
        waited = time.monotonic() - began
        if found.series is None or expected.seen_in(found.resources):
            return found if looks == 1 else _noted(found, _LATE, looks, waited)
        if waited + rest > patience:
            return _noted(found, _NEVER, looks, waited)
        await pause(rest)
        rest = min(rest * 2, _LONGEST)
        # The data of a later look is newer, and has to say so.
        source = source.at(source.now + timedelta(seconds=int(time.monotonic() - began)))


_LATE = ("waited-for-api", "the API showed the change only after {seconds:.0f} s, at look {looks}")
_NEVER = (
    "not-fresh",
    "the API showed no change for {seconds:.0f} s, in {looks} looks; what it has is published",
)


async def _once(source: Source, ref: SeriesRef) -> SeriesRead:
    async for found in source.read([ref], everything=True, hook=True):
        return found
    raise AssertionError("a series that is read yields one reading")


def _before(source: Source, ref: SeriesRef) -> frozenset[tuple[str, str]] | None:
    assert source.snapshots is not None  # noqa: S101 - asked by `read`
    for last in sync.read_offline(source.snapshots, [ref]):
        return _stamps(last.resources) if last.resources else None
    return None


def _stamps(resources: Iterable[Resource]) -> frozenset[tuple[str, str]]:
    return frozenset((each.id, str(each.attributes.get("updated_at", ""))) for each in resources)


def _ids(stamps: frozenset[tuple[str, str]]) -> set[str]:
    return {id_ for id_, _ in stamps}


def _noted(found: SeriesRead, said: tuple[str, str], looks: int, seconds: float) -> SeriesRead:
    code, message = said
    note = Note(code=code, message=message.format(seconds=seconds, looks=looks))
    return replace(found, notes=(note, *found.notes))
