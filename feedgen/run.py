"""The shell around everything: one series after the other, from the source to the target.

    source ─► read ─► prepare: plan ─► probe ─► build, render, check ─► artwork beside it ─► swap

A run yields one Outcome per series and never stops for one of them: what goes wrong with a
series becomes its outcome, and what is on air stays.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen import make
from feedgen.enclosures import OnAirFacts
from feedgen.errors import (
    Bug,
    FeedgenError,
    OutsideProblem,
    SeriesProblem,
    UsageProblem,
    did_you_mean,
)
from feedgen.feed.build import NoEpisodes
from feedgen.feed.log import Note
from feedgen.feed.paging import Document
from feedgen.feed.render import Renderer
from feedgen.outcome import Outcome, PublishedFeed
from feedgen.prepare import Preparation
from feedgen.publish.companions import Beside, publish_chapters
from feedgen.settings import SeriesSettings, overlay
from feedgen.state import OnAir

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.art19.sync import SeriesRead
    from feedgen.config import Config
    from feedgen.feed.memory import Memory
    from feedgen.feed.variants import FeedPlan
    from feedgen.make import Made, Measure, Plan
    from feedgen.model import Artwork, Series
    from feedgen.outcome import Result
    from feedgen.prepare import Prepared
    from feedgen.publish import Target
    from feedgen.source import Source
    from feedgen.state import State

log = logging.getLogger(__name__)

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class NothingThere(UsageProblem):
    """The source has no series at all."""

    def __init__(self) -> None:
        super().__init__(
            "there is no series to publish",
            hint="look into the catalogue folder, or at what the credential may see",
        )


@dataclass(slots=True, kw_only=True)
class Run:
    """One run over the series of a source; `now` is the time everything is judged by."""

    config: Config
    source: Source
    state: State
    target: Target
    renderer: Renderer
    now: datetime
    measure: Measure = make.EVERY_RULE
    _claimed: dict[str, str] = field(default_factory=dict)
    _renderers: dict[str, Renderer] = field(default_factory=dict)

    async def outcomes(self, wanted: Collection[str] = ()) -> AsyncIterator[Outcome]:
        """Yield what happened to each series, or to those whose slug or id is in `wanted`.

        Raises UnknownSeries and NothingThere before anything is published, and ApiProblem if the
        list of series can not be had at all.
        """
        broken = self.source.problems
        for slug, mistakes in sorted(broken.items()):
            if not wanted or slug in wanted:
                yield _failed(slug, mistakes)
        healthy = [name for name in wanted if name not in broken]
        if wanted and not healthy:
            return
        refs = await self.source.list_series(healthy)
        if not refs and not broken:
            raise NothingThere
        for ref in refs:
            if ref.slug in broken and ref.id in wanted:
                yield _failed(ref.slug, broken[ref.slug])
        readable = [ref for ref in refs if ref.slug not in broken]
        self._note_settings_of_nobody({ref.slug for ref in refs}, whole=not wanted)
        async for read in self.source.read(readable, everything=bool(wanted)):
            yield await self._one(read)

    def _note_settings_of_nobody(self, slugs: set[str], *, whole: bool) -> None:
        """Warn of files of settings that are for no series; only a whole run can tell."""
        for slug in sorted(self.config.series.keys() - slugs) if whole else ():
            hint = did_you_mean(slug, sorted(slugs))
            log.warning("series/%s.toml is for no series that can be read; %s", slug, hint)

    def settings(self, series: Series) -> SeriesSettings:
        """Return the settings of `series`, from every place they may stand in."""
        said = self.config.settings_for(series.slug, self.source.settings(series.slug))
        return overlay(SeriesSettings(chapters_template=self._chapters), said)

    def plan(self, series: Series) -> Plan:
        """Return which episodes and which artwork the feed of `series` will hold."""
        last = self._last(series)
        return make.plan(series, self.settings(series), now=self.now, last=last)

    def prepare(self, series: Series) -> Preparation:
        """Return the feeds of `series`, to be made one after the other; writes nothing."""
        return Preparation(
            series=series,
            settings=self.settings(series),
            memory=self.state.memory(series.id),
            source=self.source,
            cache=OnAirFacts(self.state, lambda: self._on_air(series)),
            renderer=self._renderer,
            now=self.now,
            last=self._last(series),
            measure=self.measure,
        )

    def names(self, feed: FeedPlan, documents: Iterable[Document]) -> list[str]:
        """Return the names that the documents of a feed are published under."""
        base = f"{self.config.publish_url}/"
        url = feed.settings.feed_url or ""
        name = url.removeprefix(base) if url.startswith(base) else feed.file_name
        return [document.name(name) for document in documents]

    @property
    def _chapters(self) -> str:
        """Where chapters lie unless the settings say otherwise: under a name by their content."""
        return f"{self.config.media_url}/chapters/{{sha256}}.json"

    def _on_air(self, series: Series) -> bytes | None:
        """Return the feed of `series` that is on air, as far as the state or its name can tell."""
        on_air = self.state.on_air(series.id)
        url = self.settings(series).feed_url or ""
        name = on_air.name if on_air else url.removeprefix(f"{self.config.publish_url}/")
        return self.target.read(name) if _SAFE_NAME.fullmatch(name) else None

    def _last(self, series: Series) -> Artwork | None:
        on_air = self.state.on_air(series.id)
        return on_air.artwork if on_air else None

    def _renderer(self, folder: str) -> Renderer:
        """Return the renderer for a feed with a folder of templates of its own, `""` for none."""
        if not folder:
            return self.renderer
        if folder not in self._renderers:
            path = self.config.root / folder
            if not path.is_dir():
                raise SeriesProblem(
                    f"there is no folder {path}",
                    hint="'feedgen templates eject FOLDER' makes one to begin with",
                )
            usual = self.config.own_templates
            self._renderers[folder] = Renderer([path / "rss", *([usual / "rss"] if usual else [])])
        return self._renderers[folder]

    async def _one(self, read: SeriesRead) -> Outcome:
        labels = _labels(read, self.now)
        try:
            if read.series is None:
                raise read.problem or SeriesProblem("the series could not be read whole")
            return await self._publish(read.series, labels)
        except FeedgenError as error:
            log.info("run.failed series=%s reason=%s", read.ref.slug, error.message)
            return _failed(read.ref.slug, error, title=read.ref.title, notes=labels)
        except Exception as error:
            # A bug met by one series must not cost the others their night.
            log.debug("run.bug series=%s", read.ref.slug, exc_info=True)
            return _failed(read.ref.slug, Bug(error), title=read.ref.title)

    async def _publish(self, series: Series, labels: tuple[Note, ...]) -> Outcome:
        preparation = self.prepare(series)
        feeds: list[PublishedFeed] = []
        notes = list(labels)
        first: Prepared | None = None
        async for prepared in preparation.feeds():
            told, noted = await self._one_feed(prepared, series)
            notes += [*prepared.notes, *noted]
            if told is not None:
                feeds.append(told)
            # What is on air must never be forgotten, whatever happens to the next feed.
            first = first or prepared
            self._remember(series, first, preparation.memory)
        if first is None or first.made is None:
            raise SeriesProblem(f"series {series.slug!r} has no feed")
        made = first.made
        broken = [each for each in feeds if each.result == "failed"]
        written = any(each.result == "published" for each in feeds)
        return Outcome(
            slug=series.slug,
            result="failed" if broken else "published" if written else "unchanged",
            title=made.built.feed.title,
            reason="; ".join(f"feed {each.name!r}: {each.reason}" for each in broken),
            hint="the other feeds of the series are on air" if broken else "",
            place="" if broken else feeds[0].place,
            url=feeds[0].url,
            items=feeds[0].items,
            artwork=first.plan.cover,
            skipped=made.built.skipped,
            notes=tuple(notes),
            findings=made.report.findings,
            feeds=tuple(feeds),
        )

    async def _one_feed(
        self, prepared: Prepared, series: Series
    ) -> tuple[PublishedFeed | None, tuple[Note, ...]]:
        """Put one feed on air; return what happened and what is odd about it.

        A feed that has nothing to show yet is neither published nor a failure.
        """
        feed, made = prepared.feed, prepared.made
        (name,) = self.names(feed, (Document(feed=made.built.feed),)) if made else ("",)
        try:
            if made is None:
                raise prepared.problem or SeriesProblem("the feed could not be made")
            result, noted = await self._put(prepared, series, made)
        except SeriesProblem as problem:
            if not feed.name:
                raise
            if isinstance(problem, NoEpisodes) and feed.name not in prepared.memory.feeds:
                waits = f"feed {feed.name!r} has no episode yet and is not published"
                return None, (Note(code="feed-empty", message=waits),)
            return (
                PublishedFeed(
                    name=feed.name,
                    result="failed",
                    private=feed.private,
                    reason=problem.message,
                ),
                (),
            )
        told = PublishedFeed(
            name=feed.name,
            result=result,
            private=feed.private,
            place=self.target.place(name),
            url=feed.settings.feed_url or "",
            items=len(made.built.feed.item_list),
            documents=1 + len(made.further),
        )
        own_notes = made.built.notes if not feed.name else ()
        return told, (*own_notes, *noted)

    async def _put(
        self, prepared: Prepared, series: Series, made: Made
    ) -> tuple[Result, tuple[Note, ...]]:
        """Write a feed and what it points to; what is pointed to lies there first."""
        _refuse_changed_guids(made.built.notes)
        documents = (Document(feed=made.built.feed), *made.further)
        names = self.names(prepared.feed, documents)
        for name in names:
            self._claim(name, series)
        if self.source.own_media:
            beside = Beside(
                own_media=self.source.own_media,
                base=self.config.publish_url,
                media=self.source.media,
                target=self.target,
                marks=self.state,
            )
            await beside.publish(made.built.feed, audio=self.config.publish_audio)
        elsewhere = publish_chapters(
            made.built.files, base=self.config.publish_url, target=self.target
        )
        result: Result = "unchanged"
        # The oldest first, so that no link leads to a document that is not there yet.
        for part, name in reversed([*zip(made.further, names[1:], strict=True)]):
            if part.frozen and self.target.size(name) is not None:
                continue
            data, _ = make.document(part, prepared.plan, prepared.renderer, self.measure)
            result = self._write(name, data, result)
        result = self._write(names[0], made.data, result)
        return result, tuple(
            Note(code="chapters-elsewhere", message=f"upload the chapters to {url} by hand")
            for url in elsewhere
        )

    def _write(self, name: str, data: bytes, result: Result) -> Result:
        if self.target.read(name) == data:
            return result
        self.target.write(name, data)
        return "published"

    def _claim(self, name: str, series: Series) -> None:
        """Raise SeriesProblem if `name` is not free for a feed of `series`."""
        if not _SAFE_NAME.fullmatch(name) or name.startswith("media/"):
            raise SeriesProblem(
                f"{name!r} can not be the name of a feed",
                hint="set feed_url to a URL of letters, digits, '.', '_' and '-'",
            )
        owner = self.state.owner(name) or self._claimed.get(name)
        if owner not in (None, series.id):
            raise SeriesProblem(
                f"{name!r} is the feed of another series ({owner})",
                hint="give one of the two another feed_url",
            )
        self._claimed[name] = series.id

    def _remember(self, series: Series, own: Prepared, memory: Memory) -> None:
        if own.made is None:
            return
        (name,) = self.names(own.feed, (Document(feed=own.made.built.feed),))
        self.state.remember(
            OnAir(
                series_id=series.id,
                slug=series.slug,
                name=name,
                sha256=hashlib.sha256(own.made.data).hexdigest(),
                published_at=self.now,
                artwork=own.plan.cover.chosen if own.plan.cover else None,
            ),
            memory,
        )


def _refuse_changed_guids(notes: Iterable[Note]) -> None:
    """Raise SeriesProblem if an episode that was published has another guid now.

    Apps know an episode by its guid alone: with another one everybody downloads it again.
    """
    changed = [note for note in notes if note.code == "guid-changed"]
    if changed:
        more = f" (and {len(changed) - 1} more)" if changed[1:] else ""
        raise SeriesProblem(
            f"a guid changed to {changed[0].where!r}; {changed[0].message}{more}",
            hint="give the episode its guid back; if it is to be a new one, make a new episode",
        )


def _labels(read: SeriesRead, now: datetime) -> tuple[Note, ...]:
    """Return what a reader must know of the data itself: how old it is, what was odd in it."""
    notes = [Note(code=each.code, message=each.message, where=each.where) for each in read.notes]
    if read.offline and read.read_at is not None:
        age = now - read.read_at
        hours = age.total_seconds() / 3600
        said = (
            f"built from the snapshot of {read.read_at:%Y-%m-%d %H:%M} UTC, {hours:.1f} hours old"
        )
        notes.insert(0, Note(code="offline", message=said))
    return tuple(notes)


def _failed(
    slug: str, error: FeedgenError, *, title: str = "", notes: tuple[Note, ...] = ()
) -> Outcome:
    findings = error.findings if isinstance(error, make.CheckFailed) else ()
    return Outcome(
        slug=slug,
        result="failed",
        title=title,
        reason=error.message,
        hint=error.hint,
        details=error.details,
        retry=isinstance(error, OutsideProblem),
        bug=isinstance(error, Bug),
        notes=notes,
        findings=findings,
    )
