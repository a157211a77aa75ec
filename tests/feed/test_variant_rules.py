"""Addresses, memory and the second lock of further feeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.errors import SeriesProblem
from feedgen.feed.build import Memory
from feedgen.feed.selection import eligible
from feedgen.feed.variants import (
    dropped,
    learned,
    must_be_out,
    needs_secret,
    note_dropped,
    plans,
    recalled,
)
from feedgen.settings import Variant
from tests.factories import (
    FEED_URL,
    NOW,
    build_feed,
    make_episode,
    make_item,
    make_series,
    make_settings,
    moment,
)

SECRET = "a secret that is long enough"


def plan(secret=SECRET, series=None, **fields):
    settings = make_settings(feeds={"x": Variant(**fields)})
    return plans(series or make_series(), settings, secret=secret)[1]


def test_a_feed_without_an_address_lies_beside_that_of_the_series():
    """Address and file name follow from the name of the feed."""
    found = plan()

    assert found.settings.feed_url == f"{FEED_URL}.x"
    assert found.file_name == "example-show.x.xml"


def test_a_private_address_depends_on_secret_series_and_feed():
    """The same three give the same address, and nobody has it without the secret."""
    first = plan(private=True).settings.feed_url

    assert plan(private=True).settings.feed_url == first
    assert plan("another secret", private=True).settings.feed_url != first
    assert plan(private=True, series=make_series(id="2")).settings.feed_url != first
    assert first.startswith("https://feeds.example.com/private/")
    assert len(first.rsplit("/", 1)[1]) > 40


def test_a_private_feed_without_a_secret_is_refused():
    """No address that could be guessed is ever made up."""
    settings = make_settings(feeds={"x": Variant(private=True)})

    assert needs_secret(settings)
    with pytest.raises(SeriesProblem, match="has no address"):
        plan("", private=True)


def test_an_address_that_is_set_is_taken():
    """Also for a private feed, which then needs no secret."""
    url = "https://feeds.example.com/mine"

    assert plan("", private=True, feed_url=url).settings.feed_url == url
    assert not needs_secret(make_settings(feeds={"x": Variant(private=True, feed_url=url)}))


@pytest.mark.parametrize(
    ("feeds", "other"),
    [
        ({"x": Variant(feed_url=FEED_URL)}, "its own feed"),
        ({"x": Variant(), "y": Variant(feed_url=f"{FEED_URL}.x")}, "feed 'x'"),
    ],
)
def test_two_feeds_never_share_an_address(feeds, other):
    """Also if one of them was never said: the later would take the place of the earlier."""
    with pytest.raises(SeriesProblem, match=f"and {other} at {FEED_URL}"):
        plans(make_series(), make_settings(feeds=feeds))


def test_the_memory_of_a_variant_keeps_to_its_own_identity():
    """Guids and numbers are shared, podcast:guid is not."""
    memory = Memory(podcast_guid="own", guids={"e": "g"}, feeds={"x": "other"})
    seen = recalled("x", memory)
    after = learned(plan(), Memory(podcast_guid="other", guids={"e": "g", "f": "h"}), memory)

    assert (seen.podcast_guid, seen.guids) == ("other", {"e": "g"})
    assert (after.podcast_guid, after.feeds) == ("own", {"x": "other"})
    assert after.guids == {"e": "g", "f": "h"}


def test_a_feed_that_left_the_settings_is_told_of():
    """By name and address; it is not taken down by itself."""
    memory = learned(plan(), Memory(), Memory())
    left = dropped(make_settings(), memory)
    note = note_dropped("x", left["x"])

    assert left == {"x": f"{FEED_URL}.x"}
    assert note.code == "feed-dropped"
    assert note.message.startswith("feed 'x' is not in the settings any more, and what was publi")
    assert f"{FEED_URL}.x" in note.message
    assert dropped(make_settings(feeds={"x": Variant()}), memory) == {}


def test_the_address_of_a_private_feed_is_in_no_note():
    """It is the key to what is not out yet."""
    memory = learned(plan(private=True), Memory(), Memory())
    message = note_dropped("x", dropped(make_settings(), memory)["x"]).message

    assert "https://" not in message
    assert "feed 'x'" in message


def test_a_public_feed_with_an_episode_that_is_not_out_is_refused():
    """Whatever put it there."""
    with pytest.raises(SeriesProblem, match="not out"):
        must_be_out("x", [make_item("a")], {"episode-b"})


_EPISODES = st.lists(
    st.builds(
        make_episode,
        st.uuids().map(str),
        released_at=st.floats(-30, 30).map(moment),
        published=st.booleans(),
        premium_status=st.sampled_from(["inactive", "active", "force-active", "new-word"]),
        status=st.sampled_from(["active", "inactive"]),
        itunes_type=st.sampled_from(["full", "bonus"]),
    ),
    max_size=8,
    unique_by=lambda episode: episode.id,
)


@given(_EPISODES, st.floats(0, 500), st.sampled_from([(), ("full",), ("bonus",)]))
def test_no_public_feed_shows_what_the_feed_of_the_series_may_not(episodes, delay, types):
    """Drafts, premium, inactive and future episodes are in no public feed, delayed or filtered."""
    series = make_series(episodes=tuple(episodes))
    settings = make_settings(feeds={"x": Variant(delay_hours=delay, episode_types=types)})
    allowed = {episode.id: episode.guid for episode in eligible(series, settings, NOW)[0]}
    _, found = plans(series, settings)
    try:
        feed = build_feed(found.series, found.settings).feed
    except SeriesProblem:
        return
    shown = {item.episode_id: item.guid for item in feed.item_list}

    assert shown.items() <= allowed.items()
    assert all(item.pub_date <= NOW for item in feed.item_list)
