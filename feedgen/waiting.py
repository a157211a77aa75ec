"""What the inbox has still to do, for those who look at it; nothing here takes or changes any."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from feedgen.receipts import moment

if TYPE_CHECKING:
    from datetime import datetime

WaitState = Literal["running", "queued", "resting", "asleep"]
_ORDER: tuple[WaitState, ...] = ("running", "queued", "resting", "asleep")
_COLUMNS = (
    "inbox.series, inbox.slug, inbox.owner <> '', inbox.wanted > inbox.done, inbox.attempts,"
    " inbox.since, run.began_at, inbox.lease_until, inbox.next_try_at, inbox.wake_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A series that is published now or will be.

    `running` somebody publishes it since `since`, and for as long as the lease goes, until `at`;
    `again` if it was reported anew meanwhile. `queued` it was reported at `since`. `resting` it
    failed `attempts` times in a row and is tried again at `at`. `asleep` nobody reported it: an
    episode comes or goes at `at`. `wakes_at` is that time whatever else the series waits for.
    """

    series: str
    slug: str
    state: WaitState
    since: datetime | None = None
    at: datetime | None = None
    attempts: int = 0
    again: bool = False
    wakes_at: datetime | None = None


class WaitingSeries:
    """The series in the tables of `feedgen.inbox` that wait for something, for reading."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> tuple[Waiting, ...]:
        """Return all that wait: first what runs, then what is next to run."""
        rows = self._db.execute(
            f"select {_COLUMNS} from inbox"  # noqa: S608 - a constant
            " left join hook_runs as run on run.id = inbox.run"
        )
        return tuple(sorted(map(_waiting, rows), key=_place))


def _waiting(row: tuple[Any, ...]) -> Waiting:
    series, slug, owned, asked, attempts, since, began_at, lease_until, next_try_at, wake_at = row
    state: WaitState = (
        "running" if owned else "resting" if attempts else "queued" if asked else "asleep"
    )
    at = {"running": lease_until, "queued": None, "resting": next_try_at, "asleep": wake_at}[state]
    return Waiting(
        series=series,
        slug=slug,
        state=state,
        since=moment(began_at if owned else since),
        at=moment(at),
        attempts=attempts,
        again=bool(owned) and since is not None,
        wakes_at=moment(wake_at),
    )


def _place(each: Waiting) -> tuple[int, float, str]:
    when = each.since if each.state in ("running", "queued") else each.at
    return _ORDER.index(each.state), when.timestamp() if when else 0.0, each.slug
