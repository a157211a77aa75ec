"""The campaigns of tests/bench in a small shape, so that they keep working and keep holding."""

from __future__ import annotations

import pytest

from tests.bench import bench_night, kill_night


def test_a_few_kills_leave_no_torn_lost_or_mixed_feed(tmp_path):
    """Nights over some shows are killed; feeds, history, outbox and approvals stay sound."""
    found = kill_night.campaign(tmp_path, kills=3, shows=8, seed=7)

    assert found.faults == []
    assert found.kills == 3
    assert found.told >= 7


@pytest.mark.slow
def test_many_kills_leave_no_torn_lost_or_mixed_feed(tmp_path):
    """Forty nights over forty shows end in the same feeds and the same memory."""
    assert kill_night.campaign(tmp_path, kills=40, shows=40, seed=8).faults == []


def test_an_unchanged_series_costs_a_fraction_of_a_whole_one(tmp_path):
    """It is known from its data: nothing is fetched, built, rendered or checked again."""
    figures = bench_night.local(tmp_path, series=10, episodes=40, changed=1)

    assert figures.unchanged.summary.startswith("published 0, unchanged 10, failed 0")
    assert figures.little.summary.startswith("published 1, unchanged 9, failed 0")
    assert figures.per_unchanged * 5 < figures.per_whole
