"""One feed on its way on air and back, in the order that kills need."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from feedgen.errors import TargetProblem, UsageProblem
from feedgen.feed.build import Memory
from feedgen.history import feed_key
from feedgen.notify import Announcement, Receivers
from feedgen.onair import Desk
from feedgen.publish.local import LocalFolder
from feedgen.state import OnAir, State
from tests.factories import FEED_URL
from tests.guard.shows import NAME, NOW, Show, candidate, show

KEY = feed_key("series-1")
HARMLESS = show().episode(0, title="Another")
ACCIDENT = show().without(slice(10, None))


@pytest.fixture
def state(tmp_path):
    """An open state file."""
    with State(tmp_path / "state.sqlite3") as opened:
        yield opened


@pytest.fixture
def desk(state, tmp_path):
    """A desk over a folder, with a webhook to be told."""
    return Desk(
        state=state,
        target=LocalFolder(tmp_path / "feeds"),
        now=NOW,
        receivers=Receivers(webhook="https://cms.example.com/told"),
    )


def announcement(data: bytes) -> Announcement:
    """Return what is told of a version."""
    return Announcement(
        series_id="series-1",
        slug="example-show",
        title="Example Show",
        feed_url=FEED_URL,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def publish(desk: Desk, what: Show, **options) -> str:
    """Do what a run does with a feed; return the result."""
    decision = desk.decide(KEY, candidate(what))
    if decision.result == "held":
        desk.hold(decision)
    elif decision.result == "unchanged":
        desk.settle(decision)
    else:
        told = announcement(decision.candidate.data)
        desk.swap(decision, announcement=told, **options)
    return decision.result


def on_air(desk: Desk) -> bytes | None:
    """Return what a reader gets."""
    return desk.target.read(NAME)


def test_a_feed_goes_on_air_and_is_recorded(desk, state):
    """New, unchanged, changed: each version is kept, each change is told once."""
    assert publish(desk, show()) == "go"
    assert publish(desk, show()) == "unchanged"
    assert publish(desk, HARMLESS) == "go"

    assert on_air(desk) == HARMLESS.render()
    assert [v.how for v in state.history.versions(KEY)] == ["published", "published"]
    assert [m.sha256 for m in state.outbox.due(NOW)] == [announcement(HARMLESS.render()).sha256]


def test_an_accident_is_held_until_it_is_approved_and_once(desk, state):
    """The old feed stays; the approval lets exactly this difference through, one time."""
    publish(desk, show())
    assert publish(desk, ACCIDENT) == "held"
    assert publish(desk, ACCIDENT) == "held"
    assert on_air(desk) == show().render()

    held = state.approvals.waiting(KEY)
    assert "guid-vanished" in {reason.code for reason in held.reasons}
    state.approvals.approve(KEY, held.digest, at=NOW, by="mira")
    assert publish(desk, ACCIDENT) == "go"
    assert on_air(desk) == ACCIDENT.render()

    assert publish(desk, show()) == "go"
    assert publish(desk, ACCIDENT) == "held"
    assert [h.used_at for h in state.approvals.record(KEY)].count(NOW) == 1


def test_an_approval_is_void_when_the_data_changes(desk, state):
    """Another accident comes on top before the next run: it is shown again."""
    publish(desk, show())
    publish(desk, ACCIDENT)
    state.approvals.approve(KEY, at=NOW)

    assert publish(desk, ACCIDENT.episode(2, guid="new-guid")) == "held"
    assert publish(desk, ACCIDENT) == "held"
    assert on_air(desk) == show().render()


def test_what_is_right_again_waits_no_longer(desk, state):
    """The missing page is back: nothing is held, nobody has to decide."""
    publish(desk, show())
    publish(desk, ACCIDENT)
    assert publish(desk, show()) == "unchanged"

    assert state.approvals.all_waiting() == ()


def test_a_target_that_fails_changes_nothing(desk, state, tmp_path):
    """The approval is good for the next try, nobody is told, and the old feed is the newest."""
    publish(desk, show())
    publish(desk, ACCIDENT)
    state.approvals.approve(KEY, at=NOW)

    class Broken(LocalFolder):
        """A folder on a disk that fails when it is written to."""

        def write(self, name: str, data: bytes) -> None:
            LocalFolder(tmp_path / "state.sqlite3").write(name, data)

    broken = replace(desk, target=Broken(tmp_path / "feeds"))
    with pytest.raises(TargetProblem):
        publish(broken, ACCIDENT)

    assert on_air(desk) == show().render()
    assert {m.sha256 for m in state.outbox.open()} == {announcement(show().render()).sha256}
    assert len(state.history.versions(KEY)) == 1
    assert publish(desk, ACCIDENT) == "go"


@pytest.mark.parametrize("stage", ["before the write", "after the write"])
def test_a_run_that_was_killed_is_finished_by_the_next(desk, state, stage):
    """What the killed run left is told from the bytes on air: nothing twice, nothing lost."""
    publish(desk, show())
    for message in state.outbox.due(NOW):
        state.outbox.delivered(message, at=NOW)

    class Killed(BaseException):
        """Stands for the end of the process: nothing after it is executed."""

    class Dying(LocalFolder):
        """A folder whose writer dies."""

        def write(self, name: str, data: bytes) -> None:
            if stage == "after the write":
                super().write(name, data)
            raise Killed

    with pytest.raises(Killed):
        publish(replace(desk, target=Dying(desk.target.folder)), HARMLESS)
    assert state.outbox.due(NOW) == ()

    expected = "unchanged" if stage == "after the write" else "go"
    assert publish(desk, HARMLESS) == expected
    assert [m.sha256 for m in state.outbox.due(NOW)] == [announcement(HARMLESS.render()).sha256]
    assert [v.number for v in state.history.versions(KEY)] == [2, 1]


def test_a_killed_run_whose_news_is_old_tells_nobody(desk, state):
    """The data went back before the next run: the version announced was never on air."""
    publish(desk, show())
    for message in state.outbox.due(NOW):
        state.outbox.delivered(message, at=NOW)
    state.outbox.announce(announcement(HARMLESS.render()), desk.receivers, at=NOW)

    assert publish(desk, show()) == "unchanged"
    assert state.outbox.open() == ()


def test_a_rollback_is_byte_for_byte_and_stays(desk, state):
    """No run undoes it until a person approves, or the data says the same."""
    publish(desk, show())
    publish(desk, HARMLESS)
    made = desk.rollback(KEY, announcement=announcement)

    assert on_air(desk) == show().render()
    assert (made.number, made.how) == (3, "rolled-back")
    assert announcement(show().render()).sha256 in {m.sha256 for m in state.outbox.due(NOW)}
    assert publish(desk, HARMLESS) == "held"
    assert publish(desk, HARMLESS.episode(1, title="And more")) == "held"
    assert on_air(desk) == show().render()

    state.approvals.approve(KEY, at=NOW)
    assert publish(desk, HARMLESS.episode(1, title="And more")) == "go"
    assert publish(desk, HARMLESS) == "go"


def test_a_rollback_ends_when_the_data_says_the_same(desk):
    """The mistake was corrected at its source: runs publish by themselves again."""
    publish(desk, show())
    publish(desk, HARMLESS)
    desk.rollback(KEY, "1")
    assert publish(desk, show()) == "unchanged"

    assert publish(desk, HARMLESS) == "go"


def test_what_somebody_else_put_there_is_kept_before_it_is_replaced(desk, state):
    """A file that no run wrote can be gone back to as well."""
    strange = show().episode(0, title="By hand").render()
    publish(desk, show())
    desk.target.write(NAME, strange)
    publish(desk, HARMLESS)

    assert [v.how for v in state.history.versions(KEY)] == ["published", "found", "published"]
    desk.rollback(KEY, "2")
    assert on_air(desk) == strange


def test_a_rollback_needs_a_version_at_the_same_path(desk):
    """What lay elsewhere is not put where nobody expects it."""
    publish(desk, show())
    with pytest.raises(UsageProblem, match="no earlier version"):
        desk.rollback(KEY)
    with pytest.raises(UsageProblem, match="no earlier version"):
        desk.rollback(feed_key("unknown"))


def test_a_lost_target_is_filled_again_but_not_with_less(desk):
    """The folder is gone: the history still knows what was on air."""
    publish(desk, show())
    (desk.target.folder / NAME).unlink()
    assert publish(desk, ACCIDENT) == "held"
    assert on_air(desk) is None

    assert publish(desk, show()) == "go"
    assert on_air(desk) == show().render()


def test_a_stale_run_does_not_overwrite_a_newer_feed(desk):
    """Its data was read before that of what is on air."""
    publish(desk, replace(HARMLESS, read_at=NOW))
    late = replace(show().episode(1, title="Old news"), read_at=NOW - timedelta(minutes=1))

    assert publish(desk, late) == "held"
    assert on_air(desk) == HARMLESS.render()


def test_a_feed_that_moves_is_held(desk):
    """A new path is a new address: the show is compared with itself at the old one."""
    publish(desk, show())
    moved = replace(show().set(feed_url="https://feeds.example.com/new"), name="new")

    assert publish(desk, moved) == "held"
    assert desk.target.read("new") is None


def test_two_shows_keep_apart(desk, state):
    """The feed of one show can not become that of another, by title, path or episodes."""
    publish(desk, show())
    state.remember(
        OnAir(
            series_id="series-1",
            slug="example-show",
            name=NAME,
            sha256="0" * 64,
            published_at=NOW,
        ),
        show().memory,
    )
    thief = replace(candidate(show()), series_id="series-9", slug="thief", guids={})
    thief = replace(thief, name="thief.xml")
    verdict = desk.decide(feed_key("series-9"), thief)
    codes = {reason.code for reason in verdict.verdict.reasons}
    assert verdict.result == "held"
    assert {"title-of-another-show", "podcast-guid-of-another-show"} <= codes


def test_what_the_caller_remembers_is_recorded_with_it(desk, state):
    """If the record fails nothing is recorded, and the next run does it."""

    def remember() -> None:
        state.remember(
            OnAir(series_id="series-1", slug="x", name=NAME, sha256="1" * 64, published_at=NOW),
            Memory(guids={"e": "g"}),
        )

    def fail() -> None:
        remember()
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(sqlite3.OperationalError):
        publish(desk, show(), also=fail)
    assert state.on_air("series-1") is None
    assert state.history.versions(KEY) == ()

    desk.settle(desk.decide(KEY, candidate(show())), also=remember)
    assert state.on_air("series-1").sha256 == "1" * 64
    assert len(state.outbox.due(NOW)) == 1


def test_only_a_decision_to_go_can_be_swapped(desk):
    """A mistake in the caller does not put a held feed on air."""
    publish(desk, show())
    with pytest.raises(ValueError, match="held"):
        desk.swap(desk.decide(KEY, candidate(ACCIDENT)))

    assert on_air(desk) == show().render()


def test_a_feed_that_changed_since_the_decision_is_not_replaced(desk):
    """Another run was quicker: its feed was never compared with this one."""
    publish(desk, show())
    decision = desk.decide(KEY, candidate(HARMLESS))
    quicker = show().episode(3, title="From another run")
    publish(desk, quicker)
    with pytest.raises(TargetProblem, match="somebody else"):
        desk.swap(decision)

    assert on_air(desk) == quicker.render()
