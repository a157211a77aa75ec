"""How many requests a hook takes: a bucket that fills again, so that a burst is let through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rate:
    """At most `per_minute` requests in a minute, all of them at once if need be."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = float(self.per_minute), self.clock()

    def spend(self) -> float:
        """Take one request; return 0, or the seconds after which there is room for one."""
        now = self.clock()
        fill = (now - self._at) * self.per_minute / 60
        self._left, self._at = min(float(self.per_minute), self._left + fill), now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) * 60 / self.per_minute
