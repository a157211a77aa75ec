"""The published projects that the accidents of this folder happen to."""

import pytest

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
