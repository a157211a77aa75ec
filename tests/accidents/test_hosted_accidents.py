"""A hosted account that answers wrongly: whatever it is, nothing on air gets worse."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stamina

from tests.accidents import in_the_account
from tests.accidents.account import CREDENTIAL, SECRET, open_account, write_project
from tests.accidents.publisher import (
    LATER,
    NOW,
    SHOWS,
    copy_of,
    differences,
    on_air,
    publish,
)

ACCIDENTS = in_the_account.CASES
# What is missing once is not believed; it is the second night that would act on it.
NIGHTS = 3


@pytest.fixture(autouse=True)
def credential(monkeypatch):
    """The credential in the environment; one attempt, so that failing takes no time."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", CREDENTIAL)
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="session")
def account(well):
    """An account with the three shows."""
    with open_account(well) as opened:
        yield opened


@pytest.fixture(scope="session")
def hosted_well(account, tmp_path_factory):
    """A project that has published them once."""
    folder = write_project(tmp_path_factory.mktemp("hosted") / "project", account)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDGEN_ART19_CREDENTIAL", CREDENTIAL)
        patch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
        told = publish(folder, now=NOW)
    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    return folder


@pytest.fixture
def project(hosted_well, tmp_path):
    """A copy of it of its own."""
    return copy_of(hosted_well, tmp_path / "project")


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda case: case.name)
def test_a_wrong_answer_changes_nothing_on_air(project, account, accident):
    """However many nights it lasts, and afterwards all is well without anybody clearing up."""
    before = on_air(project)
    kept = {"unchanged"} if accident.borne else {"held", "failed", "refused"}
    night = LATER
    with account.tampered(accident.tamper):
        for _ in range(NIGHTS):
            told = publish(project, now=night)
            assert differences(before, on_air(project)) == [], told.why()
            others = {told.result(slug) for slug in SHOWS if slug not in accident.hits}
            assert others <= {"unchanged", "refused", "absent"}, told.why()
            if {told.result(slug) for slug in accident.hits} <= kept:
                break
            night += timedelta(days=1)
        assert {told.result(slug) for slug in accident.hits} <= kept, told.why()

    # What came once by mistake, like what was missing, is believed when a second night says so.
    for weeks in (1, 2):
        told = publish(project, now=night + timedelta(days=8 * weeks))
        assert differences(before, on_air(project)) == [], told.why()
    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()


def test_the_account_itself_is_sound(project, account):
    """A proxy that changes nothing changes nothing."""
    before = on_air(project)
    with account.tampered(lambda _asked, _document: None):
        told = publish(project, now=LATER)

    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()
    assert differences(before, on_air(project)) == []


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(ACCIDENTS) >= 40
