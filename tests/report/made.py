"""A report with one series of every result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feedgen.artwork.choose import Decision
from feedgen.check import Finding
from feedgen.compare import Change
from feedgen.feed.build import Note, Skipped
from feedgen.guard.verdict import Reason
from feedgen.notify.deliver import Delivery
from feedgen.notify.message import Message
from feedgen.outcome import Outcome, PublishedFeed
from feedgen.report import RunReport, Told
from feedgen.standing import Standing
from tests.factories import make_artwork

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
URL = "https://feeds.example.com/daily.xml"


def make_standing(slug: str = "daily", **fields) -> Standing:
    """Return how a series stands that was published at `AT`."""
    values = {
        "slug": slug,
        "title": "Täglich & <gut>",
        "url": URL,
        "result": "published",
        "reason": "",
        "told_at": AT,
        "success_at": AT,
        "failures": 0,
        "since": None,
        "next_at": None,
    }
    return Standing(**values | fields)


def make_told(slug: str, result: str, **fields) -> Told:
    """Return one series of a report."""
    outcome = Outcome(
        slug=slug, result=result, title=f"Title of {slug}", url=f"https://e.com/{slug}", items=2
    )
    return Told.of(replace(outcome, **fields))


def make_feed(result: str, name: str = "", **fields) -> PublishedFeed:
    """Return one feed of a series."""
    return PublishedFeed(**{"name": name, "result": result, "items": 2} | fields)


def make_report(*told: Told, **fields) -> RunReport:
    """Return a report; without series it has one of every result, and everything else."""
    published = make_told(
        "daily",
        "published",
        title="Täglich & <gut>",
        artwork=Decision(chosen=make_artwork(), reason="It is large enough."),
        findings=(Finding(rule="PSP-9", severity="warn", message="The <title> is long.", line=7),),
        skipped=(Skipped(episode_id="e", guid="g", title="Draft", reason="It is a draft."),),
        notes=(Note(code="guid-missing", message="An episode has no guid."),),
        feeds=(
            make_feed(
                "published",
                changes=(
                    Change(kind="added", sentence="“New” was added", effect="apps announce it"),
                    *(Change(kind="changed", sentence=f"change {n}") for n in range(60)),
                ),
            ),
        ),
    )
    held = make_told(
        "weekly",
        "held",
        reason="The guard holds it.",
        feeds=(
            make_feed(
                "held",
                reasons=(Reason(code="guid-changed", sentence="A guid changes."),),
                digest="abcdef0123456789",
                changes=(Change(kind="guid", sentence="the guid changed"),),
            ),
        ),
    )
    failed = replace(
        make_told(
            "broken", "failed", reason="No artwork.", hint="Upload one.", details=("a", "b")
        ),
        standing=make_standing("broken", failures=3, since=AT, result="failed"),
    )
    message = Message(
        id=1,
        kind="websub",
        address="https://hub.example.com/",
        series_id="s1",
        slug="daily",
        title="",
        feed_url=URL,
        sha256="a" * 64,
        medium="podcast",
        made_at=AT,
    )
    values = {
        "told": told or (make_told("quiet", "unchanged"), published, held, failed),
        "began_at": AT,
        "ended_at": AT + timedelta(seconds=4.25),
        "unsolved": (make_standing("asleep", result="failed", reason="no language", next_at=AT),),
        "deliveries": (
            Delivery(message=message),
            Delivery(message=replace(message, id=2, kind="webhook"), error="answered 503"),
        ),
    }
    return RunReport(**values | fields)
