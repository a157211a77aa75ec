"""Where values come from and why episodes are in a feed or not, in sentences."""

import pytest

from feedgen import make
from feedgen.errors import SeriesProblem, UsageProblem
from feedgen.explain import Subject, explain
from feedgen.feed.build import Memory
from feedgen.feed.render import Renderer
from feedgen.feed.tags import Funding
from feedgen.settings import EpisodeSettings, SeriesSettings, overlay
from tests.factories import (
    NOW,
    make_enclosure,
    make_episode,
    make_season,
    make_series,
    make_settings,
    moment,
)

SERIES = make_series(
    episodes=(
        make_episode("new", season=make_season(2), title="The Flood"),
        make_episode("old", released_at=moment(5)),
        make_episode("older", released_at=moment(6)),
        make_episode("draft", published=False),
        make_episode("later", released_at=moment(-1)),
        make_episode("undated", released_at=None),
        make_episode("premium", premium_status="active"),
    )
)
COMMON = SeriesSettings(funding=(Funding(url="https://www.example.com/pay", label="Pay"),))
OWN = make_settings(
    language="en-gb",
    max_items=2,
    episodes={"guid-new": EpisodeSettings(episode_number=7), "old": EpisodeSettings(block=True)},
)


def subject(series=SERIES, own=OWN, **fields):
    settings = overlay(COMMON, own)
    plan = make.plan(series, settings, now=NOW)
    layers = (("feedgen.toml", COMMON), ("series/example-show.toml", own))
    values = {"series": series, "plan": plan, "layers": layers} | fields
    if "problem" not in values:
        made = make.feed(
            plan,
            enclosures={e.id: make_enclosure() for e in plan.episodes},
            memory=Memory(),
            renderer=Renderer(),
        )
        values |= {"built": made.built, "data": made.data}
    return Subject(**values)


def value(name, guid="", **fields):
    """Return the one value of an element."""
    (found,) = explain(subject(**fields), guid=guid, tag=name).values
    return found


@pytest.mark.parametrize(
    ("guid", "element", "sentence"),
    [
        ("", "title", "from the API field Series.title"),
        ("", "language", "from the setting language, in series/example-show.toml"),
        ("", "podcast:funding", "from the setting funding, in feedgen.toml"),
        ("", "podcast:medium", "by the rule: what feedgen does unless the settings say otherwise"),
        ("", "podcast:guid", "by the rule: UUIDv5 of the feed's address"),
        ("", "lastBuildDate", "by the rule: the newest change of the content, never the time"),
        ("", "itunes:image", "from the API field Series.cover_image, style square-3000: "),
        ("guid-new", "itunes:episode", "from the setting episode_number, in series/example-show"),
        ("guid-new", "podcast:episode", "from the setting episode_number, in series/example-show"),
        ("guid-new", "season", "from the API field Episode.season → Season.season_number"),
        ("guid-new", "enclosure", "by the rule: enclosure_template"),
        ("guid-new", "itunes:duration", "found in the media file"),
        ("guid-new", "pubDate", "from the API field Episode.released_at"),
        ("guid-old", "itunes:block", "from the setting block, in series/example-show.toml"),
    ],
)
def test_a_value_says_where_it_came_from(guid, element, sentence):
    """The API field, the setting with its file, or the rule."""
    found = explain(subject(), guid=guid, tag=element).values

    assert found
    assert found[0].sentence.startswith(sentence)


def test_every_element_of_the_feed_is_explained():
    """Nothing is shown whose origin would be unknown."""
    for guid in ("", "guid-new"):
        values = explain(subject(), guid=guid).values

        assert len(values) > 8
        assert [v.element for v in values if v.origin == "rule: the template writes it"] == []


@pytest.mark.parametrize(
    ("guid", "is_in", "reason"),
    [
        ("guid-new", True, "It is in the feed since 2026-03-05T12:00:00Z, as number 7."),
        ("guid-older", False, "It is older than the newest 2 (max_items)."),
        ("guid-draft", False, "It is not published: it is still a draft."),
        ("guid-later", False, "It comes out at 2026-03-07T12:00:00Z, which is still to come."),
        ("guid-undated", False, "It has no release date."),
        ("guid-premium", False, "It is premium and has no place in a public feed."),
    ],
)
def test_an_episode_says_why_it_is_in_the_feed_or_not(guid, is_in, reason):
    """In a sentence a producer understands."""
    (standing,) = explain(subject(), guid=guid).episodes

    assert (standing.is_in, standing.reason) == (is_in, reason)


@pytest.mark.parametrize("asked", ["guid-new", "new", "The Flood", "the flood"])
def test_an_episode_is_found_by_guid_id_or_title(asked):
    """A producer knows the title."""
    assert explain(subject(), guid=asked).episodes[0].guid == "guid-new"


def test_without_an_episode_all_are_listed_newest_first():
    """Every episode of the series once, in the feed or not."""
    found = explain(subject()).episodes

    assert len(found) == len(SERIES.episodes)
    assert [each.episode_id for each in found][1:4] == ["later", "new", "draft"]


def test_a_feed_that_can_not_be_made_is_explained_as_far_as_it_goes():
    """Which episodes would be in it, and why there is no feed."""
    found = explain(subject(problem="the series names no language"))

    assert found.problem == "the series names no language"
    assert found.values == ()
    assert "It would be in the feed, but the feed can not be made." in {
        each.reason for each in found.episodes
    }


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"guid": "The Floot"}, "did you mean 'The Flood'?"),
        ({"tag": "languag"}, "did you mean 'language'?"),
    ],
)
def test_a_slip_names_the_closest(fields, hint):
    """An episode or element there is not."""
    with pytest.raises(UsageProblem) as caught:
        explain(subject(), **fields)

    assert caught.value.hint == hint


def test_notes_belong_to_what_was_asked_for():
    """What is odd about one episode is told with it, and not with the channel."""
    series = make_series(episodes=(make_episode("e", description="", description_plain=""),))

    assert [n.code for n in explain(subject(series), guid="e").notes] == ["description-missing"]
    assert "description-missing" not in [n.code for n in explain(subject(series)).notes]


def test_the_json_carries_the_same_facts():
    """For a program: elements with value, origin, file and sentence."""
    told = explain(subject(), tag="language").as_json()

    assert told["values"] == [
        {
            "element": "language",
            "value": "en-gb",
            "origin": "setting language",
            "file": "series/example-show.toml",
            "sentence": "from the setting language, in series/example-show.toml",
        }
    ]


def test_a_refused_series_is_a_problem_of_the_series():
    """What explain is told of is what publishing would say."""
    with pytest.raises(SeriesProblem, match="no title"):
        subject(make_series(title="", public_title=""))
