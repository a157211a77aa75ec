"""A limit of calls per minute for each credential, as the Content API has one.

The window is a minute that starts with the first call, so a wait of `Retry-After` seconds is
always enough.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

WINDOW = 60.0


class RateLimit:
    """Counts the calls of each credential; `calls` are allowed in a minute."""

    def __init__(self, calls: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        if calls < 1:
            raise ValueError("a rate limit needs at least one call per minute")
        self.calls = calls
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, credential: str) -> int | None:
        """Count one call; return `None` if it is allowed, else the seconds to wait, 1 to 59."""
        now = self._clock()
        start, spent = self._windows.get(credential, (now, 0))
        if now - start >= WINDOW:
            start, spent = now, 0
        if spent >= self.calls:
            return min(59, max(1, math.ceil(start + WINDOW - now)))
        self._windows[credential] = (start, spent + 1)
        return None
