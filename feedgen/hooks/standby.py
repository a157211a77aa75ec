"""Everything a publication needs, kept open between two: a hook has no second to open it in.

Configuration, templates, goldens and the verdict of the goldens are those of the files as they
lie there; when one of these files changes everything is opened anew. Of the source only the
series in question is looked at again (`Source.at`).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from feedgen import config as configuration
from feedgen import night
from feedgen.config import FILE_NAME
from feedgen.content.walk import Mark, is_settled, mark_of

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.run import Run

log = logging.getLogger(__name__)

_Marks = frozenset[Mark]


@dataclass(slots=True)
class _Opened:
    """A run that is open, and how many use it; `stale` as soon as another took its place."""

    marks: _Marks
    base: Run
    stack: contextlib.AsyncExitStack
    users: int = 0
    stale: bool = False

    async def release(self) -> None:
        if self.stale and not self.users:
            await self.stack.aclose()


@dataclass(slots=True)
class Standby:
    """Runs of the project in `root`, each at its own time; belongs to one thread.

    `opened` is called whenever everything was opened anew.
    """

    root: Path
    clock: Callable[[], datetime]
    opened: Callable[[Config], None] = lambda _config: None
    _now: _Opened | None = field(default=None, init=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @contextlib.asynccontextmanager
    async def run(
        self, slugs: Collection[str] = (), *, dry_run: bool = False
    ) -> AsyncIterator[Run]:
        """Yield a run that sees the shows of `slugs` as they are now.

        Raises what opening raises: Mistakes, GoldensBroken, OutsideProblem and others.
        """
        opened = await self._opened()
        try:
            now = self.clock()
            base = opened.base
            yield replace(
                base,
                source=base.source.at(now, slugs),
                desk=replace(base.desk, now=now),
                familiar=replace(base.familiar, now=now, found={}),
                now=now,
                dry=dry_run,
                _claimed={},
            )
        finally:
            opened.users -= 1
            await opened.release()

    async def aclose(self) -> None:
        """Close what is open."""
        await self._drop()

    async def _opened(self) -> _Opened:
        # One at a time: what two open at once, only one of them would ever close.
        async with self._opening:
            now = self._now
            if now is None or now.marks != _marks(self.root, now.base.config):
                await self._drop()
                now = self._now = await self._open()
            now.users += 1
            return now

    async def _open(self) -> _Opened:
        config = configuration.load(self.root)
        # Before anything is read: what changes meanwhile is noticed the next time.
        marks = _marks(self.root, config)
        night.gate(config, night.renderer_for(config))
        async with contextlib.AsyncExitStack() as stack:
            run = await stack.enter_async_context(
                night.open_run(config, now=self.clock(), standing=True)
            )
            self.opened(config)
            log.info("standby.opened project=%s", self.root)
            return _Opened(marks, run, stack.pop_all())

    async def _drop(self) -> None:
        before, self._now = self._now, None
        if before is not None:
            before.stale = True
            await before.release()


def _marks(root: Path, config: Config) -> _Marks:
    """Return what to compare of the files that configure a publication."""
    found = {mark(root / FILE_NAME)}
    variants = {each.templates for each in config.defaults.feeds.values() if each.templates}
    folders = [
        root / "series",
        *(each for each in (config.own_templates, config.own_goldens) if each is not None),
        *(root / each for each in variants),
    ]
    for folder in folders:
        found.update(mark(path) for path in _files(folder))
    return frozenset(found)


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def mark(path: Path) -> Mark:
    """Return what tells whether a file is still the same; that of none is one, too.

    Of a file that was changed a moment ago its bytes tell: they are few, and opening everything
    again whenever somebody looks would cost more.
    """
    try:
        found = mark_of(str(path), path.stat())
        if is_settled(found):
            return found
        digest = hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return str(path), 0, 0, 0
    return *found[:3], -int.from_bytes(digest)
