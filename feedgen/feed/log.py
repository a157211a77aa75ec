"""What a build has to tell beside the feed: notes for people, and where each value came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a person should know of; `where` is an item's guid, `""` for the channel."""

    code: str
    message: str
    where: str = ""


@dataclass(slots=True)
class Log:
    """Collects notes and origins while a feed is built.

    `origins[where][element]` names the API field, the setting or the rule a value came from.
    """

    notes: list[Note] = field(default_factory=list)
    origins: dict[str, dict[str, str]] = field(default_factory=dict)

    def at(self, where: str) -> Place:
        """Return the part of the log that belongs to one item, or with `""` to the channel."""
        return Place(self, where, self.origins.setdefault(where, {}))


@dataclass(frozen=True, slots=True)
class Place:
    """The log of the channel or of one item."""

    log: Log
    where: str
    origins: dict[str, str]

    def note(self, code: str, message: str) -> None:
        """Record something a person should know of."""
        self.log.notes.append(Note(code=code, message=message, where=self.where))

    def from_(self, element: str, origin: str, value: T) -> T:
        """Return `value` after recording where it came from."""
        self.origins[element] = origin
        return value

    def first(self, element: str, choices: Iterable[tuple[str, T | None]]) -> T | None:
        """Return the first value of `choices` that is said, and record its origin.

        Unsaid is `None`, blank text and an empty list; `False` is said.
        """
        for origin, value in choices:
            if value or value is False:
                self.origins[element] = origin
                return value
        return None
