"""Where each value of a feed came from, and why an episode is in it or not, in sentences (pure).

A producer asks three things: why is my episode not there, why does it say this, and which file do
I have to change. The answers are put together from what the build recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from feedgen.errors import UsageProblem, did_you_mean
from feedgen.feed.dates import iso8601
from feedgen.feed.enclosures import episode_settings
from feedgen.feed.model import NAMESPACES
from feedgen.feed.selection import released

if TYPE_CHECKING:
    from feedgen.feed.build import Built
    from feedgen.feed.log import Note
    from feedgen.make import Plan
    from feedgen.model import Series
    from feedgen.settings import SeriesSettings

# A place settings stand in, for people, and what it says; later ones win.
Layers = Sequence[tuple[str, "SeriesSettings | None"]]

_SHOWN = 160  # characters of a value; the feed itself has the rest
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
# Elements that always follow another one, or that the templates write by themselves.
_FOLLOWS = {
    "itunes:title": "title",
    "content:encoded": "description",
    "itunes:owner": "itunes:email",
    "image": "itunes:image",
    "podcast:season": "itunes:season",
    "podcast:episode": "itunes:episode",
    "podcast:image": "itunes:image",
    "podcast:images": "itunes:image",
    "psc:chapters": "podcast:chapters",
    "media:content": "enclosure",
}
_RULES = {
    "generator": "rule: the name of this program",
    "lastBuildDate": "rule: the newest change of the content, never the time of the run",
    "podcast:locked": "rule: yes unless the settings say no",
    "podcast:image": "rule: the same picture as itunes:image",
    "podcast:trailer": "rule: the trailer episodes of the feed",
    "atom:link": "rule: the addresses of the feed, its hub and its further documents",
}
_UNSAID = "rule: what feedgen does unless the settings say otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One element of the feed: what it says, and where that came from."""

    element: str
    says: str
    origin: str
    file: str = ""

    @property
    def sentence(self) -> str:
        """The origin in words a producer understands."""
        return f"{_in_words(self.origin)}{f', in {self.file}' if self.file else ''}"


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
                    "sentence": each.sentence,
                }
                for each in self.values
            ],
            "notes": [
                {"code": n.code, "message": n.message, "where": n.where} for n in self.notes
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be explained: a feed of `series`, whole as `data`, or the `problem` it has."""

    series: Series
    plan: Plan
    layers: Layers
    feed: str = ""
    built: Built | None = None
    data: bytes = b""
    problem: str = ""


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
    values: tuple[Value, ...] = ()
    notes: tuple[Note, ...] = ()
    if subject.built is not None and (chosen is None or chosen.is_in):
        where = chosen.guid if chosen else ""
        values = _values(subject, subject.built, where)
        notes = tuple(each for each in subject.built.notes if each.where == where)
        if tag:
            values = _tagged(values, tag)
    return Explanation(
        series=subject.series.slug,
        feed=subject.feed,
        address=subject.plan.settings.feed_url or "",
        problem=subject.problem,
        episodes=() if tag and not guid else standings,
        values=values,
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


def _values(subject: Subject, built: Built, where: str) -> tuple[Value, ...]:
    """Return the elements of the channel or of one item, in their order, each name once."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    parents = etree.fromstring(subject.data, parser).iter("item" if where else "channel")
    parent = next(each for each in parents if not where or each.findtext("guid") == where)
    found: dict[str, list[str]] = {}
    for child in parent:
        if isinstance(child.tag, str) and child.tag != "item":
            found.setdefault(_name(child.tag), []).append(_says(child))
    values = []
    for element, says in found.items():
        origin = _origin(element, built.origins.get(where, {}))
        file = _file(origin, subject, where)
        if origin.startswith("setting ") and not file:
            origin = _RULES.get(element, _UNSAID)
        values.append(Value(element=element, says="; ".join(says), origin=origin, file=file))
    return tuple(values)


def _origin(element: str, origins: Mapping[str, str]) -> str:
    for name in (element, _FOLLOWS.get(element, "")):
        if name in origins:
            return origins[name]
    return _RULES.get(element, "rule: the template writes it")


def _file(origin: str, subject: Subject, where: str) -> str:
    """Return the place that says a setting, `""` if none does; the last one wins."""
    if not origin.startswith("setting "):
        return ""
    field = origin.removeprefix("setting ").partition(".")[0]
    ids = [each.id for each in subject.series.episodes if where and where in (each.guid, each.id)]
    found = ""
    for place, said in subject.layers:
        tables: list[object] = [said]
        if where:
            tables = [said.episodes.get(key) for key in (where, *ids)] if said else []
        values = [getattr(table, field, None) for table in tables]
        if any(value or value is False for value in values):
            found = place
    return found


def _tagged(values: tuple[Value, ...], tag: str) -> tuple[Value, ...]:
    found = tuple(each for each in values if tag.casefold() in _names(each.element))
    if not found:
        known = sorted({each.element for each in values})
        raise UsageProblem(f"there is no element {tag!r}", hint=did_you_mean(tag, known))
    return found


def _names(element: str) -> set[str]:
    return {element.casefold(), element.rpartition(":")[2].casefold()}


def _name(tag: str) -> str:
    name = etree.QName(tag)
    prefix = _PREFIXES.get(name.namespace or "", "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def _says(element: Any) -> str:  # noqa: ANN401 - lxml has no public type for an element
    text = " ".join("".join(element.itertext()).split())
    told = " ".join(f'{name}="{value}"' for name, value in element.attrib.items())
    says = f"{told} {text}".strip() if text else told or "(empty)"
    return says if len(says) <= _SHOWN else f"{says[: _SHOWN - 1]}…"


def _in_words(origin: str) -> str:
    kind, _, what = origin.partition(": ")
    if kind == "API":
        return f"from the API field {what}"
    if kind == "rule":
        return f"by the rule: {what}"
    if origin.startswith("setting "):
        return f"from the {origin}"
    if origin == "media file":
        return "found in the media file"
    return f"from what was published before ({origin})"
