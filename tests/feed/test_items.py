"""Episodes turned into items."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.errors import SeriesProblem
from feedgen.feed.build import Built, Memory, enclosure_url
from feedgen.feed.tags import Person, Transcript
from feedgen.settings import EpisodeSettings
from tests.factories import (
    build_feed,
    make_asset,
    make_credit,
    make_enclosure,
    make_episode,
    make_image,
    make_season,
    make_series,
    make_settings,
    moment,
)


def codes(built: Built) -> list[str]:
    return [note.code for note in built.notes]


def test_an_episode_shows_its_own_cover_and_not_the_shows_again():
    """The channel's artwork applies to an item that has no other."""
    own = make_image(id="own", assets=(make_asset(url="https://cdn.example.com/own.jpg"),))
    episodes = (make_episode("a", cover=own), make_episode("b", cascaded_cover=make_image()))
    items = build_feed(make_series(episodes=episodes)).feed.item_list

    assert [item.image and item.image.url for item in items] == [
        "https://cdn.example.com/own.jpg",
        None,
    ]
    assert items[0].tags is not None
    assert items[0].tags.images[0].href == "https://cdn.example.com/own.jpg"


def test_a_season_has_a_number_and_a_name_unless_it_says_the_same():
    """`Season 2` is no name; a season without a positive number is left out."""
    episodes = (
        make_episode("a", season=make_season(2, title="Season 2")),
        make_episode("b", season=make_season(1, title="The River")),
        make_episode("c", season=make_season(0)),
    )
    items = build_feed(make_series(episodes=episodes)).feed.item_list

    assert [(item.season, item.season_name) for item in items] == [
        (2, ""),
        (1, "The River"),
        (None, ""),
    ]


def test_a_serial_show_without_numbers_fails_and_names_the_episodes():
    """Apple requires numbers, trailers and bonus episodes aside."""
    episodes = (make_episode("a"), make_episode("b", itunes_type="trailer"))

    with pytest.raises(SeriesProblem, match=r"no number: 'Title of a'$"):
        build_feed(make_series(episodes=episodes), make_settings(itunes_type="serial"))


def test_numbers_by_date_never_shift():
    """New episodes count on inside their season, even if an older one is added later."""
    settings = make_settings(itunes_type="serial", number_by_date=True)
    episodes = (
        make_episode("a", released_at=moment(9), season=make_season(1)),
        make_episode("b", released_at=moment(8), season=make_season(1)),
        make_episode("c", released_at=moment(7), season=make_season(2)),
        make_episode("t", released_at=moment(6), itunes_type="trailer"),
    )
    first = build_feed(make_series(episodes=episodes), settings)
    older = make_episode("z", released_at=moment(20), season=make_season(1))
    later = build_feed(make_series(episodes=(older, *episodes)), settings, memory=first.memory)

    assert first.memory.numbers == {"a": 1, "b": 2, "c": 1}
    assert later.memory.numbers == {"a": 1, "b": 2, "c": 1, "z": 3}
    assert {i.episode_id: i.number for i in later.feed.item_list}["z"] == 3


def test_the_number_of_a_deleted_episode_is_never_given_again():
    """Also if it was the newest of its season: apps know it by that number."""
    settings = make_settings(itunes_type="serial", number_by_date=True)
    kept = make_episode("a", released_at=moment(9), season=make_season(1))
    deleted = make_episode("b", released_at=moment(8), season=make_season(1))
    first = build_feed(make_series(episodes=(kept, deleted)), settings)
    between = build_feed(make_series(episodes=(kept,)), settings, memory=first.memory)
    new = make_episode("c", released_at=moment(7), season=make_season(1))
    other = make_episode("d", released_at=moment(6), season=make_season(2))
    later = build_feed(make_series(episodes=(kept, new, other)), settings, memory=between.memory)

    assert {i.episode_id: i.number for i in later.feed.item_list} == {"a": 1, "c": 3, "d": 1}


@given(st.lists(st.tuples(st.sampled_from(["add", "delete"]), st.integers(0, 5)), max_size=20))
def test_no_number_is_ever_given_twice(steps):
    """Whatever is added and deleted, two guids never share a season and number."""
    settings = make_settings(itunes_type="serial", number_by_date=True)
    memory, there, given_to = Memory(), [make_episode("0", season=make_season(1))], {}
    for count, (step, which) in enumerate(steps, start=1):
        if step == "add" or len(there) < 2:
            season = make_season(which % 2 + 1)
            there.append(make_episode(str(count), season=season, released_at=moment(which)))
        else:
            del there[which % len(there)]
        built = build_feed(make_series(episodes=tuple(there)), settings, memory=memory)
        memory = built.memory
        for item in built.feed.item_list:
            assert given_to.setdefault((item.season, item.number), item.guid) == item.guid


def test_a_number_in_the_settings_is_not_given_again():
    """Counting goes on after the highest number that is said."""
    settings = make_settings(
        number_by_date=True, episodes={"guid-a": EpisodeSettings(episode_number=5)}
    )
    built = build_feed(make_series(episodes=(make_episode("a"), make_episode("b"))), settings)

    assert {item.episode_id: item.number for item in built.feed.item_list} == {"a": 5, "b": 6}


def test_trailer_episodes_are_previews_of_the_show():
    """podcast:trailer repeats them for the apps that read it."""
    trailer = make_episode("t", itunes_type="trailer", season=make_season(1))
    feed = build_feed(make_series(episodes=(make_episode(), trailer))).feed

    assert [(each.title, each.season) for each in feed.trailers] == [("Title of t", 1)]


def test_facts_of_an_episode_are_found_by_guid_or_api_id():
    """The guid is preferred."""
    settings = make_settings(
        episodes={"guid-a": EpisodeSettings(title="By guid"), "b": EpisodeSettings(title="By id")}
    )
    items = build_feed(make_series(episodes=(make_episode("a"), make_episode("b"))), settings).feed

    assert [item.title for item in items.item_list] == ["By guid", "By id"]


def test_the_address_of_a_file_is_its_template_with_the_prefix_in_front():
    """The prefix takes the place of the scheme; an address of its own is taken as it is."""
    episode = make_episode("id/1", file_name="x.M4A")
    settings = make_settings(enclosure_prefix="https://prefix.example.com/r/")
    own = replace(
        settings, episodes={"id/1": EpisodeSettings(enclosure_url="https://a.example/x.mp3")}
    )

    assert enclosure_url(episode, settings) == (
        "https://prefix.example.com/r/media.example.com/episodes/id%2F1.m4a"
    )
    assert enclosure_url(episode, own) == "https://a.example/x.mp3"


def test_a_file_nobody_could_measure_has_length_0_and_no_duration():
    """Both are told."""
    built = build_feed(enclosures={"episode-1": make_enclosure(length=None, duration=None)})

    assert built.feed.item_list[0].enclosure.length == 0
    assert built.feed.item_list[0].duration is None
    assert sorted(codes(built)) == ["duration-unknown", "length-unknown"]


def test_the_type_of_a_file_is_that_of_its_ending():
    """Apple goes by the ending; a server that disagrees is noted."""
    built = build_feed(enclosures={"episode-1": make_enclosure(type="audio/ogg")})

    assert built.feed.item_list[0].enclosure.type == "audio/mpeg"
    assert codes(built) == ["type-mismatch"]


def test_one_file_for_two_episodes_is_noted():
    """Apple ignores the second."""
    same = EpisodeSettings(enclosure_url="https://media.example.com/same.mp3")
    settings = make_settings(episodes={"a": same, "b": same})

    assert codes(
        build_feed(make_series(episodes=(make_episode("a"), make_episode("b"))), settings)
    ) == ["enclosure-repeated"]


def test_long_notes_are_cut_in_the_description_and_whole_in_the_content():
    """4,000 bytes for the one, everything for the other."""
    html = "".join(f"<p>{'wörd ' * 40}{number}</p>" for number in range(40))
    notes = (
        build_feed(make_series(episodes=(make_episode(description=html),))).feed.item_list[0].notes
    )

    assert len(notes.description.encode()) <= 4000
    assert notes.full.endswith("39</p>")


@pytest.mark.parametrize(
    ("text", "is_html", "expected"),
    [
        ("One & line", False, ("One & line", False)),
        ("Two\nlines", False, ("<p>Two<br>lines</p>", True)),
        ("<p>a</p>", True, ("<p>a</p>", True)),
        ("", False, ("Notes of episode-1", False)),
        ("<img src=x>", True, ("Notes of episode-1", False)),
    ],
)
def test_notes_are_plain_text_or_markup(text, is_html, expected):
    """One line stays plain text, several become paragraphs, nothing becomes the plain notes."""
    episode = make_episode(description=text, description_is_html=is_html)
    notes = build_feed(make_series(episodes=(episode,))).feed.item_list[0].notes

    assert (notes.description, notes.is_html) == expected


def test_an_episode_without_any_text_shows_its_title():
    """Spotify requires a description."""
    built = build_feed(make_series(episodes=(make_episode(description="", description_plain=""),)))

    assert built.feed.item_list[0].notes.description == "Title of episode-1"
    assert codes(built) == ["description-missing"]


def test_people_in_the_settings_replace_the_credits():
    """An empty list means that nobody is named."""
    series = make_series(credits=(make_credit(),))

    assert build_feed(series).feed.people == (Person(name="Ana Díaz"),)
    assert build_feed(series, make_settings(people=())).feed.people == ()


def test_a_transcript_gets_the_type_of_its_ending():
    """An .srt is application/x-subrip."""
    said = EpisodeSettings(transcripts=(Transcript(url="https://media.example.com/a.srt"),))
    tags = build_feed(settings=make_settings(episodes={"episode-1": said})).feed.item_list[0].tags

    assert tags is not None
    assert tags.transcripts[0].type == "application/x-subrip"


def test_an_address_that_ends_is_noted_without_its_signature():
    """Of audio and of artwork: apps keep it for years, and a new one every night is a new file."""
    signed = "https://cdn.example.com/a.jpg?Expires=1&X-Amz-Signature=secret"
    cover = make_image(assets=(make_asset(url=signed),))
    said = {"guid-episode-1": EpisodeSettings(enclosure_url="https://m.example/a.mp3?sig=secret")}
    built = build_feed(make_series(cover=cover), make_settings(episodes=said))

    assert codes(built) == ["address-signed", "address-signed"]
    assert "secret" not in " ".join(note.message for note in built.notes)
