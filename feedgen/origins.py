"""Where each value of a feed came from: a field of the API, a setting with its file, or a rule.

The build records an origin for what it chose; the rest is known by the element. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lxml import etree

from feedgen.feed.model import NAMESPACES
from feedgen.settings import EpisodeSettings

if TYPE_CHECKING:
    from feedgen.feed.build import Built
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
    "itunes:type": "rule: episodic unless the settings say serial",
    "podcast:locked": "rule: yes unless the settings say no",
    "podcast:medium": "rule: podcast unless the settings say otherwise",
    "podcast:image": "rule: the same picture as itunes:image",
    "podcast:trailer": "rule: the trailer episodes of the feed",
    "atom:link": "rule: the addresses of the feed, its hub and its further documents",
}
_UNSAID = "rule: what feedgen does unless the settings say otherwise"
_PRIVATE = "rule: a private feed is blocked everywhere and told to nobody"
_CLOSED = {"itunes:block", "podcast:block"}
_UNGUESSABLE = (
    "rule: the address of a private feed is worked out from a secret; nobody can guess it"
)
_BESIDE = "rule: the address of the series' feed, with the name of this one in it"
# Settings that add to an element whose value comes from elsewhere.
_ALSO = {
    "atom:link": ("websub_hub", "page_size"),
    "description": ("footer",),
    "content:encoded": ("footer",),
    "enclosure": ("enclosure_prefix", "enclosure_type", "enclosure_length"),
    "itunes:owner": ("owner",),
    "podcast:image": ("image_alt", "images"),
    "podcast:images": ("legacy_images",),
    "podcast:locked": ("locked_owner",),
    "podcast:person": ("credit_roles",),
    "podcast:season": ("season_name",),
    "podcast:txt": ("apple_verify",),
    "psc:chapters": ("inline_chapters",),
    "media:content": ("media_elements",),
}
# What is said of the series and not done for a private feed.
_KEPT_BACK = {"websub_hub", "podping"}
_OF_EPISODES = frozenset(field.name for field in fields(EpisodeSettings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One element of the feed: what it says, and where that came from.

    `also` are settings that add to it, with the places they stand in.
    """

    element: str
    says: str
    origin: str
    file: str = ""
    also: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The origin in words a producer understands."""
        place = f", in {self.file}" if self.file else ""
        further = "".join(f"; also the setting {name}, in {file}" for name, file in self.also)
        return f"{_in_words(self.origin)}{place}{further}"


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


def values(subject: Subject, built: Built, where: str) -> tuple[Value, ...]:
    """Return the elements of the channel or of one item, in their order, each name once."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    parents = etree.fromstring(subject.data, parser).iter("item" if where else "channel")
    parent = next(each for each in parents if not where or each.findtext("guid") == where)
    found: dict[str, list[str]] = {}
    for child in parent:
        if isinstance(child.tag, str) and child.tag != "item":
            found.setdefault(_name(child.tag), []).append(_says(child))
    said = _Said(subject, where)
    return tuple(
        _value(element, "; ".join(says), built.origins.get(where, {}), said)
        for element, says in found.items()
    )


def _value(element: str, says: str, origins: Mapping[str, str], said: _Said) -> Value:
    origin = said.address if element == "atom:link" else ""
    origin = origin or _origin(element, origins)
    kind, _, name = origin.replace("rule: ", "setting ").partition(" ")
    own = name.partition(".")[0]
    file = said.file(own) if kind == "setting" else ""
    if origin.startswith("setting ") and not file:
        closed = said.private and element in _CLOSED
        origin = _PRIVATE if closed else _RULES.get(element, _UNSAID)
    elif file:
        origin = f"setting {name}"
    further = ((each, said.file(each)) for each in _ALSO.get(element, ()) if each != own)
    also = tuple((each, place) for each, place in further if place)
    return Value(element=element, says=says, origin=origin, file=file, also=also)


def _origin(element: str, origins: Mapping[str, str]) -> str:
    for name in (element, _FOLLOWS.get(element, "")):
        if name in origins:
            return origins[name]
    return _RULES.get(element, "rule: the template writes it")


@dataclass(frozen=True, slots=True)
class _Said:
    """Where settings are said, for the channel (`where` is `""`) or for one item, by its guid."""

    subject: Subject
    where: str

    @property
    def private(self) -> bool:
        """Whether the feed is a private one."""
        tables = (said.feeds.get(self.subject.feed) for _, said in self.subject.layers if said)
        return any(table is not None and table.private for table in tables)

    @property
    def address(self) -> str:
        """The rule that gave a further feed its address, `""` if somebody said it."""
        tables = (said.feeds.get(self.subject.feed) for _, said in self.subject.layers if said)
        if not self.subject.feed or any(table and table.feed_url for table in tables):
            return ""
        return _UNGUESSABLE if self.private else _BESIDE

    def file(self, field: str) -> str:
        """Return the place that says a setting, `""` if none does; the last one wins.

        What the table of a further feed says wins over all that is said of the series.
        """
        found = ""
        if self.private and field in _KEPT_BACK:
            return found
        if self.where and field in _OF_EPISODES:
            for place, said in self.subject.layers:
                if said and any(_says_it(said.episodes.get(key), field) for key in self._keys()):
                    found = place
            return found
        for place, said in self.subject.layers:
            if _says_it(said, field):
                found = place
        for place, said in self.subject.layers:
            if said and _says_it(said.feeds.get(self.subject.feed), field):
                found = f"{place}, [feeds.{self.subject.feed}]"
        return found

    def _keys(self) -> tuple[str, ...]:
        """Return what the settings of the item may be keyed by."""
        series = self.subject.series.episodes
        return (self.where, *(each.id for each in series if self.where in (each.guid, each.id)))


def _says_it(table: object, field: str) -> bool:
    value = getattr(table, field, None)
    # an empty list of people is said on purpose
    return bool(value) or value is False or (field == "people" and value is not None)


def _name(tag: str) -> str:
    name = etree.QName(tag)
    prefix = _PREFIXES.get(name.namespace or "", "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def _says(element: Any) -> str:  # noqa: ANN401 - lxml has no public type for an element
    says = _whole(element) or "(empty)"
    return says if len(says) <= _SHOWN else f"{says[: _SHOWN - 1]}…"


def _whole(element: Any) -> str:  # noqa: ANN401 - as above
    """Return attributes, text and children of an element in one line."""
    parts = [f'{name}="{value}"' for name, value in element.attrib.items()]
    parts += (element.text or "").split()
    for child in element:
        if isinstance(child.tag, str):
            parts += [f"{_name(child.tag)}:", _whole(child) or "(empty)"]
    return " ".join(parts)


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
