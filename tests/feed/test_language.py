"""Language tags."""

import pytest

from feedgen.feed.language import tag


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        ("EN-us", "en-us"),
        ("pt_BR", "pt-BR"),
        ("zh-Hans", "zh-Hans"),
        ("German", "de"),
        (" cantonese ", "zh-hk"),
        ("ger", None),
        ("xx", None),
        ("iw", None),
        ("Klingon", None),
        ("", None),
    ],
)
def test_a_language_is_a_tag_that_begins_with_two_letters(value, expected):
    """Names are translated; withdrawn, unknown and three-letter codes are refused."""
    assert tag(value) == expected
