"""A whole run: the gate before it, everything it needs opened in the right order, its outcomes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feedgen import contract, enclosures, golden, makers
from feedgen.art19 import sync
from feedgen.art19.plan import PlannedRequest
from feedgen.capture import Captured
from feedgen.errors import Refused, UnknownSeries
from feedgen.familiar import Familiar
from feedgen.feed.render import Renderer
from feedgen.hosted import open_snapshots
from feedgen.make import Measure
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.onair import Desk
from feedgen.opening import open_source
from feedgen.publish.opening import open_target
from feedgen.report import RunReport, Told
from feedgen.run import Run
from feedgen.shipped import shipped
from feedgen.source import nobody
from feedgen.state import State, only_run

if TYPE_CHECKING:
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.golden import Verdict
    from feedgen.outcome import Outcome
    from feedgen.standing import Standing


# What passed the gate in this process: folders and the digests of their files.
_passed: set[tuple[tuple[str, str], ...]] = set()


class GoldensBroken(Refused):
    """What must come out does not, with the active templates; nothing was written."""

    def __init__(self, broken: tuple[Verdict, ...], folder: Path) -> None:
        names = ", ".join(verdict.name for verdict in broken[:3]) + ("…" if broken[3:] else "")
        super().__init__(
            f"{len(broken)} golden feed(s) do not come out as they must: {names}; "
            "nothing was published",
            hint="'feedgen golden verify' shows the differences; "
            "correct the template, or accept them with 'feedgen golden accept'",
        )
        self.broken = broken
        self.folder = folder

    @property
    def details(self) -> tuple[str, ...]:
        """What is wrong with the first few of them."""
        return tuple(
            f"{verdict.name}: {verdict.problem or verdict.differences[0].sentence}"
            for verdict in self.broken[:3]
        )


def renderer_for(config: Config | None) -> Renderer:
    """Return the renderer of the active templates: the user's own first, then ours."""
    own = config.own_templates if config else None
    return Renderer([own / "rss"] if own else [])


def goldens_for(config: Config | None) -> Path:
    """Return the folder of the golden feeds that judge the active templates.

    One of the user's own need not be there yet.
    """
    own = config.own_goldens if config else None
    return own or shipped("golden_feeds")


def gate(config: Config | None, renderer: Renderer) -> None:
    """Raise GoldensBroken if the active templates break a golden feed.

    Raises TemplateProblem if one of them can not be rendered, and UsageProblem if there are no
    golden feeds: templates that nothing judges publish nothing. A process that has seen them pass
    renders them again when one of the files is another.
    """
    folder = goldens_for(config)
    files = tuple((str(each), makers.of_files(each)) for each in (*renderer.folders, folder))
    if files in _passed:
        return
    verdicts = tuple(golden.verify(folder, renderer))
    if not verdicts:
        raise golden.NoCases(folder)
    broken = tuple(verdict for verdict in verdicts if not verdict.passed)
    if broken:
        raise GoldensBroken(broken, folder)
    _passed.add(files)


def measure_for(config: Config) -> Measure:
    """Return what the feeds of a project are judged by."""
    return Measure(
        select=config.rules.select,
        ignore=config.rules.ignore,
        contract=contract.load(goldens_for(config)),
    )


@contextlib.contextmanager
def open_desk(config: Config, *, now: datetime) -> Iterator[Desk]:
    """Yield where the feeds of a project are let on air, with its state open and no source."""
    with State(config.state_folder / "state.sqlite3") as state:
        yield Desk(
            state=state,
            target=open_target(config),
            now=now,
            thresholds=config.guard,
            receivers=config.notify,
            kept=config.publish.kept,
        )


@contextlib.asynccontextmanager
async def open_run(
    config: Config,
    *,
    now: datetime,
    offline: bool = False,
    dry_run: bool = False,
    anew: bool = True,
    standing: bool = False,
) -> AsyncIterator[Run]:
    """Yield a run with its source, state and target open; it writes nothing by itself.

    Unless everything is to be looked at `anew`, series are passed over that did not change.
    `standing` is that of `feedgen.opening.open_source`.
    """
    renderer, measure = renderer_for(config), measure_for(config)
    digest = makers.of_project(config, measure)
    with open_desk(config, now=now) as desk:
        familiar = Familiar(
            config=config, looks=desk.state.looks, target=desk.target, makers=digest, now=now
        )
        known = nobody if anew else familiar.ref
        opened = open_source(config, now=now, offline=offline, known=known, standing=standing)
        async with opened as source:
            yield Run(
                config=config,
                source=source,
                desk=desk,
                renderer=renderer,
                now=now,
                makers=digest,
                measure=measure,
                dry=dry_run,
                familiar=familiar,
            )


async def publish(
    config: Config,
    *,
    now: datetime,
    wanted: Collection[str] = (),
    offline: bool = False,
    dry_run: bool = False,
    wait: float = 0.0,
    told: Callable[[Outcome], None] = lambda _outcome: None,
) -> RunReport:
    """Publish all series, or those in `wanted`, and return what happened.

    `told` hears of each outcome as soon as it is known; `offline` reads from the last snapshot;
    `dry_run` says what would happen, records nothing and puts nothing on air; `wait` is how many
    seconds another run over all series is waited for. Raises GoldensBroken before anything is
    written, OutsideProblem if another run is at work, and what `open_source` raises.
    """
    secrets = Secrets.from_environment()
    gate(config, renderer_for(config))
    began = datetime.now(UTC)
    alone = contextlib.nullcontext() if wanted or dry_run else only_run(config.state_folder, wait)
    found: list[Told] = []
    opened = open_run(config, now=now, offline=offline, dry_run=dry_run, anew=bool(wanted))
    async with alone, opened as run:
        async for outcome in run.outcomes(wanted):
            found.append(Told.of(outcome, _stands(run, outcome)))
            told(outcome)
        state, tried = run.state, {each.outcome.slug for each in found}
        report = RunReport(
            told=tuple(found),
            began_at=began,
            ended_at=datetime.now(UTC),
            dry_run=dry_run,
            unsolved=tuple(s for s in state.standings.unsolved() if s.slug not in tried),
        )
        if dry_run:
            return report
        state.standings.run_ended(
            at=report.ended_at,
            seconds=report.seconds,
            exit_code=report.exit_code,
            whole=not wanted,
        )
        return replace(report, deliveries=await deliver(state.outbox, secrets=secrets))


def _stands(run: Run, outcome: Outcome) -> Standing | None:
    """Return how a series stands after its outcome, which is recorded if anything was done."""
    if run.dry or outcome.rests:
        return run.state.standings.of(outcome.slug)
    return run.state.standings.record(outcome, at=run.now)


async def planned(
    config: Config, *, now: datetime, wanted: Collection[str] = ()
) -> tuple[PlannedRequest, ...]:
    """Return the requests to the API that `publish` would make now, and why; makes none.

    What only an answer can show is not in it: a first run knows of nothing but the list of series.
    A folder is read in process, without a request. Raises OutsideProblem, UnknownSeries.
    """
    if config.catalogue_folder is not None:
        return ()
    first = PlannedRequest(
        target="/series?…", ids=0, reason="the list shows which series there are"
    )
    with open_snapshots(config) as store:
        known = sync.stored_series(store)
        for name in wanted:
            if known and all(name not in (ref.slug, ref.id) for ref in known):
                raise UnknownSeries(name, [ref.slug for ref in known])
        refs = [ref for ref in known if not wanted or {ref.slug, ref.id} & {*wanted}]
        return first, *await sync.planned(store, refs, everything=bool(wanted), now=now)


async def take_down(config: Config, asked: str, *, shows: str, now: datetime) -> Captured:
    """Return the series `asked`, by slug or id, as a golden case may hold it.

    Raises UnknownSeries, and what keeps the series from being read or its enclosures from being
    probed.
    """
    async with open_run(config, now=now) as run:
        series, read = await run.source.one(asked)
        plan = run.plan(series)
        found = await enclosures.find(plan, run.source, run.state)
        on_air = run.state.on_air(series.id)
        return Captured(
            series_id=series.id,
            shows=shows or f"the series {series.slug} as it was on {now:%Y-%m-%d}",
            now=now,
            resources=read.resources,
            settings=plan.settings,
            enclosures=found.by_episode,
            published_artwork=on_air.artwork if on_air else None,
        )
