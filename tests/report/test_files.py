"""The files of a run: whole, as old as what is in them, and readable by their readers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from feedgen import config
from feedgen.errors import TargetProblem
from feedgen.report import files
from feedgen.state import State
from tests.projects import edit, make_project
from tests.report.made import AT, make_report, make_told


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The configuration of a project."""
    return config.load(make_project(tmp_path_factory.mktemp("project")))


@pytest.fixture
def state(tmp_path):
    """A state that knows two series, one of which was never on air."""
    with State(tmp_path / "state.sqlite3") as state:
        state.standings.record(make_told("daily", "published").outcome, at=AT)
        state.standings.record(make_told("broken", "failed").outcome, at=AT)
        state.standings.run_ended(at=AT, seconds=3.5, exit_code=4, whole=True)
        yield state


def test_a_night_leaves_page_and_document(settings, tmp_path):
    """Both say the same; nothing else lies there."""
    files.write_report(tmp_path / "out", make_report(), settings)

    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.html", "report.json"}
    assert b"feedgen approve weekly" in (tmp_path / "out" / "report.html").read_bytes()
    assert json.loads((tmp_path / "out" / "report.json").read_text())["exit_code"] == 4


def test_the_page_may_be_the_user_s_own(tmp_path):
    """A template below [templates] stands in for ours."""
    folder = make_project(tmp_path)
    (folder / "mine" / "pages").mkdir(parents=True)
    (folder / "mine" / "pages" / "report.html").write_text("<p>{{ report.exit_code }}</p>")
    edit(folder / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')
    files.write_report(tmp_path / "out", make_report(), config.load(folder))

    assert (tmp_path / "out" / "report.html").read_text() == "<p>4</p>"


def test_list_and_metrics_are_of_all_series(settings, state, tmp_path):
    """What was never on air can not be subscribed to, but is watched."""
    parser = pytest.importorskip("prometheus_client.parser")
    files.write_standing(tmp_path / "out", state, settings, now=AT)
    root = etree.parse(tmp_path / "out" / "feeds.opml").getroot()
    text = (tmp_path / "out" / "feedgen.prom").read_text()
    families = {each.name: each for each in parser.text_string_to_metric_families(text)}

    assert root.findtext("head/title") == "Podcasts of podcasts.example.com"
    assert root.xpath("//outline/@xmlUrl") == ["https://e.com/daily"]
    failures = families["feedgen_series_failures"].samples
    assert {each.labels["series"]: each.value for each in failures} == {"daily": 0, "broken": 1}
    (whole,) = families["feedgen_run_last_success_timestamp_seconds"].samples
    assert whole.value == AT.timestamp()


def test_a_list_that_says_the_same_is_not_written_again(settings, state, tmp_path):
    """It is as old as the last change in it; another title makes it new."""
    path = tmp_path / "out" / "feeds.opml"
    for later in (timedelta(), timedelta(days=1)):
        files.write_standing(path.parent, state, settings, now=AT + later)
    assert etree.parse(path).findtext("head/dateModified") == "Thu, 05 Mar 2026 07:00:00 +0000"

    told = make_told("daily", "published").outcome
    state.standings.record(replace(told, title="Renamed"), at=AT)
    files.write_standing(path.parent, state, settings, now=AT + timedelta(days=2))
    assert etree.parse(path).findtext("head/dateModified") == "Sat, 07 Mar 2026 07:00:00 +0000"


@pytest.mark.parametrize(
    "before",
    [b"", b"no list", b"<opml/>", b"<opml><head><dateModified>soon</dateModified></head></opml>"],
)
def test_whatever_lay_there_is_replaced(settings, state, tmp_path, before):
    """A list that can not be read says nothing of its age."""
    path = tmp_path / "feeds.opml"
    path.write_bytes(before)
    files.write_standing(tmp_path, state, settings, now=AT)

    assert etree.parse(path).findtext("head/dateModified") == "Thu, 05 Mar 2026 07:00:00 +0000"


def test_a_folder_that_can_not_be_written_is_told_in_a_sentence(settings, state, tmp_path):
    """What lies in the way is named."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TargetProblem, match="file"):
        files.write_report(tmp_path / "file", make_report(), settings)
    with pytest.raises(TargetProblem, match="file"):
        files.write_standing(tmp_path / "file", state, settings, now=AT)
