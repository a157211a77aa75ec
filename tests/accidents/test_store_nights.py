"""Nights that publish to a real S3 server which fails in the middle of them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import httpx
import pytest

pytest.importorskip("obstore")
pytest.importorskip("ministack")

from feedgen.outcome import exit_code
from feedgen.publish.objectstore import ObjectStore
from tests.accidents.publisher import (
    HARBOUR,
    LATER,
    NOW,
    SHOWS,
    copy_of,
    edit,
    on_air,
    publish,
    series,
)
from tests.publish.storeserver import KEYS, proxy_to, s3_server

FEEDS = [f"{slug}.xml" for slug in SHOWS]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of an S3 server that all tests share."""
    with s3_server(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def proxy(server):
    """A proxy before the server that does what a test tells it."""
    with proxy_to(server) as made:
        yield made


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    """The keys in the environment, and little patience, so that failing takes no time."""
    for name, value in KEYS.items():
        monkeypatch.setenv(f"AWS_{name.upper()}", value)
    monkeypatch.setattr(
        ObjectStore, "open", partial(ObjectStore.open, patience=timedelta(seconds=0.3))
    )


@pytest.fixture
def project(well, proxy, tmp_path, request):
    """The project with a bucket as its target, published there once, without its audio."""
    folder = copy_of(well, tmp_path / "project")
    place = f"s3://feeds/{request.node.name.replace('[', '-').strip(']')}"
    table = f'folder = "{place}"\nendpoint = "{proxy.address}"\naudio = false'
    edit(folder / "feedgen.toml", 'folder = "feeds"', table)
    told = publish(folder, now=NOW)
    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    return folder


def in_store(server: str, project) -> dict[str, bytes]:
    """Return the feeds as the server itself has them."""
    text = (project / "feedgen.toml").read_text()
    place = text.split('folder = "s3://')[1].split('"')[0]
    answers = {name: httpx.get(f"{server}/{place}/{name}") for name in FEEDS}
    return {name: answer.content for name, answer in answers.items() if answer.is_success}


def edit_all(project) -> None:
    """Give every show another description."""
    for slug in SHOWS:
        edit(series(project, slug), 'description = "<p>', 'description = "<p>Now and then: ')


def test_a_bucket_holds_what_a_folder_would(server, project, well):
    """The same bytes, and a second night writes nothing."""
    assert in_store(server, project) == {name: on_air(well)[name] for name in FEEDS}
    told = publish(project)
    assert {told.result(slug) for slug in SHOWS} == {"unchanged"}, told.why()


@pytest.mark.parametrize("mode", ["503", "drop"])
def test_a_store_that_is_away_costs_no_feed(server, proxy, project, mode):
    """All series fail, trying again may help, and the next night finishes."""
    edit_all(project)
    before = in_store(server, project)
    proxy.mode = mode
    told = publish(project)
    assert {told.result(slug) for slug in SHOWS} == {"failed"}, told.why()
    assert exit_code(told.outcomes.values()) == 3
    assert in_store(server, project) == before

    proxy.mode = "pass"
    told = publish(project, now=LATER + timedelta(days=1))
    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    assert all(b"Now and then" in data for data in in_store(server, project).values())


@pytest.mark.parametrize(("writes", "mode"), [(1, "drop"), (2, "503"), (3, "drop-answer")])
def test_a_store_that_fails_in_the_middle_of_a_night(server, proxy, project, mode, writes):
    """From some write on nothing goes through: every feed is old or new, and the rest follows."""
    edit_all(project)
    before = in_store(server, project)
    proxy.fails_after(writes, mode)
    told = publish(project)
    seen = in_store(server, project)
    for slug in SHOWS:
        new = seen[f"{slug}.xml"] != before[f"{slug}.xml"]
        assert (b"Now and then" in seen[f"{slug}.xml"]) is new
        if told.result(slug) == "published":
            assert new
    assert exit_code(told.outcomes.values()) in (0, 3, 4)
    assert "failed" in {told.result(slug) for slug in SHOWS} or mode == "drop-answer"

    proxy.mode = "pass"
    told = publish(project, now=LATER + timedelta(days=1))
    assert {told.result(slug) for slug in SHOWS} <= {"published", "unchanged"}, told.why()
    assert all(b"Now and then" in data for data in in_store(server, project).values())


def test_a_passing_failure_of_the_store_is_nobodys_business(server, proxy, project):
    """One bad answer in a night is made up for at once."""
    edit_all(project)
    proxy.mode, proxy.once = "503", True
    told = publish(project)

    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()


def test_somebody_else_writes_into_the_bucket(server, proxy, project):
    """What a person put there by hand is not overwritten unseen: the guard compares with it."""
    place = (project / "feedgen.toml").read_text().split('folder = "s3://')[1].split('"')[0]
    httpx.put(f"{server}/{place}/{HARBOUR}.xml", content=b"<html>by hand</html>")
    told = publish(project)

    assert told.result(HARBOUR) == "published", told.why()
    assert in_store(server, project)[f"{HARBOUR}.xml"].startswith(b"<?xml")
