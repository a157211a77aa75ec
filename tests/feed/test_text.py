"""Plain text of a feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.feed.text import cut, cut_bytes, line, unescaped


@given(st.text(), st.integers(8, 60))
def test_a_cut_keeps_its_limit_and_the_start(text, limit):
    """A text that is too long keeps its beginning and ends with an ellipsis."""
    short = cut(text, limit)

    assert len(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…").rstrip()[:4])


@given(st.text(), st.integers(8, 60))
def test_a_cut_in_bytes_never_breaks_a_character(text, limit):
    """The limit counts UTF-8, and what is left decodes."""
    assert len(cut_bytes(text, limit).encode()) <= limit


def test_a_cut_falls_between_words():
    """No half word is shown."""
    assert cut("one two three four", 12) == "one two…"
    assert cut_bytes("ein zwei drei vier", 14) == "ein zwei…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AT&amp;T", "AT&T"),
        ("caf&eacute; &#8217;", "café ’"),
        ("AT&notation", "AT&notation"),
        ("&amp;amp;", "&amp;"),
        ("a&#11;b", "ab"),
    ],
)
def test_references_are_resolved_once(text, expected):
    """A title that a web form escaped is shown as it was meant; bare ampersands stay."""
    assert unescaped(text) == expected


def test_a_title_is_one_line_of_at_most_255_characters():
    """White space is folded and the rest cut (Apple, PSP-1)."""
    assert line(" a\n\tb ") == "a b"
    assert len(line("word " * 100)) <= 255
