"""A series that the source does not list any more."""

import shutil
from datetime import timedelta

from feedgen.outcome import exit_code
from tests.projects import NOW, approve, feeds, make_shows, publish

DAYS = [NOW + timedelta(days=n) for n in range(1, 9)]


def test_a_series_that_vanished_is_held_until_somebody_says_so(tmp_path):
    """Its feed stays; the morning's exit code tells; once approved it is not told of again."""
    project = make_shows(tmp_path / "project", 2)
    publish(project)
    before = feeds(project)
    shutil.move(project / "catalogue" / "show-1", tmp_path / "away")

    outcomes = publish(project, now=DAYS[0])
    assert outcomes["show-1"].result == "held"
    assert outcomes["show-1"].reasons[0].code == "series-gone"
    assert exit_code(outcomes.values()) == 4
    assert feeds(project) == before

    assert approve(project, now=DAYS[1]) == ["series-gone"]
    assert set(publish(project, now=DAYS[1])) == {"show-0"}
    assert set(publish(project, now=DAYS[2])) == {"show-0"}
    assert feeds(project) == before


def test_a_series_that_comes_back_and_goes_again_is_told_of_again(tmp_path):
    """The word of a person is good for one departure."""
    project = make_shows(tmp_path / "project", 2)
    publish(project)
    folder = project / "catalogue" / "show-1"
    shutil.move(folder, tmp_path / "away")
    publish(project, now=DAYS[0])
    approve(project)
    publish(project, now=DAYS[1])

    shutil.move(tmp_path / "away", folder)
    series = folder / "series.toml"
    series.write_text(series.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert publish(project, now=DAYS[2])["show-1"].on_air
    shutil.move(folder, tmp_path / "away")
    assert publish(project, now=DAYS[3])["show-1"].result == "held"


def test_a_series_whose_files_are_broken_is_not_gone(tmp_path):
    """It fails, with its own reason."""
    project = make_shows(tmp_path / "project", 2)
    publish(project)
    (project / "catalogue" / "show-1" / "series.toml").write_text("title = ", encoding="utf-8")

    outcomes = publish(project, now=DAYS[0])
    assert outcomes["show-1"].result == "failed"


def test_a_series_named_by_hand_asks_for_no_other(tmp_path):
    """Only a run over all series can tell what is missing."""
    project = make_shows(tmp_path / "project", 2)
    publish(project)
    shutil.move(project / "catalogue" / "show-1", tmp_path / "away")

    assert set(publish(project, "show-0", now=DAYS[0])) == {"show-0"}
