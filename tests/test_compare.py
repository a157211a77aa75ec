"""Two feeds compared, as a producer would tell it."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedgen.check import document
from feedgen.compare import BUILD_STAMPS, Change, compare, reading
from feedgen.compare.meaning import meant
from tests.check.show import FEED

# A shared machine may pause anywhere; what is slow is measured in tests/bench.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

GUID = "ferry-0000-0001"


def only(old: bytes, new: bytes, **named: object) -> Change:
    """Return the one change there is."""
    (change,) = compare(old, new, **named)  # type: ignore[arg-type]
    return change


def swapped(old: str, new: str) -> tuple[bytes, bytes]:
    """Return the good feed, and the same with the first `old` made `new`."""
    assert old.encode() in FEED
    return FEED, FEED.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<![CDATA[<p>The first night.</p>]]>", "&lt;p&gt;The first night.&lt;/p&gt;"),
        (
            'length="24000000" type="audio/mpeg"/>',
            'type="audio/mpeg"   length="24000000"></enclosure>',
        ),
        (">Cast Off<", ">\n  Cast Off\n  <"),
        (">Cast Off<", ">&#67;ast Off<"),
        ("<item>", "\n\n\n<item>"),
        ("<item>", "<!-- a comment --><item>"),
        (
            ' xmlns:media="http://search.yahoo.com/mrss/"',
            " xmlns:m='http://search.yahoo.com/mrss/'",
        ),
    ],
)
def test_writing_the_same_otherwise_is_no_difference(old, new):
    """CDATA, attribute order, white space, references, comments and prefixes say nothing."""
    before, after = swapped(old, new)
    if "xmlns" in old:
        after = after.replace(b"media:restriction", b"m:restriction")

    assert compare(before, after) == ()


@pytest.mark.parametrize(
    ("old", "new", "kind", "guid", "element", "said"),
    [
        (">Cast Off<", ">Cast Away<", "changed", GUID, "title", "the title changed from “Cast"),
        ("1.mp3", "one.mp3", "changed", GUID, "enclosure@url", "the audio URL changed"),
        (' length="24000000"', "", "removed", GUID, "enclosure@length", "the audio size was"),
        ("Thu, 26 Feb", "Fri, 27 Feb", "changed", GUID, "pubDate", "the release date changed"),
        ("night-3000.jpg", "n-3000.jpg", "changed", "", "itunes:image@href", "the artwork"),
        ("<ttl>60</ttl>", "", "removed", "", "ttl", "channel: ttl was removed"),
        ("<ttl>60", "<docs>x</docs><ttl>60", "added", "", "docs", "channel: docs was added"),
        ('text="Documentary"', 'text="Philosophy"', "changed", "",
         "itunes:category/itunes:category@text", "from “Documentary” to “Philosophy”"),
        (">Mo Abara</podcast:person>\n    <podcast:l", ">Mo</podcast:person>\n    <podcast:l",
         "changed", "", "podcast:person", "a person changed"),
        ('<podcast:person role="host">Mo Abara</podcast:person>', "", "removed",
         "ferry-0000-0002", "podcast:person", "a person was removed: it was “Mo Abara"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_a_sentence(old, new, kind, guid, element, said):
    """A change names the episode, the element, both values, and says it in words."""
    change = only(*swapped(old, new))

    assert (change.kind, change.guid, change.element) == (kind, guid, element)
    assert said in change.sentence
    assert change.where == ("item" if guid else "channel")


def test_a_changed_guid_is_no_new_episode():
    """The same audio under another guid is told as such, with what apps make of it."""
    change = only(*swapped(GUID, "ferry-neu"))

    assert (change.kind, change.old, change.new) == ("guid", GUID, "ferry-neu")
    assert "download it again" in change.effect


def test_what_was_taken_for_granted_has_no_effect():
    """An episodic show that says so is what it was; one that becomes serial is not."""
    plain = FEED.replace(b"<itunes:type>serial</itunes:type>", b"")
    said = plain.replace(b"</language>", b"</language><itunes:type>episodic</itunes:type>")

    assert only(plain, said).effect == ""
    assert "order of the episodes" in only(FEED, plain).effect


def test_a_guid_changed_together_with_the_audio_is_found_by_title_and_date():
    """A move to another host changes both; the episode is still recognised."""
    before, after = swapped(GUID, "ferry-neu")
    after = after.replace(b"audio.ferry.example/1.mp3", b"other.example/x.mp3")

    assert {(c.kind, c.element) for c in compare(before, after)} == {
        ("guid", "guid"),
        ("changed", "enclosure@url"),
    }


def test_an_episode_that_came_or_went_is_one_change():
    """A whole item is told once, not element by element."""
    start = FEED.rindex(b"    <item>")
    shorter = FEED[:start] + FEED[FEED.index(b"  </channel>") :]

    gone, come = only(FEED, shorter), only(shorter, FEED)
    assert (gone.kind, gone.element, gone.guid, gone.old) == ("removed", "item", GUID, "Cast Off")
    assert (come.kind, come.element, come.guid, come.new) == ("added", "item", GUID, "Cast Off")
    assert "“Cast Off”: the episode was removed" in gone.sentence


def test_another_order_is_told_apart_from_other_content():
    """Moved items and moved elements are changes of kind "order", one each."""
    start, middle = FEED.index(b"    <item>"), FEED.rindex(b"    <item>")
    end = FEED.index(b"  </channel>")
    items = only(FEED, FEED[:start] + FEED[middle:end] + FEED[start:middle] + FEED[end:])
    link, language = (
        b"    <link>https://ferry.example/night</link>\n",
        b"    <language>en-gb</language>\n",
    )
    elements = only(FEED, FEED.replace(link + language, language + link))

    assert (items.kind, items.element) == ("order", "item")
    assert "2 episodes come in another order" in items.sentence
    assert (elements.kind, elements.element) == ("order", "channel")


def test_elements_in_another_order_are_told_once_for_all_items():
    """A template that moves an element does not fill a page with it."""
    item = (
        b"<item><guid>%d</guid><title>Night %d</title><pubDate>x</pubDate>"
        b'<enclosure url="%d.mp3"/></item>'
    )
    old = b"".join(item % (number, number, number) for number in range(9))
    old = b'<rss version="2.0"><channel>' + old + b"</channel></rss>"
    new = old.replace(b"<pubDate>x</pubDate>", b"").replace(
        b"</item>", b"<pubDate>x</pubDate></item>"
    )
    change = only(old, new)

    assert (change.kind, change.element) == ("order", "item")
    assert "“Night 0” and 8 more" in change.sentence


def test_build_stamps_are_left_out_on_request():
    """Build date and generator change by themselves; everything else still counts."""
    before, after = swapped("05 Mar 2026 08:00:00", "05 Mar 2026 09:00:00")
    after = after.replace(b"by hand", b"by foot")

    assert {c.element for c in compare(before, after)} == {"lastBuildDate", "generator"}
    assert compare(before, after, ignore=BUILD_STAMPS) == ()
    assert compare(before, after, ignore=["lastBuildDate"])[0].element == "generator"


def test_two_spellings_of_one_meaning_are_equal_on_request():
    """Dates as instants, durations in seconds, yes for true: what a move between hosts changes."""
    before, after = (
        FEED,
        FEED.replace(b"+0000</pub", b"-0000</pub").replace(b">1500<", b">00:25:00<"),
    )
    after = after.replace(b"<itunes:explicit>false", b"<itunes:explicit>no")

    assert {c.element for c in compare(before, after)} >= {"pubDate", "itunes:duration"}
    assert compare(before, after, meaning=True) == ()
    change = only(before, after.replace(b"00:25:00", b"00:25:01"), meaning=True)
    assert (change.old, change.new) == ("1500", "00:25:01")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Thu, 26 Feb 2026 07:00:00 +0000", "26 Feb 2026 02:00 EST"),
        (">1500<", ">25:00<"),
        (">1500<", ">0:25:00<"),
        (">en-gb<", ">en-GB<"),
        (">en-gb<", ">en_GB<"),
        ("https://audio.ferry.example/1.mp3", "HTTPS://Audio.Ferry.example:443/1.mp3"),
        (">serial<", ">Serial<"),
        ("<itunes:episode>1<", "<itunes:episode>01<"),
        (">full<", ">Full<"),
        ('pubdate="Mon, 02 Feb 2026 10:00:00 +0000"', 'pubdate="Mon, 02 Feb 2026 11:00:00 +0100"'),
        ('start="2026-03-12T20:00:00Z"', 'start="2026-03-12T21:00:00.000+01:00"'),
        ('startTime="73.0"', 'startTime="73"'),
        ('isPermaLink="false"', 'isPermaLink="False"'),
        ("6f7eee44-887a-5582-8d86-77799ddee723", "6F7EEE44-887A-5582-8D86-77799DDEE723"),
        ('length="24000000" type="audio/mpeg"', 'length="024000000" type="Audio/MPEG"'),
        ("Nobody saw <em>land</em>.", "Nobody saw\n   <em>land</em>."),
    ],
)
def test_what_another_host_writes_otherwise_means_the_same(old, new):
    """A producer would not call it a change; with every spelling counted it is one."""
    before, after = swapped(old, new)

    assert compare(before, after, meaning=True) == ()
    assert compare(before, after) != ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">1500<", ">1501<"),
        (">en-gb<", ">en-us<"),
        ("ferry.example/1.mp3", "ferry.example/1.MP3"),
        ("ferry.example/1.mp3", "ferry.example/1.mp3?a=1"),
        ("https://audio.ferry.example/1.mp3", "http://audio.ferry.example/1.mp3"),
        ("https://ferry.example/night/1", "https://ferry.example/night/1/"),
        ("ferry-0000-0001", "FERRY-0000-0001"),
        (">Cast Off<", ">CAST OFF<"),
        ('start="2026-03-12T20:00:00Z"', 'start="2026-03-12T20:00:00"'),
        ('pubdate="Mon, 02 Feb 2026 10:00:00 +0000"', 'pubdate="Mon, 02 Feb 2026 11:00:00 +0000"'),
    ],
)
def test_what_an_app_takes_for_another_is_a_change_whatever_is_meant(old, new):
    """The path of an address, a guid, a title: to the letter; and the values are as written."""
    before, after = swapped(old, new)
    changes = compare(before, after, meaning=True)
    (change,) = [each for each in changes if old in each.old or each.old in old]

    assert change.new in new or new in change.new


@pytest.mark.parametrize(
    ("value", "same"),
    [("https://a.example", "https://a.example/"), ("http://A.example:80", "http://a.example/")],
)
def test_an_address_without_a_path_is_that_of_the_root(value, same):
    """A browser asks for the same, so does an app."""
    before, after = (
        FEED.replace(b"https://ferry.example/night/1<", v.encode() + b"<") for v in (value, same)
    )

    assert compare(before, after, meaning=True) == ()
    assert compare(before, after) != ()


ODD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@relaxed
@given(value=ODD | st.from_regex(r"[a-z]{1,5}:?/?/?[\[\]@:a-z0-9.]{0,9}", fullmatch=True))
@example(value="http://[")
@example(value="0001-01-01T00:00:00+23:59")
@example(value="9999-12-31T23:59:59-23:59")
def test_any_value_has_a_meaning(value):
    """Whatever stands where a date, a number or an address belongs, it is compared."""
    value = value.strip() or "x"
    for name, attribute in [
        *(("pubDate", ""), ("itunes:duration", ""), ("link", ""), ("itunes:season", "")),
        *(("podcast:liveItem", "start"), ("podcast:trailer", "pubdate"), ("enclosure", "url")),
        *(("enclosure", "length"), ("atom:updated", ""), ("title", "")),
    ]:
        assert meant(name, attribute, value).strip()


def test_items_without_a_guid_are_paired_by_their_audio():
    """A feed without guids is compared episode by episode all the same."""
    tag = b'<guid isPermaLink="false">ferry-0000-0001</guid>'
    before = FEED.replace(tag, b"")

    change = only(before, before.replace(b">Cast Off<", b">Cast Away<"))
    assert (change.kind, change.element, change.title) == ("changed", "title", "Cast Away")


@pytest.mark.parametrize("other", [b"", b"{}", b"<html/>", b"\xff\xff", b'<feed xmlns="x"/>'])
def test_what_is_no_feed_is_one_change(other):
    """Nothing is compared element by element with a page of errors."""
    change = only(FEED, other)

    assert change.kind == "document"
    assert change.sentence


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_MARKS"])
def test_what_was_not_read_is_not_called_equal(monkeypatch, limit):
    """Of documents too large for anybody only the beginning is compared, and that is said."""
    other = FEED.replace(b">Cast Off<", b">Cast Away<")
    monkeypatch.setattr(document, limit, 2000 if limit == "MAX_BYTES" else 60)

    assert only(FEED, other).kind == "document"
    assert compare(FEED, FEED) == ()


def test_more_episodes_than_any_show_has_are_not_all_compared(monkeypatch):
    """The first ones are; memory does not follow whoever makes up millions."""
    monkeypatch.setattr(reading, "MAX_ITEMS", 1)
    other = FEED.replace(b">Cast Off<", b">Cast Away<")

    assert "only the beginning" in only(FEED, other).sentence


def test_atom_feeds_are_compared_entry_by_entry():
    """An Atom feed has entries with ids; they are episodes here."""
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id>'
        b"<title>One</title></entry></feed>"
    )
    change = only(atom, atom.replace(b"One", b"Two"))

    assert (change.guid, change.element) == ("1", "atom:title")


def mirrored(change: Change) -> tuple[str, str, str, str, str]:
    """Return what the change is called when the feeds are taken the other way round."""
    kind = {"added": "removed", "removed": "added"}.get(change.kind, change.kind)
    return kind, change.guid, change.element, change.new, change.old


def named(change: Change) -> tuple[str, str, str, str, str]:
    """Return what the change names."""
    return change.kind, change.guid, change.element, change.old, change.new


TREE = etree.fromstring(FEED)
PLACES = sum(1 for _ in TREE.iter("*"))
edits = st.lists(
    st.tuples(
        st.integers(1, PLACES - 1),
        st.sampled_from(["drop", "text", "attribute", "double", "move"]),
    ),
    max_size=5,
)


def edited(steps: list[tuple[int, str]]) -> bytes:
    """Return the good feed with elements dropped, changed, doubled or moved."""
    tree = etree.fromstring(FEED)
    for place, what in steps:
        elements = list(tree.iter("*"))
        element = elements[place % len(elements)]
        parent = element.getparent()
        if parent is None or element.tag == "channel":
            continue
        if what == "drop":
            parent.remove(element)
        elif what == "text":
            element.text = f"{element.text or ''} new"
        elif what == "attribute":
            for name in element.attrib:
                element.set(name, element.get(name, "") + "x")
        elif what == "double":
            parent.append(etree.fromstring(etree.tostring(element)))
        else:
            parent.append(element)
    return etree.tostring(tree)


@relaxed
@given(steps=edits)
def test_a_feed_does_not_differ_from_itself(steps):
    """Compared with a copy written anew, no feed has a difference."""
    raw = edited(steps)
    again = etree.tostring(etree.fromstring(raw), pretty_print=True, xml_declaration=True)

    assert compare(raw, raw) == ()
    assert compare(raw, again) == ()


@relaxed
@given(left=edits, right=edits, meaning=st.booleans())
@example(left=[], right=[(82, "drop"), (50, "move")], meaning=False)  # a guid lost, items moved
def test_both_directions_name_the_same(left, right, meaning):
    """What is added one way is removed the other; guid, element and values are the same."""
    old, new = edited(left), edited(right)
    forth, back = compare(old, new, meaning=meaning), compare(new, old, meaning=meaning)

    assert sorted(map(named, forth)) == sorted(map(mirrored, back))


@relaxed
@given(old=st.binary(max_size=200), new=st.binary(max_size=200))
def test_arbitrary_bytes_never_crash_the_comparison(old, new):
    """Any two documents are compared; only equal ones have nothing between them."""
    assert compare(old, old) == ()
    assert isinstance(compare(old, new), tuple)
