"""Addresses."""

import httpx
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
        ("https://example.com:99999/", False),
        ("https://a..example.com/", False),
        (f"https://{'a' * 64}.example.com/", False),
        ("https://xn--a/", False),
        ("https://xn--bcher-kva.example/", True),
        ("https://[::1]:8080/", True),
        ("https://[::1::]/", False),
    ],
)
def test_an_address_is_absolute_http(url, answer):
    """Only http and https with a host, in ASCII, are addresses a feed can name."""
    assert is_http(url) is answer


HOSTS = st.lists(
    st.sampled_from(
        ["a", "-", ".", "xn--", "[", "]", "::", "1", ":", "@", "kva", "ü", "_", "%41"]
    ),
    max_size=8,
).map("".join)


@given(HOSTS, st.sampled_from(["", "/", "/a?b=[1]#c", "?a@b"]))
def test_what_is_an_address_can_be_asked_for(host, rest):
    """The client that fetches it takes it for one too."""
    url = ascii_url(f"https://{host}{rest}")
    if is_http(url):
        assert httpx.URL(url).host


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
