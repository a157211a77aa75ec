"""What goes wrong with the files of a catalogue, and what a run makes of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from feedgen.content import sample
from tests.projects import (
    COMEDY,
    GERMAN,
    SERIAL,
    copy_project,
    feeds,
    make_project,
    publish,
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has been published once; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("published"))
    publish(folder)
    return folder


@pytest.fixture
def project(published: Path, tmp_path: Path) -> Path:
    """A copy of the published project that may be changed."""
    return copy_project(published, tmp_path / "project")


def test_a_broken_store_of_images_leaves_what_is_on_air(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no picture can be written every series fails, and no feed changes."""
    before = feeds(project)
    files = project / ".feedgen" / "images" / "files"
    files.rename(project / "away")
    files.write_text("a file in the place of a folder")
    outcomes = publish(project)
    assert {each.result for each in outcomes.values()} == {"failed"}
    assert "can not be processed now" in outcomes[SERIAL].reason
    assert str(project / "catalogue" / SERIAL / "cover.jpg") in outcomes[SERIAL].reason
    assert feeds(project) == before
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_a_picture_that_can_not_be_written_costs_its_own_series(project: Path) -> None:
    """The other series are published although one picture could not be processed."""
    cover = project / "catalogue" / SERIAL / "cover.jpg"
    (record,) = (
        path
        for path in (project / ".feedgen" / "images" / "records").iterdir()
        if path.stem == _image_of(project)
    )
    record.unlink()
    record.mkdir()
    outcomes = publish(project)
    assert {slug: each.result for slug, each in outcomes.items()} == {
        SERIAL: "failed",
        COMEDY: "unchanged",
        GERMAN: "unchanged",
    }
    assert str(cover) in outcomes[SERIAL].reason


def _image_of(project: Path) -> str:
    """Return the id of the serial's cover."""
    from feedgen.content.catalogue import load

    catalogue = load(project / "catalogue")
    cover = project / "catalogue" / SERIAL / "cover.jpg"
    (found,) = (each.id for each in catalogue.images.values() if each.path == cover)
    return found


def test_an_episode_that_loses_its_audio_is_named(project: Path) -> None:
    """An episode that is due and has no media file is not left out without a word."""
    (path,) = (project / "catalogue" / COMEDY / "episodes").glob("002*.toml")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(each for each in lines if not each.startswith("audio")), "utf-8")
    outcome = publish(project)[COMEDY]
    said = [each.reason for each in outcome.skipped if "Scissors" in each.title]
    assert said == ["It has no audio file yet."]


@pytest.mark.parametrize("first", [False, True])
def test_a_broken_cover_is_named_by_its_file(
    project: Path, caplog: pytest.LogCaptureFixture, *, first: bool
) -> None:
    """A note names the file of a broken cover, in every run, whether or not a feed is on air."""
    cover = project / "catalogue" / SERIAL / "cover.jpg"
    cover.write_bytes((sample.SAMPLE / SERIAL / "cover.jpg").read_bytes()[:5000])
    if first:
        project = make_project(project / "new")
        cover = project / "catalogue" / SERIAL / "cover.jpg"
        cover.write_bytes((sample.SAMPLE / SERIAL / "cover.jpg").read_bytes()[:5000])
    for _ in range(2):
        outcome = publish(project)[SERIAL]
        assert outcome.result == ("failed" if first else "unchanged")
        said = [each.message for each in outcome.notes if str(cover) in each.message]
        assert said == [
            f"the picture {cover} can not be used: truncated: the JPEG file has no end marker"
        ]
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_a_loop_of_links_costs_one_show(project: Path) -> None:
    """One show whose folder leads back into itself fails; the others stay on air."""
    (project / "catalogue" / COMEDY / "again").symlink_to(".")
    outcomes = publish(project)
    assert {slug: each.result for slug, each in outcomes.items()} == {
        SERIAL: "unchanged",
        COMEDY: "failed",
        GERMAN: "unchanged",
    }
    assert "again: is a link to a folder it lies in" in outcomes[COMEDY].reason
