"""feedgen approve: what waits is shown, and exactly that is let through, once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.program import feedgen
from tests.cli.published import add_private_feed, hold, on_air, report_into, retitle
from tests.projects import COMEDY, SERIAL, copy_project, edit, make_project, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project that was published, in which a difference is held; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("held"))
    publish(folder)
    return folder, hold(folder)


@pytest.fixture
def held(published, tmp_path):
    """A copy that may be written into, and the digest of what waits."""
    made, digest = published
    return copy_project(made, tmp_path / "project"), digest


def test_publish_shows_a_held_series_with_the_command_that_lets_it_through(held):
    """Reasons, differences and the exact command stand beside the result; exit 4."""
    folder, digest = held
    done = feedgen(folder, "publish")

    assert done.returncode == 4
    line = next(each for each in done.stdout.splitlines() if SERIAL in each)
    assert line.startswith(f"held       {SERIAL}  4 episodes are gone")
    assert "episodes-gone: 4 of 7 episodes would leave the feed" in done.stderr
    assert "would change: “Dots, Dashes & Doubts”: the episode was removed" in done.stderr
    assert f"feedgen approve {SERIAL} {digest[:12]}" in done.stderr
    assert "onair.held" not in done.stderr
    assert "held 1" in done.stderr.splitlines()[-1]


def test_without_a_series_everything_that_waits_is_listed(held):
    """Series, digest and the reasons, one after the other; nothing is approved."""
    folder, digest = held
    done = feedgen(folder, "approve")
    listed = json.loads(feedgen(folder, "approve", "--json").stdout)["waiting"]

    assert done.returncode == 0
    assert done.stdout.startswith(f"{SERIAL}  {digest[:12]}  held since ")
    assert "4 of 7 episodes would leave the feed" in done.stdout
    assert [(each["series"], each["digest"]) for each in listed] == [(SERIAL, digest)]
    assert listed[0]["approved_at"] is None


def test_nothing_is_approved_where_nobody_can_be_asked(held):
    """Off a terminal the difference is shown, and the hint has the digest to name."""
    folder, digest = held
    done = feedgen(folder, "approve", SERIAL)

    assert done.returncode == 2
    assert "“Dots, Dashes & Doubts”: the episode was removed" in done.stdout
    assert f"feedgen approve {SERIAL} {digest[:12]}" in done.stderr
    assert "approved_at" in feedgen(folder, "approve", "--json").stdout
    assert publish(folder)[SERIAL].result == "held"


def test_a_digest_lets_exactly_this_difference_through_once(held):
    """The next run publishes it; who approved it and when stays in the history."""
    folder, digest = held
    before = on_air(folder)
    done = feedgen(folder, "approve", SERIAL, digest[:8], "--by", "Anna of the newsroom")

    assert done.returncode == 0
    assert f"at once: feedgen publish {SERIAL}" in done.stderr
    assert on_air(folder) == before
    assert "approved by Anna of the newsroom" in feedgen(folder, "approve").stdout

    published = feedgen(folder, "publish")
    assert published.returncode == 0, published.stderr
    assert b"Dots, Dashes" not in on_air(folder)
    told = json.loads(feedgen(folder, "history", SERIAL, "--json").stdout)["feeds"][0]
    (record,) = told["documents"][0]["held"]
    assert record["waits"] is False
    assert (record["approved_by"], record["digest"]) == ("Anna of the newsroom", digest)
    assert record["used_at"]
    assert [(each["what"], each["by"]) for each in told["by_hand"]] == [
        ("approved", "Anna of the newsroom")
    ]
    assert feedgen(folder, "approve").stderr == "nothing waits for an approval\n"


def test_an_approval_is_not_for_another_difference(held):
    """The data changed after it was looked at: held again, and the approval is void."""
    folder, digest = held
    feedgen(folder, "approve", SERIAL, digest)
    retitle(folder, "Something else as well")

    assert feedgen(folder, "publish").returncode == 4
    stale = feedgen(folder, "approve", SERIAL, digest)
    assert stale.returncode == 2
    assert f"not {digest[:12]}" in stale.stderr
    assert "the data has changed since" in stale.stderr
    told = feedgen(folder, "history", SERIAL).stdout
    assert told.count("waits for an approval") == 1
    assert told.count("over: never published") == 1


def test_on_a_terminal_it_asks(held):
    """No is exit 1 and approves nothing; yes approves, by the login name."""
    folder, _ = held
    no = feedgen(folder, "approve", SERIAL, terminal=True, answer="n\n")

    assert no.returncode == 1
    assert "Let exactly this difference on air, once? [y/N]" in no.stdout
    assert "error: nothing was approved" in no.stdout

    yes = feedgen(folder, "approve", SERIAL, terminal=True, answer="y\n", LOGNAME="berta")
    assert yes.returncode == 0
    assert "approved; the next 'feedgen publish'" in yes.stdout
    assert "approved by berta" in feedgen(folder, "approve").stdout


def test_it_can_be_published_at_once(held):
    """--publish approves and runs that series; as JSON both are one document."""
    folder, digest = held
    done = feedgen(folder, "approve", SERIAL, "--yes", "--publish", "--json")
    told = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert [each["digest"] for each in told["approved"]] == [digest]
    assert {each["series"]: each["result"] for each in told["run"]["series"]} == {
        SERIAL: "published"
    }
    assert b"Dots, Dashes" not in on_air(folder)


def test_approved_already_is_said_and_is_no_mistake(held):
    """A second approval changes neither who nor when."""
    folder, digest = held
    feedgen(folder, "approve", SERIAL, digest, "--by", "Anna")
    again = feedgen(folder, "approve", SERIAL, "--by", "Berta")

    assert again.returncode == 0
    assert "approved by Anna" in again.stdout


def test_a_series_that_is_gone_is_let_go_by_the_same_word(held):
    """The source does not list it any more: its feed stays, and nobody is asked again."""
    folder, _ = held
    shutil.rmtree(folder / "catalogue" / COMEDY)
    before = on_air(folder, COMEDY)
    assert f"feedgen approve {COMEDY}" in feedgen(folder, "publish").stderr
    done = feedgen(folder, "approve", COMEDY, "--yes")

    assert done.returncode == 0
    assert "does not list wait-what-and-why any more" in done.stdout
    assert "the feed stays on air as it is" in done.stderr
    assert COMEDY not in feedgen(folder, "publish").stdout
    assert on_air(folder, COMEDY) == before


def test_a_private_feed_that_waits_keeps_its_address(tmp_path):
    """Its address is its key: what is shown of the difference leaves old and new out."""
    folder = make_project(tmp_path)
    add_private_feed(folder)
    publish(folder)
    (old,) = [path.stem for path in (folder / "feeds" / "private").glob("*.xml")]
    secret = "a-secret-of-our-own-that-is-long-enough"
    edit(folder / "feedgen.toml", "[publish]", f'[feed]\nprivate_secret = "{secret}"\n\n[publish]')
    report_into(folder)
    new = Path(publish(folder)[SERIAL].feeds[1].url).stem
    outputs = [
        feedgen(folder, *arguments)
        for arguments in (
            ("publish",),
            ("publish", "--json"),
            ("publish", "--dry-run"),
            ("approve",),
            ("approve", SERIAL),
            ("approve", "--json"),
            ("history", SERIAL),
            ("history", SERIAL, "--json"),
            ("doctor",),
            ("--log-format", "json", "-vv", "publish"),
        )
    ]
    texts = [each.stdout + each.stderr for each in outputs]
    texts += [path.read_text() for path in (folder / "report").iterdir()]

    assert len({old, new}) == 2
    assert "path-moved" in "".join(texts)
    assert [n for n, text in enumerate(texts) if SERIAL not in text] == []
    assert [text for text in texts if old in text or new in text] == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("salt-and-signals",), 2, "did you mean 'salt-and-signal'?"),
        ((COMEDY,), 2, "nothing of wait-what-and-why waits for an approval"),
        ((SERIAL, "--feed", "premium"), 2, "never had a feed 'premium' on air"),
        ((SERIAL, "000000000000"), 2, "not 000000000000"),
    ],
)
def test_what_can_not_be_approved(published, arguments, code, words):
    """Each with a hint, nothing attempted."""
    done = feedgen(published[0], "approve", *arguments)

    assert done.returncode == code
    assert words in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_before_the_first_run_nothing_waits(tmp_path):
    """Asking makes no state file."""
    folder = make_project(tmp_path)
    listed = feedgen(folder, "approve")
    asked = feedgen(folder, "approve", SERIAL)

    assert (listed.returncode, listed.stderr) == (0, "nothing waits for an approval\n")
    assert asked.returncode == 2
    assert "nothing has been published from" in asked.stderr
    assert not (folder / ".feedgen").exists()


def test_a_damaged_state_is_told_in_a_sentence(held):
    """Exit 3, and what to do; no trace."""
    folder, _ = held
    shutil.rmtree(folder / ".feedgen" / "locks", ignore_errors=True)
    for path in (folder / ".feedgen").glob("state.sqlite3*"):
        path.write_bytes(b"this is no database" * 100)
    done = feedgen(folder, "approve")

    assert done.returncode == 3
    assert "can not use the state file" in done.stderr
    assert "Traceback" not in done.stderr
