"""One series looked at without publishing anything: rendered or explained, now or at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen import make, night
from feedgen.errors import SeriesProblem
from feedgen.explain import Subject
from feedgen.feed.variants import needs_secret

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.explain import Layers
    from feedgen.run import Run


async def rendered(
    config: Config, asked: str, *, variant: str = "", document: int = 1, now: datetime
) -> bytes:
    """Return a feed of the series `asked` as it is at `now`, judged like one that is published.

    `document` counts from 1, the one that is subscribed to, if the feed is split. Raises
    UnknownSeries, UnknownFeed, and SeriesProblem if there is no valid feed.
    """
    _must_be_readable(config, asked)
    async with night.open_run(config, now=now) as run:
        series, _ = await run.source.one(asked)
        prepared = await run.prepare(series).feed(variant)
        made = prepared.made
        if made is None:
            raise prepared.problem or SeriesProblem("the feed could not be made")
        if document == 1:
            return made.data
        if document > 1 + len(made.further):
            raise SeriesProblem(
                f"the feed has {1 + len(made.further)} document(s), not {document}",
                hint="page_size splits a feed into several",
            )
        return make.document(made.further[document - 2], prepared.plan, prepared.renderer)[0]


async def subject(config: Config, asked: str, *, variant: str = "", now: datetime) -> Subject:
    """Return what there is to explain of a feed of the series `asked` at `now`.

    A feed that can not be made is explained too, as far as that goes. Raises UnknownSeries,
    UnknownFeed.
    """
    _must_be_readable(config, asked)
    async with night.open_run(config, now=now) as run:
        series, _ = await run.source.one(asked)
        preparation = run.prepare(series)
        layers = _layers(config, run, series.slug)
        first_look = needs_secret(preparation.settings) and not preparation.memory.private_key
        plans = {plan.name: plan for plan in preparation.plans()}
        try:
            prepared = await preparation.feed(variant)
        except SeriesProblem as problem:
            if variant not in plans:
                raise
            feed = plans[variant]
            plan = make.plan(feed.series, feed.settings, now=now)
            return Subject(
                series=series, plan=plan, layers=layers, feed=variant, problem=problem.message
            )
        if prepared.feed.private and first_look:
            raise SeriesProblem(
                f"the private feed {variant!r} has no address before it is first published",
                hint=f"feedgen publish {series.slug}",
            )
        built = prepared.made.built if prepared.made else None
        return Subject(
            series=series,
            plan=prepared.plan,
            layers=layers,
            feed=variant,
            built=built,
            # whole, however many documents it is published in
            data=prepared.renderer.render(built.feed) if built else b"",
        )


def _must_be_readable(config: Config, asked: str) -> None:
    if asked in config.series_mistakes:
        raise config.series_mistakes[asked]


def _layers(config: Config, run: Run, slug: str) -> Layers:
    own = run.source.settings(slug)
    return (
        ("feedgen.toml", config.defaults),
        (f"series/{slug}.toml", config.series.get(slug)),
        (f"the show's folder {slug}", own),
    )
