"""podcast:guid."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.feed.guid import podcast_guid


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        ("https://feeds.example.com/example-show", "6f7eee44-887a-5582-8d86-77799ddee723"),
    ],
)
def test_the_published_vectors_come_out(url, expected):
    """The algorithm is that of the namespace's documents."""
    assert podcast_guid(url) == expected


@given(st.from_regex(r"[a-z]{1,9}\.example/[a-z/]{0,9}[a-z]", fullmatch=True))
def test_scheme_and_last_slashes_do_not_count(name):
    """http, https and trailing slashes give the same identity; it is a UUID of version 5."""
    found = {
        podcast_guid(f"{start}{name}{end}")
        for start in ("http://", "https://")
        for end in ("", "//")
    }

    assert len(found) == 1
    assert uuid.UUID(found.pop()).version == 5
