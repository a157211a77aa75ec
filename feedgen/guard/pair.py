"""The old and the new feed read once, for all families of reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.compare import BUILD_STAMPS
from feedgen.compare.differ import between
from feedgen.compare.reading import Element, Episode, Reading, read
from feedgen.guard.verdict import Identity

if TYPE_CHECKING:
    from feedgen.compare import Change
    from feedgen.guard.thresholds import Thresholds
    from feedgen.guard.verdict import Candidate, Known, OnAirFeed


@dataclass(kw_only=True)
class Pair:
    """Two feeds side by side; `before` is `None` where nothing readable is on air."""

    old: OnAirFeed | None
    new: Candidate
    before: Reading | None
    after: Reading
    changes: tuple[Change, ...]
    thresholds: Thresholds
    known: Known

    @classmethod
    def of(
        cls, old: OnAirFeed | None, new: Candidate, *, thresholds: Thresholds, known: Known
    ) -> Pair:
        """Return the two, compared by what they mean."""
        after = reading(new.data)
        before = reading(old.data) if old else None
        changes = between(before, after) if before and old and old.data != new.data else ()
        # What is on air and no feed can only get better.
        if before is not None and not (before.readable and before.kind == "rss"):
            before = None
        return cls(
            old=old,
            new=new,
            before=before,
            after=after,
            changes=changes,
            thresholds=thresholds,
            known=known,
        )

    @cached_property
    def on_air(self) -> dict[str, Episode]:
        """Return the episodes on air by guid."""
        return {e.guid: e for e in self.before.episodes} if self.before else {}

    @cached_property
    def to_come(self) -> dict[str, Episode]:
        """Return the episodes of the new feed by guid."""
        return {e.guid: e for e in self.after.episodes}

    @cached_property
    def kept(self) -> tuple[tuple[Episode, Episode], ...]:
        """Return the episodes both have, old and new."""
        new = self.to_come
        return tuple((was, new[guid]) for guid, was in self.on_air.items() if guid in new)

    @cached_property
    def altered(self) -> tuple[tuple[Episode, Episode], ...]:
        """Return those of `kept` that are not written in the very same way in both."""
        return tuple((was, now) for was, now in self.kept if not was.is_written_as(now))

    @cached_property
    def added(self) -> tuple[Episode, ...]:
        """Return the episodes only the new feed has."""
        return tuple(e for guid, e in self.to_come.items() if guid not in self.on_air)


@lru_cache(maxsize=4)
def reading(data: bytes) -> Reading:
    """Return the feed `data`, read; what is new in one publication is old in the next."""
    return read(data, ignore=BUILD_STAMPS, meaning=True)


def first(elements: tuple[Element, ...], path: str) -> Element | None:
    """Return the first element at `path` ("itunes:owner/itunes:email"), `None` if none is."""
    name, _, rest = path.partition("/")
    for element in elements:
        if element.name == name:
            return first(element.children, rest) if rest else element
    return None


def value(elements: tuple[Element, ...], path: str) -> str:
    """Return the text at `path`, or of its attribute ("itunes:image@href"); blank if absent."""
    place, _, attribute = path.partition("@")
    element = first(elements, place)
    if element is None:
        return ""
    return element.attributes.get(attribute, "") if attribute else element.text


def self_link(channel: tuple[Element, ...]) -> str:
    """Return the address a feed says it has (RFC 4287 §4.2.7.2, `rel="self"`)."""
    return next(
        (
            e.attributes.get("href", "")
            for e in channel
            if e.name == "atom:link" and e.attributes.get("rel") == "self"
        ),
        "",
    )


def identity_of(data: bytes, *, series_id: str, slug: str, name: str) -> Identity:
    """Return by what the feed `data` is recognised; see `feedgen.guard.identity`."""
    return recognised(reading(data), series_id=series_id, slug=slug, name=name)


def recognised(reading: Reading, *, series_id: str, slug: str, name: str) -> Identity:
    """Return by what a feed that has been read already is recognised."""
    channel = reading.channel
    return Identity(
        series_id=series_id,
        slug=slug,
        name=name,
        title=value(channel, "title"),
        self_url=self_link(channel),
        podcast_guid=value(channel, "podcast:guid"),
        artwork=value(channel, "itunes:image@href"),
    )


def some(titles: list[str]) -> str:
    """Return the first three titles, for a sentence."""
    shown = ", ".join(f"“{' '.join(title.split())[:60]}”" for title in titles[:3])
    return f"{shown} and {len(titles) - 3} more" if len(titles) > 3 else shown


def is_whole_feed(data: bytes) -> bool:
    """Return whether `data` is a whole RSS document; what had to be repaired is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser).find("channel") is not None
    except (etree.XMLSyntaxError, ValueError):
        return False
