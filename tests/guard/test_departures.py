"""Which episodes may leave a feed because the data says why."""

from datetime import UTC, datetime, timedelta

import pytest

from feedgen.guard.departures import departures
from feedgen.settings import SeriesSettings
from tests.factories import make_episode, make_series

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "departure"),
    [
        ({"has_media": False}, None),
        ({"has_media": False, "published": False}, "withdrawn"),
        ({"has_media": False, "release_end_at": NOW - timedelta(days=1)}, "expired"),
        ({"premium_status": "active"}, "withdrawn"),
    ],
)
def test_a_lost_media_file_explains_no_departure(said, departure):
    """An episode that is still to be public and has lost its file is not let go."""
    episode = make_episode(guid="g", released_at=NOW - timedelta(days=9), **said)
    series = make_series(episodes=(episode,))
    found = departures(series, SeriesSettings(), now=NOW, guids={})
    assert found.get("g") == departure
