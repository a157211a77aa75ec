"""Where each value of a feed came from, and why an episode is in it or not, in sentences (pure).

A producer asks three things: why is my episode not there, why does it say this, and which file do
I have to change. The answers are put together from what the build recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedgen.errors import UsageProblem, did_you_mean
from feedgen.feed.dates import iso8601
from feedgen.feed.enclosures import episode_settings
from feedgen.feed.selection import released
from feedgen.origins import Layers, Subject, Value, values

if TYPE_CHECKING:
    from feedgen.feed.log import Note

__all__ = ["Explanation", "Layers", "Standing", "Subject", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether an episode is in the feed, and why, in a sentence."""

    guid: str
    episode_id: str
    title: str
    is_in: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was asked of a feed: values of the channel or of one item, and who is in.

    `problem` says why there is no feed at all, `address` where the feed is served.
    """

    series: str
    feed: str
    address: str = ""
    problem: str = ""
    episodes: tuple[Standing, ...] = ()
    values: tuple[Value, ...] = ()
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain data, the shape `--json` prints."""
        return {
            "series": self.series,
            "feed": self.feed,
            "address": self.address,
            "problem": self.problem,
            "episodes": [
                {
                    "guid": each.guid,
                    "id": each.episode_id,
                    "title": each.title,
                    "in_feed": each.is_in,
                    "reason": each.reason,
                }
                for each in self.episodes
            ],
            "values": [
                {
                    "element": each.element,
                    "value": each.says,
                    "origin": each.origin,
                    "file": each.file,
                    "also": [{"setting": name, "file": file} for name, file in each.also],
                    "sentence": each.sentence,
                }
                for each in self.values
            ],
            "notes": [
                {"code": n.code, "message": n.message, "where": n.where} for n in self.notes
            ],
        }


def explain(subject: Subject, *, guid: str = "", tag: str = "") -> Explanation:
    """Return where the values of the channel, or of the item `guid`, came from.

    `guid` may be an API id or the title of an episode; `tag` leaves only the elements of that
    name, with or without a prefix. Raises UsageProblem for an episode or element there is not.
    """
    standings = _standings(subject)
    chosen: Standing | None = None
    if guid:
        chosen = _named(guid, standings)
        standings = (chosen,)
    found: tuple[Value, ...] = ()
    notes: tuple[Note, ...] = ()
    if subject.built is not None and (chosen is None or chosen.is_in):
        where = chosen.guid if chosen else ""
        found = values(subject, subject.built, where)
        notes = tuple(each for each in subject.built.notes if each.where == where)
        if tag:
            found = _tagged(found, tag)
    return Explanation(
        series=subject.series.slug,
        feed=subject.feed,
        address=subject.plan.settings.feed_url or "",
        problem=subject.problem,
        episodes=() if tag and not guid else standings,
        values=found,
        notes=notes,
    )


def _standings(subject: Subject) -> tuple[Standing, ...]:
    """Return every episode of the series, newest first; those without a date before them."""
    plan, built = subject.plan, subject.built
    shown = {item.episode_id: item for item in built.feed.item_list} if built else {}
    skipped = built.skipped if built else plan.skipped
    why = {each.episode_id: each.reason for each in skipped}
    planned = {episode.id: episode for episode in plan.series.episodes}
    found = []
    for each in subject.series.episodes:
        episode = planned.get(each.id, each)  # a delayed feed moves the dates
        item = shown.get(each.id)
        moment = released(episode, plan.settings)
        if item is not None:
            number = f", as number {item.number}" if item.number else ""
            reason = f"It is in the feed since {iso8601(item.pub_date)}{number}."
        elif each.id not in planned:
            reason = "It is not of the seasons or types that this feed is limited to."
        elif built is None and each.id not in why:
            reason = "It would be in the feed, but the feed can not be made."
        else:
            limit = plan.settings.max_items
            reason = why.get(each.id) or f"It is older than the newest {limit} (max_items)."
        standing = Standing(
            guid=item.guid if item is not None else episode.guid,
            episode_id=episode.id,
            title=episode_settings(episode, plan.settings).title or episode.title,
            is_in=item is not None,
            reason=reason,
        )
        found.append((moment.timestamp() if moment else float("inf"), standing))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(standing for _, standing in found)


def _named(asked: str, standings: Sequence[Standing]) -> Standing:
    for field in ("guid", "episode_id", "title"):
        for each in standings:
            if getattr(each, field).casefold() == asked.casefold():
                return each
    known = [name for each in standings for name in (each.guid, each.title) if name]
    raise UsageProblem(f"the series has no episode {asked!r}", hint=did_you_mean(asked, known))


def _tagged(values: tuple[Value, ...], tag: str) -> tuple[Value, ...]:
    found = tuple(each for each in values if tag.casefold() in _names(each.element))
    if not found:
        known = sorted({each.element for each in values})
        raise UsageProblem(f"there is no element {tag!r}", hint=did_you_mean(tag, known))
    return found


def _names(element: str) -> set[str]:
    return {element.casefold(), element.rpartition(":")[2].casefold()}
