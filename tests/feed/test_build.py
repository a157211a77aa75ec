"""A series turned into a feed."""

from datetime import timedelta

import pytest

from feedgen.errors import SeriesProblem
from feedgen.feed.build import Built, Memory, build, eligible
from feedgen.feed.model import Category, Contact
from feedgen.feed.tags import Chapter
from feedgen.model import Network
from feedgen.settings import EpisodeSettings, Owner
from tests.factories import (
    NOW,
    build_feed,
    make_asset,
    make_classification,
    make_episode,
    make_image,
    make_series,
    make_settings,
    moment,
)


def codes(built: Built) -> list[str]:
    return [note.code for note in built.notes]


def reason(**fields: object) -> str:
    """Return why an episode with these fields is not in the feed."""
    series = make_series(episodes=(make_episode(**fields),))
    ready, skipped = eligible(series, make_settings(), NOW)
    assert ready == ()
    return skipped[0].reason


def test_same_input_same_feed():
    """Nothing but the input decides what is built."""
    assert build_feed() == build_feed()


def test_a_series_without_flaws_gives_no_notes():
    """Notes are for people, so there is none if there is nothing to do."""
    assert codes(build_feed()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"published": False}, "still a draft"),
        ({"released_at": None}, "no release date"),
        ({"released_at": NOW + timedelta(seconds=1)}, "still to come"),
        ({"release_end_at": NOW}, "release ended"),
        ({"premium_status": "force-active"}, "is premium"),
        ({"premium_status": "gold"}, "'gold' is a new word"),
        ({"status": "inactive"}, "inactive, not active"),
        ({"title": ""}, "no title"),
    ],
)
def test_an_episode_stays_out_for_a_reason_a_producer_understands(fields, expected):
    """Each condition of the API has its sentence."""
    assert expected in reason(**fields)


def test_episodes_are_in_the_feed_from_the_very_second_they_come_out():
    """A release at this moment is a release, an end at the next second is no end."""
    episode = make_episode(released_at=NOW, release_end_at=NOW + timedelta(seconds=1))

    assert build_feed(make_series(episodes=(episode,))).feed.item_list[0].pub_date == NOW


def test_items_are_newest_first_and_guids_decide_between_equals():
    """The order depends on nothing but dates and guids."""
    episodes = (
        make_episode("b", released_at=moment(2)),
        make_episode("c", released_at=moment(1)),
        make_episode("a", released_at=moment(2)),
    )

    items = build_feed(make_series(episodes=episodes)).feed.item_list
    assert [item.episode_id for item in items] == ["c", "a", "b"]


def test_a_series_without_an_episode_to_publish_fails_and_says_why():
    """Directories refuse a feed without items."""
    with pytest.raises(SeriesProblem, match=r"no episode that can be published.*still a draft"):
        build_feed(make_series(episodes=(make_episode(published=False),)))


def test_an_unavailable_episode_is_left_out_with_the_reason_given():
    """The caller knows that a file can not be reached; the feed goes on without it."""
    series = make_series(episodes=(make_episode("a"), make_episode("b")))
    built = build_feed(series, unavailable={"a": "Its audio answers 404."})

    assert [item.episode_id for item in built.feed.item_list] == ["b"]
    assert built.skipped[0].reason == "Its audio answers 404."


def test_two_episodes_of_one_guid_fail_and_are_named():
    """Apps would drop all but one of them."""
    episodes = (make_episode("a", guid="same"), make_episode("b", guid="same"))

    with pytest.raises(SeriesProblem, match=r"'same': 'Title of a' \(a\) and 'Title of b' \(b\)"):
        build_feed(make_series(episodes=episodes))


def test_guids_are_taken_as_they_are():
    """No normalising, no case, no composing."""
    odd = "tag:soundcloud,2010:tracks/E\u0301"

    assert (
        build_feed(make_series(episodes=(make_episode(guid=odd),))).feed.item_list[0].guid == odd
    )


def test_a_blank_guid_is_the_one_published_before_else_the_api_id():
    """It is remembered at once, so that it never changes."""
    series = make_series(episodes=(make_episode("a", guid=""),))
    first = build_feed(series)
    later = build_feed(series, memory=Memory(guids={"a": "published"}))

    assert first.feed.item_list[0].guid == first.memory.guids["a"] == "a"
    assert later.feed.item_list[0].guid == later.memory.guids["a"] == "published"
    assert codes(first) == codes(later) == ["guid-missing"]


def test_a_changed_guid_is_noted():
    """Listeners would get the episode twice."""
    built = build_feed(memory=Memory(guids={"episode-1": "before"}))

    assert codes(built) == ["guid-changed"]


def test_podcast_guid_is_computed_once_and_kept():
    """A move to another address does not change it; settings win."""
    first = build_feed().memory
    moved = build(
        make_series(),
        make_settings(image_url="https://cdn.example.com/a.jpg"),
        feed_url="https://elsewhere.example.com/feed",
        artwork={},
        enclosures={},
        memory=first,
        now=NOW,
    )
    said = build_feed(settings=make_settings(podcast_guid="9b024349-ccf0-5f69-a609-6b82873eab3c"))

    assert moved.feed.podcast_guid == first.podcast_guid == "6f7eee44-887a-5582-8d86-77799ddee723"
    assert said.feed.podcast_guid == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_memory_keeps_what_left_the_feed():
    """An episode that comes back has its old guid."""
    assert build_feed(memory=Memory(guids={"gone": "g"})).memory.guids["gone"] == "g"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cover": None}, "no cover image"),
        ({"cover": make_image(assets=(make_asset("square-640", 640),))}, "no usable artwork"),
        ({"classifications": (make_classification(),)}, "names no language"),
        ({"classifications": (make_classification("Language", "Elvish"),)}, "'Elvish'"),
        ({"classifications": (make_classification("Language", "en"),)}, "no genre"),
        ({"title": ""}, "has no title"),
    ],
)
def test_a_series_that_can_not_make_a_valid_feed_fails_with_a_hint(fields, message):
    """Each missing value Apple requires is named, and what to do about it."""
    with pytest.raises(SeriesProblem, match=message) as caught:
        build_feed(make_series(**fields))

    assert caught.value.hint


def test_settings_stand_in_for_what_the_api_lacks():
    """The same series builds once language, categories and artwork are set."""
    series = make_series(cover=None, classifications=())
    settings = make_settings(
        language="en",
        categories=("History",),
        image_url="https://cdn.example.com/a.png",
        explicit=True,
    )
    feed = build_feed(series, settings).feed

    assert (feed.language, feed.explicit) == ("en", True)
    assert feed.categories == (Category(name="History"),)
    assert feed.image.content_type == "image/png"


def test_the_channel_takes_the_first_value_that_is_said():
    """Settings, then the series, then its network."""
    series = make_series(
        public_title="Public",
        rss_author="",
        rss_owner="",
        rss_copyright="",
        network=Network(id="n", name="Net", copyright="Net Ltd"),
    )
    feed = build_feed(series, make_settings(owner=Owner(name="Own"))).feed

    assert feed.title == "Public"
    assert feed.author == "Net"
    assert feed.copyright == "Net Ltd"
    assert feed.owner == Contact(name="Own", email="owner@example.com")


def test_parentheses_in_the_name_of_the_editor_go():
    """RSS puts the name itself in parentheses."""
    assert build_feed(make_series(rss_owner="A (B) C")).feed.managing_editor == (
        "owner@example.com (A B C)"
    )


def test_an_invalid_address_is_left_out_with_a_note():
    """Neither owner nor editor is published without a working address."""
    built = build_feed(make_series(rss_email="nobody"))

    assert built.feed.owner is None
    assert built.feed.managing_editor == ""
    assert codes(built) == ["email-invalid"]


def test_the_last_build_date_comes_from_content():
    """The latest edit or release counts, never the time of rendering."""
    series = make_series(updated_at=moment(5), episodes=(make_episode(updated_at=moment(3)),))

    assert build_feed(series).feed.last_build_date == moment(1)


def test_a_clean_show_with_an_explicit_episode_is_noted():
    """Apple removes shows for this."""
    rated = make_episode(classifications=(make_classification("MediaRating", "Explicit"),))
    built = build_feed(make_series(episodes=(rated,)))

    assert built.feed.item_list[0].explicit
    assert codes(built) == ["explicit-episodes"]


def test_an_unknown_rating_counts_as_explicit():
    """The safe side, with a note."""
    kinds = (make_classification(), make_classification("Language", "en"))
    built = build_feed(
        make_series(classifications=(*kinds, make_classification("MediaRating", "?")))
    )

    assert built.feed.explicit
    assert codes(built) == ["rating-unknown"]


def test_a_namespace_is_declared_only_if_it_is_used():
    """Four are always there, the others come with their elements."""
    said = EpisodeSettings(chapters=(Chapter(start=0, title="Start"),))
    plain = build_feed().feed
    chapters = build_feed(
        settings=make_settings(inline_chapters=True, episodes={"episode-1": said})
    ).feed

    assert list(plain.namespaces) == ["itunes", "atom", "content", "podcast"]
    assert list(chapters.namespaces)[-1] == "psc"


def test_only_the_newest_items_are_in_a_limited_feed():
    """max_items counts from the newest."""
    episodes = tuple(make_episode(str(day), released_at=moment(day)) for day in range(1, 6))
    feed = build_feed(make_series(episodes=episodes), make_settings(max_items=2)).feed

    assert [item.episode_id for item in feed.item_list] == ["1", "2"]


def test_every_value_has_an_origin():
    """The API field, the setting or the rule is named for the channel and for each item."""
    settings = make_settings(author="Said", episodes={"episode-1": EpisodeSettings(season=3)})
    origins = build_feed(settings=settings).origins

    assert origins[""]["itunes:author"] == "setting author"
    assert origins[""]["language"] == "API: classification Language"
    assert origins["guid-episode-1"]["title"] == "API: Episode.title"
    assert origins["guid-episode-1"]["itunes:duration"] == "media file"


def test_the_compatible_profile_speaks_as_art19_does():
    """Generator, copyright sign, one category element for two children, images repeated."""
    genres = (
        make_classification(value="Society & Culture: Documentary"),
        make_classification(value="Society & Culture: Relationships"),
        make_classification("Language", "en"),
    )
    series = make_series(
        classifications=genres, episodes=(make_episode(cascaded_cover=make_image()),)
    )
    feed = build_feed(series, make_settings(profile="art19-compat")).feed

    assert feed.generator == "ART19"
    assert feed.copyright == "© Example Media"
    assert feed.categories == (
        Category(name="Society & Culture", children=("Documentary", "Relationships")),
    )
    assert feed.item_list[0].image == feed.image
