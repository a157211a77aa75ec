"""A whole run: the gate before it, everything it needs opened in the right order, its outcomes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from typing import TYPE_CHECKING

from feedgen import contract, enclosures, golden
from feedgen.art19 import sync
from feedgen.art19.plan import PlannedRequest
from feedgen.capture import Captured
from feedgen.errors import Refused, UnknownSeries
from feedgen.feed.render import Renderer
from feedgen.make import Measure
from feedgen.publish.local import LocalFolder
from feedgen.run import Run
from feedgen.shipped import shipped
from feedgen.source import open_snapshots, open_source
from feedgen.state import State, only_run

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.golden import Verdict
    from feedgen.outcome import Outcome


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
    golden feeds: templates that nothing judges publish nothing.
    """
    folder = goldens_for(config)
    verdicts = tuple(golden.verify(folder, renderer))
    if not verdicts:
        raise golden.NoCases(folder)
    broken = tuple(verdict for verdict in verdicts if not verdict.passed)
    if broken:
        raise GoldensBroken(broken, folder)


@contextlib.asynccontextmanager
async def open_run(config: Config, *, now: datetime, offline: bool = False) -> AsyncIterator[Run]:
    """Yield a run with its source, state and target open; it writes nothing by itself."""
    renderer = renderer_for(config)
    with State(config.state_folder / "state.sqlite3") as state:
        async with open_source(config, now=now, offline=offline) as source:
            yield Run(
                config=config,
                source=source,
                state=state,
                target=LocalFolder(config.publish_folder),
                renderer=renderer,
                now=now,
                measure=Measure(
                    select=config.rules.select,
                    ignore=config.rules.ignore,
                    contract=contract.load(goldens_for(config)),
                ),
            )


async def publish(
    config: Config,
    *,
    now: datetime,
    wanted: Collection[str] = (),
    offline: bool = False,
    told: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Publish all series, or those in `wanted`, and return their outcomes.

    `told` hears of each outcome as soon as it is known; `offline` reads from the last snapshot.
    Raises GoldensBroken before anything is written, OutsideProblem if another run is at work, and
    what `open_source` raises.
    """
    gate(config, renderer_for(config))
    outcomes = []
    with only_run(config.state_folder):
        async with open_run(config, now=now, offline=offline) as run:
            async for outcome in run.outcomes(wanted):
                told(outcome)
                outcomes.append(outcome)
    return outcomes


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
