"""How many requests a hook takes: a bucket that fills again, so that a burst is let through.

Only requests that are signed count: whoever is not known can not use up what is there for those
who are. What is not signed costs one HMAC of a body whose size is limited, and no answer is
cheaper than its 401; the log tells of the first of them and then now and then of how many.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Lines that the log has in a minute for what one hook refuses.
LINES = 30


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


@dataclass(slots=True)
class Lines:
    """The lines of one hook in the log: a flood must not fill the disk."""

    rate: Rate = field(default_factory=lambda: Rate(LINES))
    _left_out: int = 0

    def next(self) -> int | None:
        """Return how many lines were left out before this one, `None` to leave it out as well."""
        if self.rate.spend():
            self._left_out += 1
            return None
        left_out, self._left_out = self._left_out, 0
        return left_out
