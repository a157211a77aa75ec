"""Whatever the bytes are, there is a clear finding, no crash and no network."""

import socket
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedgen import check
from feedgen.check import document, walk
from feedgen.compare import compare
from tests.check.show import FEED, NOW

# A shared machine may pause anywhere; what is slow is measured in tests/bench.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

BOMB = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">]>
<rss version="2.0"><channel><title>&h;</title></channel></rss>"""


def found(raw: bytes) -> dict[str, str]:
    """Return rule and first message."""
    findings = check.run(raw, now=NOW).findings
    return {finding.rule: finding.message for finding in reversed(findings)}


@pytest.mark.parametrize(
    ("raw", "rule", "said"),
    [
        (b"", "X01", "empty"),
        (b" \n ", "X01", "empty"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "X01", "JSON"),
        (b"<!DOCTYPE html><html><body><br></body></html>", "C01", "HTML"),
        (b"<!doctype html><p>Not found", "X01", "HTML"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>', "C01", "Atom"),
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "C01", "1.0"),
        (b"<opml/>", "C01", "<opml>"),
        (b"\x00\x01\x02", "X01", "not well-formed"),
        (b"\xff\xfe<\x00r\x00s\x00s\x00/\x00>\x00", "X04", "not UTF-8"),
        (b"<rss" + b"<a>" * 5000, "X01", "not well-formed"),
    ],
)
def test_what_is_no_rss_feed_is_named(raw, rule, said):
    """Other formats, broken ones and nothing at all each get a sentence that names them."""
    assert said in found(raw)[rule]


def test_an_entity_bomb_stays_small():
    """Entities are reported and never expanded: memory stays within a few megabytes."""
    tracemalloc.start()
    report = check.run(BOMB, now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "X05" in {finding.rule for finding in report.errors}
    assert peak < 20_000_000
    assert all(len(finding.value) <= 200 for finding in report.findings)


def test_an_external_entity_is_not_fetched(tmp_path):
    """Neither a file nor a URL named in a DTD is opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret text")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        raw = (
            f'<!DOCTYPE rss SYSTEM "http://127.0.0.1:{port}/x.dtd" [<!ENTITY s SYSTEM "file://{secret}">'
            f'<!ENTITY n SYSTEM "http://127.0.0.1:{port}/y">]>'
            '<rss version="2.0"><channel><title>&s;&n;</title></channel></rss>'
        ).encode()
        report = check.run(raw, now=NOW)
        with pytest.raises(TimeoutError):
            server.accept()

    assert "X05" in {finding.rule for finding in report.errors}
    assert not any("secret text" in f"{f.message}{f.value}" for f in report.findings)


def test_a_broken_document_is_judged_as_far_as_it_goes():
    """An ampersand at the top does not hide the wrong category and date below it."""
    raw = (
        FEED.replace(b"Fog &amp; Bells", b"Fog & Bells")
        .replace(b"Thu, 26 Feb", b"Mon, 26 Feb")
        .replace(b'text="Documentary"', b'text="Books"')
    )

    assert found(raw).keys() == {"X01", "C13", "A05"}


def test_a_feed_that_breaks_off_is_told_once():
    """What the cut-off last item lacks is not held against it."""
    raw = FEED[: FEED.index(b'<guid isPermaLink="false">ferry-0000-0001')]

    assert found(raw).keys() == {"X01"}


def test_wherever_a_feed_breaks_off_nothing_else_is_held_against_it():
    """Half a tag, half a reference, half a word: only that it is not whole."""
    for end in range(FEED.index(b"<rss") + 5, len(FEED) - 10, 61):
        assert found(FEED[:end]).keys() <= {"X01", "X04"}, FEED[end - 80 : end]


def test_lines_are_those_of_the_file():
    """A finding names the line its element stands on, also below white space, at any depth."""
    raw = b"\n\n" + FEED.replace(b">1500<", b">0<")
    line = raw[: raw.index(b">0<")].count(b"\n") + 1
    (finding,) = [one for one in check.run(raw, now=NOW).findings if one.rule == "I20"]

    assert finding.line == line
    assert finding.item_guid == "ferry-0000-0001"
    assert finding.item_title == "Cast Off"
    assert finding.value == "0"


def test_lines_are_right_beyond_65535():
    """libxml2 keeps 16 bits of a line; findings far down name the right one all the same."""
    raw = FEED.replace(b"    <item>", b"\n" * 70_000 + b"    <item>", 1).replace(b">1500<", b">0<")
    raw = raw.replace(b'length="24000000"', b'length="24 MB"')
    by_rule = {one.rule: one.line for one in check.run(raw, now=NOW).findings}

    assert by_rule["I20"] == raw[: raw.index(b">0<")].count(b"\n") + 1
    assert by_rule["I05"] == raw[: raw.index(b"24 MB")].count(b"\n") + 1


HALVES = [b"&#xD800;", b"&#xdFfF;", b"&#55296;", b"&#0057343;", b"&#xD83D;&#xDE00;", b"&#xDC00"]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("place", [b"Keep us afloat", b"https://ferry.example/help", b"Cast Off"])
@pytest.mark.parametrize("hidden", [b"", b"<![CDATA[ ", b"<!-- "])
def test_half_a_character_is_no_text_wherever_it_is_hidden(half, place, hidden):
    """Behind what looks like the start of a section, a parser that repairs lets it through."""
    raw = FEED.replace(place, hidden + b"a" + half + b"b")

    assert {"X01", "X06"} & found(raw).keys()
    assert compare(raw, FEED)


@pytest.mark.parametrize(
    "encoding", ["UTF-16LE", "UTF-32", "UCS-2", "UTF-7", "EBCDIC-CP-US", "Shift_JIS", "nonsense"]
)
def test_whatever_encoding_is_named_there_is_an_answer(encoding):
    """One that the bytes are not in, one nobody knows, one that can write half characters."""
    for body in (FEED, FEED.decode().encode("utf-16-le") + b"\x00\xd8", FEED + b"\xed\xa0\x80"):
        raw = body.replace(b"UTF-8", encoding.encode(), 1)

        assert check.run(raw, now=NOW).errors
        assert compare(raw, raw + b" ") is not None


def test_twenty_findings_of_a_rule_are_shown_and_all_are_counted():
    """A feed with the same slip in every item gets twenty findings and the full count."""
    item = b'<item><guid isPermaLink="false">g-%d</guid></item>'
    items = b"".join(item % number for number in range(50))
    report = check.run(FEED.replace(b"  </channel>", items + b"</channel>"), now=NOW)

    assert report.counts["I03", "error"] == 50
    assert sum(finding.rule == "I03" for finding in report.findings) == 20
    assert report.total("error") >= 150


def test_a_document_beyond_the_budget_is_judged_by_its_beginning(monkeypatch):
    """Only so many bytes are handed to the parser, and the report says how many."""
    monkeypatch.setattr(document, "MAX_BYTES", len(FEED) - 400)
    report = check.run(FEED, now=NOW)

    assert {finding.rule for finding in report.findings} == {"X19"}
    assert f"{len(FEED) - 400:,}" in report.findings[0].message


def test_a_document_of_too_many_elements_is_judged_by_its_beginning(monkeypatch):
    """Marks are counted before parsing: memory follows elements, not bytes."""
    monkeypatch.setattr(document, "MAX_MARKS", 1000)
    raw = FEED.replace(b"  </channel>", b"<a/>" * 5000 + b"</channel>")
    report = check.run(raw, now=NOW)

    assert "X19" in {finding.rule for finding in report.findings}
    assert "X01" not in {finding.rule for finding in report.findings}


def test_broken_markup_in_notes_costs_linear_time():
    """Unclosed tags and quotes by the thousand do not stall the judge."""
    for notes in (b"<a '" * 50_000, b"<p " * 50_000, b'<a "' + b"<a" * 90_000, b"&lt;" * 50_000):
        raw = FEED.replace(b"<p>Nobody saw <em>land</em>.</p><p>Bo.</p>", notes)
        assert check.run(raw, now=NOW).profile == "modern"


pieces = st.sampled_from(
    [*(bytes([n]) for n in range(0, 256, 7)), b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"&#0;"]
)


@relaxed
@given(raw=st.binary(max_size=400))
def test_arbitrary_bytes_never_crash_the_judge(raw):
    """Any bytes at all end in a report."""
    assert check.run(raw, now=NOW).errors


@relaxed
@given(
    at=st.lists(st.integers(0, len(FEED)), min_size=1, max_size=4),
    put=st.lists(pieces | st.binary(max_size=6), min_size=4, max_size=4),
    drop=st.integers(0, 30),
)
def test_a_damaged_feed_never_crashes_the_judge(at, put, drop):
    """A feed with bytes changed anywhere ends in a report, whatever the profile."""
    raw = FEED
    for place, piece in zip(at, put, strict=False):
        raw = raw[:place] + piece + raw[place + drop :]

    for profile in ("modern", "art19-compat"):
        assert check.run(raw, now=NOW, profile=profile).profile == profile


ODD_VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)


@relaxed
@given(value=ODD_VALUES, number=st.integers(0, 200))
def test_odd_values_never_crash_a_rule(value, number):
    """Any text in place of any value is judged: numbers, dates, addresses and the rest."""
    values = [part for part in FEED.split(b'"') if b"<" not in part and b"\n" not in part]
    target = values[number % len(values)]
    written = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").encode()
    raw = FEED.replace(b'"' + target + b'"', b'"' + written + b'"')

    assert check.run(raw, now=NOW).profile == "modern"


def test_more_items_than_any_show_has_are_passed_over(monkeypatch):
    """The first are judged, the others counted, and the report says how many it looked at."""
    monkeypatch.setattr(walk, "MAX_ITEMS", 3)
    item = b"<item><title>one of many</title></item>"
    report = check.run(
        FEED.replace(b"  </channel>", item * 9 + b"<ttl>x</ttl></channel>"), now=NOW
    )

    assert report.counts["I03", "error"] == 1
    assert report.counts["C16", "error"] == 1
    assert [f.message for f in report.findings if f.rule == "X19"] == [
        "only the first 3 items were judged: there are too many"
    ]


@pytest.mark.parametrize("number", [0, 100, 40_000])
def test_very_many_attributes_cost_linear_time(number):
    """The parser looks each value up from the start; only so many are looked at."""
    attributes = b" ".join(b'a%d="1"' % n for n in range(number))
    tag = b'<enclosure url="https://audio.ferry.example/1.mp3" '
    assert tag in FEED
    raw = FEED.replace(tag, tag + attributes + b" ")
    start = time.process_time()
    rules = {finding.rule for finding in check.run(raw, now=NOW).findings}

    assert rules == ({"I04"} if number else set())
    assert time.process_time() - start < 2
    assert compare(raw, FEED) == () or number


@pytest.mark.parametrize(
    "flood", [b"&#1;", b"\x01", b"\xff ", b"&nosuch; ", b"& ", b"<q:a/>", b"]]>", b"\xe9\xe9"]
)
def test_a_flood_of_slips_takes_little_memory(flood):
    """The same slip all over costs no more than a few hundred times its bytes, and ends."""
    raw = FEED.replace(b"Keep us afloat", flood * (200_000 // len(flood)))
    tracemalloc.start()
    report = check.run(raw, now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert {"X01", "X06", "X04"} & {finding.rule for finding in report.errors}
    assert len(report.findings) < 200
    assert peak < 40_000_000
