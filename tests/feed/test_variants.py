"""Several feeds of one series."""

from datetime import timedelta

import pytest

from feedgen.errors import SeriesProblem
from feedgen.feed.variants import plans
from feedgen.settings import EpisodeSettings, Variant
from tests.factories import (
    NOW,
    build_feed,
    make_episode,
    make_season,
    make_series,
    make_settings,
    moment,
)

URL = "https://feeds.example.com/other"
SERIES = make_series(
    episodes=(
        make_episode("new", released_at=moment(0.5), season=make_season(2)),
        make_episode("old", released_at=moment(9), season=make_season(1)),
        make_episode("bonus", released_at=moment(8), itunes_type="bonus", season=make_season(1)),
        make_episode("future", released_at=NOW + timedelta(hours=3)),
        make_episode("draft", published=False),
    )
)


def variant(series=SERIES, **fields):
    """Return the feed of a variant with these fields."""
    made = Variant(**{"feed_url": URL} | fields)
    _, plan = plans(series, make_settings(feeds={"other": made}))
    return build_feed(plan.series, plan.settings).feed


def ids(feed):
    return [item.episode_id for item in feed.item_list]


def test_the_feed_of_the_series_comes_first_and_is_not_touched():
    """Variants cost the default feed nothing."""
    settings = make_settings(feeds={"other": Variant(feed_url=URL)})
    first = plans(SERIES, settings)[0]

    assert (first.name, first.series, first.settings) == ("", SERIES, settings)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["new", "bonus", "old"]),
        ({"max_items": 1}, ["new"]),
        ({"seasons": (1,)}, ["bonus", "old"]),
        ({"episode_types": ("bonus",)}, ["bonus"]),
        ({"delay_hours": 24}, ["bonus", "old"]),
        ({"delay_hours": -24, "private": True}, ["future", "new", "bonus", "old"]),
    ],
)
def test_a_variant_has_its_own_choice_of_episodes(fields, expected):
    """Limited, filtered, delayed and early; drafts are in none of them."""
    assert ids(variant(**fields)) == expected


def test_a_delay_moves_the_dates_too():
    """An episode is as new in the delayed feed as it was in the other."""
    assert variant(delay_hours=24).item_list[0].pub_date == moment(7)


def test_a_delay_moves_a_date_from_the_settings():
    """A pub_date that was set is moved like one of the API."""
    said = {"guid-old": EpisodeSettings(pub_date=moment(3))}
    settings = make_settings(feeds={"d": Variant(feed_url=URL, delay_hours=24)}, episodes=said)
    plan = plans(SERIES, settings)[1]

    assert build_feed(plan.series, plan.settings).feed.item_list[0].pub_date == moment(2)


def test_guids_are_the_same_in_every_feed():
    """A listener who changes feeds keeps what was played."""
    guids = {item.episode_id: item.guid for item in variant().item_list}

    assert guids == {each: f"guid-{each}" for each in ("new", "old", "bonus")}


def test_a_private_feed_is_blocked_and_has_no_hub():
    """Neither directories nor hubs learn of it."""
    settings = make_settings(
        feeds={"p": Variant(feed_url=URL, private=True)},
        websub_hub="https://hub.example.com/",
        podping=True,
    )
    plan = plans(SERIES, settings)[1]
    feed = build_feed(plan.series, plan.settings).feed

    assert plan.private
    assert feed.block
    assert (feed.hub, feed.podping) == ("", False)
    assert [(block.id, block.value) for block in feed.podcast_block] == [(None, "yes")]


def test_a_public_feed_is_never_early():
    """Nothing unreleased gets out, whoever made the settings."""
    with pytest.raises(SeriesProblem, match="would be early"):
        variant(delay_hours=-1)


def test_a_variant_has_a_face_of_its_own():
    """Title, artwork and a footer under every text."""
    feed = variant(
        title="Early birds", image_url="https://cdn.example.com/b.png", footer="<p>Thanks.</p>"
    )

    assert feed.title == "Early birds"
    assert feed.image.url == "https://cdn.example.com/b.png"
    assert feed.item_list[0].notes.description == "<p>Notes of new</p><p>Thanks.</p>"
