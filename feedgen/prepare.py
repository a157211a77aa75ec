"""All feeds of one series, built and judged one after the other; nothing is published here.

The feed of the series comes first, then its variants by name. They share what was found out about
the media files, and what must never change: a number that one feed gave is the number in all.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from feedgen import attachments, enclosures, make
from feedgen.errors import SeriesProblem, did_you_mean
from feedgen.feed import variants
from feedgen.feed.log import Note
from feedgen.feed.selection import without_an_episode

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.check.kept import Verdicts
    from feedgen.feed.build import Memory
    from feedgen.feed.render import Renderer
    from feedgen.feed.tags import Chapter
    from feedgen.feed.variants import FeedPlan
    from feedgen.make import Made, Measure, Plan
    from feedgen.model import Artwork, Enclosure, Series
    from feedgen.probe import ProbeCache
    from feedgen.settings import SeriesSettings
    from feedgen.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One feed of a series: made, or the problem that kept it from being made.

    `notes` are about the media files that no feed before it has told of; `memory` is what the
    series must remember once this feed is published.
    """

    feed: FeedPlan
    plan: Plan
    renderer: Renderer
    memory: Memory
    made: Made | None = None
    problem: SeriesProblem | None = None
    notes: tuple[Note, ...] = ()


@dataclass(slots=True, kw_only=True)
class Preparation:
    """The feeds of a series at `now`; `last` is the cover published before.

    `renderer` gives the renderer for a variant's own folder of templates, `""` for the usual one.
    `on_air` tells of a feed by its name whether it still lies where it was published; a feed that
    was dropped from the settings is told of as long as it does. `verdicts` are those on the items
    of the series, if any are kept.
    """

    series: Series
    settings: SeriesSettings
    memory: Memory
    source: Source
    cache: ProbeCache
    renderer: Callable[[str], Renderer]
    now: datetime
    last: Artwork | None = None
    measure: Measure = make.EVERY_RULE
    verdicts: Verdicts | None = None
    on_air: Callable[[str], bool] = lambda _name: True
    _enclosures: dict[str, Enclosure] = field(default_factory=dict)
    _marks: dict[str, tuple[Chapter, ...]] = field(default_factory=dict)

    def plans(self) -> tuple[FeedPlan, ...]:
        """Return the plans of all feeds; raises SeriesProblem if a public feed would be early."""
        if variants.needs_secret(self.settings) and not self.memory.private_key:
            # Kept from the first publication on; before that every look gives another address.
            self.memory = replace(self.memory, private_key=secrets.token_urlsafe(32))
        return variants.plans(self.series, self.settings, secret=self.memory.private_key)

    async def feeds(self) -> AsyncIterator[Prepared]:
        """Yield every feed; raises SeriesProblem if the series' own feed can not be made."""
        own, *further = self.plans()
        left = variants.dropped(self.settings, self.memory)
        first = await self._made(own)
        told = [variants.note_dropped(name, left[name]) for name in left if self.on_air(name)]
        yield replace(first, notes=(*first.notes, *told, *self._slips()))
        public = {episode.id for episode in first.plan.episodes}
        for feed in further:
            try:
                prepared = await self._made(feed)
                if not feed.private and prepared.made is not None:
                    items = prepared.made.built.feed.item_list
                    variants.must_be_out(feed.name, items, public)
            except SeriesProblem as problem:
                yield Prepared(
                    feed=feed,
                    plan=self._plan(feed),
                    renderer=self.renderer(""),
                    memory=self.memory,
                    problem=problem,
                )
            else:
                yield prepared

    def _slips(self) -> Iterator[Note]:
        """Yield a note for settings of an episode that nobody can find."""
        published = {*self.memory.guids, *self.memory.guids.values()}
        names = sorted({each.guid or each.id for each in self.series.episodes})
        for key in without_an_episode(self.series, self.settings, published):
            hint = did_you_mean(key, names) if names else "it has none"
            yield Note(
                code="settings-unused",
                message=f"there are settings for an episode {key!r} that can not be found; {hint}",
            )

    async def feed(self, name: str) -> Prepared:
        """Return the feed `name` alone, `""` for the series' own.

        Raises UnknownFeed, and SeriesProblem if it can not be made.
        """
        if name and name not in self.settings.feeds:
            raise variants.UnknownFeed(name, sorted(self.settings.feeds))
        async for prepared in self.feeds():
            if prepared.feed.name == name:
                if prepared.problem is not None:
                    raise prepared.problem
                return prepared
        raise variants.UnknownFeed(name, sorted(self.settings.feeds))

    def _plan(self, feed: FeedPlan) -> Plan:
        return make.plan(feed.series, feed.settings, now=self.now, last=self.last)

    async def _made(self, feed: FeedPlan) -> Prepared:
        plan = self._plan(feed)
        renderer = self.renderer(feed.templates)
        notes = await self._look_at_media(plan)
        made = make.feed(
            plan,
            enclosures=self._enclosures,
            memory=variants.recalled(feed.name, self.memory),
            renderer=renderer,
            marks=self._marks,
            measure=self.measure,
            verdicts=self.verdicts,
        )
        self.memory = variants.learned(feed, made.built.memory, self.memory)
        return Prepared(
            feed=feed,
            plan=plan,
            renderer=renderer,
            memory=self.memory,
            made=made,
            notes=notes,
        )

    async def _look_at_media(self, plan: Plan) -> tuple[Note, ...]:
        """Find out what no feed before needed to know, and return what is odd about it.

        A variant's measurement prefix leads to the same file, which is not asked for twice.
        """
        new = replace(
            plan, episodes=tuple(each for each in plan.episodes if each.id not in self._enclosures)
        )
        found = await enclosures.find(new, self.source, self.cache)
        attached = await attachments.find(new, self.source, self.cache)
        self._enclosures.update(found.by_episode)
        self._marks.update(attached.marks)
        return (*found.notes, *attached.notes)
