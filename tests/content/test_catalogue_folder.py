"""A catalogue folder is watched: changes are picked up, and only what changed is read."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from feedgen.content.catalogue import Catalogue, CatalogueFolder, load
from feedgen.content.sample import SAMPLE
from feedgen.errors import UsageProblem
from tests.content.shows import make, said, write
from tests.projects import settle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue with one show without mistakes."""
    return make(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A missing catalogue folder, or a file in its place, is a usage problem with a hint."""
    with pytest.raises(UsageProblem, match="no catalogue folder") as caught:
        load(tmp_path / "nowhere")
    assert "feedgen init" in caught.value.hint
    with pytest.raises(UsageProblem, match="is a file"):
        load(write(tmp_path, "file", ""))


def test_nothing_changed_is_the_same_object(folder: Path) -> None:
    """Without a change in the files the same catalogue is handed out again."""
    settle(folder)
    watched = CatalogueFolder(folder)
    assert watched.current() is watched.current()


def test_what_was_changed_a_moment_ago_is_read_again(folder: Path) -> None:
    """Within one tick of the clock a file can change twice and keep its size and its time."""
    write(folder, "other/series.toml", 'title = "Other"')
    watched = CatalogueFolder(folder)
    path = folder / "other" / "series.toml"
    stamp = path.stat().st_mtime_ns
    assert watched.current().shows["other"].title == "Other"
    with path.open("r+", encoding="utf-8") as file:
        file.write('title = "Owner"')
    os.utime(path, ns=(stamp, stamp))

    assert watched.current().shows["other"].title == "Owner"


def test_a_change_is_seen_and_reads_one_show_again(folder: Path) -> None:
    """After an edit only the show it belongs to is read anew."""
    write(folder, "other/series.toml", 'title = "Other"')
    settle(folder)
    watched = CatalogueFolder(folder)
    before = watched.current()
    path = folder / "other" / "series.toml"
    stamp = path.stat().st_mtime_ns
    write(folder, "other/series.toml", 'title = "Owner"')
    os.utime(path, ns=(stamp + 1, stamp + 1))
    after = watched.current()
    assert after.shows["other"].title == "Owner"
    assert after.shows["show"] is before.shows["show"]
    assert before.shows["other"].title == "Other"


def test_a_change_of_people_reads_all_shows_again(folder: Path) -> None:
    """An edit of people.toml reaches every show."""
    watched = CatalogueFolder(folder)
    assert watched.current().problems == {}
    write(folder, "people.toml", '[somebody-else]\nfirst_name = "Bo"')
    assert set(watched.current().problems) == {"show"}
    write(folder, "people.toml", '[ann]\nfirst_name = "Ann"')
    assert watched.current().problems == {}


def test_new_and_removed_shows_are_seen(folder: Path) -> None:
    """A show that is added appears, and one that is removed goes."""
    watched = CatalogueFolder(folder)
    assert set(watched.current().shows) == {"show"}
    added = write(folder, "new/series.toml", 'title = "New"')
    assert set(watched.current().shows) == {"new", "show"}
    added.unlink()
    added.parent.rmdir()
    assert set(watched.current().shows) == {"show"}


def test_an_interval_looks_less_often(folder: Path) -> None:
    """Within the interval the files are not looked at again."""
    watched = CatalogueFolder(folder, interval=3600)
    before = watched.current()
    write(folder, "new/series.toml", 'title = "New"')
    assert watched.current() is before


def test_the_sample_is_read_quickly_enough_to_ask_often() -> None:
    """Asking again for an unchanged catalogue reads no file of a show."""
    watched = CatalogueFolder(SAMPLE)
    assert watched.current() is watched.current()


def loaded(folder: Path) -> Catalogue:
    """Return the catalogue, in a thread that is given up when it waits for something."""
    found: list[Catalogue] = []
    thread = threading.Thread(target=lambda: found.append(load(folder)), daemon=True)
    thread.start()
    thread.join(10)
    assert found, "the folder is waited for without end"
    return found[0]


@pytest.mark.parametrize("name", ["show/episodes/three.toml", "show/series.toml"])
def test_a_link_to_nowhere_costs_its_show(folder: Path, name: str) -> None:
    """A file of a show that is a dangling link is a mistake of that show; the others go on."""
    write(folder, "other/series.toml", 'title = "Other"')
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to("nowhere")
    catalogue = load(folder)
    assert set(catalogue.shows) == {"other"}
    assert said(catalogue)[0].startswith(f"{name}: is a link that leads nowhere")


@pytest.mark.parametrize("name", ["show/lost", "show/episodes/.#one.toml", "lost"])
def test_a_link_to_nowhere_that_nothing_names_is_no_matter(folder: Path, name: str) -> None:
    """A dangling link that nothing asks for, such as an editor's lock, changes nothing."""
    (folder / name).symlink_to("nobody@host.1234")
    assert set(load(folder).shows) == {"show"}


def test_dangling_commons_are_a_mistake(folder: Path) -> None:
    """People in a file that is a link to nowhere are not taken for people nobody has."""
    (folder / "people.toml").unlink()
    (folder / "people.toml").symlink_to("nowhere")
    assert said(load(folder), "people.toml")[0].startswith("people.toml: is a link that leads")


@pytest.mark.parametrize("target", [".", "..", "../..", "../../..", "/"])
def test_a_loop_of_links_costs_its_show(folder: Path, target: str) -> None:
    """A link from inside a show to a folder it lies in is a mistake that names the link."""
    write(folder, "other/series.toml", 'title = "Other"')
    (folder / "show/episodes/again").symlink_to(target)
    catalogue = load(folder)
    assert set(catalogue.shows) == {"other"}
    assert said(catalogue) == [
        "show/episodes/again: is a link to a folder it lies in; remove the link"
    ]


def test_a_link_to_itself_and_a_loop_beside_the_shows(folder: Path) -> None:
    """Links beside the shows that lead in a circle are walked into once, or not at all."""
    (folder / "all").symlink_to(".")
    (folder / "self").symlink_to("self")
    settle(folder)
    watched = CatalogueFolder(folder)
    assert set(watched.current().shows) == {"show"}
    assert watched.current() is watched.current()


def test_a_show_that_is_a_link_is_served_and_watched(folder: Path) -> None:
    """A show may lie elsewhere: its folder is found through a link, and so are its changes."""
    elsewhere = folder.parent / f"{folder.name}-elsewhere"
    write(elsewhere, "series.toml", 'title = "Linked"')
    (folder / "linked").symlink_to(elsewhere)
    watched = CatalogueFolder(folder)
    assert watched.current().shows["linked"].title == "Linked"
    write(elsewhere, "series.toml", 'title = "Linked elsewhere"')
    assert watched.current().shows["linked"].title == "Linked elsewhere"


@pytest.mark.parametrize("name", ["show/episodes/three.toml", "show/series.toml"])
def test_a_pipe_is_not_waited_for(folder: Path, name: str) -> None:
    """A `.toml` that is a named pipe is a mistake of its show and is never opened."""
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert f"{name}: is not a regular file" in said(loaded(folder))


def test_a_folder_called_toml_is_a_mistake(folder: Path) -> None:
    """A folder in the place of an episode file is named as such."""
    (folder / "show/episodes/three.toml").mkdir()
    assert said(load(folder)) == ["show/episodes/three.toml: is a folder, not a file"]


def test_pipes_in_the_place_of_commons_are_not_waited_for(folder: Path) -> None:
    """Networks in a named pipe are a mistake; the show that needs none of them is served."""
    (folder / "networks.toml").unlink()
    os.mkfifo(folder / "networks.toml")
    write(folder, "other/series.toml", 'title = "Other"')
    catalogue = loaded(folder)
    assert said(catalogue, "networks.toml") == ["networks.toml: is not a regular file"]
    assert set(catalogue.shows) == {"other"}


def test_of_a_show_that_is_known_nothing_is_kept(folder: Path) -> None:
    """It is known by its mark, not read, and the marks of its files are forgotten at once."""
    write(folder, "other/series.toml", 'title = "Other"')
    settle(folder)
    asked: list[str] = []

    def known(mark: str) -> tuple[str, str] | None:
        asked.append(mark)
        return ("id-of-other", "other") if len(asked) == 1 else None

    watched = CatalogueFolder(folder, known=known)
    assert list(watched.current().shows) == ["show"]
    assert watched.passed_over() == {"id-of-other": asked[0]}
    assert CatalogueFolder(folder).current().shows.keys() == {"other", "show"}
    assert not watched._marks["other"]

    again = CatalogueFolder(folder)
    again.current()
    assert again.mark("other") == asked[0]
