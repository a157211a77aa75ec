"""All feeds of one series on their way on air: what they point to first, then each, or none.

    prepare ─► claim the names ─► decide every document ─► files beside ─► swap, the oldest first

The guard is asked about all documents of a feed before the first is touched: one that is held
holds the feed. The feed of the series itself decides for the others: while it is held they wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen import guard, make
from feedgen.errors import SeriesProblem
from feedgen.feed.build import NoEpisodes
from feedgen.feed.log import Note
from feedgen.feed.paging import Document
from feedgen.guard import Candidate, Reason
from feedgen.history import feed_key, sha256_of
from feedgen.notify import Announcement
from feedgen.outcome import Outcome, PublishedFeed
from feedgen.publish.companions import Beside, publish_chapters
from feedgen.state import OnAir

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.feed.memory import Memory
    from feedgen.feed.variants import FeedPlan
    from feedgen.guard import Departure
    from feedgen.make import Made, Measure
    from feedgen.model import Series
    from feedgen.onair import Decision, Desk
    from feedgen.outcome import Result
    from feedgen.prepare import Preparation, Prepared
    from feedgen.source import Source

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def nobody_waits(_altered: Sequence[Decision]) -> Reason | None:
    """Let everything go that the guard lets go."""
    return None


@dataclass(slots=True, kw_only=True)
class Publication:
    """The publication of one series.

    `read_at` is when its data was read, `makers` the digest of what makes its feeds. `gate` is
    asked about what would change on air and may say why it has to wait all the same. `claimed` are
    the names of the run's feeds by series id. `dry` only looks; `lay` is what lay beside the feeds
    at the last look. What lies on air in the end is in `feeds` and `beside`, as in a `Look`.
    """

    series: Series
    read_at: datetime | None
    preparation: Preparation
    desk: Desk
    source: Source
    config: Config
    measure: Measure
    makers: str
    claimed: dict[str, str]
    gate: Callable[[Sequence[Decision]], Reason | None] = nobody_waits
    dry: bool = False
    lay: Mapping[str, int] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)

    async def outcome(self, labels: tuple[Note, ...]) -> Outcome:
        """Return what happened; `labels` are what is to be said of the data itself.

        Raises SeriesProblem if the series' own feed can not be made, OutsideProblem if what it
        points to can not be had or the target does not take it: what is on air stays.
        """
        told: list[PublishedFeed] = []
        notes = list(labels)
        own: Prepared | None = None
        settled = self.preparation.memory
        async for prepared in self.preparation.feeds():
            own = own or prepared
            each, noted = await self._one(prepared, own)
            notes += [*prepared.notes, *noted]
            if each is not None:
                told.append(each)
            if each is None or each.result in ("published", "unchanged"):
                settled = self.preparation.memory
            else:
                # Of a feed that is not on air nothing is to be remembered.
                self.preparation.memory = settled
            if prepared is own and each is not None and each.result == "held":
                break
        if own is None or own.made is None:
            raise SeriesProblem(f"series {self.series.slug!r} has no feed")
        return _outcome(self.series, own, own.made, tuple(told), tuple(notes))

    async def _one(
        self, prepared: Prepared, own: Prepared
    ) -> tuple[PublishedFeed | None, tuple[Note, ...]]:
        """Put one feed on air; return what happened and what is odd about it.

        A feed that has nothing to show yet is neither published nor a failure.
        """
        feed = prepared.feed
        try:
            if prepared.made is None:
                raise prepared.problem or SeriesProblem("the feed could not be made")
            told, noted = await self._put(prepared, prepared.made, own)
        except SeriesProblem as problem:
            if not feed.name:
                raise
            if isinstance(problem, NoEpisodes) and feed.name not in prepared.memory.feeds:
                waits = f"feed {feed.name!r} has no episode yet and is not published"
                return None, (Note(code="feed-empty", message=waits),)
            failed = PublishedFeed(
                name=feed.name, result="failed", private=feed.private, reason=problem.message
            )
            return failed, ()
        own_notes = prepared.made.built.notes if not feed.name else ()
        return told, (*own_notes, *noted)

    async def _put(
        self, prepared: Prepared, made: Made, own: Prepared
    ) -> tuple[PublishedFeed, tuple[Note, ...]]:
        documents = (Document(feed=made.built.feed), *made.further)
        names = self.names(prepared.feed, documents)
        for name in names:
            self._claim(name)
        decisions = self._decided(prepared, made, documents, names)
        changed = [each for each in decisions if each.result == "go"]
        held = [each for each in decisions if each.result == "held"]
        waits = None if held or not changed else self.gate(changed)
        noted: tuple[Note, ...] = ()
        result: Result = "held" if held or waits else "published" if changed else "unchanged"
        if not self.dry:
            for each in held:
                self.desk.hold(each)
            if result != "held":
                noted = await self._beside(made)
                self._swap(decisions, prepared, made, own)
                # A document that is frozen was not even looked at; it is on air as it was.
                frozen = (name for name in names if name not in self.feeds)
                for name in frozen:
                    self.feeds[name] = sha256_of(self.desk.target.read(name) or b"")
        reasons = (waits,) if waits else tuple(r for each in held for r in each.verdict.reasons)
        return PublishedFeed(
            name=prepared.feed.name,
            result=result,
            key=feed_key(self.series.id, prepared.feed.name),
            private=prepared.feed.private,
            place=self.desk.target.place(names[0]),
            url=prepared.feed.settings.feed_url or "",
            items=len(made.built.feed.item_list),
            documents=len(documents),
            reason=" ".join(reason.sentence for reason in reasons),
            reasons=reasons,
            changes=tuple(c for each in (*held, *changed) for c in each.verdict.changes),
            digest=held[0].verdict.digest if held else "",
        ), noted

    def names(self, feed: FeedPlan, documents: Iterable[Document]) -> list[str]:
        """Return the names that the documents of a feed are published under."""
        base = f"{self.config.publish_url}/"
        url = feed.settings.feed_url or ""
        name = url.removeprefix(base) if url.startswith(base) else feed.file_name
        return [document.name(name) for document in documents]

    def _decided(
        self, prepared: Prepared, made: Made, documents: Sequence[Document], names: Sequence[str]
    ) -> list[Decision]:
        """Return what is to happen to each document that is not frozen, the oldest last."""
        found: list[Decision] = []
        kinds = ["", *(f"{part.kind}-{part.number}" for part in documents[1:])]
        keys = [feed_key(self.series.id, prepared.feed.name, kind) for kind in kinds]
        guids = _guids(documents)
        newest = self.desk.state.history.newest
        siblings = {guid for each in guids for guid in each.values()}
        # Who followed the feed before it was split does not look for further documents.
        split = any(newest(key) for key in keys[1:])
        ever = {*prepared.memory.guids.values()}
        departures = guard.departures(
            prepared.feed.series,
            prepared.plan.settings,
            now=self.preparation.now,
            guids=prepared.memory.guids,
            found=(prepared.plan.episodes, prepared.plan.skipped),
        )
        for part, name, key, own in zip(documents, names, keys, guids, strict=True):
            if part.frozen and self.desk.target.size(name) is not None:
                continue
            data = made.data
            if part.kind:
                data, _ = make.document(
                    part,
                    prepared.plan,
                    prepared.renderer,
                    self.measure,
                    verdicts=self.preparation.verdicts,
                )
            # A document that is new holds what it is meant to, not all there ever was.
            others = (ever if newest(key) is None else siblings) - {*own.values()}
            why: Departure = "elsewhere" if split or newest(key) is None else "limit"
            candidate = Candidate(
                series_id=self.series.id,
                slug=self.series.slug,
                data=data,
                name=name,
                feed_url=part.feed.self_url,
                guids=own,
                departures={**dict.fromkeys(others, why), **departures},
                read_at=self.read_at,
            )
            found.append(self.desk.decide(key, candidate))
        return found

    async def _beside(self, made: Made) -> tuple[Note, ...]:
        """Write what the feed points to; it must lie there before the feed does."""
        target, base = self.desk.target, self.config.publish_url
        if self.source.own_media:
            beside = Beside(
                own_media=self.source.own_media,
                base=base,
                media=self.source.media,
                target=target,
                marks=self.desk.state,
                own_file=self.source.own_file,
                lay=self.lay,
            )
            audio = self.config.publish.audio
            self.beside |= await beside.publish(made.built.feed, audio=audio)
        chapters, elsewhere = publish_chapters(made.built.files, base=base, target=target)
        self.beside |= chapters
        return tuple(
            Note(code="chapters-elsewhere", message=f"upload the chapters to {url} by hand")
            for url in elsewhere
        )

    def _swap(
        self, decisions: Sequence[Decision], prepared: Prepared, made: Made, own: Prepared
    ) -> None:
        """Put the documents on air, the oldest first: no link leads to what is not there yet."""
        for each in reversed(decisions):
            main = each is decisions[0]
            also = self._remembering(own, prepared.memory) if main else None
            if each.result == "unchanged":
                self.desk.settle(each, also=also)
            else:
                told = self._announcement(each, prepared, made) if main else None
                self.desk.swap(each, announcement=told, also=also)
            self.feeds[each.candidate.name] = sha256_of(each.candidate.data)

    def _announcement(self, decision: Decision, prepared: Prepared, made: Made) -> Announcement:
        feed = made.built.feed
        return Announcement(
            series_id=self.series.id,
            slug=self.series.slug,
            title=feed.title,
            feed_url=feed.self_url,
            sha256=sha256_of(decision.candidate.data),
            hub=prepared.plan.settings.websub_hub or "",
            podping=bool(prepared.plan.settings.podping),
            medium=feed.medium or "podcast",
            private=prepared.feed.private,
        )

    def _claim(self, name: str) -> None:
        """Raise SeriesProblem if `name` is not free for a feed of the series."""
        if not SAFE_NAME.fullmatch(name) or name.startswith("media/"):
            raise SeriesProblem(
                f"{name!r} can not be the name of a feed",
                hint="set feed_url to a URL of letters, digits, '.', '_' and '-'",
            )
        owner = self.desk.state.owner(name) or self.claimed.get(name)
        if owner not in (None, self.series.id):
            raise SeriesProblem(
                f"{name!r} is the feed of another series ({owner})",
                hint="give one of the two another feed_url",
            )
        self.claimed[name] = self.series.id

    def _remembering(self, own: Prepared, memory: Memory) -> Callable[[], None] | None:
        """Return what records the series, for the transaction that records its feed."""
        if own.made is None:
            return None
        (name,) = self.names(own.feed, (Document(feed=own.made.built.feed),))
        on_air = OnAir(
            series_id=self.series.id,
            slug=self.series.slug,
            name=name,
            sha256=sha256_of(own.made.data),
            published_at=self.preparation.now,
            artwork=own.plan.cover.chosen if own.plan.cover else None,
        )

        def remember() -> None:
            self.desk.state.remember(on_air, memory)
            self.desk.state.looks.made(self.series.id, self.makers)

        return remember


def _guids(documents: Sequence[Document]) -> list[dict[str, str]]:
    """Return the guids of each document by episode id; the first is told as the whole feed."""
    every, *further = (
        {item.episode_id: item.guid for item in part.feed.item_list} for part in documents
    )
    held = {guid for each in further for guid in each.values()}
    return [{id_: guid for id_, guid in every.items() if guid not in held}, *further]


def _outcome(
    series: Series,
    own: Prepared,
    made: Made,
    feeds: tuple[PublishedFeed, ...],
    notes: tuple[Note, ...],
) -> Outcome:
    """Return what the results of the feeds are together."""
    results = {each.result for each in feeds}
    result: Result = next(
        word for word in ("failed", "held", "published", "unchanged") if word in results
    )
    several = len(feeds) > 1
    odd = [each for each in feeds if each.result == result] if result in ("failed", "held") else []
    return Outcome(
        slug=series.slug,
        result=result,
        title=made.built.feed.title,
        reason=" ".join(
            f"feed {each.name!r}: {each.reason}" if several and each.name else each.reason
            for each in odd
        ),
        hint=_hint(result, series.slug, feeds),
        place="" if odd else feeds[0].place,
        url=feeds[0].url,
        items=feeds[0].items,
        artwork=own.plan.cover,
        skipped=made.built.skipped,
        notes=notes,
        findings=made.report.findings,
        feeds=feeds,
    )


def _hint(result: Result, slug: str, feeds: Sequence[PublishedFeed]) -> str:
    """Return what to do about feeds that are not on air."""
    if result == "failed":
        return "the other feeds of the series are on air"
    digest = next((each.digest for each in feeds if each.digest), "")
    if digest:
        return (
            f"the feed on air stays; 'feedgen approve {slug} {digest[:8]}' lets exactly this "
            "difference through"
        )
    return "the feed on air stays" if result == "held" else ""
