"""Who may see what, how ages and sizes are said, and what the state remembers for the pages."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from feedgen.deeds import Deed
from feedgen.history import key_parts
from feedgen.outcome import Outcome
from feedgen.state import State
from feedgen.web.last import LastOutcome
from feedgen.web.rendering import ago, in_bytes, on_clock
from feedgen.web.show import Here
from feedgen.web.viewer import at_this_machine, private_feeds, without

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def request(client="127.0.0.1", host="localhost:8000", version="1.1", **headers):
    named = {"host": host, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Request(
        {
            "type": "http",
            "http_version": version,
            "client": (client, 1) if client else None,
            "headers": [(k.encode(), v.encode()) for k, v in named.items()],
        }
    )


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        (request(), True),
        (request("::1", "[::1]:8000"), True),
        (request("127.0.0.5", "127.0.0.1"), True),
        (request(host="LOCALHOST"), True),
        (request("192.0.2.7"), False),
        (request(""), False),
        (request("testclient"), False),
        (request(host="podcasts.example.com"), False),
        (request(host="localhost.evil.example"), False),
        (request(host="127.0.0.1.evil.example"), False),
        (request(host=""), False),
        (request(host="[:::"), False),
        (request(x_forwarded_for="192.0.2.7"), False),
        (request(forwarded="for=192.0.2.7"), False),
        (request(via="1.1 proxy"), False),
        (request(version="1.0"), False),
    ],
)
def test_this_machine_is_told_from_all_others(asked, near):
    """By address, by the name that was asked for, and by what proxies add."""
    assert at_this_machine(asked) is near


@pytest.mark.parametrize(
    ("here", "feed", "audio"),
    [
        (Here("https://x.example/p", "/p"), "/p/a.xml", "/p/media/a.mp3"),
        (Here("https://x.example/p", "/p", True), "https://x.example/p/a.xml", "/p/media/a.mp3"),
        (Here("https://x.example/p", None), None, None),
    ],
)
def test_an_address_leads_to_this_server_where_it_has_the_file(here, feed, audio):
    """Feeds and media from a folder, media alone beside an object store, else by https."""
    public = ("https://x.example/p/a.xml", "https://x.example/p/media/a.mp3")

    assert here(public[0]) == (feed or public[0])
    assert here(public[1]) == (audio or public[1])
    assert here("https://elsewhere.example/a.mp3") == "https://elsewhere.example/a.mp3"
    assert here("http://elsewhere.example/a.mp3") == here("javascript:x") == ""


def test_a_feed_of_which_nothing_is_known_is_private():
    """Only what the last outcome calls public may be shown; the series' own feed always may."""
    told = {"feeds": [{"name": "a", "private": False}, {"name": "b", "private": True}, {}]}

    assert private_feeds(told, ["", "a", "b", "c"]) == {"b", "c"}
    assert private_feeds(None, ["", "a"]) == {"a"}
    assert key_parts("id#b/page-2")[1] == "b"
    assert key_parts("id/page-2")[1] == key_parts("id")[1] == ""


def test_secrets_are_taken_out_of_everything_that_is_told():
    """In texts, lists and tables, the longest first."""
    told = {"reason": "can not write private/k3y.xml", "more": ["https://x/private/k3y.xml", 3]}
    hidden = without(frozenset({"private/k3y.xml", "https://x/private/k3y.xml"}), told)

    assert hidden == {"reason": "can not write (private)", "more": ["(private)", 3]}
    assert without(frozenset(), told) is told


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (86400 * 2, "2 days ago"),
        (86400 * 800, "2 years ago"),
        (-1, "just now"),
        (-30, "in a moment"),
        (-3600, "in 1 hour"),
    ],
)
def test_ages_are_said_as_people_say_them(seconds, said):
    """Past and to come, in the largest unit."""
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_sizes_and_lengths_are_said_as_people_say_them():
    """Bytes in powers of a thousand, seconds as on a player."""
    assert [in_bytes(n) for n in (0, 999, 1000, 99_949, 123_456, 5_000_000, 2_500_000_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "99.9 kB",
        "123 kB",
        "5.0 MB",
        "2.5 GB",
    ]
    assert [on_clock(n) for n in (0, 59.9, 61, 3723)] == ["0:00", "0:59", "1:01", "1:02:03"]


@pytest.mark.parametrize(
    "told", [None, {}, {"reason": 3}, {"skipped": "x"}, {"findings": [{"rule": 1}]}, {"new": 1}]
)
def test_an_outcome_of_another_version_is_no_failure(told):
    """What can not be read is blank."""
    assert LastOutcome.read(told) == LastOutcome()


def test_the_state_keeps_the_last_outcome_of_every_series(tmp_path):
    """As it was told, replaced by the next, gone with the series."""
    path = tmp_path / "state.sqlite3"
    with State(path) as state:
        state.standings.record(Outcome(slug="a", result="failed", reason="first"), at=NOW)
        state.standings.record(Outcome(slug="a", result="held", reason="second"), at=NOW)
    with State(path) as state:
        kept = LastOutcome.read(state.standings.outcome("a"))
        state.standings.forget("a")
        gone = state.standings.outcome("a")

    assert kept.reason == "second"
    assert gone is None


def test_deeds_are_kept_newest_first(tmp_path):
    """Those of one series, with who did them."""
    path = tmp_path / "state.sqlite3"
    made = [
        Deed(at=NOW, series_id=series, key=series, what="approved", detail=str(number), by="Ada")
        for number, series in enumerate(("a", "b", "a"))
    ]
    with State(path) as state:
        for deed in made:
            state.deeds.record(deed)
    with State(path) as state:
        assert state.deeds.of("a") == (made[2], made[0])
        assert state.deeds.of("nobody") == ()
