"""Edits of templates that goldens do not show: checks and guard keep them off the air."""

from __future__ import annotations

import pytest

from tests.accidents import in_the_templates
from tests.accidents.publisher import SHOWS, copy_of, differences, edit, on_air, publish

ACCIDENTS = in_the_templates.CASES


@pytest.fixture(scope="session")
def with_templates(well, tmp_path_factory):
    """The published project with templates of its own that are those that ship."""
    folder = copy_of(well, tmp_path_factory.mktemp("templates") / "project")
    in_the_templates.with_templates(folder)
    return folder


@pytest.fixture
def project(with_templates, tmp_path):
    """A copy of it whose templates may be edited."""
    return copy_of(with_templates, tmp_path / "project")


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda case: case.name)
def test_a_broken_template_changes_nothing_on_air(project, accident):
    """No feed that it would alter goes on air, not even the first."""
    before = on_air(project)
    accident.plant(project)
    told = publish(project)

    assert {told.result(slug) for slug in accident.hits} <= {"held", "failed", "refused"}, (
        told.why()
    )
    assert differences(before, on_air(project)) == [], told.why()


def test_templates_of_ones_own_that_say_the_same_change_nothing(project):
    """It is the edit that counts."""
    before = on_air(project)
    told = publish(project)

    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()
    assert differences(before, on_air(project)) == []


def test_a_harmless_edit_of_a_template_goes_on_air(project):
    """White space and a new element of one's own are nobody's accident."""
    item = in_the_templates.item(project)
    edit(item, "    </item>\n", "      <itunes:order>1</itunes:order>\n\n    </item>\n")
    told = publish(project)

    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(ACCIDENTS) >= 30
