"""A folder that is renewed show by show says the same as one that is read from the beginning."""

import os
import random
import shutil
import time

import pytest

from feedgen.content import sample
from feedgen.content.catalogue import CatalogueFolder, load

SLUGS = ("salt-and-signal", "wait-what-and-why", "zwischen-zaun-und-himmel")
SERIAL = "salt-and-signal"


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the sample catalogue."""
    sample.copy_to(tmp_path / "catalogue")
    return tmp_path / "catalogue"


def said(catalogue):
    """Return everything a catalogue says; of mistakes their words."""
    problems = {slug: [str(m) for m in each.mistakes] for slug, each in catalogue.problems.items()}
    return (
        catalogue.resources,
        catalogue.images,
        catalogue.audio,
        catalogue.settings,
        catalogue.releases,
        problems,
    )


def replace(path, old, new):
    """Change a file, and its time as well, however coarse the clock of the disk is."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + random.randrange(1, 10**9)))


def edits(folder):
    """Yield one change of the serial after the other."""
    show, episodes = folder / SERIAL, folder / SERIAL / "episodes"
    yield lambda: replace(episodes / "s1e1.toml", "title =", 'itunes_type = "full"\ntitle =')
    yield lambda: replace(episodes / "s1e2.toml", "title = ", 'title = "x"\n#')
    yield lambda: replace(episodes / "s1e1.html", "<p>", "<p>More. ")
    yield lambda: (episodes / "s1e1.mp3").write_bytes((episodes / "s1e2.mp3").read_bytes()[:-7])
    yield lambda: replace(show / "series.toml", 'title = "The Light"', 'title = "The Dark"')
    yield lambda: replace(show / "series.toml", "number = 2", "number = 3")
    yield lambda: replace(show / "series.toml", "number = 3", "number = 2")
    yield lambda: shutil.copy(episodes / "s1e2.toml", episodes / "copy.toml")
    yield lambda: replace(episodes / "copy.toml", "guid", "# guid")
    yield lambda: (episodes / "s2e3.toml").unlink()
    yield lambda: (episodes / "s1e2.mp3").rename(episodes / "other.mp3")
    yield lambda: (episodes / "other.mp3").rename(episodes / "s1e2.mp3")
    yield lambda: replace(folder / "people.toml", "first_name", "# first_name")
    yield lambda: replace(folder / "people.toml", "# first_name", "first_name")
    yield lambda: shutil.copy(folder / "wait-what-and-why/cover.png", show / "cover.jpg")
    yield lambda: (show / "episodes" / "loop").symlink_to(show)
    yield lambda: (show / "episodes" / "loop").unlink()
    yield lambda: shutil.rmtree(show)


def test_after_every_edit_it_is_as_if_read_anew(folder):
    """Whatever changes in a show, its renewal finds exactly that and forgets nothing."""
    watched = CatalogueFolder(folder)
    watched.held()
    for number, edit in enumerate(edits(folder)):
        edit()
        assert said(watched.renew([SERIAL])) == said(load(folder)), number


def test_only_the_shows_that_are_asked_for_are_looked_at(folder):
    """A change of another show waits until somebody asks for that one."""
    watched = CatalogueFolder(folder)
    before = watched.held()
    replace(folder / "wait-what-and-why" / "series.toml", "title = ", "title = 'Other' #")
    assert watched.renew([SERIAL]) is before
    assert watched.held() is before
    assert watched.renew(["wait-what-and-why"]).shows["wait-what-and-why"].title != (
        before.shows["wait-what-and-why"].title
    ) or said(watched.held()) != said(before)


def test_an_unknown_name_makes_it_look_everywhere(folder):
    """A show that is new is found by asking for it."""
    watched = CatalogueFolder(folder)
    watched.held()
    shutil.copytree(folder / SERIAL, folder / "brand-new")
    for path in (folder / "brand-new" / "episodes").glob("*.toml"):
        replace(path, "guid", "# guid")
    assert "brand-new" in watched.renew(["brand-new"]).shows
    assert said(watched.held()) == said(load(folder))


@pytest.fixture
def read(monkeypatch):
    """Return the names of the files that are opened from now on."""
    from feedgen.content.files import CatalogueFile

    names = []
    opened = CatalogueFile.open.__func__

    def noting(cls, path, root):
        names.append(path.name)
        return opened(cls, path, root)

    monkeypatch.setattr(CatalogueFile, "open", classmethod(noting))
    return names


def test_an_episode_that_did_not_change_is_not_read_again(folder, read):
    """Of a show in which one episode was edited, one episode is read."""
    watched = CatalogueFolder(folder)
    watched.held()
    watched.renew([SERIAL])
    replace(folder / SERIAL / "series.toml", "title", "title")
    watched.renew([SERIAL])
    read.clear()
    replace(folder / SERIAL / "episodes" / "s1e1.toml", "title =", "title  =")
    watched.renew([SERIAL])
    assert read == ["series.toml", "s1e1.toml"]


def test_an_episode_that_was_edited_a_moment_ago_is_read_once(folder, read):
    """While its time can not tell whether a file changed again, its bytes do."""
    watched = CatalogueFolder(folder)
    watched.renew([SERIAL])
    watched.renew([SERIAL])
    path = folder / SERIAL / "episodes" / "s1e1.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    read.clear()
    for _ in range(3):
        watched.renew([SERIAL])
    assert read.count("s1e1.toml") == 1
    os.utime(path, (0, 0))  # as if time had gone by
    for _ in range(3):
        watched.renew([SERIAL])
    assert read.count("s1e1.toml") == 1


def test_an_edit_that_leaves_size_and_time_as_they_were_is_seen(folder):
    """Two edits within one tick of the clock are two, whatever the disk says of them."""
    watched = CatalogueFolder(folder)
    path = folder / SERIAL / "episodes" / "s1e1.toml"
    text = path.read_text(encoding="utf-8")
    now = time.time_ns()
    for word in ("first", "other", "third"):
        path.write_text(f"{text}# {word}\n".replace("title =", f"title = '{word}' #"), "utf-8")
        os.utime(path, ns=(now, now))
        assert said(watched.renew([SERIAL])) == said(load(folder)), word
