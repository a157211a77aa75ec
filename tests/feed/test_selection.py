"""Which episodes are in a feed, and what is said of those that are not."""

from datetime import UTC, datetime

from feedgen.feed.selection import eligible, without_an_episode
from feedgen.settings import EpisodeSettings, SeriesSettings
from tests.factories import make_episode, make_series, make_settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RELEASED = datetime(2026, 10, 1, tzinfo=UTC)
SILENT = make_episode(guid="g", released_at=RELEASED, has_media=False)


def test_an_episode_without_a_media_file_is_skipped_with_the_reason():
    """What is due and has no media file is left out with a sentence that says so."""
    ready, skipped = eligible(make_series(episodes=(SILENT,)), SeriesSettings(), NOW)
    assert ready == ()
    assert [each.reason for each in skipped] == ["It has no audio file yet."]


def test_an_enclosure_of_the_settings_is_a_media_file():
    """An episode whose settings give the address of its audio goes in."""
    own = EpisodeSettings(enclosure_url="https://media.example.com/g.mp3")
    settings = SeriesSettings(episodes={"g": own})
    ready, skipped = eligible(make_series(episodes=(SILENT,)), settings, NOW)
    assert [each.id for each in ready] == [SILENT.id]
    assert skipped == ()


def test_settings_of_an_episode_that_is_not_there_are_found():
    """By guid or by API id; what was published once may be gone and keep its settings."""
    said = {key: EpisodeSettings(block=True) for key in ("guid-a", "b", "guid-gone", "guid-aa")}
    series = make_series(episodes=(make_episode("a"), make_episode("b")))

    found = without_an_episode(series, make_settings(episodes=said), {"guid-gone"})
    assert found == ("guid-aa",)
