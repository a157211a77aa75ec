"""One series from the model to judged bytes: the pure middle, in one place.

    plan = make.plan(series, settings, now=now, last=…)      which episodes, which artwork
    made = make.feed(plan, enclosures=…, memory=…, renderer=…)

Between the two the caller asks the world about the enclosures. The run, the golden cases and
the preview all come through here, so that what is judged is what is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from feedgen import check, facts
from feedgen.artwork.choose import Decision, choose
from feedgen.check.facts import NO_FACTS
from feedgen.contract import Contract, ContractBroken
from feedgen.errors import SeriesProblem
from feedgen.feed.build import Built, Memory, Skipped, build, eligible
from feedgen.feed.paging import Document, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feedgen.check import Finding, Report
    from feedgen.check.facts import Facts
    from feedgen.check.kept import Verdicts
    from feedgen.feed.render import Renderer
    from feedgen.feed.tags import Chapter
    from feedgen.model import Artwork, Enclosure, Episode, Image, Series
    from feedgen.settings import SeriesSettings


class CheckFailed(SeriesProblem):
    """A feed was built that breaks a rule; `findings` are the errors."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first, more = findings[0], len(findings) - 1
        also = f" (and {more} more)" if more else ""
        super().__init__(
            f"the feed breaks rule {first.rule}: {first.message}{also}",
            hint=f"feedgen check --explain {first.rule}",
        )
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What of a series goes into its feed at `now`: artwork by image id, episodes, omissions."""

    series: Series
    settings: SeriesSettings
    now: datetime
    artwork: Mapping[str, Decision]
    episodes: tuple[Episode, ...]
    skipped: tuple[Skipped, ...]

    @property
    def cover(self) -> Decision | None:
        """The decision about the series' own cover."""
        return self.artwork.get(self.series.cover.id) if self.series.cover else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A feed that passed every check, as bytes, with what was noticed on the way.

    `data` is the document that is subscribed to; `further` are the others of a feed that is split
    (RFC 5005), not yet rendered: `document` does that, one at a time.
    """

    data: bytes
    built: Built
    report: Report
    further: tuple[Document, ...] = ()


def plan(
    series: Series, settings: SeriesSettings, *, now: datetime, last: Artwork | None = None
) -> Plan:
    """Return which episodes and which artwork go in; `last` is the cover published before."""
    episodes, skipped = eligible(series, settings, now)
    return Plan(
        series=series,
        settings=settings,
        now=now,
        artwork=decisions(series, last=last),
        episodes=episodes,
        skipped=skipped,
    )


def decisions(series: Series, *, last: Artwork | None = None) -> dict[str, Decision]:
    """Return the artwork decision for every image of the series, by image id."""
    found: dict[str, Decision] = {}
    for image in _images(series):
        if image.id not in found:
            is_cover = series.cover is not None and image.id == series.cover.id
            found[image.id] = choose(image, last=last if is_cover else None)
    return found


def feed(
    plan: Plan,
    *,
    enclosures: Mapping[str, Enclosure],
    memory: Memory,
    renderer: Renderer,
    marks: Mapping[str, tuple[Chapter, ...]] | None = None,
    measure: Measure | None = None,
    also: Facts = NO_FACTS,
    verdicts: Verdicts | None = None,
) -> Made:
    """Return the feed of `plan`, rendered and judged.

    `enclosures` and `marks` (chapters found in media files) are by episode id. What plan and
    memory know goes to the rules by itself; `also` is what only others know. With `verdicts` an
    item that was judged before is not judged again. Raises SeriesProblem if no valid feed can be
    made, CheckFailed if one was made that breaks a rule of severity error, ContractBroken if it
    lacks what every feed must contain. A guid that changed is told (I27) and raises nothing: to
    hold such a feed, or to let it go once somebody approved, is the guard's part.
    """
    address = plan.settings.feed_url or ""
    built = build(
        plan.series,
        plan.settings,
        feed_url=address,
        artwork=plan.artwork,
        enclosures=enclosures,
        memory=memory,
        now=plan.now,
        marks=marks,
    )
    parts = split(
        built.feed,
        plan.settings.page_size,
        plan.settings.paging or "paged",
        memory.archives.get(address, ()),
    )
    first, *further = parts.documents
    if parts.archives:
        archives = {**memory.archives, address: parts.archives}
        built = replace(built, memory=replace(built.memory, archives=archives))
    known = facts.of(plan, first, guids=built.memory.guids, memory=memory, also=also)
    data, report = document(
        first, plan, renderer, measure or EVERY_RULE, known=known, verdicts=verdicts
    )
    return Made(data=data, built=built, report=report, further=tuple(further))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a feed is judged by: the rules that are asked, and what it must contain."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    contract: Contract = field(default_factory=Contract)


EVERY_RULE = Measure()
# What may change once a person has said so: the guard holds it until then.
_GUARDED = frozenset(("I27",))


def document(
    part: Document,
    plan: Plan,
    renderer: Renderer,
    measure: Measure = EVERY_RULE,
    *,
    known: Facts | None = None,
    verdicts: Verdicts | None = None,
) -> tuple[bytes, Report]:
    """Return one document of a feed, rendered and judged; raises CheckFailed, ContractBroken.

    `known` are the facts it is measured by, those of its plan if nothing is given.
    """
    data = renderer.render(part.feed)
    report = check.run(
        data,
        now=plan.now,
        profile=plan.settings.profile or "modern",
        facts=facts.of(plan, part) if known is None else known,
        select=measure.select,
        ignore=measure.ignore,
        required=measure.contract,
        verdicts=verdicts,
    )
    errors = tuple(finding for finding in report.errors if finding.rule not in _GUARDED)
    if errors:
        raise CheckFailed(errors)
    if report.lacking:
        raise ContractBroken(report.lacking)
    return data, report


def _images(series: Series) -> Iterator[Image]:
    covers = [series.cover]
    for episode in series.episodes:
        covers += [episode.cover, episode.cascaded_cover]
    return (image for image in covers if image is not None)
