"""The decisions of a run, without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedgen.art19 import jsonapi, plan
from tests.art19.account import PAST, resource, stamp, uid

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def episode(**attributes: Any) -> jsonapi.Resource:
    values = {"published": True, "released_at": stamp(PAST), "status": "active", **attributes}
    return jsonapi.from_object(resource("episodes", uid("e"), **values))


@pytest.mark.parametrize("kind", plan.STAGES)
def test_new_and_weekly_are_always_asked_for(kind: str) -> None:
    """What was never seen, and everything once a week, is asked for with that reason."""
    assert plan.reason_to_ask(kind, known=False, full=False) == "never seen"
    assert "week" in plan.reason_to_ask(kind, known=True, full=True)


def test_a_night_asks_for_half_of_the_kinds() -> None:
    """Series, episodes, seasons, networks and images change unseen; the others wait a week."""
    asked = {kind for kind in plan.STAGES if plan.reason_to_ask(kind, known=True, full=False)}

    assert asked == {"series", "episodes", "seasons", "networks", "images"}
    assert plan.reason_to_ask("media_assets", known=True, full=False, changed=True)


def test_a_full_reading_is_due_after_a_week() -> None:
    """Half a day early is due already, so that a run a little earlier than usual counts."""
    due = [plan.full_is_due(NOW - timedelta(days=days), NOW) for days in (0, 6, 6.5, 7, 30)]

    assert due == [False, False, True, True, True]
    assert plan.full_is_due(None, NOW)


@pytest.mark.parametrize(
    ("episodes", "watermark", "expected"),
    [(100, stamp(PAST), False), (101, stamp(PAST), True), (101, "", False), (101, "x", False)],
)
def test_changes_are_paged_through_where_that_costs_less(
    episodes: int, watermark: str, expected: bool
) -> None:
    """From a hundred episodes on, one page of changes costs less than all ids."""
    assert plan.by_changes(episodes, watermark) is expected


def test_the_watermark_is_the_newest_instant_as_written() -> None:
    """Nonsense among the values is passed over."""
    values = ["2024-01-01T00:00:00Z", None, 7, "2024-01-01T02:00:00+01:00", "never"]

    assert plan.watermark(values) == "2024-01-01T02:00:00+01:00"
    assert plan.watermark([]) == ""


def test_before_the_watermark_means_safely_before() -> None:
    """Five minutes of slack; what has no date is never before."""
    mark = stamp(NOW)

    found = [
        plan.is_before(stamp(NOW - timedelta(minutes=minutes)), mark) for minutes in (0, 4, 6)
    ]

    assert found == [False, False, True]
    assert not plan.is_before(None, mark)
    assert not plan.is_before("2020-01-01T00:00:00Z", "")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, "public"),
        ({"published": False}, "closed"),
        ({"published": None}, "public"),
        ({"status": "inactive"}, "closed"),
        ({"released_at": None}, "closed"),
        ({"released_at": "soon"}, "closed"),
        ({"released_at": stamp(NOW + timedelta(seconds=1))}, "later"),
        ({"released_at": stamp(NOW)}, "public"),
        ({"release_end_at": stamp(NOW)}, "closed"),
        ({"release_end_at": stamp(NOW + timedelta(seconds=1))}, "public"),
    ],
)
def test_how_an_episode_stands(attributes: dict[str, Any], expected: str) -> None:
    """Published, active, released and not ended is public; only its time makes it later."""
    assert plan.standing(episode(**attributes), NOW) == expected


def test_an_absence_counts_the_second_time() -> None:
    """Listed episodes stay, waiting ones stay, any other is dropped after two runs."""
    before = {"listed": 1, "later": 1, "once": 0, "twice": 1, "hidden": 0}
    now: dict[str, plan.Standing] = {
        "later": "later",
        "once": "absent",
        "twice": "absent",
        "hidden": "closed",
    }

    found = plan.membership(["listed", "new"], before, now)

    assert found == {"listed": 0, "new": 0, "later": 0, "once": 1, "hidden": 1}
