"""The published projects that the accidents of this folder happen to."""

import pytest
import stamina

from tests.accidents.account import CREDENTIAL, SECRET, open_account, write_project
from tests.accidents.publisher import NOW, SHOWS, copy_of, make_publisher, publish


@pytest.fixture(scope="session")
def well(tmp_path_factory):
    """A project that has been published once; nobody writes into it."""
    folder = make_publisher(tmp_path_factory.mktemp("well") / "project")
    told = publish(folder, now=NOW)
    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    return folder


@pytest.fixture
def project(well, tmp_path):
    """A copy of it that may be damaged."""
    return copy_of(well, tmp_path / "project")


@pytest.fixture(scope="session")
def account(well):
    """An account with the three shows; its answers may be tampered with."""
    with open_account(well) as opened:
        yield opened


@pytest.fixture
def credential(monkeypatch):
    """The credential in the environment; one attempt, so that failing takes no time."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", CREDENTIAL)
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="session")
def hosted_well(account, tmp_path_factory):
    """A project that has published the shows of the account once."""
    folder = write_project(tmp_path_factory.mktemp("hosted") / "project", account)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDGEN_ART19_CREDENTIAL", CREDENTIAL)
        patch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
        told = publish(folder, now=NOW)
    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    return folder


@pytest.fixture
def hosted(hosted_well, credential, tmp_path):
    """A copy of it of its own."""
    return copy_of(hosted_well, tmp_path / "project")
