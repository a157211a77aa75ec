"""`feedgen hook`: a payload or names in, the outcome as JSON out."""

import json
import resource
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from feedgen.inbox import Changed
from feedgen.state import State
from tests.hooks.serving import hooked_project
from tests.projects import COMEDY, SERIAL, copy_project, feeds, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return a project whose feeds are on air."""
    folder = hooked_project(tmp_path_factory.mktemp("hook") / "project")
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """Return a copy of it."""
    return copy_project(published, tmp_path / "project")


def hook(project, *arguments, stdin=""):
    """Run the command; return exit code, what it printed, and what it said."""
    run = subprocess.run(
        [sys.executable, "-m", "feedgen", "hook", "--project", str(project), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in run.stderr
    return run.returncode, json.loads(run.stdout) if run.stdout else None, run.stderr


def retitle(project, title):
    """Give the first episode of the serial another title."""
    path = project / "catalogue" / SERIAL / "episodes" / "s1e1.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f'title = "{title}"' if each.startswith("title =") else each for each in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_series_named_as_arguments_are_published(project):
    """The outcome of each is printed as JSON, and its feed is on air."""
    retitle(project, "By hand")
    code, told, _ = hook(project, SERIAL, COMEDY)
    assert (code, [each["series"] for each in told]) == (0, [SERIAL, COMEDY])
    assert [each["result"] for each in told] == ["published", "unchanged"]
    assert "By hand" in (project / "feeds" / f"{SERIAL}.xml").read_text(encoding="utf-8")


def test_a_payload_on_stdin_is_read_as_its_hook_says(project):
    """A CMS that runs a command gives its payload on stdin; nothing is signed here."""
    payload = json.dumps({"data": {"series": [{"slug": SERIAL}]}})
    code, told, _ = hook(project, "--hook", "cms", stdin=payload)
    assert (code, told[0]["series"]) == (0, SERIAL)


def test_a_mistake_in_the_show_is_its_outcome(project):
    """Exit 4 as everywhere, and the file and line in the reason."""
    (project / "catalogue" / COMEDY / "series.toml").write_text("title = \n", encoding="utf-8")
    code, told, _ = hook(project, COMEDY)
    assert (code, told[0]["result"]) == (4, "failed")
    assert "series.toml:1" in told[0]["reason"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["no-such-show"], "", "no series 'no-such-show'"),
        (["--hook", "none"], "{}", "there is no hook 'none'"),
        (["--hook", "cms"], "{", "is not JSON"),
        (["--hook", "cms"], "{}", "names no series"),
        (["--hook", "cms"], "x" * 20_001, "more than 20000 bytes"),
        ([], '{"series": "x"}', "there are several hooks"),
        (["--hook", "cms", SERIAL], "", "not both"),
        ([SERIAL, "../etc"], "", "no series '../etc'"),
    ],
)
def test_what_asks_for_the_impossible_is_exit_2(project, arguments, stdin, said):
    """Nothing is attempted, nothing is in the inbox, and the two lines say what is wrong."""
    before = feeds(project)
    code, told, err = hook(project, *arguments, stdin=stdin)
    assert (code, told) == (2, None)
    assert said in err
    assert "hint:" in err
    assert feeds(project) == before
    with State(project / ".feedgen/state.sqlite3") as state:
        assert state.inbox.receipts() == ()


def test_no_wait_leaves_the_work_to_whoever_comes(project):
    """The receipt is printed at once; the next command for the show does what waits."""
    retitle(project, "Later")
    code, told, _ = hook(project, "--no-wait", SERIAL)
    assert (code, told["state"]) == (0, "queued")
    assert "Later" not in (project / "feeds" / f"{SERIAL}.xml").read_text(encoding="utf-8")
    assert hook(project, SERIAL)[0] == 0
    with State(project / ".feedgen/state.sqlite3") as state:
        assert state.inbox.receipt(told["receipt"]).state == "done"


def test_dry_run_tells_the_difference_and_writes_nothing(project):
    """What would change on air is printed; feeds and inbox stay as they are."""
    before = feeds(project)
    retitle(project, "Perhaps")
    code, told, _ = hook(project, "--dry-run", SERIAL)
    assert code == 0
    assert any("Perhaps" in each["sentence"] for each in told[0]["changes"])
    assert feeds(project) == before
    with State(project / ".feedgen/state.sqlite3") as state:
        assert state.inbox.receipts() == ()


def test_a_series_that_fails_is_tried_once_while_another_is_waited_for(project):
    """Somebody else is at the second series: the first one is not tried again and again."""
    (project / "catalogue" / COMEDY / "series.toml").write_text("title = \n", encoding="utf-8")
    with State(project / ".feedgen/state.sqlite3") as state:
        id_ = next(each.series_id for each in state.all_on_air() if each.slug == SERIAL)
        now = datetime.now(UTC)
        state.inbox.accept([Changed(series=id_, slug=SERIAL)], hook="cms", now=now)
        # On another machine, where nobody here can tell whether it lives.
        work = state.inbox.take("elsewhere/1/x", now=now, alive=lambda _: True)
        command = [sys.executable, "-m", "feedgen", "hook", "--project", str(project)]
        with subprocess.Popen(
            [*command, COMEDY, SERIAL], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as run:
            time.sleep(4)
            state.inbox.finish(work, now=datetime.now(UTC), outcome={}, exit_code=0, failed=False)
            told = json.loads(run.communicate(timeout=30)[0])
        assert (run.returncode, [each["result"] for each in told]) == (4, ["failed", "unchanged"])
        db = sqlite3.connect(project / ".feedgen/state.sqlite3")
        tried = db.execute("select count(*) from hook_runs where outcome like '%failed%'")
        assert tried.fetchone() == (1,)
        db.close()


def test_a_document_that_is_deleted_publishes_where_it_was(project):
    """A payload that names no series means those its document was said to be part of."""
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write('[hooks.contentful]\nkind = "contentful"\nsecret_env = "X"\n')
    there = {"sys": {"type": "Entry", "id": "e1"}, "fields": {"series": {"en": SERIAL}}}
    gone = {"sys": {"type": "DeletedEntry", "id": "e1"}}
    arguments = ("--hook", "contentful")
    code, _, err = hook(project, *arguments, stdin=json.dumps(gone))
    assert (code, "names no series" in err) == (2, True)
    assert hook(project, "--dry-run", *arguments, stdin=json.dumps(there))[0] == 0
    assert hook(project, *arguments, stdin=json.dumps(gone))[0] == 2
    assert hook(project, *arguments, stdin=json.dumps(there))[0] == 0
    code, told, _ = hook(project, *arguments, stdin=json.dumps(gone))
    assert (code, [each["series"] for each in told]) == (0, [SERIAL])


def test_a_show_that_is_gone_is_held_and_not_tried_for_ever(project):
    """The source does not list it any more: its feed stays, as after a night."""
    shutil.rmtree(project / "catalogue" / SERIAL)
    before = feeds(project)
    code, told, _ = hook(project, SERIAL)
    assert (code, told[0]["result"]) == (4, "held")
    assert "does not list" in told[0]["reason"]
    assert hook(project, "--dry-run", SERIAL)[0] == 4
    assert feeds(project) == before
    with State(project / ".feedgen/state.sqlite3") as state:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert state.inbox.take("us", now=tomorrow, alive=lambda _: True) is None


def test_without_a_stdin_the_series_has_to_be_named(project):
    """Whoever calls the command may have closed it."""
    command = [sys.executable, "-m", "feedgen", "hook", "--project", str(project)]
    shell = f"{shlex.join(command)} <&-"
    run = subprocess.run(["sh", "-c", shell], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    assert "name a series" in run.stderr


def test_a_full_disk_is_the_world_outside(project):
    """Exit 3, for a retry may help, and no bug; nothing was accepted."""

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    command = [sys.executable, "-m", "feedgen", "hook", "--project", str(project), SERIAL]
    # Held open, so that it is the first change that finds no room.
    with State(project / ".feedgen/state.sqlite3") as state:
        run = subprocess.run(command, capture_output=True, text=True, preexec_fn=full)
        assert (run.returncode, run.stdout) == (3, ""), run.stderr
        assert "the state can not be used" in run.stderr
        assert state.inbox.receipts() == ()


def test_a_key_that_came_before_starts_nothing(project):
    """The same key gives the first outcome again; another payload with it is refused."""
    first = hook(project, "--key", "k", SERIAL)[1]
    retitle(project, "Not with this key")
    assert hook(project, "--key", "k", SERIAL)[1] == first
    assert hook(project, "--key", "k", COMEDY)[0] == 2
