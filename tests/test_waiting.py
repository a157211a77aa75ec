"""What the inbox has still to do, as it is told to those who look at it."""

from datetime import UTC, datetime, timedelta

import pytest

from feedgen.inbox import LEASE, Changed, pause
from feedgen.state import State

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def state(tmp_path):
    """Yield a new state."""
    with State(tmp_path / "state.sqlite3") as opened:
        yield opened


def tell(state, *series, now=NOW):
    changed = [Changed(series=each, slug=f"slug-{each}") for each in series]
    state.inbox.accept(changed, hook="cms", now=now)


def take(state, series, now=NOW):
    return state.inbox.take("us", now=now, alive=lambda _: True, only=(series,))


def finish(state, work, *, failed, now=NOW):
    state.inbox.finish(work, now=now, outcome={}, exit_code=4 if failed else 0, failed=failed)


def test_an_empty_inbox_has_nothing_that_waits(state):
    """Neither before anything was reported nor after all of it is done."""
    assert state.waiting.all() == ()
    tell(state, "a")
    finish(state, take(state, "a"), failed=False)
    assert state.waiting.all() == ()


def test_a_series_is_queued_then_runs_then_rests(state):
    """Each state has the time that counts in it: reported, begun, tried again."""
    tell(state, "a")
    (queued,) = state.waiting.all()
    work = take(state, "a", now=NOW + SECOND)
    (running,) = state.waiting.all()
    finish(state, work, failed=True, now=NOW + 2 * SECOND)
    (resting,) = state.waiting.all()

    assert (queued.state, queued.slug, queued.since, queued.at) == ("queued", "slug-a", NOW, None)
    assert (running.state, running.since) == ("running", NOW + SECOND)
    assert running.at == NOW + SECOND + LEASE
    assert not running.again
    assert (resting.state, resting.attempts) == ("resting", 1)
    assert resting.at == NOW + 2 * SECOND + pause(1)


def test_what_is_reported_during_a_run_is_one_run_more(state):
    """The series is still said to run, and to run again."""
    tell(state, "a")
    take(state, "a")
    tell(state, "a", now=NOW + SECOND)
    (running,) = state.waiting.all()

    assert (running.state, running.again, running.since) == ("running", True, NOW)


def test_a_series_that_changes_by_itself_sleeps_until_then(state):
    """The time is told on its own, and beside whatever else the series waits for."""
    later = NOW + timedelta(days=3)
    state.inbox.wake("a", "slug-a", later)
    (asleep,) = state.waiting.all()
    tell(state, "a")
    (queued,) = state.waiting.all()

    assert (asleep.state, asleep.at, asleep.wakes_at) == ("asleep", later, later)
    assert (queued.state, queued.wakes_at) == ("queued", later)


def test_what_runs_stands_first_and_what_sleeps_longest_last(state):
    """Running, queued, resting, asleep; in each, the next one first."""
    for days, series in ((9, "late"), (2, "soon")):
        state.inbox.wake(series, series, NOW + timedelta(days=days))
    tell(state, "rests")
    finish(state, take(state, "rests"), failed=True)
    tell(state, "second", now=NOW + SECOND)
    tell(state, "first")
    tell(state, "runs")
    take(state, "runs")

    assert [each.series for each in state.waiting.all()] == [
        "runs",
        "first",
        "second",
        "rests",
        "soon",
        "late",
    ]
