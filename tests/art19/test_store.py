"""The snapshot on disk: staged first, kept when whole, undone after a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedgen.art19 import jsonapi
from feedgen.art19.jsonapi import Identifier
from feedgen.art19.store import Snapshot, SnapshotStore
from tests.art19.account import resource

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SnapshotStore]:
    with SnapshotStore(tmp_path / "snapshot.sqlite3") as opened:
        yield opened


def made(name: str, title: str = "") -> jsonapi.Resource:
    return jsonapi.from_object(resource("episodes", name, title=title))


def snapshot(series: str = "s") -> Snapshot:
    return Snapshot(series=series, slug=series, title="S", read=NOW, complete=NOW)


def titles(store: SnapshotStore, run: int | None) -> dict[str, str]:
    found = store.documents(run, "episodes", ["a", "b"])
    return {each.id: each.attributes["title"] for each in found}


def test_what_is_staged_is_seen_by_its_run_only(store: SnapshotStore) -> None:
    """The snapshot stays as it was until a series is kept."""
    run = store.begin("night", NOW)
    store.stage(run, [made("a", "old")], [], NOW)
    store.promote(run, snapshot(), [Identifier("episodes", "a")], {"a": 0})
    store.stage(run, [made("a", "new"), made("b", "new")], [], NOW)

    assert titles(store, run) == {"a": "new", "b": "new"}
    assert titles(store, None) == {"a": "old"}
    store.promote(run, snapshot(), [Identifier("episodes", "b")], {"a": 0, "b": 1})
    assert titles(store, None) == {"a": "old", "b": "new"}
    assert store.members("s") == {"a": 0, "b": 1}
    assert store.snapshot("s") == snapshot()


def test_a_run_is_taken_up_again_for_some_hours(store: SnapshotStore) -> None:
    """An unfinished run of the same kind goes on, an old or another one does not."""
    run = store.begin("night", NOW)

    assert store.begin("night", NOW + timedelta(hours=5)) == run
    assert store.begin("hook", NOW) != run
    assert store.begin("night", NOW, resume=False) != run
    assert store.begin("night", NOW + timedelta(hours=7)) != run


def test_a_finished_run_leaves_nothing_staged(store: SnapshotStore) -> None:
    """What stayed incomplete is dropped with its run, and the next run is a new one."""
    run = store.begin("night", NOW)
    store.stage(run, [made("a")], [], NOW)
    store.reach(run, "step", [1, 2])
    assert store.progress(run, "step") == [1, 2]

    store.finish(run, NOW)

    assert titles(store, run) == {}
    assert store.progress(run, "step") is None
    assert store.begin("night", NOW) != run


def test_an_absence_counts_once_a_run_and_ends_with_a_presence(store: SnapshotStore) -> None:
    """Two runs make it gone; being given once starts the count anew."""
    key = Identifier("episodes", "a")
    runs = [store.begin(f"kind {number}", NOW) for number in range(4)]

    store.stage(runs[0], [], [key], NOW)
    store.stage(runs[0], [], [key], NOW)
    assert store.absent([key]) == {key: 1}
    assert store.gone([key]) == set()
    store.stage(runs[1], [], [key], NOW)
    assert store.gone([key]) == {key}
    store.stage(runs[2], [made("a")], [], NOW)
    assert store.absent([key]) == {}
    assert store.asked(runs[2], "episodes", ["a", "b"]) == {"a"}


def test_a_rehearsal_changes_nothing(store: SnapshotStore) -> None:
    """Whatever is written during a rehearsal is undone."""
    with store.rehearsal():
        run = store.begin("plan", NOW)
        store.stage(run, [made("a")], [Identifier("episodes", "b")], NOW)
        store.promote(run, snapshot(), [Identifier("episodes", "a")], {})
        assert store.known("episodes", ["a"]) == {"a"}

    assert store.known("episodes", ["a"]) == set()
    assert store.snapshots() == ()
    assert store.absent([Identifier("episodes", "b")]) == {}


def test_an_unchanged_document_is_not_written(store: SnapshotStore) -> None:
    """Keeping the same document again leaves the time it was fetched as it was."""
    for day in (0, 1):
        run = store.begin(f"kind {day}", NOW)
        store.stage(run, [made("a", "same")], [], NOW + timedelta(days=day))
        store.promote(run, snapshot(), [Identifier("episodes", "a")], {})

    [fetched] = store._db.execute("select fetched from documents").fetchone()

    assert fetched == NOW.timestamp()


def test_a_store_without_a_path_leaves_nothing(tmp_path: Path) -> None:
    """A temporary store works the same and is gone when it is closed."""
    with SnapshotStore() as store:
        run = store.begin("night", NOW)
        store.stage(run, [made("a", "x")], [], NOW)
        assert titles(store, run) == {"a": "x"}
    assert list(tmp_path.iterdir()) == []


def test_many_ids_are_looked_up_in_slices(store: SnapshotStore) -> None:
    """More ids than one statement takes are found all the same."""
    ids = [f"id-{number}" for number in range(1_203)]
    run = store.begin("night", NOW)
    store.stage(run, map(made, ids), [], NOW)

    assert store.asked(run, "episodes", ids) == set(ids)
    assert len(list(store.documents(run, "episodes", ids))) == len(ids)
