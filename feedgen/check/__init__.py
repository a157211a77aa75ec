"""The judge: a feed, ours or anybody's, measured by named rules, each with its source.

`run` is pure: it takes bytes, the time and what else is known, and touches nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.check.presence import NOTHING
from feedgen.check.report import Finding, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from feedgen.check.facts import Facts
    from feedgen.check.kept import Verdicts
    from feedgen.check.presence import Required

__all__ = ["Finding", "Report", "Severity", "run"]


def run(
    raw: bytes,
    *,
    now: datetime,
    profile: str = "modern",
    facts: Facts | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    required: Required = NOTHING,
    verdicts: Verdicts | None = None,
) -> Report:
    """Return the judgement of the feed in `raw`; no bytes whatever make it raise.

    `profile` is one of `feedgen.check.profiles.PROFILES`; `select` and `ignore` hold rule ids or
    the letters a family begins with; `required` names what must be there. With `verdicts` items
    that were judged before are not judged again, and new ones are added; the report is the same.
    Raises UsageProblem for an unknown profile or rule.
    """
    from feedgen.check.walk import judge  # lxml and the rules load when a feed is judged

    return judge(
        raw,
        now=now,
        profile=profile,
        facts=facts,
        select=select,
        ignore=ignore,
        required=required,
        verdicts=verdicts,
    )
