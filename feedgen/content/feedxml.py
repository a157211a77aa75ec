"""An existing feed as elements with short names: `title`, `itunes:image`, `podcast:person`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from feedgen.check.namespaces import canonical_prefix
from feedgen.errors import Refused
from feedgen.xmltext import clean

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a feed; names carry the usual prefix of their namespace."""

    raw: etree._Element

    @property
    def name(self) -> str:
        """The name, with its prefix if it is in a namespace."""
        # Not etree.QName: a repaired document may hold names that no XML can have.
        namespace, _, local = str(self.raw.tag).rpartition("}")
        if not namespace:
            return local
        return f"{canonical_prefix(namespace[1:], self.raw.prefix)}:{local}"

    @property
    def text(self) -> str:
        """The text of the element and everything in it, cleaned and stripped."""
        return clean("".join(self.raw.itertext(with_tail=False)))

    def attribute(self, name: str) -> str:
        """Return an attribute, cleaned; `""` if there is none."""
        return clean(self.raw.get(name, ""))

    def __iter__(self) -> Iterator[Element]:
        return (Element(each) for each in self.raw if isinstance(each.tag, str))

    def all(self, name: str) -> tuple[Element, ...]:
        """Return the children of that name, in their order."""
        return tuple(each for each in self if each.name == name)

    def first(self, *names: str) -> str:
        """Return the first text that is not blank among the children of these names."""
        texts = (each.text for name in names for each in self.all(name))
        return next((text for text in texts if text), "")

    def first_attribute(self, name: str, attribute: str) -> str:
        """Return the first attribute that is not blank among the children of that name."""
        values = (each.attribute(attribute) for each in self.all(name))
        return next((value for value in values if value), "")


def parse(raw: bytes) -> tuple[Element, bool]:
    """Return the channel of a feed, and whether its XML had to be repaired.

    No entity is expanded, no DTD and nothing from the network is read. Raises `Refused` if there
    is no RSS channel.
    """
    root, repaired = _root(raw, recover=False), False
    if root is None:
        root, repaired = _root(raw, recover=True), True
    if root is None:
        raise Refused("this is not XML", hint="name the address or file of an RSS feed")
    name = Element(root).name
    channel = next((each for each in Element(root) if each.name == "channel"), None)
    if name != "rss" or channel is None:
        raise Refused(
            f"this is no RSS feed: its root is <{name}>",
            hint="Atom feeds and web pages can not be imported; name the address of an RSS feed",
        )
    return channel, repaired


def _root(raw: bytes, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def moment(text: str) -> datetime | None:
    """Return a date of RFC 2822 or ISO 8601 in UTC, `None` if it is neither; no zone is UTC."""
    found: datetime | None = None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            inside = aware.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return inside if 1900 <= inside.year <= 9998 else None
    return None


def seconds(text: str) -> int | None:
    """Return a duration written as seconds, `MM:SS` or `HH:MM:SS`, `None` if it is none or 0."""
    found = _CLOCK.fullmatch(text)
    if not found or len(text) > 20:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest or None


def whole(text: str) -> int | None:
    """Return a whole number above zero, `None` for anything else."""
    digits = text.isascii() and text.isdigit() and len(text) < 16
    return int(text) or None if digits else None
