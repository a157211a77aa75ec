"""Files in a user's folder of templates that nothing would look up."""

import shutil

import pytest

from feedgen.errors import UsageProblem
from feedgen.feed.render import Renderer
from feedgen.shipped import shipped

MACRO = "{% macro item(item) %}<item/>{% endmacro %}"


@pytest.fixture
def templates(tmp_path):
    """A folder of templates with an empty `rss`."""
    (tmp_path / "mine" / "rss").mkdir(parents=True)
    return tmp_path / "mine"


def refused(templates):
    with pytest.raises(UsageProblem) as caught:
        Renderer([templates / "rss"])
    assert caught.value.exit_code == 2
    return caught.value


@pytest.mark.parametrize("name", ["item.xml", "additions.xml", "art19-compat/channel.xml"])
def test_a_template_beside_the_folder_rss_is_refused(templates, name):
    """It would be ignored; the hint says where it belongs."""
    (templates / name).parent.mkdir(exist_ok=True)
    (templates / name).write_text(MACRO)
    problem = refused(templates)

    assert str(templates / name) in problem.message
    assert str(templates / "rss" / name) in problem.hint


def test_a_folder_without_rss_is_refused(templates):
    """Templates in a folder of another name would be ignored."""
    (templates / "rss").rename(templates / "feeds")
    (templates / "feeds" / "item.xml").write_text(MACRO)
    problem = refused(templates)

    assert "no folder 'rss'" in problem.message
    assert str(templates / "rss" / "item.xml") in problem.hint


def test_the_folder_rss_itself_is_not_the_folder_of_templates(templates):
    """Named a level too deep, the hint names the folder above."""
    (templates / "rss" / "item.xml").write_text(MACRO)
    with pytest.raises(UsageProblem) as caught:
        Renderer([templates / "rss" / "rss"])

    assert f"above it, {templates}," in caught.value.hint


def test_a_folder_with_the_name_of_a_template_is_refused(templates):
    """The shipped template would be used without a word."""
    (templates / "rss" / "item.xml").mkdir()

    assert "is a folder, not a template" in refused(templates).message


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("additons.xml", "did you mean 'additions.xml'?"),
        ("art19_compat/item.xml", "did you mean 'art19-compat/item.xml'?"),
        ("item.xml.j2", "did you mean 'item.xml'?"),
        ("Item.XML", "there are: "),
    ],
)
def test_a_template_of_a_name_nothing_asks_for_is_refused(templates, name, hint):
    """A slip in a name is told with the name that was meant."""
    (templates / "rss" / name).parent.mkdir(exist_ok=True)
    (templates / "rss" / name).write_text(MACRO)
    problem = refused(templates)

    assert str(templates / "rss" / name) in problem.message
    assert problem.hint.startswith(hint)


def test_what_another_template_asks_for_is_used(templates):
    """Imports, includes and extends are followed, through several files, in every folder."""
    rss = templates / "rss"
    (rss / "item.xml").write_text('{% import "./a.xml" as a %}' + MACRO)
    (rss / "a.xml").write_text('{% include ["b.xml", "c.xml"] ignore missing %}')
    (rss / "c.xml").write_text('{% extends "shipped/item.xml" %}')
    other = templates.parent / "other" / "rss"
    other.mkdir(parents=True)
    (other / "b.xml").write_text("")

    assert Renderer([rss, other])
    (rss / "d.xml").write_text('{% import "e.xml" as e %}')
    (rss / "e.xml").write_text("")
    assert "d.xml is not used" in refused(templates).message


@pytest.mark.parametrize("text", ["{% include item.guid %}", "{% if %}"])
def test_what_can_not_be_told_is_not_refused(templates, text):
    """A name that is made while rendering, or a template that does not parse, asks for any."""
    (templates / "rss" / "item.xml").write_text(text)
    (templates / "rss" / "other.xml").write_text("")

    assert Renderer([templates / "rss"])


def test_files_that_are_no_templates_may_lie_anywhere(templates):
    """Notes, backups, hidden files, and everything in a project's own folder."""
    for name in ("README.md", "rss/item.xml~", "rss/item.xml.bak", "rss/.item.xml", "feeds/a.xml"):
        (templates / name).parent.mkdir(exist_ok=True)
        (templates / name).write_text("x")

    assert Renderer([templates / "rss"])


def test_every_shipped_template_may_be_ejected(templates):
    """Also those that an edited template no longer includes."""
    shutil.copytree(shipped("templates") / "rss", templates / "rss", dirs_exist_ok=True)
    (templates / "rss" / "channel.xml").write_text("")

    assert Renderer([templates / "rss"])


def test_an_empty_or_absent_folder_is_fine(templates):
    """Nothing in it is ignored."""
    (templates / "rss").rmdir()

    assert Renderer([templates / "rss"])
    templates.rmdir()
    assert Renderer([templates / "rss"])
