"""What changes under a server that runs, and what happened while none ran."""

import asyncio
import os
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest

from feedgen.hooks.standby import Standby
from feedgen.state import State
from feedgen.state import now as whole_seconds
from tests.hooks.serving import SECRET, done, hooked_project, serving
from tests.projects import SERIAL, edit, make_shows, publish, settle

STAMP = "%Y-%m-%dT%H:%M:%SZ"
OTHER = "another-secret-for-the-time-after"


def post(server, hook, secret):
    """Report the serial to a hook with a token; return the status."""
    headers = {"x-feedgen-token": secret}
    return server.client.post(f"/hooks/{hook}", json={"series": SERIAL}, headers=headers)


def until(reached, *, within=10.0):
    """Return once `reached()` is true."""
    end = time.monotonic() + within
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def kept(server):
    """Return whether the server has said that its hooks stay as they were."""
    return "hook.settings_kept" in server.log.read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    """Return a project whose feeds are on air, and a hook with a file of secrets."""
    folder = hooked_project(tmp_path / "project")
    (folder / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    with (folder / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write('\n[hooks.filed]\nsignature = "token"\nsecret_file = "secret"\n')
    publish(folder)
    settle(folder)
    return folder


def test_hooks_are_what_the_files_say_now(project):
    """A secret that is replaced, a hook that is added or left out: without a restart."""
    with serving(project) as server:
        assert post(server, "filed", SECRET).status_code == 202
        (project / "secret").write_text(f"{OTHER}\n{SECRET}\n", encoding="utf-8")
        until(lambda: post(server, "filed", OTHER).status_code == 202)
        assert post(server, "filed", SECRET).status_code == 202
        (project / "secret").write_text(f"{OTHER}\n", encoding="utf-8")
        until(lambda: post(server, "filed", SECRET).status_code == 401)

        edit(project / "feedgen.toml", "[hooks.filed]", "[hooks.renamed]")
        until(lambda: post(server, "renamed", OTHER).status_code == 202)
        assert post(server, "filed", OTHER).status_code == 404


def test_hooks_stay_as_they_were_while_the_files_are_wrong(project):
    """What was reported meanwhile is kept, and published once the mistake is mended."""
    with serving(project) as server:
        edit(project / "feedgen.toml", "[hooks.filed]", "[hooks.filed]\nno_such_key = 1")
        until(lambda: post(server, "filed", SECRET).status_code == 202 and kept(server))
        answer = post(server, "filed", SECRET)
        assert answer.status_code == 202
        told = done(server, answer.json()["receipt"])["series"][0]
        assert told["outcome"]["result"] == "failed"
        assert "no_such_key" in told["outcome"]["reason"]
        assert str(project) not in str(told)
        assert told["next_try_at"]

        edit(project / "feedgen.toml", "no_such_key = 1", "")
        answer = post(server, "filed", SECRET)
        told = done(server, answer.json()["receipt"])["series"][0]
        assert told["outcome"]["result"] == "unchanged"


def test_a_state_that_is_moved_away_is_begun_anew(project):
    """What is accepted from then on lies in the file that is there, and is published."""
    with serving(project) as server:
        assert server.say(SERIAL, query="?wait=30").json()["state"] == "done"
        for path in (project / ".feedgen").glob("state.sqlite3*"):
            path.rename(project / path.name)
        told = server.say(SERIAL, query="?wait=30").json()
        assert told["state"] == "done"
        with State(project / ".feedgen" / "state.sqlite3") as state:
            assert state.inbox.receipt(told["receipt"]).state == "done"
        told = server.say(SERIAL, query="?wait=30").json()
        assert told["series"][0]["outcome"]["result"] == "unchanged"


def test_a_server_wakes_what_came_due_before_it_ran(tmp_path):
    """A night learned of two releases and there was no server then; both are on air at once."""
    project = make_shows(tmp_path / "project", 3, episodes=1)
    release = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    for number, at in enumerate((release, release, release + timedelta(days=30_000))):
        episodes = project / "catalogue" / f"show-{number}" / "episodes"
        shutil.copy(episodes / "1.mp3", episodes / "2.mp3")
        (episodes / "2.toml").write_text(
            f'title = "Out at last"\nguid = "late/{number}"\nreleased_at = {at:{STAMP}}\n'
            'description = "What comes later."\naudio = "2.mp3"\n',
            encoding="utf-8",
        )
    publish(project, now=whole_seconds())

    def out(number):
        path = project / "feeds" / f"show-{number}.xml"
        return "Out at last" in path.read_text(encoding="utf-8")

    assert not any(map(out, range(3)))
    with State(project / ".feedgen" / "state.sqlite3") as state:
        assert state.inbox.next_due() == release
    time.sleep(max(0.0, (release - datetime.now(UTC)).total_seconds()) + 0.5)
    with serving(project):
        until(lambda: out(0) and out(1))
        assert not out(2)
    with State(project / ".feedgen" / "state.sqlite3") as state:
        assert state.inbox.next_due() == release + timedelta(days=30_000)


def test_many_at_once_open_everything_once(project):
    """What changed is opened anew by the first of them, and the others use what it opened."""

    async def work():
        opened = []
        standby = Standby(project, whole_seconds, opened=opened.append)

        async def run():
            async with standby.run((SERIAL,)) as run:
                await asyncio.sleep(0.01)
                return run.state

        states = await asyncio.gather(*(run() for _ in range(5)))
        assert len({id(each) for each in states}) == len(opened) == 1
        await standby.aclose()

    asyncio.run(work())


def test_a_file_that_was_just_written_is_opened_once(project):
    """While no time tells whether settings changed their bytes do; another byte is seen."""
    path = project / "feedgen.toml"

    async def openings():
        standby = Standby(project, whole_seconds)
        opened = []
        standby.opened = opened.append
        # However long opening takes: it was just written all the time.
        stamp = time.time_ns() + 10**12
        os.utime(path, ns=(stamp, stamp))
        for _ in range(3):
            async with standby.run():
                pass
        first = len(opened)
        path.write_bytes(path.read_bytes() + b"#")
        os.utime(path, ns=(stamp, stamp))
        async with standby.run():
            pass
        await standby.aclose()
        return first, len(opened)

    assert asyncio.run(openings()) == (1, 2)
