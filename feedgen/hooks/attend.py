"""One publication of a series that somebody reported: read anew, published, told of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from feedgen import absent
from feedgen.errors import Bug, FeedgenError, UnknownSeries
from feedgen.hooks import freshness
from feedgen.hooks.settings import PATIENCE
from feedgen.outcome import exit_code
from feedgen.redact import from_project
from feedgen.report import Told, series_document
from feedgen.run import failed

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.art19.sync import SeriesRef
    from feedgen.config import Config
    from feedgen.hooks.standby import Standby
    from feedgen.inbox import Inbox, Work
    from feedgen.outcome import Outcome
    from feedgen.run import Run

log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]


async def attend(
    work: Work,
    standby: Standby,
    inbox: Inbox,
    *,
    now: Callable[[], datetime],
    pause: Pause = asyncio.sleep,
) -> Outcome:
    """Return what came of `work`, after every receipt it covers was told.

    `pause` is how to wait for an API that does not show the change yet.
    """
    told, hopeless = await publish(work, standby, pause=pause)
    outcome = told.outcome
    again = inbox.finish(
        work,
        now=now(),
        outcome=series_document(told),
        exit_code=exit_code([outcome]),
        failed=outcome.result == "failed" and not hopeless,
    )
    wait = f" again={again:%H:%M:%S}" if again else ""
    log.info("hook.done series=%s result=%s%s", work.slug, outcome.result, wait)
    return outcome


async def publish(work: Work, standby: Standby, *, pause: Pause) -> tuple[Told, bool]:
    """Return what came of publishing the series of `work`, and whether no other try can help.

    Never raises what is wrong with it.
    """
    try:
        async with standby.run((work.slug,)) as run:
            outcome = await _one(run, work, pause)
            return Told.of(outcome, run.state.standings.record(outcome, at=run.now)), False
    except UnknownSeries as error:
        return _failed(work, error, standby), True
    except FeedgenError as error:
        return _failed(work, error, standby), False
    except Exception as error:
        # Whoever waits for an outcome gets one, and the other series go on.
        log.exception("hook.bug series=%s", work.slug)
        return _failed(work, Bug(error), standby), False


def _failed(work: Work, error: FeedgenError, standby: Standby) -> Told:
    """Return the outcome of what kept the series from being tried at all.

    Whoever looks at a receipt may be far away: files are named from the folder of the project.
    """
    outcome = failed(work.slug, error)
    reason, details = from_project(standby.root, (outcome.reason, outcome.details))
    return Told.of(replace(outcome, reason=reason, details=tuple(details)))


async def rehearse(name: str, standby: Standby) -> Told:
    """Return what publishing the series `name` would do now; nothing is written or recorded.

    Raises what keeps everything from being opened, and UnknownSeries.
    """
    async with standby.run((name,), dry_run=True) as run:
        try:
            async for outcome in run.outcomes((name,)):
                return Told.of(outcome, run.state.standings.of(name))
        except UnknownSeries:
            gone = absent.outcome_of(run.desk, name, dry=True)
            if gone is None:
                raise
            return Told.of(gone, run.state.standings.of(name))
    raise UnknownSeries(name, ())


async def _one(run: Run, work: Work, pause: Pause) -> Outcome:
    try:
        ref = await _ref(run, work)
    except UnknownSeries:
        # On air and gone from the source: that is for a person to decide, as after a night.
        gone = absent.outcome_of(run.desk, work.series)
        if gone is None:
            raise
        return gone
    if ref is None:
        # The files of the show are wrong: the run says what is wrong with them.
        async for outcome in run.outcomes((work.slug,)):
            return outcome
        raise UnknownSeries(work.slug, ())
    read = await freshness.read(
        run.source,
        ref,
        changed_at=work.changed_at,
        patience=patience_of(run.config, work),
        pause=pause,
    )
    return await run.one(read)


def patience_of(config: Config, work: Work) -> float:
    """Return how many seconds the API may take to show what the hooks of `work` reported.

    None where nobody reported anything. A command is as patient as the most patient hook.
    """
    most = max((each.patience for each in config.hooks.values()), default=PATIENCE)
    own = (config.hooks[name].patience if name in config.hooks else most for name in work.hooks)
    return max(own, default=0.0)


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
