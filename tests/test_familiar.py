"""What a night passes over: recognised before it is read, and never when anything differs."""

import asyncio
import shutil
from datetime import timedelta

import pytest

from feedgen import config, night
from feedgen.publication import Publication
from tests.projects import (
    COMEDY,
    NOW,
    SERIAL,
    copy_project,
    edit,
    feeds,
    make_project,
    make_shows,
    publish,
    settle,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The sample on air; nobody writes into this project."""
    folder = make_project(tmp_path_factory.mktemp("sample"))
    settle(folder)
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy that may be edited, looked at once where it lies now."""
    folder = copy_project(published, tmp_path / "project")
    publish(folder)
    return folder


@pytest.fixture
def looked_at(monkeypatch):
    """The slugs of the series that were built again."""
    seen = []
    whole = Publication.outcome

    def noted(publication, labels):
        seen.append(publication.series.slug)
        return whole(publication, labels)

    monkeypatch.setattr(Publication, "outcome", noted)
    return seen


def test_a_night_without_changes_builds_nothing(project, looked_at):
    """Every series is told as unchanged, with its items, artwork and what is left out."""
    before = feeds(project)
    outcomes = publish(project, now=LATER)

    assert looked_at == []
    assert {each.result for each in outcomes.values()} == {"unchanged"}
    assert outcomes[SERIAL].items == 7
    assert outcomes[SERIAL].artwork.chosen.style == "square-3000"
    assert [each.reason for each in outcomes[SERIAL].skipped]
    assert feeds(project) == before


def test_a_series_named_is_always_looked_at(project, looked_at):
    """Somebody asks for it because something is the matter."""
    publish(project, SERIAL, now=LATER)

    assert looked_at == [SERIAL]


def change_audio(project):
    episodes = project / "catalogue" / COMEDY / "episodes"
    shutil.copy(episodes / "001-queues.mp3", episodes / "002-rock-paper.mp3")


def change_people(project):
    edit(project / "catalogue" / "people.toml", "[", "# who they are\n[")


def break_picture(project):
    next((project / "feeds" / "media" / "images").iterdir()).write_bytes(b"short")


def remove_audio(project):
    next((project / "feeds" / "media" / "episodes").iterdir()).unlink()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda p: edit(p / "catalogue" / SERIAL / "series.toml", "title", "title"), {SERIAL}),
        (change_audio, {COMEDY}),
        (lambda p: (p / "feeds" / f"{SERIAL}.xml").unlink(), {SERIAL}),
        (lambda p: edit(p / "feeds" / f"{SERIAL}.xml", "<channel>", "<channel> "), {SERIAL}),
        (lambda p: edit(p / "feedgen.toml", "[publish]", "[publish]\naudio = false"), "all"),
        (change_people, "all"),
        (break_picture, "some"),
        (remove_audio, "some"),
    ],
)
def test_whatever_differs_is_looked_at(project, looked_at, change, expected):
    """A file of the show, what shows share, the configuration, a feed or a file on air."""
    change(project)
    publish(project, now=LATER)

    if expected == "all":
        assert len(looked_at) == 3
    elif expected == "some":
        assert 1 <= len(looked_at) <= 3
    else:
        assert set(looked_at) == expected


def test_the_hour_of_a_release_wakes_its_series(project, looked_at):
    """An episode that comes out needs no edit to be published."""
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e3.toml",
        "2099-01-01T06:00:00Z",
        f"{NOW + timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}",
    )
    settle(project / "catalogue")
    assert publish(project)[SERIAL].wakes_at == NOW + timedelta(hours=5)
    del looked_at[:]

    publish(project, now=NOW + timedelta(hours=4))
    assert looked_at == []
    outcome = publish(project, now=NOW + timedelta(hours=5))[SERIAL]
    assert looked_at == [SERIAL]
    assert (outcome.result, outcome.items) == ("published", 8)


def test_once_a_week_everything_is_looked_at(project, looked_at):
    """What no mark tells of, such as a remote file, is noticed then."""
    publish(project, now=NOW + timedelta(days=6))
    assert looked_at == []
    publish(project, now=NOW + timedelta(days=8))
    assert len(looked_at) == 3


def test_what_is_held_is_looked_at_again(project, looked_at):
    """Only what is on air as the catalogue says is passed over."""
    path = project / "catalogue" / SERIAL / "episodes" / "s2e1.toml"
    edit(path, "salt-and-signal/s2e1", "salt-and-signal/another")
    publish(project, now=LATER)
    publish(project, now=LATER)

    assert looked_at == [SERIAL, SERIAL]


def test_a_show_that_takes_the_slug_of_one_passed_over_is_seen_to_clash(tmp_path):
    """The two are read and compared, whichever was known."""
    folder = make_shows(tmp_path, 2)
    settle(folder)
    publish(folder)
    series = folder / "catalogue" / "show-1" / "series.toml"
    series.write_text('slug = "show-0"\n' + series.read_text(encoding="utf-8"), encoding="utf-8")
    before = feeds(folder)
    report = asyncio.run(night.publish(config.load(folder), now=LATER))

    assert "failed" in [outcome.result for outcome in report.outcomes]
    assert feeds(folder) == before


def test_a_dry_run_changes_nothing_at_all(project):
    """It tells what would differ; the next run finds everything as it was."""
    edit(project / "catalogue" / SERIAL / "series.toml", "Salt & Signal", "Salt and Signal")
    before = feeds(project)
    report = asyncio.run(night.publish(config.load(project), now=LATER, dry_run=True))
    (told,) = [each for each in report.told if each.outcome.slug == SERIAL]

    assert told.outcome.result == "published"
    assert "title" in [change.element for change in told.outcome.changes]
    assert feeds(project) == before
    assert publish(project, now=LATER)[SERIAL].result == "published"


def test_data_older_than_what_is_on_air_changes_nothing(project, looked_at):
    """A hook was quicker than the night: the night says so and leaves the newer feed alone."""
    path = project / "catalogue" / SERIAL / "series.toml"
    edit(path, "Salt & Signal", "Salt and Signal")
    assert publish(project, SERIAL, now=LATER)[SERIAL].result == "published"
    before = feeds(project)
    edit(path, "Salt and Signal", "Salt & Signal")
    outcome = publish(project, SERIAL, now=NOW)[SERIAL]

    assert outcome.result == "unchanged"
    assert "newer-on-air" in [note.code for note in outcome.notes]
    assert feeds(project) == before


def test_a_clock_that_was_wrong_is_told_and_not_passed_over(project):
    """What claims to be read in the future is held: nobody knows what is newer."""
    path = project / "catalogue" / SERIAL / "series.toml"
    edit(path, "Salt & Signal", "Salt and Signal")
    publish(project, SERIAL, now=NOW + timedelta(days=36500))
    edit(path, "Salt and Signal", "Salt & Signal")
    outcome = publish(project, SERIAL, now=LATER)[SERIAL]

    assert outcome.result == "held"
    assert "stale" in [reason.code for reason in outcome.reasons]
