"""What the settings know and what an earlier run found spare requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feedgen.probe import Hints, MemoryCache
from tests.probe import made
from tests.probe.looking import look, problem

if TYPE_CHECKING:
    from tests.probe.conftest import MediaServer

CBR = made.cbr_mp3(4000)  # 104.49 s


def test_complete_hints_ask_nothing(server: MediaServer) -> None:
    """If the settings say everything, no request is made."""
    url = server.add("/a.mp3", CBR)
    found = look(url, hints=Hints(type="audio/mpeg", length=9, duration=7))
    assert (found.enclosure.length, found.enclosure.duration) == (9, 7)
    assert server.asked() == []


def test_hints_win_over_what_is_found(server: MediaServer) -> None:
    """Each value of the settings replaces the one that was found, the others stay."""
    url = server.add("/a.mp3", made.adts(4000))
    found = look(url, hints=Hints(duration=7)).enclosure
    assert (found.duration, found.estimated, found.length) == (7, False, 800_000)
    found = look(url, hints=Hints(length=5, type="audio/mpeg")).enclosure
    assert (found.length, found.type, found.estimated) == (5, "audio/mpeg", True)


@pytest.mark.parametrize(
    "headers", [{"ETag": '"v1"'}, {"Last-Modified": "Thu, 05 Mar 2026 07:08:09 GMT"}]
)
@pytest.mark.parametrize("head", [0, 405])
def test_cached_facts_cost_one_request(
    server: MediaServer, headers: dict[str, str], head: int
) -> None:
    """With the same validator the facts are reused after one HEAD, or a read where HEAD fails."""
    url, cache = server.add("/a.mp3", CBR, headers=headers, head=head), MemoryCache()
    first = look(url, cache=cache)
    server.requests.clear()
    again = look(url, cache=cache)
    assert again.enclosure == first.enclosure
    assert (first.cached, again.cached, again.stale) == (False, True, False)
    assert len(server.requests) == (2 if head else 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ETag": '"v1"'}, {"ETag": '"v2"'}),
        ({"ETag": 'W/"v1"'}, {"ETag": 'W/"v1"'}),
        ({}, {}),
        ({"Last-Modified": "a"}, {"Last-Modified": "b"}),
    ],
)
def test_other_or_no_validator_means_a_new_look(
    server: MediaServer, before: dict[str, str], after: dict[str, str]
) -> None:
    """A changed, weak or absent validator does not keep old facts alive."""
    url, cache = server.add("/a.mp3", CBR, headers=before), MemoryCache()
    assert look(url, cache=cache).enclosure.duration == 104
    server.add("/a.mp3", made.cbr_mp3(1000), headers=after)
    assert look(url, cache=cache).enclosure.duration == 26


def test_same_date_with_another_length_is_another_file(server: MediaServer) -> None:
    """Last-Modified has a second's resolution: the length is compared as well."""
    headers = {"Last-Modified": "Thu, 05 Mar 2026 07:08:09 GMT"}
    url, cache = server.add("/a.mp3", CBR, headers=headers), MemoryCache()
    look(url, cache=cache)
    server.add("/a.mp3", made.cbr_mp3(1000), headers=headers)
    assert look(url, cache=cache).enclosure.duration == 26


def test_unreachable_server_leaves_cached_facts_marked_stale(server: MediaServer) -> None:
    """While the server is away, what an earlier run found is given, flagged; never for a 404."""
    url, cache = server.add("/a.mp3", CBR), MemoryCache()
    first = look(url, cache=cache)
    server.paths["/a.mp3"].status = 503
    found = look(url, cache=cache)
    assert (found.stale, found.enclosure) == (True, first.enclosure)
    assert found.notes[0].code == "stale"
    assert "503" in found.notes[0].message
    server.paths["/a.mp3"].status = 404
    assert problem(url, cache=cache).kind == "gone"
