"""Addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.feed.urls import ascii_url, extension, is_http, is_https, slug


@given(st.text())
def test_encoding_twice_is_encoding_once(text):
    """An encoded address is left as it is, and it is ASCII."""
    once = ascii_url(text)

    assert ascii_url(once) == once
    assert once.isascii()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/épisode 1.mp3", "https://example.com/%C3%A9pisode%201.mp3"),
        ("https://example.com/a%20b?x=1&y=2#z", "https://example.com/a%20b?x=1&y=2#z"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ('https://example.com/"<>\\^`{|}', "https://example.com/%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ],
)
def test_an_iri_becomes_a_uri(url, expected):
    """Letters are percent-encoded once, hosts go into Punycode, valid escapes stay."""
    assert ascii_url(url) == expected


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://example.com", True),
        ("http://localhost:8080/a?b=c", True),
        ("ftp://example.com/", False),
        ("https://", False),
        ("/relative", False),
        ("https://exa mple.com/", False),
        ("https://example.com/ä", False),
    ],
)
def test_an_address_is_absolute_http(url, answer):
    """Only http and https with a host, in ASCII, are addresses a feed can name."""
    assert is_http(url) is answer


def test_only_https_is_https():
    """The podcast namespace takes no http."""
    assert is_https("https://example.com/")
    assert not is_https("http://example.com/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a.b/ep.MP3?x=.ogg#.wav", "mp3"),
        ("https://x.example/a.b/ep", ""),
        ("ep.m4a", "m4a"),
    ],
)
def test_the_extension_is_that_of_the_path(url, expected):
    """Queries and folders with dots do not count."""
    assert extension(url) == expected


def test_a_slug_is_lower_case_words_joined_by_hyphens():
    """Accents are folded, other scripts kept."""
    assert slug("Épisode 1: The Flood!") == "episode-1-the-flood"
    assert slug("雨 2") == "雨-2"
