"""Elements as the rules see them: named by canonical prefixes, with their text and attributes."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.namespaces import canonical_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_ATTRIBUTES = 200
# Seconds: a clock that runs a little ahead must not turn a fresh episode into a leaked one.
LEEWAY = 600


class Node:
    """One element, read once: canonical name, text, attributes and children.

    `name` is "title", "itunes:image", … whatever prefix the document uses; `text` is all text
    inside, unstripped, and empty for an item; `item` is the item or live item around it, itself
    included.
    """

    __slots__ = ("_first", "attrs", "children", "element", "item", "name", "parent", "text")

    def __init__(
        self,
        element: etree._Element,
        name: str,
        text: str,
        attrs: dict[str, str],
        parent: Node | None,
        item: Node | None,
    ) -> None:
        self.element = element
        self.name = name
        self.text = text
        self.attrs = attrs
        self.parent = parent
        self.item = item
        # Nearly all elements are leaves, and share these.
        self.children = _NO_CHILDREN
        self._first = _NO_NAMES

    def adopt(self, child: Node) -> None:
        """Add `child` behind the other children."""
        if self.children is _NO_CHILDREN:
            self.children, self._first = [], {}
        self.children.append(child)
        self._first.setdefault(child.name, child)

    def get(self, attribute: str) -> str:
        """Return the stripped value of `attribute`, empty if there is none."""
        return self.attrs.get(attribute, "").strip()

    def first(self, name: str) -> Node | None:
        """Return the first child called `name`."""
        return self._first.get(name)

    def each(self, name: str) -> Iterator[Node]:
        """Yield the children called `name`."""
        if name not in self._first:
            return iter(())
        return (child for child in self.children if child.name == name)

    def value(self, name: str) -> str:
        """Return the stripped text of the first child called `name`, empty if there is none."""
        child = self._first.get(name)
        return child.text.strip() if child is not None else ""

    def lacks(self, name: str) -> bool:
        """Return whether no child called `name` is there, nor one that only got its case wrong.

        A wrong case is told by rule X17 alone: one slip, one finding.
        """
        if name in self._first:
            return False
        if ":" in name:
            return True
        folded = name.lower()
        return not any(own.lower() == folded for own in self._first)

    @property
    def repeats(self) -> bool:
        """Return whether any two children have one name."""
        return len(self._first) != len(self.children)

    def forget(self) -> None:
        """Let go of parent and children, so that memory is freed at once and not by a search."""
        self.parent = self.item = None
        self.children = _NO_CHILDREN
        self._first = _NO_NAMES

    @property
    def line(self) -> int:
        """Return the line of the start tag, counted from 1."""
        return line_of(self.element)


_NO_CHILDREN: list[Node] = []
_NO_NAMES: dict[str, Node] = {}
_NO_ATTRIBUTES: dict[str, str] = {}


@dataclass(slots=True, kw_only=True)
class Entry:
    """What rules across items remember of one item, so that its nodes can be forgotten."""

    line: int
    guid: str
    title: str
    link: str
    enclosures: tuple[str, ...]
    published: float | None
    leaked: bool
    season: str
    episode: str
    kind: str


def line_of(element: etree._Element) -> int:
    """Return the line of an element's start tag.

    libxml2 keeps 16 bits of it. Beyond line 65,534 it answers with the line on which a
    neighbouring text ends, so the line breaks of that text are taken off again.
    """
    line = element.sourceline or 0
    if line < 65_535:
        return line
    text = element.text
    if text is None and not len(element):
        text = element.tail
    return line - (text or "").count("\n")


class Names:
    """Canonical names of tags, remembered: "{http://www.itunes.com/…}image" → "itunes:image"."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str | None], str] = {}

    def of(self, element: etree._Element) -> str:
        """Return the canonical name of `element`.

        A known prefix bound to a misspelt namespace still names what was meant: rule X15 tells
        of the namespace once, and the other rules go on.
        """
        tag = element.tag
        key = (tag, element.prefix)
        name = self._names.get(key)
        if name is None:
            if tag[0] == "{":
                uri, _, local = tag[1:].partition("}")
                prefix = canonical_prefix(uri, element.prefix)
                name = f"{prefix}:{local}" if prefix else local
            else:
                name = tag
            self._names[key] = name
        return name


def _inner_text(element: etree._Element) -> str:
    """Return all text inside; an entity no DTD declares reads as HTML has it (X01 tells of it)."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_inner_text(child))
        elif child.tag is etree.Entity:
            parts.append(html.unescape(child.text or ""))
        parts.append(child.tail or "")
    return "".join(parts)


def attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes of `element`, of very many only the first.

    libxml2 looks each value up from the start: fifty thousand would take ten seconds.
    """
    names = element.keys()
    if len(names) <= _MOST_ATTRIBUTES:
        return dict(element.items())
    return {name: element.get(name, "") for name in names[:_MOST_ATTRIBUTES]}


def node_of(
    element: etree._Element,
    names: Names,
    parent: Node | None,
    item: Node | None,
    flat: list[Node],
) -> Node:
    """Return `element` as a node, and append it and all nodes in it to `flat` in their order.

    Depth is bounded by the parser (256).
    """
    name = names.of(element)
    inner = len(element)
    whole = item is None and name in ("item", "podcast:liveItem")
    text = "" if whole else _inner_text(element) if inner else element.text or ""
    node = Node(element, name, text, attributes(element), parent, item)
    flat.append(node)
    if whole:
        node.item = item = node
    if inner:
        adopt, seen, known = node.adopt, flat.append, names.of
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if len(child):
                adopt(node_of(child, names, node, item, flat))
                continue
            # Nearly all elements are leaves; a call for each would double the walk.
            attrs = attributes(child) if child.keys() else _NO_ATTRIBUTES
            leaf = Node(child, known(child), child.text or "", attrs, node, item)
            adopt(leaf)
            seen(leaf)
    return node


def is_cdata(node: Node) -> bool:
    """Return whether the text of `node` is written as a CDATA section."""
    return b"<![CDATA[" in etree.tostring(node.element, with_tail=False)
