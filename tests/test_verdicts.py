"""What was judged in one run is not judged again in the next."""

import asyncio
import contextlib
import sqlite3

import pytest

from feedgen import config, night
from feedgen.check import walk
from feedgen.state import State
from tests.projects import NOW, edit, feeds, make_shows, publish

SHOW = "show-0"


@pytest.fixture
def judged(monkeypatch):
    """The items that are judged, one by one."""
    seen = []
    one = walk.node_of

    def counted(element, *rest):
        if element.tag == "item":
            seen.append(element.findtext("title"))
        return one(element, *rest)

    monkeypatch.setattr(walk, "node_of", counted)
    return seen


def test_a_state_keeps_verdicts_by_series(tmp_path):
    """The last ones replace those before; of a series never judged there are none."""
    with State(tmp_path / "state.sqlite3") as state:
        state.keep_verdicts("s1", b"old")
        state.keep_verdicts("s1", b"new")
        state.keep_verdicts("s2", b"other")
    with State(tmp_path / "state.sqlite3") as state:
        assert state.verdicts("s1") == b"new"
        assert state.verdicts("s3") == b""


def test_the_next_run_judges_only_the_episode_that_was_edited(tmp_path, judged):
    """Of five episodes five are judged at first, then one; the feed holds the edit."""
    project = make_shows(tmp_path, 1, episodes=5)
    assert publish(project)[SHOW].result == "published"
    assert sorted(filter(ours, judged)) == [f"Episode {n} of show 0" for n in range(1, 6)]
    judged.clear()
    edit(project / "catalogue" / SHOW / "episodes" / "3.toml", 'title = "', 'title = "New: ')
    assert publish(project)[SHOW].result == "published"

    assert list(filter(ours, judged)) == ["New: Episode 3 of show 0"]
    assert b"New: Episode 3 of show 0" in feeds(project)[f"{SHOW}.xml"][0]


def ours(title):
    """Return whether an item is of the show: golden feeds are judged before every run."""
    return "of show 0" in title


def test_a_dry_run_keeps_nothing(tmp_path):
    """What only looks leaves the state as it is."""
    project = make_shows(tmp_path, 1, episodes=2)
    asyncio.run(night.publish(config.load(project), now=NOW, dry_run=True))
    assert kept(project) == []
    publish(project)

    assert len(kept(project)) == 1


def kept(project):
    """Return the verdicts that are kept, one a series."""
    path = config.load(project).state_folder / "state.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("select kept from verdicts")]
