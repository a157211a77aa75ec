"""The report as a page: everything on it, nothing dangerous in it, readable by everybody."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from feedgen.artwork.choose import Decision
from feedgen.compare import Change
from feedgen.guard.verdict import Reason
from feedgen.report.page import page
from tests.factories import make_artwork
from tests.report.made import make_feed, make_report, make_told


def tree(report=None) -> html.HtmlElement:
    """Return the page of a report, parsed."""
    return html.document_fromstring(page(report or make_report()).decode())


def text_of(element: html.HtmlElement) -> str:
    """Return what a reader sees, in one line."""
    return " ".join(" ".join(element.itertext()).split())


def test_the_page_says_what_happened_to_every_series():
    """Outcome, reason, way out, differences, findings, omissions and notes all stand there."""
    articles = {each.get("id"): text_of(each) for each in tree().xpath("//article")}

    assert list(articles) == ["broken", "weekly", "daily"]
    assert "failed" in articles["broken"]
    assert "No artwork. Upload one." in articles["broken"]
    assert "Failed 3 times in a row" in articles["broken"]
    assert "A guid changes." in articles["weekly"]
    assert "feedgen approve weekly abcdef012345" in articles["weekly"]
    assert "61 differences" in articles["daily"]
    assert "and 11 more" in articles["daily"]
    assert "warn PSP-9 line 7: The <title> is long." in articles["daily"]
    assert "Draft: It is a draft." in articles["daily"]
    assert "An episode has no guid." in articles["daily"]


def test_each_feed_of_a_series_tells_its_own_differences():
    """A further feed is named, and has its own command; a held one only would have episodes."""
    told = make_told(
        "daily",
        "held",
        feeds=(
            make_feed("published", changes=(Change(kind="changed", sentence="one"),)),
            make_feed(
                "held",
                "premium",
                digest="0123456789abcdef",
                reasons=(Reason(code="x", sentence="Held for a reason."),),
                changes=(Change(kind="changed", sentence="two"), Change(kind="order")),
            ),
        ),
    )
    (article,) = tree(make_report(told)).xpath("//article")
    text = text_of(article)

    assert "would have 2 episodes" in text
    assert "feed premium : Held for a reason." in text
    assert "feedgen approve daily 0123456789ab" in text
    assert "1 difference to what was on air" in text
    assert "2 differences to what is on air, feed premium" in text
    assert "feedgen approve" not in text_of(tree(make_report(told, dry_run=True)))


def test_unchanged_series_are_one_line_each():
    """A night in which nothing changed is a short page."""
    rows = tree().xpath("//h2[text()='Unchanged']/following-sibling::table[1]/tbody/tr")

    assert [text_of(row) for row in rows] == ["Title of quiet https://e.com/quiet 2"]


def test_what_waits_and_who_was_told_stand_at_the_end():
    """Series that were not tried and receivers that failed are listed."""
    text = text_of(tree())

    assert "failed no language 2026-03-05 07:00:00 UTC" in text
    assert "daily webhook answered 503; given up" in text
    assert "daily websub told" in text


def test_covers_are_shown_with_their_names():
    """Every picture has an alternative text and a size."""
    (image,) = tree().xpath("//article//img")

    assert image.get("src") == "https://cdn.example.com/art/square-3000.jpg"
    assert image.get("alt") == "Cover of Täglich & <gut>"
    assert image.get("width") == image.get("height") == "96"


def test_the_page_can_be_read_by_everybody():
    """Language, one main heading, no level skipped, table headers with a scope, no script."""
    found = tree()
    levels = [int(each.tag[1]) for each in found.xpath("//h1|//h2|//h3")]

    assert found.get("lang") == "en"
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(th.get("scope") for th in found.xpath("//th"))
    assert all(table.xpath("caption") for table in found.xpath("//table"))
    assert found.xpath("//main")
    assert not found.xpath("//script|//*[@onclick or @onload or @onerror]|//iframe|//form")


def test_colours_have_contrast_in_light_and_dark():
    """WCAG 2.2 AA: text against its ground at least 4.5 to 1, in both schemes."""
    style = tree().xpath("string(//style)")
    light, dark = (
        dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root \{([^}]*)\}", style)
    )
    assert "prefers-color-scheme: dark" in style
    for scheme in (light, dark):
        for ground in ("paper", "card"):
            for ink in ("ink", "soft", "link", "published", "unchanged", "held", "failed"):
                assert contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def light(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
        parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    a, b = sorted((light(one), light(other)))
    return (b + 0.05) / (a + 0.05)


def test_addresses_that_are_no_web_addresses_are_not_links():
    """A feed address or a cover from a catalogue can not smuggle a script in."""
    art = Decision(chosen=make_artwork(url="javascript:alert(1)"), reason="")
    told = make_told("evil", "published", url="javascript:alert(1)", artwork=art)
    found = tree(make_report(told))

    assert not found.xpath("//a[starts-with(@href, 'javascript')]|//img")


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_becomes_markup(text):
    """Whatever a title, reason or hint holds, the page has the same elements."""
    plain = tree(make_report(make_told("x", "failed", title="t", reason="r", hint="h")))
    told = make_told("x", "failed", title=f"t{text}", reason=f"r{text}", hint=f"h{text}")
    odd = tree(make_report(told))

    assert [e.tag for e in odd.iter()] == [e.tag for e in plain.iter()]


def test_a_rehearsal_says_so():
    """Nobody may take a dry run for a publication."""
    assert "nothing was published" in text_of(tree(make_report(dry_run=True)))


def test_a_user_s_template_comes_first(tmp_path):
    """The page can be replaced as the feeds' templates can."""
    (tmp_path / "report.html").write_text("<p>{{ report.summary }}</p>")

    assert page(make_report(), [tmp_path]).startswith(b"<p>published 1,")


def test_a_thousand_unchanged_series_are_a_small_page():
    """A line each, below 300 bytes."""
    one = make_told("quiet", "unchanged")
    told = [replace(one, outcome=replace(one.outcome, slug=f"s{n}")) for n in range(1000)]

    assert len(page(make_report(*told))) < 300_000
