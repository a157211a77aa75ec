"""One show: its feed as a listener meets it, and what its last run told."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedgen.compare import BUILD_STAMPS, compare
from feedgen.errors import TargetProblem
from feedgen.history import key_parts
from feedgen.web.last import LastOutcome
from feedgen.web.listen import Heard, HeardEpisode, chapters_of, listen
from feedgen.web.shows import is_gone, one_show
from feedgen.web.viewer import private_feeds, secrets_of, without

if TYPE_CHECKING:
    from feedgen.approvals import Held
    from feedgen.compare import Change
    from feedgen.history import Version
    from feedgen.publish import Target
    from feedgen.state import State
    from feedgen.web.shows import Show
    from feedgen.web.viewer import Viewer

PAGE = 25
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Here:
    """Turns a public address into one a page may embed.

    What is published from this server comes from this server; anything else only by https, as
    the pages' own policy says. With `media_only` it has the media alone, from the catalogue: the
    feeds are in an object store.
    """

    public: str
    base: str | None
    media_only: bool = False

    def __call__(self, address: str) -> str:
        """Return the address to embed, `""` if there is none."""
        ours = f"{self.public}/media/" if self.media_only else f"{self.public}/"
        if self.base is not None and address.startswith(ours):
            return f"{self.base}/{address.removeprefix(f'{self.public}/')}"
        return address if address.startswith("https://") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two versions: the first `SHOWN` changes of `total`."""

    old: Version
    new: Version
    changes: tuple[Change, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFeed:
    """A difference that waits; `feed` names a further feed of the series.

    `gone` if it is that the series is there no more: approved, its feed stays as it is.
    """

    held: Held
    feed: str
    rest: str
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What the last run told, what waits, what changed last."""

    outcome: LastOutcome
    held: tuple[HeldFeed, ...]
    change: Difference | None
    deeper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPage:
    """A page of one show; `problem` says why its feed can not be shown."""

    show: Show
    heard: Heard
    problem: str
    episodes: tuple[HeardEpisode, ...]
    words: str
    found: int
    page: int
    pages: int
    inside: Inside | None


def show_page(
    state: State, target: Target, slug: str, *, words: str, page: int, viewer: Viewer, here: Here
) -> ShowPage | None:
    """Return a page of the show `slug`, `None` if there is no such show; reads what is on air."""
    show = one_show(state, slug)
    if show is None:
        return None
    heard, problem = _heard(target, show, here, viewer)
    asked = words.casefold().split()
    found = [
        each
        for each in heard.episodes
        if all(word in f"{each.title} {each.label} {each.guid}".casefold() for word in asked)
    ]
    pages = max(1, math.ceil(len(found) / PAGE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return ShowPage(
        show=show,
        heard=heard,
        problem=problem,
        episodes=tuple(_with_chapters(each, target, here) for each in shown),
        words=words,
        found=len(found),
        page=page,
        pages=pages,
        inside=_inside(state, show, viewer) if viewer.inside else None,
    )


def difference(state: State, old: Version, new: Version) -> Difference:
    """Return what differs from one version to another."""
    changes = _changes(state.history.data(old), state.history.data(new))
    return Difference(old=old, new=new, changes=changes[:SHOWN], total=len(changes))


def _heard(target: Target, show: Show, here: Here, viewer: Viewer) -> tuple[Heard, str]:
    if not show.name:
        return Heard(readable=False), "Nothing has been on air yet."
    try:
        data = target.read(show.name)
    except TargetProblem as error:
        # Where the feeds are kept is nobody's business outside.
        said = error.message if viewer.inside else "The feed can not be read at the moment."
        return Heard(readable=False), said
    if data is None:
        return Heard(readable=False), "The feed is not where it was published."
    heard = _listened(data, here)
    return heard, "" if heard.readable else "What is on air can not be read as a feed."


def _inside(state: State, show: Show, viewer: Viewer) -> Inside:
    outcome = state.standings.outcome(show.slug) or {}
    keys = state.history.keys(show.series_id) if show.series_id else ()
    waiting = [each for each in state.approvals.all_waiting() if each.slug == show.slug]
    names = [key_parts(key)[1] for key in (*keys, *(w.key for w in waiting))]
    private = private_feeds(outcome, names)
    hidden = frozenset() if viewer.private else private
    if hidden:
        outcome = without(secrets_of(state, show.series_id, hidden), outcome)
    held = tuple(
        HeldFeed(
            held=each,
            feed=key_parts(each.key)[1],
            rest=each.key.removeprefix(show.series_id),
            gone=is_gone(each),
        )
        for each in waiting
    )
    versions = state.history.versions(show.series_id)[:2] if show.series_id else ()
    return Inside(
        outcome=LastOutcome.read(outcome),
        held=tuple(replace(h, held=_discreet(h.held)) if h.feed in hidden else h for h in held),
        change=difference(state, versions[1], versions[0]) if len(versions) == 2 else None,
        deeper=bool(hidden & {h.feed for h in held}),
    )


def _discreet(held: Held) -> Held:
    """Return a difference of a private feed without what it says."""
    reasons = tuple(replace(r, sentence="Log in to see what is held.") for r in held.reasons)
    return replace(held, reasons=reasons, sentences=())


def _with_chapters(episode: HeardEpisode, target: Target, here: Here) -> HeardEpisode:
    """Return an episode with the chapters that lie beside the feed; others stay a link."""
    name = episode.chapters_url.removeprefix(f"{here.public}/")
    if not episode.chapters_url or name == episode.chapters_url:
        return episode
    try:
        told = chapters_of(target.read(name))
    except TargetProblem:
        return episode
    return replace(episode, chapters=told or episode.chapters)


@functools.lru_cache(maxsize=8)
def _listened(data: bytes, here: Here) -> Heard:
    return listen(data, here=here)


@functools.lru_cache(maxsize=8)
def _changes(old: bytes, new: bytes) -> tuple[Change, ...]:
    return compare(old, new, ignore=BUILD_STAMPS)
