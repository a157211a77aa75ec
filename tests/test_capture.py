"""A real series as a golden case, without what is secret."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen import capture, golden
from feedgen.art19 import jsonapi
from feedgen.capture import Captured, cleaned
from feedgen.errors import UsageProblem
from feedgen.feed.render import Renderer
from feedgen.model import Enclosure
from feedgen.settings import EpisodeSettings, SeriesSettings
from feedgen.shipped import shipped

CASE = shipped("golden_feeds") / "people-from-credits"


def captured(**changes):
    """Return what `golden add` would have read of the case people-from-credits."""
    told = golden.case_file(CASE)
    resources = [
        resource
        for path in sorted((CASE / "api").glob("*.json"))
        for resource in jsonapi.parse(path.read_bytes()).resources
    ]
    fields = {
        "series_id": told.series,
        "shows": "people, taken down again",
        "now": told.now,
        "resources": tuple(resources),
        "settings": told.settings,
        "enclosures": {
            episode_id: Enclosure(url="", type=f.type, length=f.length, duration=f.duration)
            for episode_id, f in told.enclosures.items()
        },
    }
    return Captured(**{**fields, **changes})


def test_a_captured_series_gives_the_same_feed(tmp_path):
    """Documents and settings that were taken down lead to the bytes they came from."""
    case = capture.write(tmp_path, "again", captured())

    produced = golden.produce(case, golden.case_file(case), Renderer())
    assert produced.data == (CASE / "feed.xml").read_bytes()


def test_settings_come_back_as_they_were(tmp_path):
    """Episodes, nested tables and times survive being written and read."""
    settings = SeriesSettings(
        feed_url="https://feeds.example.com/x",
        keywords=("a", "b"),
        episodes={
            'gid://x/"1"': EpisodeSettings(
                episode_number=3, pub_date=datetime(2026, 1, 2, tzinfo=UTC), title="x" * 90
            )
        },
    )
    case = capture.write(tmp_path, "again", captured(settings=settings))

    assert golden.case_file(case).settings == settings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.example/1.mp3?Policy=x&Signature=y&Key-Pair-Id=z&a=1", "https://a.example/1.mp3?a=1"),
        ("https://a.example/1.mp3?X-Amz-Signature=y&X-Amz-Expires=9", "https://a.example/1.mp3"),
        ("https://a.example/1.mp3?hdnea=exp~acl&jwt=e.y.J", "https://a.example/1.mp3"),
        ("https://me:pw@a.example/?access_token=1&fbclid=2&msclkid=3", "https://a.example/"),
        ("https://a.example/?utm_source=x&amp;id=4&amp;gclid=5", "https://a.example/?id=4"),
        ("https://a.example/?keywords=x&page=2&season=3&design=4", "https://a.example/?keywords=x&page=2&season=3&design=4"),
    ],
)  # fmt: skip
def test_addresses_keep_what_leads_to_the_thing(given, kept):
    """Signatures, sessions and tracking go, with passwords; what selects the thing stays."""
    assert cleaned(given) == kept


def test_what_is_called_a_secret_is_left_out_wherever_it_is(tmp_path):
    """An attribute of a collection that nobody listed yet."""
    thing = jsonapi.from_object(
        {
            "id": "00000000-0000-4000-8000-000000000302",
            "type": "webhooks",
            "attributes": {"title": "Hook", "signing_secret": "s", "api_token": "t"},
        }
    )
    case = capture.write(tmp_path, "again", captured(resources=(thing,)))
    (found,) = json.loads((case / "api" / "webhooks.json").read_text())["data"]

    assert found["attributes"] == {"title": "Hook"}


def test_private_facts_of_persons_are_left_out(tmp_path):
    """What no feed shows of a person is in no repository either."""
    person = jsonapi.from_object(
        {
            "id": "00000000-0000-4000-8000-000000000301",
            "type": "people",
            "attributes": {"first_name": "Ines", "public_email": "ines@example.com"},
        }
    )
    case = capture.write(tmp_path, "again", captured(resources=(person,)))
    (found,) = json.loads((case / "api" / "people.json").read_text())["data"]

    assert found["attributes"] == {"first_name": "Ines"}


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://x.example/a?utm_source=f&a=1", "https://x.example/a?a=1"),
        ("https://x.example/a.jpg?Expires=1&Signature=s&Key-Pair-Id=k", "https://x.example/a.jpg"),
        ("https://x.example/a?X-Amz-Signature=1&b=%20c", "https://x.example/a?b=%20c"),
        ("https://user:secret@x.example/a", "https://x.example/a"),
        ('<a href="https://x.example/?q=1&amp;utm_id=2">', '<a href="https://x.example/?q=1">'),
        ("https://x.example/a?access_token=1#part", "https://x.example/a#part"),
        ("no address at all", "no address at all"),
    ],
)
def test_signed_and_tracking_parameters_are_taken_away(url, left):
    """The rest of an address stays as it was written."""
    assert cleaned(url) == left


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    """Arbitrary text never breaks it, and what is clean stays."""
    once = cleaned(f"https://x.example/{text} ")

    assert cleaned(once) == once


@pytest.mark.parametrize("name", ["", "../x", "A B", "x/y"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    """A case is a folder beside the others and nothing else."""
    with pytest.raises(UsageProblem, match="name of a case"):
        capture.write(tmp_path, name, captured())

    assert list(tmp_path.iterdir()) == []


def test_a_case_is_never_overwritten(tmp_path):
    """Somebody may have edited it."""
    capture.write(tmp_path, "again", captured())
    with pytest.raises(UsageProblem, match="already"):
        capture.write(tmp_path, "again", captured())
