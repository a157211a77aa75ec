"""Characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feedgen.xmltext import ILLEGAL, clean, strip_illegal, without_open_bidi

# Hypothesis leaves surrogates out unless it is asked for them.
ANY_TEXT = st.text(st.characters())
ODD = st.text(
    st.sampled_from("\x00\x0b\x7f\x80\x92\x9d\r\n \u2028\u200b\ufeff\u202e\u202c\ud800e\u0301&<")
)


@given(ANY_TEXT | ODD)
def test_cleaning_twice_is_cleaning_once(text):
    """A cleaned text is left as it is by a second cleaning."""
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT | ODD)
def test_clean_text_goes_through_a_document_unharmed(text):
    """What lxml writes of a cleaned text, it reads back as the same text."""
    element = etree.Element("title")
    element.text = clean(text)

    assert (etree.fromstring(etree.tostring(element)).text or "") == clean(text)


@given(ANY_TEXT | ODD)
def test_stripping_takes_out_just_what_xml_forbids(text):
    """Every character that stays is in the same order, and none is illegal."""
    assert strip_illegal(text) == "".join(each for each in text if not ILLEGAL.match(each))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x0bb", "ab"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("it\x92s", "it’s"),
        ("one\u2028two", "one two"),
        ("\ufeffzero\u200bwidth", "zerowidth"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301", "é"),
        ("\u00a0 padded \n", "padded"),
        ("🧑\u200d🚀 می\u200cخواهم", "🧑\u200d🚀 می\u200cخواهم"),
        ("\u202eopen", "open"),
        ("a \u2068name\u2069 b", "a \u2068name\u2069 b"),
    ],
)
def test_each_trap_has_its_remedy(text, expected):
    """Forbidden, invisible and misread characters are repaired; joiners that matter stay."""
    assert clean(text) == expected


@given(st.text(st.sampled_from("ab\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")))
def test_direction_marks_close_each_other(text):
    """After cleaning there are as many closing marks as opening ones, of both kinds."""
    kept = without_open_bidi(text)

    assert sum(map(kept.count, "\u202a\u202b\u202d\u202e")) == kept.count("\u202c")
    assert sum(map(kept.count, "\u2066\u2067\u2068")) == kept.count("\u2069")


@given(ANY_TEXT)
def test_clean_text_is_composed(text):
    """Accents are composed, so that equal words compare equal."""
    assert unicodedata.is_normalized("NFC", clean(text))


def test_letters_that_a_removed_mark_kept_apart_are_composed():
    """An accent behind an unclosed direction mark joins its letter in the same pass."""
    assert clean("A\u202a\u0300") == "\u00c0"
