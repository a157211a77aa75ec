"""What the judge hands back: findings, counted and in the order of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warn", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warn", "info")
# More of the same tell a reader nothing new; the full count is kept beside them.
SHOWN_PER_RULE = 20
_VALUE_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken at one place.

    `line` counts from 1, 0 means "the document as a whole"; `item_guid` and `item_title` are
    empty for the channel; `value` is the offending text, cut to 200 characters.
    """

    rule: str
    severity: Severity
    message: str
    line: int = 0
    item_guid: str = ""
    value: str = ""
    item_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The judgement of one feed: at most 20 findings a rule, and how many there were.

    `counts` maps a rule's id to all its findings by severity, those not shown included. `lacking`
    is what was required by name and is not there, `item/…` for what one of the items lacks.
    """

    findings: tuple[Finding, ...] = ()
    profile: str = "modern"
    counts: Mapping[tuple[str, Severity], int] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that keep a feed from being published."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings that are published and reported."""
        return tuple(finding for finding in self.findings if finding.severity == "warn")

    def total(self, severity: Severity) -> int:
        """Return how many findings of `severity` there are, those not shown included."""
        return sum(count for (_, kind), count in self.counts.items() if kind == severity)


class Collector:
    """Takes findings as the rules make them and keeps only as many as are shown."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._findings: list[Finding] = []
        self._counts: dict[tuple[str, Severity], int] = {}
        self._lacking: dict[tuple[bool, str], None] = {}

    def room(self, rule: str, severity: Severity) -> bool:
        """Count one more finding of `rule`; return whether it will be shown."""
        key = (rule, severity)
        count = self._counts.get(key, 0) + 1
        self._counts[key] = count
        return count <= SHOWN_PER_RULE

    def add(self, finding: Finding) -> None:
        """Keep `finding`, for which there is room."""
        self._findings.append(finding)

    def lacks(self, names: Iterable[str], *, item: bool = False) -> None:
        """Note what the channel, or an item, does not hold of what it must."""
        for name in names:
            self._lacking[item, name] = None

    def report(self) -> Report:
        """Return the report: whole-document findings first, then line by line."""
        ordered = sorted(self._findings, key=lambda f: (f.line, f.rule, f.message))
        return Report(
            findings=tuple(ordered),
            profile=self._profile,
            counts=dict(self._counts),
            lacking=tuple(
                f"item/{name}" if item else name for item, name in sorted(self._lacking)
            ),
        )


def shorten(value: str) -> str:
    """Return `value` as a finding shows it."""
    return value if len(value) <= _VALUE_SHOWN else value[: _VALUE_SHOWN - 1] + "…"
