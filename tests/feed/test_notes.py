"""Show notes: what is cut, and what is whole."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedgen.feed.markup import LIMIT, normal
from feedgen.feed.notes import show_notes
from feedgen.xmltext import clean
from tests.feed.test_markup import ALLOWED, MARKUP

# Long enough to be cut, of pieces that a cut could break.
LONG = st.tuples(MARKUP, st.integers(1, 150)).map(lambda pair: pair[0] * pair[1])
PLAIN = st.tuples(
    st.text(st.sampled_from("aé🌧&<\n \u2067\u2069"), max_size=40), st.integers(1, 300)
).map(lambda pair: clean(pair[0] * pair[1]))
FOOTERS = st.sampled_from(["", "<p>Thanks &amp; goodbye.</p>"])


def tree(html):
    """Parse as XML, however deep: only balanced tags and whole characters pass."""
    return etree.fromstring(f"<div>{html}</div>", etree.XMLParser(huge_tree=True))


def words(html):
    return "".join(tree(html.replace("<br>", " ")).itertext()).split()


@settings(max_examples=50)
@given(LONG, FOOTERS)
def test_markup_of_any_length_is_at_most_4000_bytes_and_whole_in_full(html, footer):
    """Tags are closed, characters whole, and nothing is lost to those who read on."""
    shown = show_notes(html, is_html=True, base="https://e.example/", footer=footer)

    assert len(shown.description.encode()) <= LIMIT
    root = tree(shown.description.replace("<br>", "<br/>"))
    assert {each.tag for each in root.iterdescendants()} <= ALLOWED
    if shown.full:
        assert shown.full == normal(html + footer, base="https://e.example/")
        assert len(shown.full.encode()) > LIMIT
        kept = words(shown.description)
        # The last word may be cut, and carries the ellipsis then.
        assert words(shown.full)[: len(kept) - 1] == kept[:-1]


@given(PLAIN, FOOTERS)
def test_plain_text_of_any_length_is_at_most_4000_bytes(text, footer):
    """Marked up or not, no character is cut in two."""
    shown = show_notes(text, is_html=False, base="", footer=footer)

    assert len(shown.description.encode()) <= LIMIT
    assert shown.description.encode().decode() == shown.description
    assert not shown.full or len(shown.full.encode()) > LIMIT
