"""JSON chapters."""

import json

from feedgen.feed.chapters import document
from feedgen.feed.tags import Chapter
from feedgen.settings import EpisodeSettings
from tests.factories import build_feed, make_settings

CHAPTERS = (
    Chapter(start=12.5, title="Später", url="https://www.example.com/c", toc=False),
    Chapter(start=0, title="Start", end=12.5),
)


def test_a_chapter_file_is_ordered_and_says_only_what_is_known():
    """Version 1.2.0, ascending starts, no nulls."""
    assert json.loads(document(CHAPTERS, title="T", podcast="P")) == {
        "version": "1.2.0",
        "title": "T",
        "podcastName": "P",
        "chapters": [
            {"startTime": 0, "endTime": 12.5, "title": "Start"},
            {
                "startTime": 12.5,
                "title": "Später",
                "url": "https://www.example.com/c",
                "toc": False,
            },
        ],
    }


def test_chapters_in_the_settings_become_a_file_beside_the_feed():
    """The feed names the address the file is to be published at."""
    said = {"episode-1": EpisodeSettings(chapters=CHAPTERS)}
    template = "https://feeds.example.com/chapters/{id}.json"
    built = build_feed(settings=make_settings(chapters_template=template, episodes=said))
    tags = built.feed.item_list[0].tags

    assert tags is not None
    assert [file.url for file in built.files] == [tags.chapters_url]
    assert tags.chapters_url == "https://feeds.example.com/chapters/episode-1.json"


def test_a_chapter_file_that_is_there_is_named_and_not_written():
    """chapters_url says that somebody else publishes it."""
    said = EpisodeSettings(chapters=CHAPTERS, chapters_url="https://media.example.com/c.json")
    built = build_feed(settings=make_settings(episodes={"episode-1": said}))
    tags = built.feed.item_list[0].tags

    assert built.files == ()
    assert tags is not None
    assert tags.chapters_url == "https://media.example.com/c.json"
