"""One line on the terminal that says how far a run is; nowhere else."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feedgen import logs
from feedgen.state import State

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from feedgen.config import Config
    from feedgen.outcome import Outcome

T = TypeVar("T")
# Back to the beginning of the line, and clear it (ECMA-48, EL); no colour, so NO_COLOR or not.
_CLEAR = "\r\x1b[K"


@dataclass(slots=True, kw_only=True)
class Progress:
    """The line; `expected` is how many series there were last time, 0 if nobody knows.

    Used in a `with` block, at whose end the line is gone.
    """

    shown: bool
    expected: int = 0
    results: dict[str, int] = field(default_factory=dict)
    last: str = "reading"
    _log: logging.Handler | None = None
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def on_terminal(cls, config: Config, series: tuple[str, ...], *, aloud: bool) -> Progress:
        """Return the line for a run; it is shown if stderr is a terminal and may be spoken on.

        A run that is not told `aloud` is for a program.
        """
        quiet = click.get_current_context().meta.get("feedgen.quiet", False)
        dumb = logs.handled_by() == "json"
        shown = aloud and sys.stderr.isatty() and not quiet and not dumb
        return cls(shown=shown, expected=len(series) or (_last_time(config) if shown else 0))

    def around(self, tell: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        """Return `tell` with the line out of its way, and drawn again after it."""
        if not self.shown:
            return tell

        def telling(what: Outcome) -> None:
            self._clear()
            tell(what)
            self.results[what.result] = self.results.get(what.result, 0) + 1
            self.last = what.slug
            self._draw()

        return telling

    async def ticking(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns, while the seconds on the line go on."""
        ticks = asyncio.create_task(self._tick())
        try:
            return await work
        finally:
            ticks.cancel()

    def __enter__(self) -> Progress:
        if self.shown:
            self._draw()
            # A line of the log takes the place of this one, and is not written behind it.
            self._log = logs.on_stderr()
            if self._log is not None:
                self._log.addFilter(self._out_of_the_way)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._log is not None:
            self._log.removeFilter(self._out_of_the_way)
        if self.shown:
            self._clear()

    async def _tick(self) -> None:
        while self.shown:
            await asyncio.sleep(1)
            self._draw()

    def _out_of_the_way(self, _record: logging.LogRecord) -> bool:
        self._clear()
        return True

    def _draw(self) -> None:
        done = sum(self.results.values())
        of = f" of {max(self.expected, done)}" if self.expected else ""
        counts = ", ".join(f"{word} {count}" for word, count in sorted(self.results.items()))
        seconds = time.monotonic() - self.began
        text = f"{done}{of} series  {counts}  {seconds:.0f} s  {self.last}"
        width = shutil.get_terminal_size().columns
        click.echo(f"{_CLEAR}{text[: width - 1]}", nl=False, err=True, color=True)

    @staticmethod
    def _clear() -> None:
        click.echo(_CLEAR, nl=False, err=True, color=True)


def _last_time(config: Config) -> int:
    """Return how many series had an outcome when they were last tried, 0 if nobody knows."""
    path = config.state_folder / "state.sqlite3"
    if not path.exists():
        return 0
    with State(path) as state:
        return len(state.standings.all())
