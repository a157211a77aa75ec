"""Where values come from and why episodes are in a feed or not, in sentences."""

from dataclasses import replace

import pytest

from feedgen import make
from feedgen.errors import SeriesProblem, UsageProblem
from feedgen.explain import Subject, explain
from feedgen.feed.build import Memory
from feedgen.feed.render import Renderer
from feedgen.feed.tags import Funding, RemoteItem
from feedgen.feed.variants import plans
from feedgen.settings import EpisodeSettings, SeriesSettings, Variant, overlay
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
        ("", "podcast:medium", "by the rule: podcast unless the settings say otherwise"),
        ("", "podcast:guid", "by the rule: UUIDv5 of the feed's address"),
        ("", "lastBuildDate", "by the rule: the newest change of the content, never the time"),
        ("", "itunes:image", "from the API field Series.cover_image, style square-3000: "),
        ("guid-new", "itunes:episode", "from the setting episode_number, in series/example-show"),
        ("guid-new", "podcast:episode", "from the setting episode_number, in series/example-show"),
        ("guid-new", "season", "from the API field Episode.season → Season.season_number"),
        ("guid-new", "enclosure", "from the setting enclosure_template, in series/example-show"),
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
            "also": [],
            "sentence": "from the setting language, in series/example-show.toml",
        }
    ]


def test_a_refused_series_is_a_problem_of_the_series():
    """What explain is told of is what publishing would say."""
    with pytest.raises(SeriesProblem, match="no title"):
        subject(make_series(title="", public_title=""))


def variant_subject(variant, own=OWN):
    """Return the subject of the further feed `x` of the series."""
    layers = (("feedgen.toml", COMMON), ("series/example-show.toml", own))
    settings = replace(overlay(COMMON, own), feeds={"x": variant})
    said = replace(own, feeds={"x": variant})
    feed = plans(SERIES, settings, secret="a secret that is long enough")[1]
    plan = make.plan(feed.series, feed.settings, now=NOW)
    made = make.feed(
        plan,
        enclosures={e.id: make_enclosure() for e in plan.episodes},
        memory=Memory(),
        renderer=Renderer(),
    )
    return Subject(
        series=SERIES,
        plan=plan,
        layers=(*layers[:1], ("series/example-show.toml", said)),
        feed="x",
        built=made.built,
        data=made.data,
    )


def test_what_a_further_feed_says_itself_is_found_in_its_table():
    """Also where the series says something else."""
    found = variant_subject(Variant(title="Short", max_items=1), replace(OWN, title="Long"))
    (title,) = explain(found, tag="title").values

    assert title.says == "Short"
    assert title.sentence == "from the setting title, in series/example-show.toml, [feeds.x]"


@pytest.mark.parametrize("element", ["itunes:block", "podcast:block"])
def test_a_private_feed_is_blocked_by_rule(element):
    """Nobody looks for a setting that is not there."""
    (found,) = explain(variant_subject(Variant(private=True)), tag=element).values

    assert found.sentence == "by the rule: a private feed is blocked everywhere and told to nobody"


def test_an_element_shows_what_stands_in_it():
    """A category with its subcategory, a roll with its shows."""
    roll = (RemoteItem(feed_guid="9b024349-ccf0-5f69-a609-6b82873eab3c"),)
    own = replace(OWN, podroll=roll, categories=("Arts > Books",))

    assert value("itunes:category", own=own).says == 'text="Arts" itunes:category: text="Books"'
    assert value("podcast:podroll", own=own).says == (
        'podcast:remoteItem: feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"'
    )


def test_a_setting_that_adds_to_a_value_is_named_too():
    """The picture is the API's, its text is not."""
    found = value("podcast:image", own=replace(OWN, image_alt="A lighthouse"))

    assert found.sentence.endswith("; also the setting image_alt, in series/example-show.toml")


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [
        (Variant(private=True), "by the rule: the address of a private feed is worked out from a"),
        (Variant(), "by the rule: the address of the series' feed, with the name of this one in"),
        (Variant(feed_url="https://f.example/x"), "from the setting feed_url, in series/example-"),
    ],
)
def test_the_address_of_a_further_feed_is_explained(variant, sentence):
    """It was said, or it follows from the others; a private one names no hub."""
    own = replace(OWN, websub_hub="https://hub.example.com/")
    (found,) = explain(variant_subject(variant, own), tag="link").values[-2:][:1]

    assert found.element == "atom:link"
    assert found.sentence.startswith(sentence)
    assert ("websub_hub" in found.sentence) is not variant.private
