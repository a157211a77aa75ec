"""Reports for people: grouped by rule, the heaviest first, with line and item."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from feedgen.check.report import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feedgen.check.report import Finding, Report

_COLOURS = {"error": "red", "warn": "yellow", "info": "cyan"}
_ONE_LINE = 90
# What would move the cursor or turn the line around; joiners of emoji and scripts may pass.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def lines(
    name: str, report: Report, *, titles: dict[str, str], paint: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield the lines of one report; `paint` takes text and colour, `titles` rule and title."""
    yield paint(name, "bold")
    for severity in SEVERITIES:
        found = sorted(
            (one for one in report.findings if one.severity == severity),
            key=lambda one: (one.rule, one.line),
        )
        for rule, group in groupby(found, key=lambda one: one.rule):
            several = list(group)
            total = report.counts.get((rule, severity), len(several))
            count = f" ({total:,})" if total > 1 else ""
            head = f"  {severity:<5} {rule}"
            yield f"{paint(head, _COLOURS[severity])}  {titles.get(rule, '')}{count}"
            for finding in several:
                yield f"    {_place(finding)}{finding.message}{_value(finding)}"
            if total > len(several):
                yield f"    … and {total - len(several):,} more"
    yield f"  {summary(report)}"


def summary(report: Report) -> str:
    """Return the counts in one line."""
    errors, warnings, notes = (report.total(severity) for severity in SEVERITIES)
    if not errors and not warnings and not notes:
        return f"nothing to say (profile {report.profile})"
    parts = [
        f"{errors:,} error{'' if errors == 1 else 's'}",
        f"{warnings:,} warning{'' if warnings == 1 else 's'}",
        f"{notes:,} note{'' if notes == 1 else 's'}",
    ]
    return f"{', '.join(parts)} (profile {report.profile})"


def _place(finding: Finding) -> str:
    place = f"line {finding.line}: " if finding.line else ""
    if finding.item_title or finding.item_guid:
        place += f"“{_cut(finding.item_title or finding.item_guid, 40)}”: "
    return place


def _value(finding: Finding) -> str:
    value = _cut(finding.value, _ONE_LINE)
    return f"  [{value}]" if value and value not in finding.message else ""


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    text = "".join(f"\\u{ord(c):04x}" if _HIDDEN.match(c) else c for c in text)
    return text if len(text) <= most else text[: most - 1] + "…"
