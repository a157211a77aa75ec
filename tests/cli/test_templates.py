"""`feedgen templates`, as people run it."""

import subprocess
import sys

import pytest

from feedgen.shipped import shipped
from tests.projects import SERIAL, copy_project, edit, make_project, publish

SHIPPED = shipped("templates") / "rss"


def feedgen(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "feedgen", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "CI": "", **environment},
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project whose pictures have been rendered; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("published"))
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy of the published project that may be edited."""
    return copy_project(published, tmp_path / "project")


def use(project, *, goldens=True):
    """Take the ejected templates into use, with golden feeds of one's own."""
    text = '[templates]\nfolder = "templates"\n\n'
    if goldens:
        (project / "golden_feeds").mkdir()
        text += '[golden]\nfolder = "golden_feeds"\n\n'
    edit(project / "feedgen.toml", "[publish]", f"{text}[publish]")


def test_eject_copies_every_template_and_says_how_to_use_them(project):
    """The same bytes as shipped, and the lines for feedgen.toml."""
    done = feedgen(project, "templates", "eject")
    ejected = project / "templates" / "rss"
    names = sorted(path.relative_to(SHIPPED) for path in SHIPPED.rglob("*.xml"))

    assert done.returncode == 0, done.stderr
    assert sorted(path.relative_to(ejected) for path in ejected.rglob("*.xml")) == names
    assert all((ejected / name).read_bytes() == (SHIPPED / name).read_bytes() for name in names)
    assert 'add [templates] folder = "templates" to feedgen.toml' in done.stderr


def test_eject_keeps_what_is_there(project):
    """Nobody's work is overwritten."""
    path = project / "mine" / "rss" / "item.xml"
    path.parent.mkdir(parents=True)
    path.write_text("my own")
    done = feedgen(project, "templates", "eject", "mine")

    assert path.read_text() == "my own"
    assert "kept      mine/rss/item.xml" in done.stdout
    assert (project / "mine" / "rss" / "channel.xml").is_file()


def test_eject_one_template(project):
    """Most users change one."""
    feedgen(project, "templates", "eject", "--only", "additions.xml")

    assert [path.name for path in (project / "templates").rglob("*.xml")] == ["additions.xml"]


def test_eject_of_an_unknown_template_names_the_closest(project):
    """Exit 2, nothing written."""
    done = feedgen(project, "templates", "eject", "--only", "items.xml")

    assert done.returncode == 2
    assert "did you mean 'item.xml'?" in done.stderr
    assert not (project / "templates").exists()


def test_list_says_which_template_is_whose(project):
    """The user's folder is looked up first."""
    feedgen(project, "templates", "eject", "--only", "item.xml")
    use(project)
    lines = feedgen(project, "templates", "list").stdout.splitlines()

    assert [line.split()[0] for line in lines if line.endswith("templates/rss/item.xml")] == [
        "yours"
    ]
    assert sum(line.startswith("shipped") for line in lines) == len(lines) - 1


def test_ejected_templates_change_nothing_until_they_are_edited(project):
    """The feed is byte for byte the same with the copies."""
    before = feedgen(project, "render", SERIAL, "--at", "2026-11-01T00:00:00Z").stdout
    feedgen(project, "templates", "eject")
    use(project)
    after = feedgen(project, "render", SERIAL, "--at", "2026-11-01T00:00:00Z").stdout

    assert before
    assert after == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ item.title }}", "{{ item.titel }}", "has no attribute 'titel'"),
        ("{{ item.title }}", "{{ titel }}", "'titel' is undefined"),
        ("{{ item.title }}", "{{ item.__class__.__mro__ }}", "unsafe"),
        ("{% macro item(item) %}", "{% macro item(item %}", "expected token"),
    ],
)
def test_a_broken_template_names_its_file_and_line(project, old, new, told):
    """Unknown names, forbidden attributes and syntax: exit 2, two lines, no traceback."""
    feedgen(project, "templates", "eject", "--only", "item.xml")
    use(project)
    path = project / "templates" / "rss" / "item.xml"
    line = path.read_text().split(old)[0].count("\n") + 1
    edit(path, old, new)
    done = feedgen(project, "render", SERIAL)

    assert done.returncode == 2
    assert f"templates/rss/item.xml:{line}: " in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_values_are_escaped_whatever_a_template_forgets(project):
    """A title with an ampersand and angle brackets stays text in an element of one's own."""
    path = project / "templates" / "rss" / "additions.xml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "{% macro before_items(feed) %}"
        "<category>{{ feed.title }} {{ '<b>' }}</category>"
        "{% endmacro %}"
    )
    use(project)
    done = feedgen(project, "render", SERIAL)

    assert "<category>Salt &amp; Signal &lt;b&gt;</category>" in done.stdout, done.stderr
