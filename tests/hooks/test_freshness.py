"""A hook is there before the API shows the change: the series is read until it does."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from feedgen.art19.store import SnapshotStore
from feedgen.art19.sync import SeriesRef
from feedgen.hooks import freshness
from feedgen.source import Source
from tests.art19.account import PAST, Account, api_for, show, stamp, uid

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Look again after a moment, not after half a second."""
    monkeypatch.setattr(freshness, "_FIRST", 0.05)
    monkeypatch.setattr(freshness, "_LONGEST", 0.05)


def edit(account, title, at):
    """Change the first episode of the show in the account."""
    attributes = account.resources["episodes", uid("show", "episode", 0)]["attributes"]
    attributes |= {"title": title, "updated_at": stamp(at)}


def read(account, path, *, changed_at=None, patience=0.0, meanwhile=None):
    """Read the show as a hook does; `meanwhile` happens a little later."""

    async def work():
        with SnapshotStore(path) as store:
            async with api_for(account) as api, httpx.AsyncClient() as media:
                source = Source(api=api, media=media, snapshots=store, now=NOW)
                ref = SeriesRef(id=uid("show"), slug="show")
                if meanwhile:
                    asyncio.get_running_loop().call_later(0.2, meanwhile)
                return await freshness.read(source, ref, changed_at=changed_at, patience=patience)

    return asyncio.run(work())


def said(found):
    """Return the codes of the notes, and the title of the first episode."""
    title = next(each.title for each in found.series.episodes if each.id.startswith(ID))
    return [note.code for note in found.notes], title


ID = uid("show", "episode", 0)


@pytest.fixture
def account():
    """Return an account with one show."""
    made = Account()
    show(made)
    return made


def test_a_series_never_read_before_is_taken_as_it_is(account, tmp_path):
    """Without a snapshot there is nothing to wait for."""
    assert said(read(account, tmp_path / "s", patience=30)) == ([], "show 0")


def test_a_change_that_can_be_seen_is_not_waited_for(account, tmp_path):
    """Something moved since the snapshot: one look is enough."""
    read(account, tmp_path / "s")
    edit(account, "New", NOW)
    assert said(read(account, tmp_path / "s", patience=30)) == ([], "New")


def test_everything_of_the_series_is_asked_for_anew(account, tmp_path):
    """What a night would have skipped, a picture that says nothing of its change, is read too."""
    read(account, tmp_path / "s")
    account.requests.clear()
    read(account, tmp_path / "s")
    asked = {target.split("?")[0].strip("/") for target, _ in account.requests}
    assert {"series", "episodes", "images", "media_assets", "people", "classifications"} <= asked


def test_a_change_that_comes_late_is_waited_for(account, tmp_path):
    """The API shows the change only after a while: it is read again, and says so."""
    read(account, tmp_path / "s")
    found = read(
        account, tmp_path / "s", patience=30, meanwhile=lambda: edit(account, "Late", NOW)
    )
    assert said(found) == (["waited-for-api"], "Late")


def test_a_change_that_never_comes_is_waited_for_only_so_long(account, tmp_path):
    """After the bound what there is is taken, and the reading says that it may be old."""
    read(account, tmp_path / "s")
    assert said(read(account, tmp_path / "s", patience=0.3)) == (["not-fresh"], "show 0")


def test_the_time_in_the_payload_is_what_counts(account, tmp_path):
    """With a time the reading goes on until something is as new as that."""
    changed_at = NOW
    edit(account, "Older", NOW - timedelta(minutes=1))
    found = read(
        account,
        tmp_path / "s",
        changed_at=changed_at,
        patience=30,
        meanwhile=lambda: edit(account, "Newest", NOW + timedelta(seconds=1)),
    )
    assert said(found) == (["waited-for-api"], "Newest")
    assert said(read(account, tmp_path / "s", changed_at=PAST, patience=30)) == ([], "Newest")


def test_an_episode_that_is_gone_is_a_change_that_can_be_seen(account, tmp_path):
    """What was deleted has no time that could be as new as that of the payload; one more look."""
    read(account, tmp_path / "s")
    gone = uid("show", "episode", 1)
    del account.resources["episodes", gone]
    for (type_name, _), each in account.resources.items():
        for relationship in each.get("relationships", {}).values():
            if type_name in ("series", "seasons") and isinstance(relationship["data"], list):
                relationship["data"] = [x for x in relationship["data"] if x["id"] != gone]
    found = read(account, tmp_path / "s", changed_at=NOW, patience=30)
    assert said(found) == (["waited-for-api"], "show 0")
    assert [each.id for each in found.series.episodes] == [ID]


def test_a_series_that_can_not_be_read_is_told_at_once(account, tmp_path):
    """A failure is no reason to wait."""
    read(account, tmp_path / "s")
    account.secret = "another"
    found = read(account, tmp_path / "s", patience=30)
    assert (found.series, found.problem is not None) == (None, True)


def test_hooks_for_several_series_read_at_the_same_time(account, tmp_path):
    """Two readings with one store do not lose what the other has staged."""
    show(account, "other")

    async def work():
        with SnapshotStore(tmp_path / "s") as store:
            async with api_for(account) as api, httpx.AsyncClient() as media:
                source = Source(api=api, media=media, snapshots=store, now=NOW)
                refs = [SeriesRef(id=uid(name), slug=name) for name in ("show", "other")]
                return await asyncio.gather(
                    *(freshness.read(source, ref, changed_at=None, patience=0) for ref in refs)
                )

    assert all(found.series is not None for found in asyncio.run(work()))
