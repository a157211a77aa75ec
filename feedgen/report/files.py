"""The files of `[report]`: what a run leaves for people, programs, directories and monitors.

    report.html   the run as a page         report.json   the same for programs
    feeds.opml    all feeds to subscribe to feedgen.prom  metrics of all series, for Prometheus

Each is replaced whole. A run over a few series, or a hook, brings list and metrics up to date and
leaves the report of the last night alone.
"""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from feedgen import report
from feedgen.report.metrics import metrics
from feedgen.report.opml import opml
from feedgen.report.page import page

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.report import RunReport
    from feedgen.state import State

PAGE, DOCUMENT, LIST, METRICS = "report.html", "report.json", "feeds.opml", "feedgen.prom"


def write_report(folder: Path, told: RunReport, config: Config) -> None:
    """Write the page and the document of one run; raises TargetProblem."""
    own = config.own_templates / "pages" if config.own_templates else None
    report.write(folder / PAGE, page(told, [own] if own and own.is_dir() else []))
    text = json.dumps(report.document(told), indent=2, ensure_ascii=False)
    report.write(folder / DOCUMENT, f"{text}\n".encode())


def write_standing(folder: Path, state: State, config: Config, *, now: datetime) -> None:
    """Write the list of feeds and the metrics as the state has them now; raises TargetProblem."""
    standings = state.standings.all()
    waiting, given_up = len(state.outbox.open()), len(state.outbox.given_up())
    last = state.standings.last_run()
    report.write(folder / METRICS, metrics(standings, last, waiting=waiting, given_up=given_up))
    # What was never on air can not be subscribed to.
    feeds = [each for each in standings if each.success_at is not None]
    title = f"Podcasts of {urlsplit(config.publish_url).hostname}"
    path = folder / LIST
    before = path.read_bytes() if path.is_file() else b""
    since = _changed_at(before)
    # The list is as old as what is in it: the same feeds are the same bytes.
    if since is None or opml(feeds, title=title, changed_at=since) != before:
        report.write(path, opml(feeds, title=title, changed_at=now))


def _changed_at(document: bytes) -> datetime | None:
    """Return the time a list says of itself, `None` if it says none."""
    try:
        return parsedate_to_datetime(etree.fromstring(document).findtext("head/dateModified"))
    except (etree.XMLSyntaxError, ValueError, TypeError):
        return None
