"""The laws of the inbox, whatever several owners, kills and clocks do to it."""

import sqlite3
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from feedgen.inbox import LEASE, Changed, Inbox

OWNERS, SERIES = ("one", "two"), ("a", "b")
BEGINNING = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Laws(RuleBasedStateMachine):
    """Several owners at one inbox; what they do is counted, so that before and after are known.

    An owner that is killed comes back under another name, as a process does.
    """

    works = Bundle("works")

    @initialize()
    def open(self):
        """Begin with an empty inbox."""
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.inbox = Inbox(self.db)
        self.now, self.step, self.lives = BEGINNING, 0, 0
        self.names = {owner: owner for owner in OWNERS}
        # When each receipt was accepted and each run began; the runs that are under way.
        self.accepted, self.began, self.at_work = {}, {}, {}
        self.wakes, self.keys = dict.fromkeys(SERIES), {}
        self.last_run = dict.fromkeys(SERIES, 0)

    def count(self):
        """Return the number of this step."""
        self.step += 1
        return self.step

    def alive(self, name):
        """Return whether a process of this name runs."""
        return name in self.names.values()

    # What happens

    @rule(series=st.sets(st.sampled_from(SERIES), min_size=1), key=st.sampled_from(["", "", "k"]))
    def accept(self, series, key):
        """A request comes, perhaps one that came before."""
        changed = [Changed(series=each, slug=each) for each in sorted(series)]
        body = ",".join(sorted(series))
        key = f"{key}/{body}" if key else ""
        told = self.inbox.accept(changed, hook="cms", now=self.now, key=key, body=body)
        assert told.replayed == (key in self.keys)
        if told.replayed:
            assert told.receipt.id == self.keys[key]
            return
        if key:
            self.keys[key] = told.receipt.id
        self.accepted[told.receipt.id] = self.count()

    @rule(series=st.sampled_from(SERIES), seconds=st.integers(0, 90) | st.none())
    def wake(self, series, seconds):
        """A time is set at which a series changes by itself, or it is learned that it does not."""
        at = None if seconds is None else self.now + timedelta(seconds=seconds)
        self.inbox.wake(series, series, at)
        self.wakes[series] = at and (at, self.count())

    @rule(target=works, owner=st.sampled_from(OWNERS), rested=st.booleans())
    def take(self, owner, rested):
        """Somebody looks for work, and passes over what they have in hand, as a worker does."""
        name = self.names[owner]
        mine = {work.series for work, _ in self.at_work.values() if work.owner == name}
        work = self.inbox.take(name, now=self.now, alive=self.alive, but=mine, rested=rested)
        if work is None:
            return multiple()
        for other, until in self.at_work.values():
            if other.series == work.series:
                assert not (self.alive(other.owner) and self.now < until), "two live leases"
        self.began[work.run] = self.last_run[work.series] = self.count()
        self.at_work[work.run] = (work, self.now + LEASE)
        return work

    @rule(owner=st.sampled_from(OWNERS))
    def renew(self, owner):
        """Somebody says what they are still at."""
        name = self.names[owner]
        mine = [work for work, _ in self.at_work.values() if work.owner == name]
        self.inbox.renew(mine, now=self.now)
        for work in mine:
            if self.held(work):
                self.at_work[work.run] = (work, self.now + LEASE)

    @rule(work=consumes(works), failed=st.booleans())
    def finish(self, work, failed):
        """A run ends, if its process lives; perhaps after somebody else took it over."""
        if self.at_work.pop(work.run, None) is None:
            return
        outcome = {"run": work.run}
        code = 4 if failed else 0
        again = self.inbox.finish(
            work, now=self.now, outcome=outcome, exit_code=code, failed=failed
        )
        assert (again is not None) == failed

    @rule(work=consumes(works))
    def give_back(self, work):
        """A server stops in the middle of a run."""
        if self.at_work.pop(work.run, None) is not None:
            held = self.held(work)
            self.inbox.give_back(work)
            if held and work.woken:
                # Nobody asked for it: that it is due is all there is to know it by.
                set_anew = self.wakes[work.series]
                if set_anew is None or set_anew[0] <= self.now:
                    self.wakes[work.series] = (self.now, self.count())

    @rule(work=consumes(works))
    def lose(self, work):
        """A run ends and its outcome can not be kept; its process lives and looks for work."""
        self.at_work.pop(work.run, None)

    @rule(owner=st.sampled_from(OWNERS))
    def kill(self, owner):
        """A process dies and another takes its place."""
        dead = self.names[owner]
        self.lives += 1
        self.names[owner] = f"{owner}/{self.lives}"
        self.at_work = {
            run: (work, until) for run, (work, until) in self.at_work.items() if work.owner != dead
        }

    @rule(seconds=st.sampled_from([1, 5, 20, 31, 600, 40_000]))
    def pass_time(self, seconds):
        """The clock goes on."""
        self.now += timedelta(seconds=seconds)

    @rule()
    def prune(self):
        """Old receipts are forgotten; no example lasts a month."""
        self.inbox.prune(now=self.now)

    def held(self, work):
        """Return whether the lease is still that of this run."""
        row = self.db.execute(
            "select run from inbox where series = ? and owner = ?", (work.series, work.owner)
        ).fetchone()
        return row is not None and row[0] == work.run

    # What is always so

    @invariant()
    def nothing_accepted_is_lost(self):
        """Every receipt is there; each part has an outcome or a row of the inbox will give it."""
        waiting = {row[0] for row in self.db.execute("select series from inbox")}
        for id_, accepted in self.accepted.items():
            receipt = self.inbox.receipt(id_)
            assert receipt is not None
            for part in receipt.parts:
                if part.state == "done":
                    assert self.began[part.outcome["run"]] > accepted, (
                        "a run covers what came later"
                    )
                else:
                    assert part.series in waiting

    @invariant()
    def no_time_is_slept_over(self):
        """A time that is to come stands there until it has come."""
        for series, wake in self.wakes.items():
            if wake is None or wake[0] <= self.now:
                continue
            row = self.db.execute(
                "select wake_at from inbox where series = ?", (series,)
            ).fetchone()
            assert row == (wake[0].timestamp(),)

    def teardown(self):
        """Drain: who lives does nothing more, and one process finishes all there is."""
        if not hasattr(self, "db"):
            return
        # Rests, leases and wakes of the last moment all lie behind.
        for _ in range(5):
            self.now += timedelta(days=1)
            while work := self.inbox.take("last", now=self.now, alive=self.alive):
                self.began[work.run] = self.last_run[work.series] = self.count()
                outcome = {"run": work.run}
                self.inbox.finish(work, now=self.now, outcome=outcome, exit_code=0, failed=False)
        self.nothing_accepted_is_lost()
        assert all(self.inbox.receipt(id_).state == "done" for id_ in self.accepted)
        assert self.db.execute("select count(*) from inbox").fetchone() == (0,)
        assert self.inbox.next_due() is None
        for series, wake in self.wakes.items():
            assert wake is None or self.last_run[series] > wake[1], "a time was slept over"
        self.db.close()


TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=150, stateful_step_count=50)
