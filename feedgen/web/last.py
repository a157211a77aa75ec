"""The last outcome of a series, as the state keeps it for the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An episode that is not in the feed, and why."""

    guid: str = ""
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule of the checks found."""

    rule: str = ""
    severity: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was odd and did not keep the feed off the air."""

    message: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFeed:
    """One feed of the series; one that says nothing of it counts as private."""

    name: str = ""
    result: str = "unknown"
    private: bool = True
    url: str = ""
    items: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOutcome:
    """What `Outcome.as_json` told; whatever it did not tell is blank."""

    reason: str = ""
    hint: str = ""
    details: tuple[str, ...] = ()
    items: int = 0
    skipped: tuple[LeftOut, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    feeds: tuple[OneFeed, ...] = ()

    @classmethod
    def read(cls, told: Mapping[str, Any] | None) -> LastOutcome:
        """Return the outcome; a blank one if another version told it in another shape."""
        try:
            return msgspec.convert(told or {}, cls)
        except msgspec.ValidationError:
            return cls()
