"""An item that was judged before is not judged again, and nobody can tell from the report."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedgen import check
from feedgen.check import kept, profiles, walk
from feedgen.check.document import Document
from feedgen.check.example import feed as example_feed
from feedgen.check.kept import Verdicts
from feedgen.check.node import Node
from feedgen.contract import Contract
from tests.check.show import FEED, NOW

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)

ASKED = Contract(channel=("title", "podcast:guid"), item=("guid", "enclosure@url", "link"))
START, END = FEED.index(b"    <item>"), FEED.index(b"  </channel>")
ITEMS = FEED[START:END]
NOWS = [NOW, NOW - timedelta(days=30), NOW + timedelta(days=30)]

PIECES = [
    b"<title>%d</title>",
    b'<guid isPermaLink="false">ferry-%d</guid>',
    b"<guid>%d</guid>",
    b"<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    b"<pubDate>Fri, 20 Mar 2026 07:00:00 +0000</pubDate>",
    b"<pubDate>Mon, 26 Feb 2099 07:00:00 EST</pubDate>\n",
    b'<enclosure url="https://a.example/%d.mp3" length="24000000" type="audio/mpeg"/>',
    b'<enclosure\n  url="http://a.example/\xc3\xa9.mp3" length="0" type="audio/mp3"/>',
    b'<itunes:image href="https://a.example/%d.webp"/>',
    b"<itunes:episode>%d</itunes:episode>",
    b"<itunes:episodeType>full</itunes:episodeType>",
    b"<itunes:duration> 0 </itunes:duration>",
    b"<description>&lt;p&gt;escaped&lt;/p&gt;</description>",
    b'<x:y xmlns:x="http://example.com/x"/>',
    b'<itunes:author xmlns:itunes="https://www.itunes.com/dtds/podcast-1.0.dtd">A</itunes:author>',
    b"<podcast:guid>not here</podcast:guid>",
    b'<podcast:person role="guest">Bo\xe2\x80\x8b</podcast:person>',
    b"<link>http://ferry.example/%d</link>\n\n",
    b"<?php ?>",
    b"<description><![CDATA[<p>in CDATA</p>]]></description>",
    b"<!-- a comment -->",
]
# What makes an item end elsewhere than it seems to, or no XML at all.
NASTY = [
    b"<description><![CDATA[<p>in CDATA</p></item><item>]]></description>",
    b"<description><![CDATA[ </item> ",
    b"]]></description>",
    b"<!-- <item> -->",
    b"<!-- </item> -->",
    b"<!-- ",
    b" -->",
    b"<item><title>in an item</title></item>",
    b"&nbsp;",
    b"<a><b>",
    b"</b></a>",
    b"</item>",
]
BETWEEN = [
    b"<itunes:type>serial</itunes:type>",
    b"<itunes:type>episodic</itunes:type>",
    b'<item a="b"><title>x</title></item>',
    b"<item ><title>x</title></item>",
    b"<!-- <item> -->",
    b"<![CDATA[<item></item>]]>",
    b"<item/>",
    b"</channel><channel>",
    b"<description><item><title>x</title></item></description>",
    b"\n" * 66_000,
]
HEADS = [
    FEED[:START].replace(b"<itunes:type>serial</itunes:type>", b""),
    FEED[:START].replace(b"serial", b"episodic"),
    FEED[:START].replace(b"xmlns:podcast=", b"xmlns:p=", 1),
    FEED[:START].replace(b"<rss ", b'<rss xmlns="http://example.com/rss" ', 1),
    FEED[:START].replace(b"<rss ", b"<!DOCTYPE rss><rss ", 1),
    FEED[:START].replace(b"<channel>", b"<channel><!-- <item> -->", 1),
    FEED[:START].replace(b"UTF-8", b"ISO-8859-1", 1),
    b"\xef\xbb\xbf" + FEED[:START],
    FEED[FEED.index(b"<rss") : START],
    b"",
]

some_items = st.lists(
    st.tuples(st.lists(st.sampled_from(PIECES), max_size=8), st.integers(1, 4)),
    min_size=1,
    max_size=6,
)
seldom = st.integers(0, 5).map(lambda number: not number)


@st.composite
def feeds(draw):
    """Return a feed made of the same few pieces, so that items come again in the next."""
    head = draw(st.sampled_from(HEADS)) if draw(seldom) else FEED[:START]
    parts = [head, draw(st.sampled_from([b"", ITEMS]))]
    for pieces, number in draw(some_items):
        inside = b"".join(piece.replace(b"%d", b"%d" % number) for piece in pieces)
        parts += (b"<item>", inside, b"</item>\n")
        if draw(seldom):
            parts.append(draw(st.sampled_from(BETWEEN)))
    if draw(seldom):
        parts.insert(draw(st.integers(2, len(parts))), draw(st.sampled_from(NASTY)))
    raw = b"".join(parts) + (FEED[END:] if not draw(seldom) else b"</channel></rss>")
    if draw(seldom):
        at = draw(st.integers(0, len(raw)))
        raw = (
            raw[:at] + draw(st.sampled_from([b"<", b"&", b"\x01", b"\xe9", b"<item>"])) + raw[at:]
        )
    return raw


ways = st.fixed_dictionaries(
    {
        "now": st.sampled_from(NOWS),
        "profile": st.sampled_from(["modern", "art19-compat", "rss"]),
        "ignore": st.sampled_from([(), ("I15",), ("X", "A10")]),
        "required": st.sampled_from([Contract(), ASKED]),
    }
)


@relaxed
@given(runs=st.lists(st.tuples(feeds(), ways), min_size=1, max_size=5), again=st.booleans())
def test_a_report_is_the_same_with_and_without_what_was_kept(runs, again):
    """Whatever comes after whatever, at any time, for any profile: finding by finding."""
    verdicts = Verdicts()
    for raw, way in [*runs, *runs]:
        assert check.run(raw, verdicts=verdicts, **way) == check.run(raw, **way)
        if again:
            verdicts = Verdicts(verdicts.dumps())


@relaxed
@given(
    number=st.integers(0, 29),
    old=st.sampled_from([b"Evening", b"24000000", b"</title>", b"Feb", b"<p>", b"guid", b'"']),
    new=st.sampled_from([b"", b"Morning", b"&#65;", b"<b>", b"2", b"]]>", b"</item>", b"\n"]),
)
@example(number=3, old=b"Evening", new=b"Morning")
def test_one_edit_anywhere_is_seen(number, old, new):
    """Of thirty items one is edited: the report is that of a judge who never saw the others."""
    verdicts = Verdicts()
    raw = long_feed(30)
    check.run(raw, now=NOW, verdicts=verdicts)
    places = raw.split(old)
    at = 1 + number % max(1, len(places) - 1)
    edited = old.join(places[:at]) + new + old.join(places[at:])

    assert check.run(edited, now=NOW, verdicts=verdicts) == check.run(edited, now=NOW)


def long_feed(count):
    """Return a feed of that many items, each with its own number."""
    item = ITEMS[: ITEMS.index(b"</item>") + 7]
    many = b"\n".join(item.replace(b"ferry-0000-0002", b"ferry-%d" % n) for n in range(count))
    return FEED[:START] + many + FEED[END:]


def judged(monkeypatch, raw, verdicts, **way):
    """Return the titles of the elements under items that were looked at one by one."""
    seen = []
    one = walk.node_of

    def counted(element, *rest):
        seen.append(element.tag)
        return one(element, *rest)

    monkeypatch.setattr(walk, "node_of", counted)
    check.run(raw, verdicts=verdicts, **{"now": NOW, **way})
    monkeypatch.setattr(walk, "node_of", one)
    return seen.count("item")


def test_only_what_changed_is_judged_again(monkeypatch):
    """Of thirty items thirty are judged at first, then none, then the one that was edited."""
    verdicts, raw = Verdicts(), long_feed(30)

    assert judged(monkeypatch, raw, verdicts) == 30
    assert judged(monkeypatch, raw, verdicts) == 0
    assert judged(monkeypatch, raw.replace(b"ferry-7<", b"ferry-seven<"), verdicts) == 1
    assert judged(monkeypatch, raw.replace(b"Night Ferry", b"Day Ferry"), verdicts) == 0


@pytest.mark.parametrize(
    "way",
    [
        {"profile": "apple"},
        {"ignore": ("I02",)},
        {"select": ("I",)},
        {"required": ASKED},
        {"now": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_another_measure_is_another_verdict(monkeypatch, way):
    """Another profile, other rules, other duties, a time before the item's date: all anew."""
    verdicts, raw = Verdicts(), long_feed(5)
    check.run(raw, now=NOW, verdicts=verdicts)

    assert judged(monkeypatch, raw, verdicts, **way) == 5


def test_an_item_of_the_future_is_judged_until_it_is_out(monkeypatch):
    """A leak that is over when its hour comes must not be told for ever."""
    raw = long_feed(1).replace(b"Thu, 05 Mar 2026", b"Thu, 12 Mar 2026")
    assert raw != long_feed(1)
    verdicts = Verdicts()
    first = check.run(raw, now=NOW, verdicts=verdicts)
    later = check.run(raw, now=NOW + timedelta(days=30), verdicts=verdicts)

    assert "I15" in {finding.rule for finding in first.findings}
    assert "I15" not in {finding.rule for finding in later.findings}


def test_other_rules_are_another_code(monkeypatch):
    """What older rules found counts for nothing once a rule was changed."""
    verdicts, raw = Verdicts(), long_feed(3)
    check.run(raw, now=NOW, verdicts=verdicts)
    monkeypatch.setattr(kept, "code", lambda: "other rules")

    assert judged(monkeypatch, raw, verdicts) == 3


def test_verdicts_outlive_the_run(monkeypatch):
    """As bytes they are the same; what nobody asked for any more is gone from them."""
    verdicts = Verdicts()
    check.run(long_feed(30), now=NOW, verdicts=verdicts)
    assert verdicts.changed
    second = Verdicts(verdicts.dumps())
    assert judged(monkeypatch, long_feed(10), second) == 0
    assert second.changed
    third = Verdicts(second.dumps())

    assert judged(monkeypatch, long_feed(10), third) == 0
    assert not third.changed
    assert judged(monkeypatch, long_feed(30), Verdicts(second.dumps())) == 20


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9c\x03\x00\x00\x00\x00\x01", bytes(100)])
def test_bytes_from_elsewhere_are_no_verdicts(data):
    """A state file that was damaged costs time, not the night."""
    raw = long_feed(2)

    assert check.run(raw, now=NOW, verdicts=Verdicts(data)) == check.run(raw, now=NOW)


class Spy:
    """Stands for a document or a channel and remembers what of it was read."""

    def __init__(self, real):
        self.real, self.read = real, set()

    def __getattr__(self, name):
        self.read.add(name)
        return getattr(self.real, name)

    def value(self, name):
        """Return the text of a child, and remember of which."""
        self.read.add(f"value of {name}")
        return self.real.value(name)


def test_rules_about_items_read_nothing_that_is_not_in_the_key(monkeypatch):
    """Of the document time, profile and if anything is escaped; of the channel the type.

    The type of the show and the profile are in the key, the time is in the verdict, and without
    anything escaped no tag can be outside of CDATA.
    """
    documents, parents = [], []
    apply = walk._Walk._apply

    def spied(self, checks, node):
        if node.item is not None and node.item.name == "item":
            spy = Spy(self._document)
            documents.append(spy)
            for rule_check, rule, severity in checks:
                parent = node.item.parent
                if not isinstance(parent, Spy):
                    node.item.parent = Spy(parent)
                    parents.append(node.item.parent)
                answer = rule_check(node, spy)
                if answer is not None:
                    self._tell(rule, severity, node, answer)
            return
        apply(self, checks, node)

    monkeypatch.setattr(walk._Walk, "_apply", spied)
    for rule in profiles.rules():
        for example_ in (rule.good, *rule.bad):
            check.run(example_feed(example_), now=NOW, facts=example_.facts)
    check.run(FEED, now=NOW)

    assert set().union(*(spy.read for spy in documents)) == {"now", "profile", "escapes"}
    assert set().union(*(spy.read for spy in parents)) == {"value of itunes:type"}
    assert isinstance(documents[0].real, Document)
    assert isinstance(parents[0].real, Node)
