"""When a feed changes by itself."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.feed.selection import eligible
from feedgen.feed.variants import plans
from feedgen.feed.wakes import next_change
from feedgen.settings import EpisodeSettings, Variant
from tests.factories import NOW, make_episode, make_series, make_settings, moment

DELAYED = Variant(delay_hours=48)
EARLY = Variant(delay_hours=-72, private=True)
TICK = timedelta(microseconds=1)


def wakes(*episodes, feeds=None, **settings):
    series = make_series(episodes=episodes)
    return next_change(series, make_settings(feeds=feeds or {}, **settings), NOW)


def test_a_feed_of_past_episodes_never_changes_by_itself():
    """Nothing to wait for."""
    assert wakes(make_episode("a"), make_episode("b", released_at=None)) is None


def test_the_next_release_or_end_is_the_next_change():
    """Whatever comes first."""
    soon = make_episode("soon", released_at=moment(-2))
    ends = make_episode("ends", release_end_at=moment(-1))

    assert wakes(soon) == moment(-2)
    assert wakes(soon, ends) == moment(-1)


def test_a_release_at_this_very_moment_is_over():
    """It is in the feed of this run already."""
    assert wakes(make_episode("a", released_at=NOW)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"published": False},
        {"status": "inactive"},
        {"premium_status": "active"},
        {"title": "", "released_at": moment(-1)},
        {"has_media": False},
        {"release_end_at": moment(-1)},
    ],
)
def test_an_episode_that_no_feed_may_show_wakes_nobody(fields):
    """A draft has a date too, and a release may end before it begins."""
    assert wakes(make_episode("a", **{"released_at": moment(-2)} | fields)) is None


def test_variants_wake_at_their_own_times():
    """A delayed feed changes later, an early one before the others."""
    out = make_episode("out", released_at=moment(1))
    coming = make_episode("coming", released_at=moment(-10))

    assert wakes(out, feeds={"late": DELAYED}) == moment(-1)
    assert wakes(out, coming, feeds={"early": EARLY}) == moment(-7)


def test_a_date_from_the_settings_counts():
    """pub_date stands in for the API's."""
    said = {"guid-a": EpisodeSettings(pub_date=moment(-3))}

    assert wakes(make_episode("a"), episodes=said) == moment(-3)


_MOMENTS = st.none() | st.integers(-200, 200).map(lambda hours: NOW + timedelta(hours=hours))
_EPISODES = st.lists(
    st.builds(
        make_episode,
        st.uuids().map(str),
        released_at=_MOMENTS,
        release_end_at=_MOMENTS,
        published=st.booleans(),
        title=st.sampled_from(["", "A title"]),
        premium_status=st.sampled_from(["inactive", "active"]),
        itunes_type=st.sampled_from(["full", "bonus"]),
    ),
    max_size=6,
    unique_by=lambda episode: episode.id,
)


@given(_EPISODES, st.floats(-100, 100), st.sampled_from([(), ("bonus",)]))
def test_nothing_changes_before_and_something_changes_then(episodes, hours, types):
    """Up to the moment every feed holds what it holds now, and at the moment one does not."""
    series = make_series(episodes=tuple(episodes))
    variant = Variant(delay_hours=hours, private=hours < 0, episode_types=types)
    settings = make_settings(feeds={"x": variant})

    def shown(at):
        return [
            [each.id for each in eligible(plan.series, plan.settings, at)[0]]
            for plan in plans(series, settings, secret="a secret that is long enough")
        ]

    found = next_change(series, settings, NOW)
    last = found - TICK if found else NOW + timedelta(days=10_000)

    assert shown(last) == shown(NOW)
    if found:
        assert found > NOW
        assert shown(found) != shown(NOW)
