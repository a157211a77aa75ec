"""HTML of show notes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from feedgen.feed.markup import LIMIT, from_plain, normal
from feedgen.xmltext import ILLEGAL

TAGS = ["p", "div", "h1", "b", "i", "em", "a", "ul", "ol", "li", "br", "table", "tr", "td", "span"]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(['<a href="https://e.example/?a=1&amp;b=2">', "<a href='/rel'>", "&nbsp;"]),
    st.sampled_from(["<script>x</script>", "<!-- c -->", "&amp;", "&#11;", "]]>", "\n\n", "🌧"]),
    st.text(st.characters(), max_size=8),
)
MARKUP = st.lists(PIECES, max_size=30).map("".join)
ALLOWED = {"p", "br", "a", "ul", "ol", "li", "b", "i", "strong", "em"}


def tree(html: str) -> etree._Element:
    """Parse as XML: only balanced tags pass."""
    return etree.fromstring("<div>" + html.replace("<br>", "<br/>") + "</div>")


@given(MARKUP)
def test_only_the_tags_apps_accept_are_left(html):
    """Whatever comes in, balanced markup of the ten tags comes out, in characters XML allows."""
    shown = normal(html)

    assert {each.tag for each in tree(shown).iterdescendants()} <= ALLOWED
    assert not ILLEGAL.search(shown)


@given(MARKUP)
def test_normalising_twice_is_normalising_once(html):
    """Normal markup is left as it is."""
    assert normal(normal(html)) == normal(html)


@given(MARKUP, st.integers(60, 300))
def test_a_cut_breaks_no_tag_and_no_character_and_keeps_its_limit(html, limit):
    """At any limit the rest is balanced, valid UTF-8 and short enough."""
    shown = normal(html, limit=limit)

    assert len(shown.encode()) <= limit
    assert {each.tag for each in tree(shown).iterdescendants()} <= ALLOWED


@given(st.text(st.characters(), min_size=LIMIT // 2, max_size=LIMIT))
def test_a_single_long_paragraph_is_cut_at_4000_bytes(text):
    """Text without any block keeps the limit too."""
    assert len(normal(text, limit=LIMIT).encode()) <= LIMIT


def test_a_cut_ends_before_the_paragraph_that_does_not_fit():
    """Whole paragraphs are kept and no half one is added."""
    html = "".join(f"<p>{letter * 96}</p>" for letter in "abcdef")

    assert normal(html, limit=320) == "".join(f"<p>{letter * 96}</p>" for letter in "abc")


def test_a_first_paragraph_that_is_too_long_is_cut_at_a_word_with_an_ellipsis():
    """The reader sees that there is more, and open tags are closed."""
    shown = normal("<p><b>" + "word " * 100 + "</b></p>", limit=60)

    assert shown.startswith("<p><b>word word")
    assert shown.endswith("word…</b></p>")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>Head</h2><div>text</div>", "<p>Head</p><p>text</p>"),
        ("loose <u>text</u>", "<p>loose text</p>"),
        ("<p>&nbsp;</p><p>x<br></p>", "<p>x</p>"),
        ("<p>one <b>two</p>three", "<p>one <b>two</b></p><p><b>three</b></p>"),
        ("<script>alert(1)</script><style>p{}</style>x", "<p>x</p>"),
        ("<img src=x onerror=y>x", "<p>x</p>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<li>alone</li>", "<p>alone</p>"),
        ('<a href="javascript:x">j</a>', "<p>j</p>"),
        ('<a href="mailto:a@b.example">m</a>', '<p><a href="mailto:a@b.example">m</a></p>'),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a b</p>"),
        ("AT&T &amp; caf&eacute; &lt;3", "<p>AT&amp;T &amp; café &lt;3</p>"),
    ],
)
def test_what_apps_do_not_show_becomes_what_they_show(html, expected):
    """Headings become paragraphs, unknown tags keep their text, scripts lose it."""
    assert normal(html) == expected


def test_links_are_absolute_uris():
    """A relative link with a foreign letter is resolved and encoded once."""
    shown = normal('<a href="../épisode?a=1&amp;b=2">x</a>', base="https://e.example/show/page")

    (link,) = lxml_html.fromstring(shown).iter("a")
    assert link.get("href") == "https://e.example/%C3%A9pisode?a=1&b=2"


def test_no_nesting_is_too_deep():
    """Thousands of nested tags neither crash nor cost the text."""
    assert "deep" in normal("<div>" * 5000 + "<b>" * 5000 + "deep")


def test_plain_text_becomes_paragraphs():
    """Blank lines part paragraphs, single newlines lines, and markup is shown as written."""
    assert from_plain("a\nb\n \n\nc <d> & e") == "<p>a<br>b</p><p>c &lt;d&gt; &amp; e</p>"


def test_text_that_fits_only_without_the_ellipsis_is_cut_for_it():
    """The ellipsis counts too, where the text alone would just fit."""
    link = '<a href="https://e.example/?a=1&amp;b=2">'
    shown = normal(f"{link}&amp;🌧{link}&nbsp;", limit=61)

    assert len(shown.encode()) <= 61
    assert shown.endswith("…</a></p>")


@pytest.mark.parametrize("between", ["", "<div>", "<table><tr><td>", "<ul><li>"])
def test_a_link_in_a_link_is_not_written(between):
    """HTML has none; a reader would close the outer one."""
    link = '<a href="https://e.example/">'
    shown = normal(f"{link}one {between}{link}two</a> three</a>")

    assert re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", shown) is None
    assert shown == normal(shown)
