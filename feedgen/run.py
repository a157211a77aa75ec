"""The shell around everything: one series after the other, from the source to the target.

    source ─► read ─► known already? ─► prepare: plan ─► probe ─► build, render, check ─► publish

A run yields one Outcome per series and never stops for one of them: what goes wrong with a
series becomes its outcome, and what is on air stays.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from feedgen import absent, make
from feedgen.check.kept import Verdicts
from feedgen.enclosures import OnAirFacts
from feedgen.errors import (
    Bug,
    FeedgenError,
    OutsideProblem,
    SeriesProblem,
    UsageProblem,
    did_you_mean,
)
from feedgen.familiar import Familiar, said
from feedgen.feed.log import Note
from feedgen.feed.render import Renderer
from feedgen.feed.wakes import next_change
from feedgen.history import feed_key
from feedgen.looks import Look
from feedgen.outcome import Outcome
from feedgen.prepare import Preparation
from feedgen.publication import SAFE_NAME, Publication
from feedgen.redact import redacted, unplaced
from feedgen.rollout import CODE, Rollout
from feedgen.settings import SeriesSettings, overlay
from feedgen.state import now as clock
from feedgen.state import only_series
from feedgen.transaction import usable

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.art19.sync import SeriesRead, SeriesRef
    from feedgen.config import Config
    from feedgen.make import Measure, Plan
    from feedgen.model import Artwork, Series
    from feedgen.onair import Desk
    from feedgen.source import Source
    from feedgen.state import State

log = logging.getLogger(__name__)


class NothingThere(UsageProblem):
    """The source has no series at all."""

    def __init__(self) -> None:
        super().__init__(
            "there is no series to publish",
            hint="look into the catalogue folder, or at what the credential may see",
        )


@dataclass(slots=True, kw_only=True)
class Run:
    """One run over the series of a source; `now` is the time everything is judged by.

    `dry` only looks: nothing goes on air and nothing is recorded of it. `makers` is the digest of
    what makes the feeds (`feedgen.makers`). `familiar` are the series that need not be looked at
    again.
    """

    config: Config
    source: Source
    desk: Desk
    renderer: Renderer
    now: datetime
    makers: str
    familiar: Familiar
    measure: Measure = make.EVERY_RULE
    dry: bool = False
    clock: Callable[[], datetime] = clock
    _rollout: Rollout = field(init=False)
    _claimed: dict[str, str] = field(default_factory=dict)
    _renderers: dict[str, Renderer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rollout = self._wave(whole=False)

    @property
    def state(self) -> State:
        """What runs remember."""
        return self.desk.state

    async def outcomes(self, wanted: Collection[str] = ()) -> AsyncIterator[Outcome]:
        """Yield what happened to each series, or to those whose slug or id is in `wanted`.

        Raises UnknownSeries and NothingThere before anything is published, and ApiProblem if the
        list of series can not be had at all.
        """
        broken = self.source.problems
        for slug, mistakes in sorted(broken.items()):
            if not wanted or slug in wanted:
                yield failed(slug, mistakes)
        healthy = [name for name in wanted if name not in broken]
        if wanted and not healthy:
            return
        refs = await self.source.list_series(healthy)
        if not refs and not broken:
            raise NothingThere
        for ref in refs:
            if ref.slug in broken and ref.id in wanted:
                yield failed(ref.slug, broken[ref.slug])
        readable = [ref for ref in refs if ref.slug not in broken]
        if wanted:
            async for read in self.source.read(readable, everything=True):
                yield await self.one(read)
            return
        self._note_settings_of_nobody({ref.slug for ref in refs})
        ids = {ref.id for ref in refs}
        for outcome in absent.outcomes(self.desk, ids=ids, slugs=broken, dry=self.dry):
            yield outcome
        async for outcome in self._every(readable):
            yield outcome

    async def one(self, read: SeriesRead) -> Outcome:
        """Return what happened to the series that was read: the whole way, whatever happens."""
        labels = _labels(read, self.now)
        try:
            if read.same:
                return self.familiar.outcome(read.ref.id)
            if read.series is None:
                raise read.problem or SeriesProblem("the series could not be read whole")
            async with only_series(self.config.state_folder, read.series.id):
                with usable():
                    return redacted(await self._publish(read, read.series, labels))
        except FeedgenError as error:
            slug = self._slug(read.ref)
            log.info("run.failed series=%s reason=%s", slug, unplaced(error.message))
            return failed(slug, error, title=read.ref.title, notes=labels)
        except Exception as error:
            # A bug met by one series must not cost the others their night.
            slug = self._slug(read.ref)
            log.debug("run.bug series=%s", slug, exc_info=True)
            return failed(slug, Bug(error), title=read.ref.title)

    async def _every(self, refs: Collection[SeriesRef]) -> AsyncIterator[Outcome]:
        """Yield the outcomes of a run over all series; what makers altered goes canary first."""
        due = []
        for ref in refs:
            if rests := self._rests(ref):
                yield rests
            else:
                due.append(ref)
        self._rollout = rollout = self._wave(whole=True)
        waiting: list[tuple[SeriesRef, Outcome]] = []
        async for read in self.source.read(due):
            outcome = await self.one(read)
            rollout.ended(outcome)
            if any(reason.code == CODE for reason in outcome.reasons):
                waiting.append((read.ref, outcome))
            else:
                yield outcome
        self._rollout = self._wave(whole=False)
        if rollout.too_far:
            if not self.dry:
                rollout.sent(at=self.now)
            for _, outcome in waiting:
                yield outcome
        elif waiting:
            # So few that nobody has to wait after all.
            async for read in self.source.read([ref for ref, _ in waiting]):
                yield await self.one(read)

    def _wave(self, *, whole: bool) -> Rollout:
        return Rollout(
            state=self.state, makers=self.makers, thresholds=self.config.guard, whole=whole
        )

    def _rests(self, ref: SeriesRef) -> Outcome | None:
        """Return the outcome of a series that failed so often that it is not tried now."""
        slug = self._slug(ref)
        until = self.state.standings.waits(slug, self.now)
        # Reading a folder costs nobody anything, and whoever mended a file wants to see it.
        if until is None or self.config.catalogue_folder is not None:
            return None
        last = self.state.standings.of(slug)
        return Outcome(
            slug=slug,
            result="failed",
            title=ref.title,
            reason=f"failed {last.failures if last else 0} times in a row, last: "
            f"{last.reason if last else ''}",
            hint=f"it is tried again after {until:%Y-%m-%d %H:%M} UTC, or at once with "
            f"'feedgen publish {slug}'",
            rests=True,
        )

    def _slug(self, ref: SeriesRef) -> str:
        """Return by what to call a series; one the API gives no slug keeps the one it had."""
        if ref.slug:
            return ref.slug
        on_air = self.state.on_air(ref.id)
        return on_air.slug if on_air else ref.id

    def _note_settings_of_nobody(self, slugs: set[str]) -> None:
        """Warn of files of settings that are for no series; only a whole run can tell."""
        for slug in sorted(self.config.series.keys() - slugs):
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
            verdicts=Verdicts(self.state.verdicts(series.id)),
            on_air=lambda name: self._lies_there(series, name),
        )

    async def _publish(
        self, read: SeriesRead, series: Series, labels: tuple[Note, ...]
    ) -> Outcome:
        newer = self._newer(read, series)
        if newer is not None:
            return replace(newer, notes=labels + newer.notes)
        look = self.state.looks.of(series.id)
        publication = Publication(
            series=series,
            read_at=read.read_at,
            preparation=self.prepare(series),
            desk=self.desk,
            source=self.source,
            config=self.config,
            measure=self.measure,
            makers=self.makers,
            claimed=self._claimed,
            gate=self._rollout.gate,
            lay=look.beside if look else {},
            dry=self.dry,
        )
        outcome = await publication.outcome(labels)
        verdicts = publication.preparation.verdicts
        if verdicts is not None and verdicts.changed and not self.dry:
            self.state.keep_verdicts(series.id, verdicts.dumps())
        settings = publication.preparation.settings
        outcome = replace(outcome, wakes_at=next_change(series, settings, self.now))
        if not self.dry:
            self.state.inbox.wake(series.id, series.slug, outcome.wakes_at)
        if outcome.on_air and read.mark and not self.dry:
            templates = tuple(each.templates for each in settings.feeds.values() if each.templates)
            self.state.looks.keep(
                Look(
                    series_id=series.id,
                    mark=read.mark,
                    makers=self.makers,
                    said=said(self.config, series.slug, templates),
                    at=self.now,
                    outcome=outcome.as_before(),
                    wakes_at=outcome.wakes_at,
                    templates=templates,
                    feeds=publication.feeds,
                    beside=publication.beside,
                )
            )
        return outcome

    def _newer(self, read: SeriesRead, series: Series) -> Outcome | None:
        """Return the outcome if a hook was quicker: what is on air was made of newer data."""
        newest = self.state.history.newest(feed_key(series.id))
        if newest is None or newest.read_at is None or read.read_at is None:
            return None
        # A time to come is no time anybody read at: that is for the guard to hold.
        if not read.read_at < newest.read_at <= self.clock():
            return None
        look = self.state.looks.of(series.id)
        before = look.outcome if look else Outcome(slug=series.slug, result="unchanged")
        said = f"what is on air was made of newer data, of {newest.read_at:%Y-%m-%d %H:%M:%S} UTC"
        note = Note(code="newer-on-air", message=said)
        return replace(before.as_before(), notes=(note, *before.notes))

    @property
    def _chapters(self) -> str:
        """Where chapters lie unless the settings say otherwise: under a name by their content."""
        return f"{self.config.media_url}/chapters/{{sha256}}.json"

    def _on_air(self, series: Series) -> bytes | None:
        """Return the feed of `series` that is on air, as far as the state or its name can tell."""
        on_air = self.state.on_air(series.id)
        url = self.settings(series).feed_url or ""
        name = on_air.name if on_air else url.removeprefix(f"{self.config.publish_url}/")
        return self.desk.target.read(name) if SAFE_NAME.fullmatch(name) else None

    def _lies_there(self, series: Series, name: str) -> bool:
        """Tell whether a further feed still lies where it was put on air last."""
        newest = self.state.history.newest(feed_key(series.id, name))
        return newest is None or self.desk.target.size(newest.identity.name) is not None

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


def failed(
    slug: str, error: FeedgenError, *, title: str = "", notes: tuple[Note, ...] = ()
) -> Outcome:
    """Return what to tell of a series that `error` kept from being published."""
    findings = error.findings if isinstance(error, make.CheckFailed) else ()
    return Outcome(
        slug=slug,
        result="failed",
        title=title,
        reason=unplaced(error.message),
        hint=error.hint,
        details=tuple(map(unplaced, error.details)),
        retry=isinstance(error, OutsideProblem),
        bug=isinstance(error, Bug),
        notes=notes,
        findings=findings,
    )
