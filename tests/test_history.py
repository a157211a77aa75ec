"""Versions kept byte for byte, and the way back to them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedgen.errors import UsageProblem
from feedgen.guard import Identity
from feedgen.history import feed_key
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
SHOW = Identity(
    series_id="s1", slug="daily", name="daily.xml", title="Daily", self_url="https://e.com/daily"
)
OTHER = replace(SHOW, series_id="s2", slug="weekly", name="weekly.xml", title="Weekly")


@pytest.fixture
def state(tmp_path):
    """An open state file."""
    with State(tmp_path / "state.sqlite3") as opened:
        yield opened


def test_versions_come_back_byte_for_byte(state):
    """What was on air can be put on air again exactly as it was."""
    odd = b"\xef\xbb\xbf<rss>\r\n\x00\xff</rss>"
    first = state.history.keep("s1", SHOW, odd, at=AT, read_at=AT)
    state.history.keep("s1", SHOW, b"two", at=AT)

    assert state.history.data(state.history.version("s1")) == odd
    assert state.history.version("s1") == first
    assert state.history.data(state.history.version("s1", "1")) == odd
    assert state.history.data(state.history.version("s1", first.sha256[:8])) == odd


def test_the_same_bytes_are_one_version(state):
    """A run that finds what it has just recorded records nothing."""
    state.history.keep("s1", SHOW, b"one", at=AT)
    state.history.keep("s1", SHOW, b"one", at=AT + timedelta(days=1))

    assert [v.put_at for v in state.history.versions("s1")] == [AT]


def test_a_version_that_comes_back_is_a_new_version(state):
    """A rollback is history too: the numbers go on."""
    for data in (b"one", b"two"):
        state.history.keep("s1", SHOW, data, at=AT)
    state.history.keep("s1", SHOW, b"one", at=AT, how="rolled-back")

    assert [(v.number, v.how) for v in state.history.versions("s1")] == [
        (3, "rolled-back"),
        (2, "published"),
        (1, "published"),
    ]
    assert state.history.version("s1").number == 2


def test_only_so_many_versions_are_kept(state):
    """Old versions and their bytes go, those of other shows and shared bytes stay."""
    state.history.keep("s2", OTHER, b"0", at=AT)
    for number in range(10):
        state.history.keep("s1", SHOW, str(number).encode(), at=AT, kept=3)

    assert [v.number for v in state.history.versions("s1")] == [10, 9, 8]
    assert state.history.data(state.history.versions("s2")[0]) == b"0"
    with pytest.raises(UsageProblem, match="there is no version '7'") as caught:
        state.history.version("s1", "7")
    assert "10, 9, 8" in caught.value.hint


def test_without_an_earlier_version_there_is_no_way_back(state):
    """A single version is nothing to go back to."""
    state.history.keep("s1", SHOW, b"one", at=AT)
    with pytest.raises(UsageProblem, match="no earlier version"):
        state.history.version("s1")
    with pytest.raises(UsageProblem, match="no earlier version"):
        state.history.version("unknown")


def test_a_rollback_of_the_same_bytes_is_recorded(state):
    """How they came on air matters, not only which they are; what is merely found adds nothing."""
    state.history.keep("s1", SHOW, b"one", at=AT)
    state.history.keep("s1", SHOW, b"one", at=AT, how="rolled-back")
    state.history.keep("s1", SHOW, b"one", at=AT, how="found")

    assert [v.how for v in state.history.versions("s1")] == ["rolled-back", "published"]


def test_other_shows_are_known_by_their_newest_version(state):
    """The guard compares with what the others are now, not with what they were."""
    state.history.keep("s2", replace(OTHER, title="Old name"), b"one", at=AT)
    state.history.keep("s2", OTHER, b"two", at=AT)
    state.history.keep("s1", SHOW, b"three", at=AT)

    assert state.history.identities(but="s1") == (OTHER,)


def test_history_survives_the_process(tmp_path):
    """Versions are on disk once `keep` has returned."""
    with State(tmp_path / "state.sqlite3") as state:
        kept = state.history.keep("s1", SHOW, b"one", at=AT, read_at=AT)
    with State(tmp_path / "state.sqlite3") as state:
        assert state.history.newest("s1") == kept


def test_every_feed_of_a_series_has_its_own_versions(state):
    """A further feed and the further documents of a split one are counted by themselves."""
    keys = [feed_key("s1"), feed_key("s1", "early"), feed_key("s1", "early", "page-2")]
    for key in keys:
        state.history.keep(key, SHOW, key.encode(), at=AT)

    assert [state.history.newest(key).number for key in keys] == [1, 1, 1]
    assert set(state.history.keys("s1")) == set(keys)
    assert len(set(keys)) == 3
    assert state.history.identities(but="s1") == ()


def test_what_was_on_air_at_a_time_is_known(state):
    """The documents of a split feed go back to one and the same moment."""
    for day, data in enumerate((b"one", b"two", b"three")):
        state.history.keep("s1", SHOW, data, at=AT + timedelta(days=day))

    assert state.history.at("s1", AT - timedelta(days=1)) is None
    assert state.history.data(state.history.at("s1", AT + timedelta(days=1, hours=5))) == b"two"
