"""The durable outbox: nothing too early, nothing twice, nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedgen.notify import Announcement, Receivers
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
WHAT = Announcement(
    series_id="s1",
    slug="daily",
    title="Daily",
    feed_url="https://feeds.example.com/daily.xml",
    sha256="a" * 64,
    hub="https://hub.example.com/",
    podping=True,
)
RECEIVERS = Receivers(webhook="https://cms.example.com/told")


@pytest.fixture
def outbox(tmp_path):
    """The outbox of an open state file."""
    with State(tmp_path / "state.sqlite3") as state:
        yield state.outbox


def publish(outbox, what: Announcement = WHAT, at: datetime = AT) -> tuple:
    """Announce and confirm a version; return what is due."""
    outbox.announce(what, RECEIVERS, at=at)
    outbox.confirm(what.series_id, what.feed_url, what.sha256, at=at)
    return outbox.due(at)


def test_nothing_is_due_before_the_read_back(outbox):
    """What was announced waits until its bytes are known to be on air."""
    assert outbox.announce(WHAT, RECEIVERS, at=AT) == 3
    assert outbox.due(AT) == ()

    assert outbox.confirm("s1", WHAT.feed_url, WHAT.sha256, at=AT) == 3
    assert [m.kind for m in outbox.due(AT)] == ["websub", "podping", "webhook"]


def test_what_never_went_on_air_is_never_told(outbox):
    """After a killed run the old feed is still on air: its bytes are confirmed, not the new."""
    outbox.announce(WHAT, RECEIVERS, at=AT)
    outbox.confirm("s1", WHAT.feed_url, "b" * 64, at=AT)

    assert outbox.due(AT) == ()
    assert outbox.open() == ()


def test_the_same_version_is_told_once(outbox):
    """A run that comes across the same bytes again tells nobody."""
    for message in publish(outbox):
        outbox.delivered(message, at=AT)

    assert publish(outbox, at=AT + timedelta(hours=1)) == ()


def test_what_was_announced_twice_is_due_once(outbox):
    """The run after a kill announces the same version again: still one message each."""
    outbox.announce(WHAT, RECEIVERS, at=AT)

    assert len(publish(outbox)) == 3


def test_a_newer_version_replaces_undelivered_news(outbox):
    """Three versions in one outage of the hub are one ping when it is back."""
    for sha256 in "abc":
        found = publish(outbox, replace(WHAT, sha256=sha256 * 64))

    assert [(m.kind, m.sha256[0]) for m in found] == [
        ("websub", "c"),
        ("podping", "c"),
        ("webhook", "c"),
    ]


def test_a_version_that_comes_back_is_told_again(outbox):
    """After a rollback readers must fetch the feed once more."""
    for sha256 in "aba":
        found = publish(outbox, replace(WHAT, sha256=sha256 * 64))
        for message in found:
            outbox.delivered(message, at=AT)

    assert len(found) == 3


@pytest.mark.parametrize("hub", ["", "https://hub.example.com/"])
def test_private_feeds_are_never_told(outbox, hub):
    """The address of a private feed is its only key."""
    assert outbox.announce(replace(WHAT, private=True, hub=hub), RECEIVERS, at=AT) == 0
    assert outbox.open() == ()


def test_failures_are_tried_again_later_and_given_up_in_the_end(outbox):
    """Each pause is longer than the one before; after two days nobody waits for the news."""
    now, pauses = AT, []
    publish(outbox, replace(WHAT, podping=False, hub=""))
    while found := outbox.due(now):
        again = outbox.failed(found[0], "503", at=now)
        if again is None:
            break
        assert outbox.due(again - timedelta(seconds=1)) == ()
        pauses.append(again - now)
        now = again

    assert pauses == sorted(pauses)
    assert 5 < len(pauses) < 20
    assert [(m.kind, m.error) for m in outbox.given_up()] == [("webhook", "503")]
    assert outbox.open() == ()


def test_messages_survive_the_process(tmp_path):
    """What was due when a run died is due in the next one."""
    with State(tmp_path / "state.sqlite3") as state:
        due = publish(state.outbox)
    with State(tmp_path / "state.sqlite3") as state:
        assert state.outbox.due(AT) == due


def test_old_news_is_forgotten_but_the_last_of_each(outbox):
    """The outbox does not grow for ever, and still knows what was told last."""
    for day in range(60):
        at = AT + timedelta(days=day)
        for message in publish(outbox, replace(WHAT, sha256=f"{day:064d}"), at=at):
            outbox.delivered(message, at=at)
    rows = outbox._db.execute("select count(*) from outbox").fetchone()[0]

    assert rows <= 3 * 32
    assert publish(outbox, replace(WHAT, sha256=f"{59:064d}"), at=at) == ()


def test_what_went_back_and_forth_between_kills_is_told_once(outbox):
    """One version is due, another was on its way when a run was killed, then the first again."""
    publish(outbox)
    outbox.announce(replace(WHAT, sha256="b" * 64), RECEIVERS, at=AT)

    assert [message.sha256 for message in publish(outbox)] == ["a" * 64] * 3
