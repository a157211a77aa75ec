"""What podcast readers make of our feeds."""

import io
import warnings
from dataclasses import replace

import podcastparser
import pytest

from feedgen.feed.model import Notes
from feedgen.feed.render import Renderer
from tests.factories import (
    build_feed,
    make_artwork,
    make_episode,
    make_feed,
    make_item,
    make_series,
)
from tests.feed.test_item_template import EVERYTHING

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # feedparser imports modules that Python is about to drop
    import feedparser

TITLES = ["Ampersand & <angle>", "שלום עולם", "The Rain 🌧", "Quotes \"'"]


GUIDS = [f"guid-{at}" for at in range(5)]


@pytest.fixture(scope="module")
def raw():
    items = [
        make_item(f"guid-{at}", title=title, image=make_artwork(), notes=Notes(description=title))
        for at, title in enumerate(TITLES)
    ]
    return Renderer().render(make_feed(*items, replace(EVERYTHING, guid="guid-4")))


def test_feedparser_finds_everything(raw):
    """Well-formed, with every title, guid, enclosure and image."""
    found = feedparser.parse(raw)

    assert not found.bozo
    assert found.feed.image.href == "https://cdn.example.com/art/square-3000.jpg"
    assert [entry.id for entry in found.entries] == GUIDS
    assert [len(entry.enclosures) for entry in found.entries] == [1] * 5
    assert found.entries[1].title == TITLES[1]
    assert found.entries[2].title == TITLES[2]
    assert found.entries[0].itunes_duration == "2612"


def test_podcastparser_finds_everything(raw):
    """Titles, guids, durations, enclosures and artwork come back."""
    found = podcastparser.parse("https://feeds.example.com/example-show", io.BytesIO(raw))

    assert found["title"] == "Example Show"
    assert found["cover_url"] == "https://cdn.example.com/art/square-3000.jpg"
    assert {episode["guid"] for episode in found["episodes"]} == set(GUIDS)
    assert {episode["total_time"] for episode in found["episodes"]} == {2612}
    assert all(
        episode["enclosures"][0]["mime_type"] == "audio/mpeg" for episode in found["episodes"]
    )


def test_a_built_feed_reads_back_episode_for_episode():
    """From the model to a reader: the same guids in the same order."""
    series = make_series(episodes=tuple(make_episode(f"e{n}") for n in range(5)))
    built = build_feed(series)
    found = feedparser.parse(Renderer().render(built.feed))

    assert [entry.id for entry in found.entries] == [item.guid for item in built.feed.item_list]
