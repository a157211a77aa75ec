"""One publication of a series that somebody reported: read anew, published, told of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from feedgen.errors import Bug, FeedgenError, UnknownSeries
from feedgen.hooks import freshness
from feedgen.outcome import exit_code
from feedgen.report import Told, series_document
from feedgen.run import failed

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.art19.sync import SeriesRef
    from feedgen.hooks.standby import Standby
    from feedgen.inbox import Inbox, Work
    from feedgen.outcome import Outcome
    from feedgen.run import Run

log = logging.getLogger(__name__)


async def attend(
    work: Work, standby: Standby, inbox: Inbox, *, patience: float, now: Callable[[], datetime]
) -> Outcome:
    """Return what came of `work`, after every receipt it covers was told.

    `patience` is how many seconds the API may take to show the change.
    """
    told = await publish(work, standby, patience=patience)
    outcome = told.outcome
    again = inbox.finish(
        work,
        now=now(),
        outcome=series_document(told),
        exit_code=exit_code([outcome]),
        failed=outcome.result == "failed",
    )
    wait = f" again={again:%H:%M:%S}" if again else ""
    log.info("hook.done series=%s result=%s%s", work.slug, outcome.result, wait)
    return outcome


async def publish(work: Work, standby: Standby, *, patience: float) -> Told:
    """Return what came of publishing the series of `work`; never raises what is wrong with it."""
    try:
        async with standby.run((work.slug,)) as run:
            outcome = await _one(run, work, patience)
            return Told.of(outcome, run.state.standings.record(outcome, at=run.now))
    except FeedgenError as error:
        return Told.of(failed(work.slug, error))
    except Exception as error:
        # Whoever waits for an outcome gets one, and the other series go on.
        log.exception("hook.bug series=%s", work.slug)
        return Told.of(failed(work.slug, Bug(error)))


async def rehearse(name: str, standby: Standby) -> Told:
    """Return what publishing the series `name` would do now; nothing is written or recorded.

    Raises what keeps everything from being opened, and UnknownSeries.
    """
    async with standby.run((name,), dry_run=True) as run:
        async for outcome in run.outcomes((name,)):
            return Told.of(outcome, run.state.standings.of(name))
    raise UnknownSeries(name, ())


async def _one(run: Run, work: Work, patience: float) -> Outcome:
    ref = await _ref(run, work)
    if ref is None:
        # The files of the show are wrong: the run says what is wrong with them.
        async for outcome in run.outcomes((work.slug,)):
            return outcome
        raise UnknownSeries(work.slug, ())
    # A change that nobody reported is no change to wait for.
    read = await freshness.read(
        run.source,
        ref,
        changed_at=work.changed_at,
        patience=0.0 if work.woken or work.attempts else patience,
    )
    return await run.one(read)


async def _ref(run: Run, work: Work) -> SeriesRef | None:
    """Return the series to be read, `None` if its files are wrong."""
    names = (work.series, work.slug)
    if any(name in run.source.problems for name in names):
        return None
    try:
        refs = await run.source.list_series((work.series,))
    except UnknownSeries:
        if work.slug == work.series:
            raise
        refs = await run.source.list_series((work.slug,))
    for ref in refs:
        return None if ref.slug in run.source.problems else ref
    raise UnknownSeries(work.slug, ())
