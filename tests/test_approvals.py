"""A held difference is let through once, and only the one that was shown."""

from datetime import UTC, datetime, timedelta

import pytest

from feedgen.compare import Change
from feedgen.errors import UsageProblem
from feedgen.guard import Reason, Verdict
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def verdict(digest: str, changes: int = 1) -> Verdict:
    """Return that a difference is held."""
    return Verdict(
        decision="hold",
        reasons=(Reason(code="guid-changed", sentence="A guid changes."),),
        changes=tuple(Change(kind="changed", sentence=f"change {n}") for n in range(changes)),
        digest=digest,
    )


@pytest.fixture
def approvals(tmp_path):
    """The approvals of an open state file."""
    with State(tmp_path / "state.sqlite3") as state:
        yield state.approvals


def test_an_approval_is_used_once(approvals):
    """The second publication of the same difference needs another approval."""
    approvals.hold("s1", "daily", verdict("abc"), at=AT)
    assert not approvals.use("s1", "abc", at=LATER)

    approved = approvals.approve("s1", "ab", at=LATER, by="mira")
    assert (approved.approved_at, approved.approved_by) == (LATER, "mira")
    assert approvals.use("s1", "abc", at=LATER)
    assert not approvals.use("s1", "abc", at=LATER)
    assert approvals.waiting("s1") is None
    assert [(h.approved_by, h.used_at) for h in approvals.record("s1")] == [("mira", LATER)]


def test_another_difference_is_not_let_through(approvals):
    """When the data changed after it was shown, the approval is void."""
    approvals.hold("s1", "daily", verdict("abc"), at=AT)
    approvals.approve("s1", at=AT)
    assert not approvals.use("s1", "other", at=AT)

    approvals.hold("s1", "daily", verdict("other"), at=LATER)
    assert not approvals.use("s1", "other", at=LATER)
    assert not approvals.use("s1", "abc", at=LATER)
    with pytest.raises(UsageProblem, match="the difference that waits is other"):
        approvals.approve("s1", "abc", at=LATER)


def test_the_same_difference_held_again_keeps_its_approval(approvals):
    """A run between the approval and the publication changes nothing."""
    approvals.hold("s1", "daily", verdict("abc"), at=AT)
    approvals.approve("s1", at=AT)
    again = approvals.hold("s1", "daily", verdict("abc"), at=LATER)

    assert (again.held_at, again.approved_at) == (AT, AT)
    assert approvals.use("s1", "abc", at=LATER)


def test_a_failed_publication_gives_the_approval_back(approvals):
    """The target failed: the old feed stayed, and the person has decided already."""
    approvals.hold("s1", "daily", verdict("abc"), at=AT)
    approvals.approve("s1", at=AT)
    approvals.use("s1", "abc", at=LATER)
    approvals.give_back("s1", "abc", used_at=LATER)

    assert approvals.use("s1", "abc", at=LATER)


def test_what_is_right_again_waits_no_longer(approvals):
    """A difference that is gone can not be approved any more."""
    approvals.hold("s1", "daily", verdict("abc"), at=AT)
    approvals.hold("s2", "weekly", verdict("xyz"), at=LATER)
    assert [held.slug for held in approvals.all_waiting()] == ["daily", "weekly"]

    approvals.settle("s1", at=LATER)
    assert [held.slug for held in approvals.all_waiting()] == ["weekly"]
    with pytest.raises(UsageProblem, match="nothing is held"):
        approvals.approve("s1", at=LATER)


def test_long_differences_are_kept_short(approvals):
    """The digest stands for all of it, the sentences are for people."""
    held = approvals.hold("s1", "daily", verdict("abc", changes=500), at=AT)

    assert len(held.sentences) == 201
    assert held.sentences[-1] == "… and 300 more"
    assert held.reasons == verdict("abc").reasons
