"""Which series there are, as far as a hook has asked: names are looked up once, not every time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen import absent
from feedgen.errors import FeedgenError, UnknownSeries
from feedgen.inbox import Changed

if TYPE_CHECKING:
    from feedgen.hooks.standby import Standby
    from feedgen.run import Run

# Seconds: a series hardly ever changes its slug; one that is new should be known soon.
_KNOWN_FOR, _UNKNOWN_FOR = 600.0, 5.0
_MOST = 10_000


@dataclass(slots=True)
class Register:
    """The names that were looked up; read by any thread, written by the worker's."""

    _found: dict[str, tuple[float, Changed | None]] = field(default_factory=dict)

    def recall(self, names: tuple[str, ...]) -> dict[str, Changed | None] | None:
        """Return the series of all `names`, `None` unless all of them are known."""
        found: dict[str, Changed | None] = {}
        for name in names:
            until, series = self._found.get(name, (0.0, None))
            if until < time.monotonic():
                return None
            found[name] = series
        return found

    async def look_up(self, names: tuple[str, ...], standby: Standby) -> dict[str, Changed | None]:
        """Return the series of each name, `None` where there is none; asks the source.

        While nobody can tell, a name is taken as it is: publishing it says what is wrong.
        """
        found = self.recall(names)
        if found is not None:
            return found
        try:
            async with standby.run(names) as run:
                found = {name: await self._one(run, name) for name in names}
        except FeedgenError:
            return as_they_are(names)
        if len(self._found) + len(found) > _MOST:
            self._found.clear()
        now = time.monotonic()
        for name, series in found.items():
            self._found[name] = (now + (_KNOWN_FOR if series else _UNKNOWN_FOR), series)
        return found

    async def _one(self, run: Run, name: str) -> Changed | None:
        if name in run.source.problems:
            return Changed(series=name, slug=name)
        try:
            for ref in await run.source.list_series((name,)):
                return Changed(series=ref.id, slug=ref.slug or name)
        except UnknownSeries:
            pass
        # One that is gone and still on air: whoever deletes a show reports a change, too.
        gone = absent.still_on_air(run.state, name)
        return Changed(series=gone.series_id, slug=gone.slug) if gone else None

    def forget(self) -> None:
        """Drop everything: the source may be another one now."""
        self._found.clear()


def as_they_are(names: tuple[str, ...]) -> dict[str, Changed | None]:
    """Return each name as that of a series: publishing it says what is wrong with it."""
    return {name: Changed(series=name, slug=name) for name in names}
