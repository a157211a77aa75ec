"""Feeds that name other feeds: lists and publishers."""

from dataclasses import replace

import pytest
from lxml import etree

from feedgen import check
from feedgen.errors import SeriesProblem
from feedgen.feed.lists import refers
from feedgen.feed.model import NAMESPACES
from feedgen.feed.render import Renderer
from feedgen.feed.tags import RemoteItem
from tests.factories import NOW, build_feed, make_series, make_settings

SHOW = RemoteItem(feed_guid="9b024349-ccf0-5f69-a609-6b82873eab3c", title="Podnews")
OTHER = RemoteItem(feed_guid="917393e3-1b1e-5cef-ace4-edaa54e1f810", item_guid="song-1")
NOBODY = make_series(episodes=())


def build(series=NOBODY, **settings):
    return build_feed(series, make_settings(**{"remote_items": (SHOW, OTHER)} | settings))


@pytest.mark.parametrize("medium", ["publisher", "podcastL", "musicL", "mixed"])
def test_a_list_or_publisher_has_remote_items_and_no_item(medium):
    """In the order of the settings, and our own checks find nothing against it."""
    raw = Renderer().render(build(medium=medium).feed)
    channel = etree.fromstring(raw).find("channel")
    named = channel.findall("podcast:remoteItem", NAMESPACES)

    assert [each.get("feedGuid") for each in named] == [SHOW.feed_guid, OTHER.feed_guid]
    assert channel.findall("item") == []
    assert channel.findtext("podcast:medium", namespaces=NAMESPACES) == medium
    found = check.run(raw, now=NOW).findings
    assert [each.rule for each in found if each.severity != "info"] == []


def test_episodes_of_a_publisher_are_left_out_with_a_reason():
    """They are on air in the feeds of the shows."""
    built = build(make_series(), medium="publisher")

    assert built.feed.item_list == ()
    assert [each.reason for each in built.skipped] == [
        "The feed is of medium publisher: it names other feeds and has no items."
    ]


def test_a_list_of_nothing_is_refused():
    """Apps would show an empty page."""
    with pytest.raises(SeriesProblem, match="names no feed"):
        build(medium="podcastL", remote_items=())


def test_a_list_needs_the_podcast_namespace():
    """ART19's own shape has no element for it."""
    with pytest.raises(SeriesProblem, match="art19-compat"):
        build(medium="podcastL", profile="art19-compat")


def test_a_feed_with_episodes_names_no_other_feed():
    """What is set all the same is left out, and a note says so."""
    built = build(make_series(), medium="podcast")

    assert built.feed.remote_items == ()
    assert [note.code for note in built.notes] == ["remote-items-unused"]


def test_a_list_without_any_date_has_no_last_build_date():
    """Nobody makes one up: the same input gives the same bytes."""
    raw = Renderer().render(build(replace(NOBODY, updated_at=None), medium="mixed").feed)

    assert etree.fromstring(raw).find("channel/lastBuildDate") is None


def test_other_mediums_carry_episodes():
    """Also a show that has said nothing."""
    assert [refers(medium) for medium in (None, "podcast", "music", "course")] == [False] * 4
