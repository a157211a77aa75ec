"""All shows at a glance: what is on air, how old it is, what waits, what went wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from feedgen.redact import unplaced
from feedgen.web.last import LastOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.approvals import Held
    from feedgen.history import Version
    from feedgen.standing import LastRun, Standing
    from feedgen.state import State
    from feedgen.waiting import Waiting

Result = Literal["failed", "held", "published", "unchanged", "unknown"]
RESULTS: tuple[Result, ...] = ("failed", "held", "published", "unchanged", "unknown")
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """One show; `result` is that of its last run, "unknown" if none is remembered.

    `changed_at` is when its feed last changed on air, `success_at` when it was last known to be
    what the catalogue says. `waits` are differences nobody has decided on, `approved` those that
    go on air with the next run. `waiting` is what the inbox has still to do for it.
    """

    slug: str
    title: str
    series_id: str = ""
    name: str = ""
    url: str = ""
    cover: str = ""
    result: Result = "unknown"
    reason: str = ""
    hint: str = ""
    told_at: datetime | None = None
    changed_at: datetime | None = None
    success_at: datetime | None = None
    failures: int = 0
    since: datetime | None = None
    next_at: datetime | None = None
    episodes: int = 0
    errors: int = 0
    warnings: int = 0
    left_out: int = 0
    waits: int = 0
    approved: int = 0
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see: words in title or slug, one result, a page counted from 1."""

    words: str = ""
    result: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A page of the shows that were asked for; `counts` are those of all shows."""

    shows: tuple[Show, ...]
    asked: Asked
    found: int
    pages: int
    counts: Mapping[str, int]
    total: int
    last_run: LastRun | None
    waiting: int


def overview(state: State, asked: Asked) -> Overview:
    """Return the shows that were asked for: those that need a person first, then by title."""
    every = every_show(state)
    words = asked.words.casefold().split()
    found = [
        show
        for show in every
        if (not asked.result or show.result == asked.result)
        and all(word in f"{show.title} {show.slug}".casefold() for word in words)
    ]
    pages = max(1, math.ceil(len(found) / PAGE))
    page = min(max(1, asked.page), pages)
    return Overview(
        shows=tuple(
            _with_outcome(show, state.standings.outcome(show.slug))
            for show in found[(page - 1) * PAGE : page * PAGE]
        ),
        asked=Asked(words=asked.words, result=asked.result, page=page),
        found=len(found),
        pages=pages,
        counts={result: sum(show.result == result for show in every) for result in RESULTS},
        total=len(every),
        last_run=state.standings.last_run(),
        waiting=sum(show.waits for show in every),
    )


def every_show(state: State) -> list[Show]:
    """Return every show that was on air or failed to be, without what its last run told."""
    own = {v.identity.slug: v for v in state.history.last() if v.key == v.identity.series_id}
    standings = {each.slug: each for each in state.standings.all()}
    waiting = {each.slug: each for each in reversed(state.waiting.all())}
    held: dict[str, list[Held]] = {}
    for each in state.approvals.all_waiting():
        held.setdefault(each.slug, []).append(each)
    shows = [
        _show(slug, own.get(slug), standings.get(slug), held.get(slug, ()), waiting.get(slug))
        for slug in own.keys() | standings.keys()
    ]
    return sorted(shows, key=lambda s: (_need(s), s.title.casefold(), s.slug))


def one_show(state: State, slug: str) -> Show | None:
    """Return the show `slug` with what its last run told, `None` if there is no such show."""
    found = next((show for show in every_show(state) if show.slug == slug), None)
    return _with_outcome(found, state.standings.outcome(slug)) if found else None


def _show(
    slug: str,
    version: Version | None,
    standing: Standing | None,
    held: Sequence[Held],
    waiting: Waiting | None,
) -> Show:
    identity = version.identity if version else None
    told = identity.title if identity else ""
    return Show(
        slug=slug,
        title=(standing.title if standing else "") or told or slug,
        series_id=identity.series_id if identity else "",
        name=identity.name if identity else "",
        url=(standing.url if standing else "") or (identity.self_url if identity else ""),
        cover=identity.artwork if identity else "",
        result=standing.result if standing else "unknown",
        reason=unplaced(standing.reason) if standing else "",
        told_at=standing.told_at if standing else None,
        changed_at=version.put_at if version else None,
        success_at=standing.success_at if standing else None,
        failures=standing.failures if standing else 0,
        since=standing.since if standing else None,
        next_at=standing.next_at if standing else None,
        waits=sum(each.approved_at is None for each in held),
        approved=sum(each.approved_at is not None and not is_gone(each) for each in held),
        waiting=waiting,
    )


def _with_outcome(show: Show, outcome: Mapping[str, Any] | None) -> Show:
    told = LastOutcome.read(outcome)
    severities = [each.severity for each in told.findings]
    return replace(
        show,
        hint=unplaced(told.hint),
        # What is held or failed was not counted on air.
        episodes=told.items if show.result in ("published", "unchanged") else 0,
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        left_out=len(told.skipped),
    )


def is_gone(held: Held) -> bool:
    """Return whether what waits is that the source has no such series: nothing comes of it."""
    return all(reason.code == "series-gone" for reason in held.reasons)


def _need(show: Show) -> int:
    """Return how soon a person must look: what failed, what waits for them, all others."""
    if show.result == "failed":
        return 0
    return 1 if show.result == "held" or show.waits else 2
