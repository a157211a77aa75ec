"""Short versions of the campaigns in tests/bench: what they look for, not how long it takes."""

from tests.bench import bench_hooks, kill_hooks


def test_kills_under_load_lose_nothing(tmp_path):
    """After some kills at random instants every accepted hook is done and every feed whole."""
    told = kill_hooks.campaign(tmp_path / "project", kills=4, shows=2)
    assert "none lost" in told


def test_every_edit_under_load_comes_on_air(tmp_path):
    """Of edits reported faster than they are published each is on air, in fewer publications."""
    found = bench_hooks.measure(tmp_path / "project", seconds=2, rate=20, shows=1, episodes=40)
    assert len(found.latencies) == 40
    assert 1 <= found.publishes < 40
    assert found.cpu > 0
