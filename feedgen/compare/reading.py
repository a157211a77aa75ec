"""A feed as it is compared: elements with canonical names, and episodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.document import MAX_ITEMS
from feedgen.check.document import read as read_document
from feedgen.check.facts import NO_FACTS
from feedgen.check.namespaces import PREFIXES
from feedgen.check.node import attributes
from feedgen.compare.meaning import meant

if TYPE_CHECKING:
    from collections.abc import Iterator

# By what an episode is recognised.
_RECOGNISED = frozenset(("guid", "atom:id", "title", "itunes:title", "atom:title", "pubDate"))


@dataclass(kw_only=True)
class Element:
    """One element; two are the same if their `key` is.

    `attributes` and `written`, its own text, are stripped; `meant` and `text` are the same as
    they are compared.
    """

    name: str
    attributes: dict[str, str]
    meant: dict[str, str]
    written: str
    text: str
    children: tuple[Element, ...]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Return everything that is compared, as one hashable value."""
        if not self.attributes and not self.children:
            return (self.name, (), self.text, ())
        attributes = tuple(sorted(self.meant.items()))
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


class Episode:
    """One item or entry; `guid` is empty if it has none.

    Of most episodes nobody asks more than who they are, so the rest is read when it is.
    """

    def __init__(self, source: etree._Element, reader: _Reader) -> None:
        """Read of `source` by what an episode is recognised."""
        self._source, self._reader = source, reader
        found = reader.texts(source)
        self.guid = found.get("guid") or found.get("atom:id") or ""
        titles = (found.get(name) for name in ("title", "itunes:title", "atom:title"))
        self.title = next((title for title in titles if title), "")
        self.published = found.get("pubDate", "")
        self.enclosure = reader.only_enclosure(source)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Return all it holds, in its order."""
        return self._reader.element(self._source).children

    @cached_property
    def written(self) -> bytes:
        """Return the item as XML, in a form that leaves out how it was written."""
        written: bytes = etree.tostring(self._source, with_tail=False)
        return written

    def is_written_as(self, other: Episode) -> bool:
        """Return whether there is no need to look at the two one by one."""
        return self is other or self.written == other.written


@dataclass(kw_only=True)
class Reading:
    """One feed: the root's own element, the channel's elements, the episodes in their order.

    `readable` is false for what is no XML at all; then only `raw` can be compared. `cut` is true
    if there is more than was read.
    """

    raw: bytes
    kind: str
    readable: bool
    cut: bool
    root: dict[str, str]
    channel: tuple[Element, ...]
    episodes: tuple[Episode, ...]


def read(raw: bytes, *, ignore: frozenset[str], meaning: bool) -> Reading:
    """Return the feed in `raw` as far as it can be read."""
    try:
        return _read(raw, ignore=ignore, meaning=meaning)
    except UnicodeDecodeError:  # the encoding it names gives what is no text
        return Reading(
            raw=raw, kind="other", readable=False, cut=False, root={}, channel=(), episodes=()
        )


def _read(raw: bytes, *, ignore: frozenset[str], meaning: bool) -> Reading:
    document = read_document(raw, now=0.0, profile="modern", facts=NO_FACTS)
    root = document.root
    if root is None:
        return Reading(
            raw=raw,
            kind=document.kind,
            readable=False,
            cut=False,
            root={},
            channel=(),
            episodes=(),
        )
    reader = _Reader(ignore=ignore, meaning=meaning)
    holder = next((child for child in root if reader.name(child) == "channel"), root)
    channel: list[Element] = []
    episodes: list[Episode] = []
    cut = document.cut_at is not None
    # RSS 1.0 has its items beside the channel, RSS 2.0 inside it, Atom calls them entries.
    outer = [] if holder is root else [child for child in root if child is not holder]
    for child in [*holder, *outer]:
        if not isinstance(child.tag, str):
            continue
        name = reader.name(child)
        found = name in ("item", "atom:entry") or name.endswith("/1.0/}item")
        if len(episodes if found else channel) >= MAX_ITEMS:
            cut = True
        elif found:
            episodes.append(Episode(child, reader))
        elif name not in ignore:
            channel.append(reader.element(child))
    return Reading(
        raw=raw,
        kind=document.kind,
        readable=True,
        cut=cut,
        root={"name": reader.name(root), **{str(k): str(v) for k, v in attributes(root).items()}},
        channel=tuple(channel),
        episodes=tuple(episodes),
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
            prefix = PREFIXES.get(uri)
            known = f"{prefix}:{local}" if prefix else tag
            self._names[tag] = known
        return known

    def texts(self, element: etree._Element) -> dict[str, str]:
        """Return the text of the first child of each name an episode is recognised by."""
        found: dict[str, str] = {}
        for child in element:
            name = self.name(child)
            if name in _RECOGNISED and name not in self._ignore and name not in found:
                found[name] = self._value(name, self._text(child))
        return found

    def only_enclosure(self, element: etree._Element) -> str:
        """Return the address of the one enclosure, empty if there is none, or several."""
        found = element.findall("enclosure")
        if len(found) != 1 or "enclosure" in self._ignore:
            return ""
        return self._value("enclosure", found[0].get("url", ""), "url")

    def element(self, element: etree._Element) -> Element:
        """Return `element` with everything in it that is not ignored; depth is bounded (256)."""
        name = self.name(element)
        children = [self.element(child) for child in element if isinstance(child.tag, str)]
        text = self._text(element)
        given = {key: value.strip() for key, value in attributes(element).items()}
        return Element(
            name=name,
            attributes=given,
            meant={key: self._value(name, value, key) for key, value in given.items()}
            if self._meaning
            else given,
            written=text,
            text=self._value(name, text),
            children=tuple(child for child in children if child.name not in self._ignore),
        )

    def _text(self, element: etree._Element) -> str:
        text = "".join(self._own_text(element)) if len(element) else element.text or ""
        return text.strip()

    @staticmethod
    def _own_text(element: etree._Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            if child.tag is etree.Entity:
                yield child.text or ""
            yield child.tail or ""

    def _value(self, name: str, value: str, attribute: str = "") -> str:
        value = value.strip()
        return meant(name, attribute, value) if self._meaning and value else value
