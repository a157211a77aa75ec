"""How series stand after their outcomes."""

from datetime import UTC, datetime, timedelta

import pytest

from feedgen.outcome import Outcome
from feedgen.standing import LONGEST, pause
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def standings(tmp_path):
    """The standings of an open state file."""
    with State(tmp_path / "state.sqlite3") as state:
        yield state.standings


def outcome(result: str, slug: str = "daily", **fields) -> Outcome:
    """Return an outcome."""
    return Outcome(slug=slug, result=result, **fields)


def test_repeated_failure_backs_off(standings):
    """A series that fails is asked less and less often, and at once again when it is solved."""
    waits = []
    for number in range(5):
        at = AT + number * DAY
        standings.record(outcome("failed", reason="no artwork"), at=at)
        waits.append(standings.waits("daily", at) - at)

    assert waits == [timedelta(minutes=5 * 2**n) for n in range(5)]
    assert standings.waits("daily", AT + 30 * DAY) is None

    standings.record(outcome("published"), at=AT + 6 * DAY)
    assert standings.waits("daily", AT + 6 * DAY) is None


def test_an_outage_lets_nobody_rest(standings):
    """When the API is back every series is tried, however many runs failed."""
    for number in range(5):
        at = AT + number * DAY
        standings.record(outcome("failed", reason="no answer", retry=True), at=at)

    assert standings.waits("daily", at) is None
    assert standings.of("daily").failures == 5


def test_a_nightly_run_always_tries():
    """No pause is longer than the time between two nights."""
    assert max(pause(n) for n in range(1, 200)) == LONGEST < DAY


def test_a_series_is_listed_until_it_is_solved(standings):
    """Failed and held series stay on the list, with the time since when."""
    standings.record(outcome("failed", reason="no artwork"), at=AT)
    standings.record(outcome("failed", reason="no artwork"), at=AT + DAY)
    standings.record(outcome("held", "weekly"), at=AT + DAY)
    standings.record(outcome("unchanged", "monthly"), at=AT + DAY)
    found = standings.unsolved()

    assert [(s.slug, s.failures, s.since) for s in found] == [
        ("daily", 2, AT),
        ("weekly", 0, None),
    ]

    standings.record(outcome("unchanged"), at=AT + 2 * DAY)
    assert [s.slug for s in standings.unsolved()] == ["weekly"]


def test_the_last_success_outlives_failures(standings):
    """Freshness is measured from the last time the feed was what the catalogue said."""
    standings.record(outcome("published", title="Daily", url="https://e.com/d.xml"), at=AT)
    standings.record(outcome("failed"), at=AT + DAY)
    standings.record(outcome("held"), at=AT + 2 * DAY)
    found = standings.of("daily")

    assert (found.success_at, found.title, found.url) == (AT, "Daily", "https://e.com/d.xml")
    assert [s.slug for s in standings.all()] == ["daily"]

    standings.forget("daily")
    assert standings.all() == ()


def test_the_last_run_is_known(standings):
    """A dead man's switch looks at the last run over everything that did its work."""
    assert standings.last_run() is None

    standings.run_ended(at=AT, seconds=4.5, exit_code=4, whole=True)
    standings.run_ended(at=AT + DAY, seconds=1, exit_code=3, whole=True)
    standings.run_ended(at=AT + 2 * DAY, seconds=2, exit_code=0, whole=False)
    last = standings.last_run()

    assert (last.ended_at, last.exit_code, last.whole_at) == (AT + 2 * DAY, 0, AT)
