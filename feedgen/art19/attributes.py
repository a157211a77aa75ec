"""Members of a resource as typed values: missing, null and wrong are told apart once, here.

The published description marks nothing as required and hardly anything as nullable, while its
prose names members that can be null; so every member is read as "missing, null or a value". A
value of the wrong kind counts as missing and is noted, never raised.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feedgen.art19.jsonapi import Identifier
from feedgen.xmltext import clean, strip_illegal

if TYPE_CHECKING:
    from collections.abc import Collection

    from feedgen.art19.jsonapi import Resource

_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a person may want to know about what the API said.

    `code` is a fixed word, `where` the resource and member, for example
    `episodes/5f0c…: itunes_type`.
    """

    code: str
    message: str
    where: str = ""


class Members:
    """The attributes and relations of one resource, with the notes made while reading them."""

    __slots__ = ("_notes", "resource")

    def __init__(self, resource: Resource, notes: list[Note]) -> None:
        self.resource = resource
        self._notes = notes

    def note(self, code: str, message: str, member: str = "") -> None:
        """Record a note about this resource."""
        where = f"{self.resource.key}: {member}" if member else str(self.resource.key)
        self._notes.append(Note(code=code, message=message, where=where))

    def text(self, name: str) -> str:
        """Return the text, clean; `""` if it is missing or null."""
        value = self._value(name, str)
        return clean(value) if isinstance(value, str) else ""

    def word(self, name: str, known: Collection[str], default: str = "") -> str:
        """Return a word of a closed list; one that is not on the list is kept and noted."""
        value = self.text(name)
        if value and value not in known:
            self.note("unknown-word", f"{name} is {value!r}, a word not known here", name)
        return value or default

    def guid(self, name: str) -> str:
        """Return an identity: outer white space and control characters go, nothing else changes.

        Never normalised: podcast apps compare guids byte by byte (RSS 2.0, `guid`).
        """
        value = self._value(name, str)
        if not isinstance(value, str):
            return ""
        kept = "".join(c for c in strip_illegal(value) if unicodedata.category(c) != "Cc")
        inner = value.strip()
        if kept.strip() != inner:
            self.note("guid-control-characters", "control characters were removed", name)
        if inner != value:
            self.note("guid-white-space", "white space around it was removed", name)
        return kept.strip()

    def flag(self, name: str) -> bool | None:
        """Return true or false, `None` if it is missing or null."""
        value = self._value(name, bool)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> int | None:
        """Return a whole number, `None` if it is missing or null."""
        value = self._value(name, int)
        return value if isinstance(value, int) else None

    def instant(self, name: str) -> datetime | None:
        """Return an instant in UTC from any RFC 3339 form; one without a zone is noted."""
        text = self.text(name)
        if not text:
            return None
        found = parse_instant(text)
        if found is None:
            self.note("not-a-date", f"{name} is no date: {text!r}", name)
            return None
        if found.tzinfo is None:
            self.note("date-without-zone", f"{name} has no time zone, read as UTC", name)
            return found.replace(tzinfo=UTC)
        return found

    def to_one(self, name: str, attribute: str = "", type_name: str = "") -> Identifier | None:
        """Return the target of the relation `name`.

        Where the relation is not given, the id in the deprecated `attribute` stands in for it.
        """
        relation = self.resource.related(name)
        if relation.known:
            return relation.targets[0] if relation.targets else None
        value = self.resource.attributes.get(attribute) if attribute else None
        return Identifier(type_name, value) if isinstance(value, str) and value else None

    def to_many(self, name: str) -> tuple[Identifier, ...]:
        """Return the targets of the relation `name`, each once; their order means nothing."""
        return tuple(dict.fromkeys(self.resource.related(name).targets))

    def _value(self, name: str, kind: type) -> object:
        value = self.resource.attributes.get(name)
        if value is None:
            return None
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        if kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        self.note("wrong-kind", f"{name} should be {_KINDS[kind]}, is {value!r:.60}", name)
        return None


_KINDS = {str: "text", bool: "true or false", int: "a whole number"}


def parse_instant(text: str) -> datetime | None:
    """Return the instant an RFC 3339 text means, `None` if it is none; naive without a zone.

    Any precision, `Z` or an offset, small letters too (RFC 3339 section 5.6); a leap second is
    read as the second before it.
    """
    text = _LEAP_SECOND.sub(r"\1:59", text.upper())
    if len(text) < len("2024-01-01"):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
