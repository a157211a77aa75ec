"""A hosted account that answers wrongly: whatever it is, nothing on air gets worse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.accidents import in_the_account, in_the_documents
from tests.accidents.publisher import (
    LATER,
    SHOWS,
    differences,
    on_air,
    publish,
)

ACCIDENTS = [*in_the_account.CASES, *in_the_documents.CASES]
# What is missing once is not believed; it is the second night that would act on it.
NIGHTS = 3


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda case: case.name)
def test_a_wrong_answer_changes_nothing_on_air(hosted, account, accident):
    """However many nights it lasts, and afterwards all is well without anybody clearing up."""
    before = on_air(hosted)
    kept = {"unchanged"} if accident.borne else {"held", "failed", "refused"}
    night = LATER
    with account.tampered(accident.tamper):
        for _ in range(NIGHTS):
            told = publish(hosted, now=night)
            assert differences(before, on_air(hosted)) == [], told.why()
            others = {told.result(slug) for slug in SHOWS if slug not in accident.hits}
            assert others <= {"unchanged", "refused", "absent"}, told.why()
            if {told.result(slug) for slug in accident.hits} <= kept:
                break
            night += timedelta(days=1)
        assert {told.result(slug) for slug in accident.hits} <= kept, told.why()

    # What came once by mistake, like what was missing, is believed when a second night says so.
    for weeks in (1, 2):
        told = publish(hosted, now=night + timedelta(days=8 * weeks))
        assert differences(before, on_air(hosted)) == [], told.why()
    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()


def test_the_account_itself_is_sound(hosted, account):
    """A proxy that changes nothing changes nothing."""
    before = on_air(hosted)
    with account.tampered(lambda _asked, _document: None):
        told = publish(hosted, now=LATER)

    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()
    assert differences(before, on_air(hosted)) == []


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(ACCIDENTS) >= 40
