"""What editors do every day goes on air in the night, without anybody being asked."""

from __future__ import annotations

import pytest

from tests.accidents import everyday
from tests.accidents.publisher import SHOWS, on_air, publish

EDITS = everyday.CASES


@pytest.mark.parametrize("change", EDITS, ids=lambda case: case.name)
def test_an_everyday_edit_goes_on_air(project, change):
    """The shows it is for are published, the others are as they were."""
    before = on_air(project)
    change.plant(project)
    told = publish(project)
    after = on_air(project)
    expected = {slug: "published" if slug in change.hits else "unchanged" for slug in SHOWS}

    assert {slug: told.result(slug) for slug in SHOWS} == expected, told.why()
    changed = {name.removesuffix(".xml") for name in after if after[name] != before.get(name)}
    assert changed & {*SHOWS} == {*change.hits}


def test_all_of_them_in_one_night(project):
    """Edits of one show do not add up to an accident, as long as they are not in bulk."""
    for change in EDITS:
        if change.name in (
            "a_title_is_corrected",
            "one_word_of_the_notes",
            "an_episode_gets_a_cover_of_its_own",
            "one_date_is_corrected",
            "one_episode_is_withdrawn",
            "a_credit_is_added",
            "a_new_season",
            "a_page_for_gifts",
        ):
            change.plant(project)
    told = publish(project)

    assert told.result("harbour-lights") == "published", told.why()


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(EDITS) >= 40
    assert len({case.name for case in EDITS}) == len(EDITS)
