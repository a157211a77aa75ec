"""Realistic accidents, each met by the whole program: nothing that is on air gets worse."""

from __future__ import annotations

import pytest

from tests.accidents import in_the_catalogue, in_the_configuration
from tests.accidents.publisher import SHOWS, differences, on_air, publish

ACCIDENTS = [*in_the_catalogue.CASES, *in_the_configuration.CASES]


# A request that is called off may leave a file to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda case: case.name)
def test_an_accident_changes_nothing_on_air(project, accident):
    """Shows it happens to are held or fail and say why, the others are as they were."""
    before = on_air(project)
    accident.plant(project)
    told = publish(project)
    results = {slug: told.result(slug) for slug in {*accident.hits, *told.outcomes}}

    assert {results[slug] for slug in accident.hits} <= {"held", "failed", "refused"}, told.why()
    others = {result for slug, result in results.items() if slug not in accident.hits}
    assert others <= {"unchanged", "refused"}, told.why()
    assert differences(before, on_air(project)) == [], told.why()
    assert told.refused or all(told.outcomes[slug].reason for slug in accident.hits)


def test_the_night_after_is_as_it_should_be(project):
    """Without an accident the night changes nothing: it is the accident that counts."""
    before = on_air(project)
    told = publish(project)

    assert {slug: told.result(slug) for slug in SHOWS} == dict.fromkeys(SHOWS, "unchanged")
    assert differences(before, on_air(project)) == []


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(ACCIDENTS) >= 70
    assert len({case.name for case in ACCIDENTS}) == len(ACCIDENTS)
