"""The report as one HTML page: no script, no font, nothing fetched but the covers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feedgen.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from feedgen.report import RunReport, Told

# A page of a thousand feeds that all changed must still open.
SHOWN_CHANGES = 50


def page(report: RunReport, folders: Sequence[Path] = ()) -> bytes:
    """Return the report as a page; templates in `folders` come before ours."""
    environment = Environment(
        loader=FileSystemLoader([*folders, shipped("templates") / "pages"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["web"] = _web
    told = report.by_need()
    text = environment.get_template("report.html").render(
        report=report,
        told=[each for each in told if _worth_telling(each)],
        quiet=[each for each in told if not _worth_telling(each)],
        shown=SHOWN_CHANGES,
    )
    return text.encode()


def _worth_telling(told: Told) -> bool:
    """Return whether a series gets a section of its own, or a line in the table."""
    odd = [f for f in told.outcome.findings if f.severity != "info"]
    return told.outcome.result != "unchanged" or bool(odd or told.outcome.notes)


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when else "never"


def _web(address: str) -> str:
    """Return `address` if a browser may open it, else nothing: no `javascript:` in a report."""
    return address if urlsplit(address).scheme in ("http", "https") else ""
