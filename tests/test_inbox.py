"""The inbox: nothing accepted is lost, nothing is done more often than it has to be."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.inbox import LEASE, REMEMBERED, SOON, Changed, Inbox, KeyReused, pause
from feedgen.state import State

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def nobody(_owner):
    return False


def somebody(_owner):
    return True


@pytest.fixture
def inbox():
    """Yield an empty inbox."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    yield Inbox(db)
    db.close()


def tell(inbox, *series, now=NOW, key="", body="", at=None):
    """Report that these series changed; return the receipt."""
    changed = [Changed(series=each, slug=f"slug-{each}", at=at) for each in series]
    return inbox.accept(changed, hook="cms", now=now, key=key, body=body).receipt


def take(inbox, now=NOW, owner="us", alive=somebody, **more):
    """Take the next series."""
    return inbox.take(owner, now=now, alive=alive, **more)


def finish(inbox, work, result="published", now=NOW):
    """Finish a run."""
    failed = result == "failed"
    return inbox.finish(
        work, now=now, outcome={"result": result}, exit_code=4 if failed else 0, failed=failed
    )


def results(inbox, receipt):
    """Return what became of each series of a receipt."""
    parts = inbox.receipt(receipt.id).parts
    return [part.outcome["result"] if part.outcome else part.state for part in parts]


def test_a_receipt_goes_from_queued_over_running_to_done(inbox):
    """A receipt says at each moment what has become of it, and has the outcome in the end."""
    receipt = tell(inbox, "a")
    assert (receipt.state, receipt.parts[0].slug) == ("queued", "slug-a")
    work = take(inbox)
    assert inbox.receipt(receipt.id).state == "running"
    finish(inbox, work)
    done = inbox.receipt(receipt.id)
    assert (done.state, done.exit_code, results(inbox, receipt)) == ("done", 0, ["published"])
    assert take(inbox) is None
    assert inbox.next_due() is None


def test_requests_that_come_while_a_series_runs_are_one_run_more(inbox):
    """However many requests come during a run, exactly one further run follows."""
    tell(inbox, "a")
    first = take(inbox)
    late = [tell(inbox, "a") for _ in range(10)]
    assert take(inbox) is None
    finish(inbox, first, "first")
    assert all(results(inbox, each) == ["queued"] for each in late)
    second = take(inbox)
    finish(inbox, second, "second")
    assert all(results(inbox, each) == ["second"] for each in late)
    assert take(inbox) is None


def test_a_receipt_never_gets_the_outcome_of_a_run_that_began_before_it(inbox):
    """Each receipt has the outcome of the first run that began after it was accepted."""
    early = tell(inbox, "a")
    work = take(inbox)
    late = tell(inbox, "a")
    finish(inbox, work, "early")
    assert (results(inbox, early), results(inbox, late)) == (["early"], ["queued"])


def test_a_killed_run_is_taken_up_at_once_by_the_next_process(inbox):
    """What a dead process had begun is done by the next one, and its receipts are told."""
    receipt = tell(inbox, "a")
    take(inbox, owner="dead")
    assert take(inbox, alive=somebody) is None
    work = take(inbox, alive=nobody)
    finish(inbox, work)
    assert results(inbox, receipt) == ["published"]


def test_a_lease_ends_even_if_nobody_can_tell_whether_its_owner_lives(inbox):
    """A process of another machine that is gone costs its lease and no more."""
    receipt = tell(inbox, "a")
    take(inbox, owner="elsewhere")
    assert take(inbox, now=NOW + LEASE - SECOND) is None
    assert inbox.next_due() == NOW + LEASE
    finish(inbox, take(inbox, now=NOW + LEASE))
    assert results(inbox, receipt) == ["published"]


def test_a_lease_that_is_renewed_is_kept(inbox):
    """Who works for long and says so is not disturbed."""
    tell(inbox, "a")
    work = take(inbox, owner="slow")
    inbox.renew([work], now=NOW + LEASE - SECOND)
    assert take(inbox, now=NOW + LEASE + SECOND) is None


def test_only_the_lease_of_what_is_at_work_is_renewed(inbox):
    """A run whose outcome could not be kept is taken up again, though its process lives on."""
    tell(inbox, "a")
    tell(inbox, "b")
    lost, at_work = take(inbox), take(inbox)
    for seconds in range(0, 40, 10):
        inbox.renew([at_work], now=NOW + seconds * SECOND)
    again = take(inbox, now=NOW + LEASE + SECOND)
    assert (again.series, again.run != lost.run) == ("a", True)
    assert take(inbox, now=NOW + LEASE + SECOND) is None


@pytest.mark.parametrize("back", [timedelta(minutes=2), timedelta(days=400)])
def test_a_clock_that_is_set_back_keeps_nobody_waiting(inbox, back):
    """A lease and a rest that end in the far future are those of a clock that was ahead."""
    tell(inbox, "leased")
    take(inbox, owner="elsewhere")
    leased = take(inbox, now=NOW - back)
    assert leased.series == "leased"
    finish(inbox, leased)
    tell(inbox, "resting")
    for _ in range(16):
        again = finish(inbox, take(inbox, only=("resting",), rested=True), "failed")
    assert again > NOW + timedelta(hours=19)
    tell(inbox, "resting", now=NOW - back)
    assert take(inbox, now=NOW - back + SOON + SECOND).series == "resting"


def test_a_rest_of_a_clock_that_was_ahead_by_days_is_none(inbox):
    """Without a new word a series rests for as long as it may at most."""
    tell(inbox, "a")
    again = finish(inbox, take(inbox), "failed")
    assert take(inbox, now=again - timedelta(days=2)).series == "a"


def test_work_knows_the_hooks_it_is_done_for(inbox):
    """The hooks of every request a run covers, those of a killed run too, and none for a retry."""
    changed = [Changed(series="a", slug="a")]
    inbox.accept(changed, hook="one", now=NOW)
    inbox.accept(changed, hook="two", now=NOW)
    take(inbox, owner="dead")
    inbox.accept(changed, hook="three", now=NOW)
    work = take(inbox, alive=nobody)
    assert work.hooks == {"one", "two", "three"}
    again = finish(inbox, work, "failed")
    assert take(inbox, now=again).hooks == set()


def test_a_document_is_known_by_what_was_said_of_it_last(inbox):
    """Under its own hook, with all the series it is part of, and only with a request accepted."""

    def part_of(*series, hook="cms", key="", body=""):
        changed = [Changed(series=each, slug=each, document="d") for each in series]
        inbox.accept(changed, hook=hook, now=NOW, key=key, body=body)

    part_of("a", "b")
    part_of("x", hook="other")
    assert inbox.documents.series_of("cms", "d") == ("a", "b")
    part_of("c", key="k")
    with pytest.raises(KeyReused):
        part_of("z", key="k", body="another")
    assert inbox.documents.series_of("cms", "d") == ("c",)
    assert inbox.documents.series_of("other", "d") == ("x",)
    # A series that the document left was told of as well: it keeps its place no longer.
    moved = [Changed(series="e", slug="e", document="d"), Changed(series="c", slug="c")]
    inbox.accept(moved, hook="cms", now=NOW)
    assert inbox.documents.series_of("cms", "d") == ("e",)
    assert inbox.documents.series_of("cms", "unheard-of") == ()


def test_who_lost_the_lease_does_not_have_the_last_word(inbox):
    """A run that outlived its lease leaves the receipts to the one that took over."""
    receipt = tell(inbox, "a")
    slow = take(inbox, owner="slow")
    quick = take(inbox, now=NOW + LEASE, owner="quick")
    finish(inbox, slow, "slow")
    assert results(inbox, receipt) == ["running"]
    finish(inbox, quick, "quick")
    assert results(inbox, receipt) == ["quick"]


def test_a_failing_series_rests_and_holds_up_nobody(inbox):
    """After a failure a series is left alone for a while, ever longer, and the others go on."""
    tell(inbox, "bad", now=NOW - SECOND)
    tell(inbox, "good")
    bad = take(inbox)
    again = finish(inbox, bad, "failed")
    assert (bad.series, again) == ("bad", NOW + pause(1))
    assert take(inbox).series == "good"
    assert take(inbox) is None
    second = take(inbox, now=again)
    assert (second.series, second.attempts) == ("bad", 1)
    assert finish(inbox, second, "failed", now=again) == again + pause(2) > again + pause(1)
    assert take(inbox, now=again) is None


def test_a_series_that_fails_is_tried_until_it_goes_on_air(inbox):
    """A change whose publication failed is not forgotten with its receipt."""
    receipt = tell(inbox, "a")
    again = finish(inbox, take(inbox), "failed")
    part = inbox.receipt(receipt.id).parts[0]
    assert (part.state, part.next_try_at) == ("done", again)
    finish(inbox, take(inbox, now=again))
    assert take(inbox, now=NOW + timedelta(days=30)) is None


def test_a_new_word_of_the_cms_brings_the_next_try_forward(inbox):
    """Whoever mended what was wrong does not wait for hours."""
    tell(inbox, "a")
    now = NOW
    for _ in range(12):
        again = finish(inbox, take(inbox, now=now), "failed", now=now)
        now = again
    assert again - inbox.receipts(1)[0].accepted_at > timedelta(hours=1)
    failed_at = again - pause(12)
    tell(inbox, "a", now=failed_at + SECOND)
    assert take(inbox, now=failed_at + SOON - SECOND) is None
    assert take(inbox, now=failed_at + SOON).series == "a"


def test_a_series_named_by_hand_is_tried_although_it_rests(inbox):
    """A person who asks for a series that rests does not wait."""
    tell(inbox, "a")
    finish(inbox, take(inbox), "failed")
    assert take(inbox) is None
    assert take(inbox, only=("a",), rested=True).series == "a"


def test_a_key_that_came_before_starts_nothing_and_gives_the_first_receipt(inbox):
    """The same message twice is one publication and one receipt."""
    first = tell(inbox, "a", key="k", body="x")
    finish(inbox, take(inbox))
    again = inbox.accept([Changed(series="a", slug="a")], hook="cms", now=NOW, key="k", body="x")
    assert (again.replayed, again.receipt.id, again.receipt.state) == (True, first.id, "done")
    assert take(inbox) is None


def test_a_key_is_for_one_payload_and_one_hook(inbox):
    """A key that comes with another payload is refused; another hook has keys of its own."""
    tell(inbox, "a", key="k", body="x")
    with pytest.raises(KeyReused):
        tell(inbox, "b", key="k", body="y")
    assert take(inbox, only=("b",)) is None
    other = inbox.accept([Changed(series="b", slug="b")], hook="other", now=NOW, key="k", body="y")
    assert not other.replayed


def test_one_request_may_be_about_several_series(inbox):
    """A receipt is done when the last of its series is, and its exit code is that of them all."""
    receipt = tell(inbox, "a", "b")
    finish(inbox, take(inbox))
    assert inbox.receipt(receipt.id).state == "running"
    finish(inbox, take(inbox), "failed")
    done = inbox.receipt(receipt.id)
    assert (done.state, done.exit_code) == ("done", 4)


def test_a_series_wakes_at_its_second_without_a_request(inbox):
    """A time that was set makes the series due then, in whole seconds, and only once."""
    at = NOW + timedelta(hours=1, milliseconds=250)
    inbox.wake("a", "slug-a", at)
    whole = NOW + timedelta(hours=1, seconds=1)
    assert inbox.next_due() == whole
    assert take(inbox, now=whole - SECOND) is None
    work = take(inbox, now=whole)
    assert (work.series, work.slug, work.woken) == ("a", "slug-a", True)
    finish(inbox, work)
    assert (take(inbox, now=whole), inbox.next_due()) == (None, None)


def test_a_time_that_is_set_during_a_run_outlives_it(inbox):
    """A run sets the next time before it ends; that one counts."""
    tell(inbox, "a")
    work = take(inbox)
    inbox.wake("a", "slug-a", NOW + timedelta(hours=1))
    finish(inbox, work)
    assert inbox.next_due() == NOW + timedelta(hours=1)
    inbox.wake("a", "slug-a", None)
    assert inbox.next_due() is None


def test_the_series_that_waits_longest_comes_first(inbox):
    """A series that is reported without end does not keep the others from their turn."""
    tell(inbox, "busy")
    work = take(inbox)
    tell(inbox, "other", now=NOW + SECOND)
    tell(inbox, "busy", now=NOW)
    finish(inbox, work, now=NOW + 2 * SECOND)
    assert take(inbox, now=NOW + 2 * SECOND).series == "other"


def test_the_newest_time_of_a_change_is_kept_until_a_run_has_seen_it(inbox):
    """Of several times that payloads give, the run waits for the newest."""
    tell(inbox, "a", at=NOW)
    tell(inbox, "a", at=NOW - SECOND)
    tell(inbox, "a")
    work = take(inbox)
    assert work.changed_at == NOW
    tell(inbox, "a", at=NOW + SECOND)
    finish(inbox, work)
    assert take(inbox).changed_at == NOW + SECOND


def test_work_that_is_given_back_is_as_if_nobody_had_taken_it(inbox):
    """A server that stops in the middle leaves everything for the next."""
    receipt = tell(inbox, "a", at=NOW)
    inbox.give_back(take(inbox))
    assert inbox.receipt(receipt.id).state == "queued"
    assert take(inbox).changed_at == NOW
    inbox.wake("b", "b", NOW)
    inbox.give_back(take(inbox))
    assert take(inbox).series == "b"


def test_old_receipts_are_forgotten_once_they_are_done(inbox):
    """Nothing grows for ever, and nothing that waits is dropped."""
    done, waits = tell(inbox, "a"), tell(inbox, "b")
    finish(inbox, take(inbox, only=("a",)))
    inbox.prune(now=NOW + REMEMBERED + SECOND)
    assert inbox.receipt(done.id) is None
    assert inbox.receipt(waits.id).state == "queued"
    finish(inbox, take(inbox))
    assert results(inbox, waits) == ["published"]


def test_receipts_can_not_be_guessed(inbox):
    """An id has 192 bits of chance, and no two are alike."""
    ids = {tell(inbox, "a").id for _ in range(50)}
    assert len(ids) == 50
    assert {len(each) for each in ids} == {32}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("tell"), st.sampled_from("abc")),
            st.tuples(st.sampled_from(["take", "finish", "fail", "die", "stop"]), st.none()),
        ),
        max_size=60,
    )
)
def test_whatever_happens_every_receipt_is_done_in_the_end(steps):
    """Runs may end, fail, die or be stopped in any order: after a drain no receipt is open."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    inbox = Inbox(db)
    receipts, running, dead, now = [], [], set(), NOW

    def alive(owner):
        return owner not in dead

    for number, (step, series) in enumerate(steps):
        now += SECOND
        if step == "tell":
            receipts.append((number, tell(inbox, series, now=now)))
        elif step == "take" and (work := take(inbox, now, f"o{number}", alive)):
            running.append((number, work))
        elif running and step in ("finish", "fail"):
            began, work = running.pop(0)
            failed = step == "fail"
            inbox.finish(work, now=now, outcome={"began": began}, exit_code=0, failed=failed)
        elif running and step == "die":
            dead.add(running.pop(0)[1].owner)
        elif running and step == "stop":
            inbox.give_back(running.pop(0)[1])
    dead |= {work.owner for _, work in running}
    for number in range(len(steps), len(steps) + 20):
        now += timedelta(days=1)
        while work := take(inbox, now, "last", alive):
            inbox.finish(work, now=now, outcome={"began": number}, exit_code=0, failed=False)
    for told_at, receipt in receipts:
        found = inbox.receipt(receipt.id)
        assert found.state == "done"
        assert found.parts[0].outcome["began"] > told_at
    assert inbox.next_due() is None
    db.close()


def test_what_was_accepted_is_there_after_a_kill_at_that_instant(tmp_path):
    """A process that is killed right after it was given a receipt has lost nothing."""
    path = tmp_path / "state.sqlite3"
    code = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from feedgen.inbox import Changed
from feedgen.state import State
state = State(Path({str(path)!r}))
changed = [Changed(series="a", slug="a")]
receipt = state.inbox.accept(changed, hook="h", now=datetime.now(UTC)).receipt
print(receipt.id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    with State(path) as state:
        assert state.inbox.receipt(done.stdout.strip()).state == "queued"
        assert take(state.inbox, now=datetime.now(UTC)).series == "a"
