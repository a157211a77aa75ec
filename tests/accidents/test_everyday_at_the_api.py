"""What editors do every day in a hosted account goes on air in the night, and nobody is asked."""

from __future__ import annotations

import pytest

from tests.accidents import everyday_at_the_api
from tests.accidents.publisher import SHOWS, on_air, publish

EDITS = everyday_at_the_api.CASES


@pytest.mark.parametrize("change", EDITS, ids=lambda case: case.name)
def test_an_everyday_edit_in_an_account_goes_on_air(hosted, account, change):
    """The shows it is for are published, the others are as they were."""
    before = on_air(hosted)
    with account.tampered(change.tamper):
        told = publish(hosted)
    after = on_air(hosted)
    expected = {slug: "published" if slug in change.hits else "unchanged" for slug in SHOWS}

    assert {slug: told.result(slug) for slug in SHOWS} == expected, told.why()
    changed = {name.removesuffix(".xml") for name in after if after[name] != before.get(name)}
    assert changed & {*SHOWS} == {*change.hits}


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(EDITS) >= 15
