"""What is known of a feed of ours beside its bytes, for the rules that go by its source.

A template is anybody's to edit: it may drop an episode, write the title where the guid belongs, or
spell the self link by hand. The rules S01 to S04, I27 and C18 find it, given these facts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feedgen.check.facts import NO_FACTS, ArtworkFacts, EpisodeFacts, Facts
from feedgen.feed.memory import Memory
from feedgen.feed.selection import released

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedgen.artwork.choose import Decision
    from feedgen.feed.paging import Document
    from feedgen.make import Plan
    from feedgen.model import Episode

_NOTHING = Memory()
_FREE = ("inactive", "force-inactive")


def of(
    plan: Plan,
    part: Document,
    *,
    guids: Mapping[str, str] | None = None,
    memory: Memory = _NOTHING,
    also: Facts = NO_FACTS,
) -> Facts:
    """Return what is known of one document of a feed.

    `guids` are those it was built with, by API id; `memory` is what was published before. `also`
    is what only others know, such as what was fetched: it is handed on as it is.
    """
    before = memory.guids
    written = guids or {}
    # ART19's own feeds have no podcast:guid, and neither have those that are written like them.
    identified = plan.settings.profile != "art19-compat"
    return replace(
        also,
        feed_url=also.feed_url or part.feed.self_url,
        podcast_guid_before=memory.podcast_guid if identified else "",
        episodes=tuple(
            _episode(each, plan, written.get(each.id, ""), before.get(each.id, ""))
            for each in plan.series.episodes
        ),
        eligible=_eligible(plan, part),
        artwork=tuple(_artwork(plan.artwork)),
    )


def _eligible(plan: Plan, part: Document) -> int:
    """Return how many items the document must have: of a feed that was split only it knows."""
    if part.kind or part.feed.pages:
        return len(part.feed.item_list)
    most = plan.settings.max_items
    return len(plan.episodes) if most is None else min(most, len(plan.episodes))


def _episode(episode: Episode, plan: Plan, written: str, before: str) -> EpisodeFacts:
    return EpisodeFacts(
        id=episode.id,
        guid=_as_parsed(episode.guid or written or before),
        guid_before=_as_parsed(before),
        title=episode.title,
        published=episode.published,
        released_at=released(episode, plan.settings),
        release_end_at=episode.release_end_at,
        premium_only=episode.premium_status not in _FREE,
    )


def _as_parsed(text: str) -> str:
    """Return `text` as it comes out of a document again (XML 1.0 section 2.11, line ends)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _artwork(decisions: Mapping[str, Decision]) -> Iterator[ArtworkFacts]:
    """Yield the artwork that was chosen; of what was published before the size may be unknown."""
    for decision in decisions.values():
        chosen = decision.chosen
        if chosen is not None and chosen.width and chosen.height:
            yield ArtworkFacts(
                url=chosen.url,
                width=chosen.width,
                height=chosen.height,
                content_type=chosen.content_type,
            )
