"""A feed as it is compared: elements with canonical names, and episodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.document import read as read_document
from feedgen.check.facts import NO_FACTS
from feedgen.check.namespaces import NS
from feedgen.check.values import moment, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = {uri: prefix for prefix, uri in NS.items()}
_EXPLICIT = {"yes": "true", "explicit": "true", "no": "false", "clean": "false"}
_SPACES = re.compile(r"\s+")


@dataclass(kw_only=True)
class Element:
    """One element; two are the same if their `key` is.

    `written` is its own text, stripped, and `text` the same as it is compared.
    """

    name: str
    attributes: dict[str, str]
    written: str
    text: str
    children: tuple[Element, ...]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Return everything that is compared, as one hashable value."""
        if not self.attributes and not self.children:
            return (self.name, (), self.text, ())
        attributes = tuple(sorted(self.attributes.items()))
        return (self.name, attributes, self.text, tuple(sorted(c.key for c in self.children)))

    def get(self, name: str) -> str:
        """Return the text of the first child called `name`, empty if there is none."""
        return next((child.text for child in self.children if child.name == name), "")

    def shown(self) -> str:
        """Return the element in one line, for people."""
        parts = [f"{name}={value!r}" for name, value in sorted(self.attributes.items())]
        if self.written:
            parts.insert(0, self.written)
        parts.extend(f"<{child.name}> {child.shown()}".rstrip() for child in self.children)
        return " ".join(parts)


@dataclass(kw_only=True)
class Episode:
    """One item or entry; `guid` is empty if it has none."""

    guid: str
    title: str
    enclosure: str
    published: str
    elements: tuple[Element, ...]


@dataclass(kw_only=True)
class Reading:
    """One feed: the root's own element, the channel's elements, the episodes in their order.

    `readable` is false for what is no XML at all; then only `raw` can be compared.
    """

    raw: bytes
    kind: str
    readable: bool
    root: dict[str, str]
    channel: tuple[Element, ...]
    episodes: tuple[Episode, ...]


def read(raw: bytes, *, ignore: frozenset[str], meaning: bool) -> Reading:
    """Return the feed in `raw` as far as it can be read."""
    document = read_document(raw, now=0.0, profile="modern", facts=NO_FACTS)
    root = document.root
    if root is None:
        return Reading(
            raw=raw, kind=document.kind, readable=False, root={}, channel=(), episodes=()
        )
    reader = _Reader(ignore=ignore, meaning=meaning)
    holder = next((child for child in root if reader.name(child) == "channel"), root)
    channel: list[Element] = []
    episodes: list[Episode] = []
    # RSS 1.0 has its items beside the channel, RSS 2.0 inside it, Atom calls them entries.
    outer = [] if holder is root else [child for child in root if child is not holder]
    for child in [*holder, *outer]:
        if not isinstance(child.tag, str):
            continue
        element = reader.element(child)
        if element.name in ("item", "atom:entry") or element.name.endswith("/1.0/}item"):
            episodes.append(_episode(element))
        elif element.name not in ignore:
            channel.append(element)
    return Reading(
        raw=raw,
        kind=document.kind,
        readable=True,
        root={"name": reader.name(root), **{str(k): str(v) for k, v in root.items()}},
        channel=tuple(channel),
        episodes=tuple(episodes),
    )


def _episode(element: Element) -> Episode:
    enclosures = [c for c in element.children if c.name == "enclosure"]
    return Episode(
        guid=element.get("guid") or element.get("atom:id"),
        title=element.get("title") or element.get("itunes:title") or element.get("atom:title"),
        enclosure=enclosures[0].attributes.get("url", "") if len(enclosures) == 1 else "",
        published=element.get("pubDate"),
        elements=element.children,
    )


class _Reader:
    def __init__(self, *, ignore: frozenset[str], meaning: bool) -> None:
        self._ignore = ignore
        self._meaning = meaning
        self._names: dict[str, str] = {}

    def name(self, element: etree._Element) -> str:
        """Return "title", "itunes:image", or "{uri}name" for a namespace that is not ours."""
        tag = element.tag
        if not isinstance(tag, str):
            return ""
        known = self._names.get(tag)
        if known is None:
            uri, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            prefix = _PREFIX.get(uri)
            known = f"{prefix}:{local}" if prefix else tag
            self._names[tag] = known
        return known

    def element(self, element: etree._Element) -> Element:
        """Return `element` with everything in it that is not ignored; depth is bounded (256)."""
        name = self.name(element)
        children = [self.element(child) for child in element if isinstance(child.tag, str)]
        text = "".join(self._own_text(element)) if len(element) else element.text or ""
        text = text.strip()
        return Element(
            name=name,
            attributes={str(key): self._value(name, str(v)) for key, v in element.items()},
            written=text,
            text=self._value(name, text),
            children=tuple(child for child in children if child.name not in self._ignore),
        )

    @staticmethod
    def _own_text(element: etree._Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            if child.tag is etree.Entity:
                yield child.text or ""
            yield child.tail or ""

    def _value(self, name: str, value: str) -> str:
        value = value.strip()
        if not self._meaning or not value:
            return value
        if name in ("pubDate", "lastBuildDate"):
            when = moment(value)
            return f"@{when.instant:.0f}" if when else value
        if name == "itunes:duration":
            length = seconds(value)
            return str(length) if length is not None else value
        if name == "itunes:explicit":
            return _EXPLICIT.get(value.lower(), value.lower())
        return _SPACES.sub(" ", value)
