"""A folder of shows becomes resources of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedgen.content.catalogue import load
from tests.content.shows import EPISODE, linked, make, of, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue with one show without mistakes."""
    return make(tmp_path)


def test_every_collection_is_filled(folder: Path) -> None:
    """A show becomes one resource of each type the API has, media assets aside."""
    catalogue = load(folder)
    assert catalogue.problems == {}
    assert {kind for kind, _ in catalogue.resources} == {
        "series",
        "seasons",
        "episodes",
        "images",
        "credits",
        "people",
        "classifications",
        "classification_inclusions",
        "networks",
    }


def test_covers_cascade(folder: Path) -> None:
    """An episode shows its own cover, else its season's, else its series'."""
    write(
        folder,
        "show/episodes/three.toml",
        'title = "Three"\nseason = 2\ncover = { file = "own.jpg" }',
    )
    write(folder, "show/episodes/own.jpg", "own")
    catalogue = load(folder)
    series = of(catalogue, "series")
    season = of(catalogue, "seasons", season_number=2)
    one, two = (of(catalogue, "episodes", title=title) for title in ("One", "Two"))
    three = of(catalogue, "episodes", title="Three")
    bare = of(catalogue, "seasons", season_number=1)
    assert linked(one, "cascaded_cover_image") == linked(season, "cover_image")
    assert linked(two, "cascaded_cover_image") == linked(series, "cover_image")
    assert linked(three, "cascaded_cover_image") == linked(three, "cover_image")
    assert linked(bare, "cascaded_cover_image") == linked(series, "cover_image")
    assert linked(one, "cover_image") is None
    assert len(catalogue.images) == 3


def test_deprecated_ids_repeat_the_relationships(folder: Path) -> None:
    """Each `…_id` attribute holds what the relationship that replaces it holds."""
    catalogue = load(folder)
    one = of(catalogue, "episodes", title="One")
    for name in ("series", "season", "cascaded_cover_image"):
        assert one["attributes"][f"{name}_id"] == linked(one, name) is not None
    inclusion = of(catalogue, "classification_inclusions", position=1)
    assert inclusion["attributes"]["classification_id"] == linked(inclusion, "classification")
    assert inclusion["attributes"]["classified_id"] == of(catalogue, "series")["id"]


def test_genres_have_their_parents(folder: Path) -> None:
    """A sub-genre comes with its genre, its path and the ids of its tree."""
    catalogue = load(folder)
    comedy = of(catalogue, "classifications", value="Comedy")
    standup = of(catalogue, "classifications", value="Standup")
    assert standup["attributes"]["value_path"] == "Comedy: Standup"
    assert standup["attributes"]["parent_id"] == comedy["id"]
    assert standup["attributes"]["tree_path"] == [comedy["id"], standup["id"]]
    inclusions = linked(of(catalogue, "series"), "classification_inclusions")
    kinds = [
        catalogue.resources["classification_inclusions", each]["attributes"]
        for each in inclusions or []
    ]
    assert [(each["classification_type"], each["primary"]) for each in kinds] == [
        ("Genre", True),
        ("Genre", False),
        ("Language", True),
        ("MediaRating", True),
    ]


def test_credits_lead_to_people(folder: Path) -> None:
    """A credit names its person, its owner and its place in the order."""
    catalogue = load(folder)
    credit = of(catalogue, "credits")
    assert credit["attributes"]["type"] == "HostCredit"
    assert credit["attributes"]["position"] == 1
    assert linked(credit, "person") == of(catalogue, "people", first_name="Ann")["id"]
    assert credit["relationships"]["creditable"]["data"]["type"] == "series"


def test_networks_list_their_series(folder: Path) -> None:
    """A network knows the shows that name it, and a show its network."""
    catalogue = load(folder)
    series, network = of(catalogue, "series"), of(catalogue, "networks")
    assert linked(series, "network") == network["id"]
    assert linked(network, "series") == [series["id"]]


def test_descriptions_come_in_both_forms(folder: Path) -> None:
    """HTML keeps its markup in `description` and loses it in `description_plain`."""
    attributes = of(load(folder), "episodes", title="One")["attributes"]
    assert attributes["description"] == "<p>a &amp; b</p>"
    assert attributes["description_is_html"] is True
    assert attributes["description_plain"] == "a & b"


@pytest.mark.parametrize(("name", "is_html"), [("notes.html", True), ("notes.txt", False)])
def test_a_description_file_says_by_its_name_what_it_is(
    folder: Path, name: str, is_html: bool
) -> None:
    """A description in a file ending in .html is HTML, in any other file plain text."""
    write(folder, f"show/episodes/{name}", "\ufeff<p>hi</p>\r\n")
    write(folder, "show/episodes/x.toml", f'title = "X"\ndescription_file = "{name}"')
    attributes = of(load(folder), "episodes", title="X")["attributes"]
    assert attributes["description"] == "<p>hi</p>"
    assert attributes["description_is_html"] is is_html


def test_times_are_utc_with_milliseconds(folder: Path) -> None:
    """A time written with a zone is served in UTC with three decimals and Z."""
    attributes = of(load(folder), "episodes", title="One")["attributes"]
    assert attributes["released_at"] == "2026-03-01T05:00:00.000Z"


def test_releases_know_when_an_episode_is_public(folder: Path) -> None:
    """An episode is public from its release to its end, with audio and if published."""
    write(
        folder,
        "show/episodes/one.toml",
        EPISODE.format(title="One", guid="g1") + "release_end_at = 2026-04-01T00:00:00Z",
    )
    catalogue = load(folder)
    one, two = (of(catalogue, "episodes", title=title)["id"] for title in ("One", "Two"))
    releases = {each.id: each for each in catalogue.releases[of(catalogue, "series")["id"]]}
    begin, end = datetime(2026, 3, 1, 5, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    moment = timedelta(milliseconds=1)
    assert not releases[one].live(begin - moment)
    assert releases[one].live(begin)
    assert releases[one].live(end - moment)
    assert not releases[one].live(end)
    assert not releases[two].live(end)
    season = of(catalogue, "seasons", season_number=2)["id"]
    assert [each.id for each in catalogue.releases[season]] == [one]


def test_an_address_elsewhere_is_media_too(folder: Path) -> None:
    """An episode with a remote enclosure in its settings can be public without audio here."""
    write(
        folder,
        "show/episodes/two.toml",
        'title = "Two"\nguid = "g2"\nreleased_at = 2026-01-01T00:00:00Z\n'
        '[feed]\nenclosure_url = "https://media.example.com/2.mp3"',
    )
    catalogue = load(folder)
    two = of(catalogue, "episodes", title="Two")["id"]
    releases = {each.id: each for each in catalogue.releases[of(catalogue, "series")["id"]]}
    assert releases[two].live(datetime(2026, 1, 2, tzinfo=UTC))
    assert set(catalogue.audio) == {of(catalogue, "episodes", title="One")["id"]}


def test_feed_tables_are_the_settings(folder: Path) -> None:
    """`[feed]` of the series and of its episodes become one SeriesSettings, keyed by guid."""
    write(
        folder, "show/episodes/two.toml", 'title = "Two"\nguid = "g2"\n[feed]\nepisode_number = 7'
    )
    settings = load(folder).settings["show"]
    assert settings.itunes_type == "serial"
    assert settings.episodes["g2"].episode_number == 7


def test_m4a_audio_says_its_type(folder: Path) -> None:
    """The type of a local M4A file is a setting, since the API has no field for it."""
    write(folder, "show/episodes/b.m4a", "sound")
    write(folder, "show/episodes/b.toml", 'title = "B"\nguid = "b"\naudio = "b.m4a"')
    assert load(folder).settings["show"].episodes["b"].enclosure_type == "audio/x-m4a"


def test_a_crop_area_is_kept_as_written(folder: Path) -> None:
    """Fractions of a crop area reach both the resource and the image source."""
    catalogue = load(folder)
    cover = linked(of(catalogue, "series"), "cover_image")
    assert isinstance(cover, str)
    crop = catalogue.resources["images", cover]["attributes"]["crop_data"]
    assert crop == {"left": 1.5, "top": 0.0, "width": 10.0, "height": 10.0}
    source = catalogue.images[cover].crop
    assert source is not None
    assert (source.left, source.width) == (1.5, 10.0)
