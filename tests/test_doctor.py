"""feedgen doctor: every check finds what it looks for, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import threading
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
import stamina

from feedgen import config, doctor, night, state
from feedgen.doctor import Diagnosis, target
from feedgen.notify import Announcement, Receivers
from feedgen.shipped import shipped
from tests.cli.program import feedgen
from tests.cli.published import hold
from tests.projects import COMEDY, NOW, SERIAL, copy_project, edit, make_project, publish

# What ends a run is the clock of the machine, whatever time the run takes for now.
LATER = state.now() + timedelta(hours=3)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A project that was published, with all its metrics; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("well"))
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy that may be written into."""
    return copy_project(published, tmp_path / "project")


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch):
    """Nothing of the environment the tests run in."""
    for name in [name for name in os.environ if name.startswith("FEEDGEN_")]:
        monkeypatch.delenv(name)


def examined(folder: Path, now=LATER, **how) -> list[Diagnosis]:
    """Return everything that is found."""

    async def every() -> list[Diagnosis]:
        return [each async for each in doctor.examine(folder, now=now, **how)]

    return asyncio.run(every())


def of(found: list[Diagnosis], level: str) -> list[tuple[str, str]]:
    """Return subject and sentence of what has that level."""
    return [(each.subject, each.sentence) for each in found if each.level == level]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file but SQLite's own beside the state."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_project_that_is_well_is_well(project):
    """Every subject is looked at, all are ok, exit 0; not a file is changed or left behind."""
    run_ended(project)
    before = files(project)
    found = examined(project)

    assert (of(found, "fail"), of(found, "warn")) == ([], [])
    assert doctor.exit_code(found) == 0
    assert {each.subject for each in found} == {
        "configuration",
        "installation",
        "golden feeds",
        "catalogue",
        "state",
        "runs",
        "series",
        "notifications",
        "disk",
        "target",
    }
    assert files(project) == before


def run_ended(folder: Path, hours_ago: float = 1, code: int = 0) -> None:
    """Record that a run over all series ended before `LATER`."""
    with night.open_desk(config.load(folder), now=NOW) as desk:
        desk.state.standings.run_ended(
            at=LATER - timedelta(hours=hours_ago), seconds=12.5, exit_code=code, whole=True
        )


def test_a_project_that_was_never_published_is_well_too(tmp_path):
    """Neither state nor feeds are there yet, and none are made."""
    folder = make_project(tmp_path)
    before = files(folder)
    found = examined(folder)

    assert doctor.exit_code(found) == 0
    assert of(found, "warn") == []
    assert any("the first run makes it" in each.sentence for each in found)
    assert files(folder) == before


def test_without_configuration_the_rest_is_still_examined(tmp_path):
    """Exit 2; installation and golden feeds do not depend on it."""
    found = examined(tmp_path)

    assert doctor.exit_code(found) == 2
    assert [each.subject for each in found] == ["configuration", "installation", "golden feeds"]
    assert found[0].hint


def test_every_mistake_of_the_configuration_is_told(tmp_path):
    """With file and line, as a run would."""
    folder = make_project(tmp_path)
    edit(folder / "feedgen.toml", "[publish]", "[publish]\nfoldr = 1\nurrl = 2")
    (first, *_) = examined(folder)

    assert (first.level, first.exit_code) == ("fail", 2)
    assert len(first.details) == 2
    assert all("feedgen.toml:" in line for line in first.details)


def test_a_broken_show_is_named(project):
    """Exit 4: the other series are published all the same."""
    path = project / "catalogue" / COMEDY / "series.toml"
    path.write_text("titel = 1\n")
    found = examined(project)

    assert doctor.exit_code(found) == 4
    (broken,) = [each for each in found if each.subject == "catalogue"]
    assert broken.sentence.startswith(f"{COMEDY}: ")


def test_settings_of_nobody_are_a_warning(project):
    """A slip in the name of a file loses all settings in it; a run goes through."""
    (project / "series").mkdir()
    (project / "series" / "salt-and-signals.toml").write_text('author = "A"\n')
    (project / "series" / "broken.toml").write_text("authr = 1\n")
    found = examined(project)

    assert ("settings", "series/salt-and-signals.toml is for no series there is") in of(
        found, "warn"
    )
    (mistake,) = [each for each in found if each.level == "fail"]
    assert (mistake.subject, mistake.exit_code) == ("settings", 4)


def test_a_template_that_does_not_compile_is_told_with_its_line(project):
    """Exit 2, before any golden feed is rendered with it."""
    rss = project / "mine" / "rss"
    rss.mkdir(parents=True)
    (rss / "live_item.xml").write_text("one\n{% if %}\n")
    (rss.parent / "pages").mkdir()
    (rss.parent / "pages" / "report.html").write_text("{{ report.summary }\n")
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')
    found = examined(project)

    assert doctor.exit_code(found) == 2
    broken = [each.sentence for each in found if each.level == "fail"]
    assert len(broken) == 2
    assert "report.html:1: " in broken[0]
    assert "live_item.xml:2: " in broken[1]


def test_templates_that_were_copied_out_are_well(project):
    """All that ship, pages too, with the filters only feedgen has."""
    shutil.copytree(shipped("templates"), project / "mine")
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')
    found = examined(project)

    assert of(found, "fail") == []
    assert f"with the templates of {project / 'mine'}" in " ".join(each.sentence for each in found)


def test_golden_feeds_that_do_not_come_out_are_told(project):
    """Exit 1, as a run would end before it begins; each with its first difference."""
    rss = project / "mine" / "rss"
    rss.mkdir(parents=True)
    (rss / "additions.xml").write_text(
        "{% macro item(item, feed) %}<category>x</category>{% endmacro %}"
    )
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')
    found = examined(project)
    (broken,) = [each for each in found if each.subject == "golden feeds"]

    assert doctor.exit_code(found) == 1
    assert "do not come out as they must" in broken.sentence
    assert any("category" in line for line in broken.details)


@pytest.mark.parametrize("damage", ["text", "torn"])
def test_a_damaged_state_is_found(project, damage):
    """A file that is no database, and one whose pages were overwritten: exit 3."""
    path = project / ".feedgen" / "state.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    data = bytearray(path.read_bytes())
    if damage == "text":
        data[:] = b"this is no database" * 100
    else:
        data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    found = examined(project)
    (broken,) = [each for each in found if each.subject == "state"]

    assert doctor.exit_code(found) == 3
    assert "is damaged or can not be read" in broken.sentence
    assert "move it away" in broken.hint


def test_a_state_that_can_not_be_kept_is_found(tmp_path):
    """A file lies where its folder should: exit 3, as a run would end."""
    folder = make_project(tmp_path)
    (folder / ".feedgen").write_text("in the way")
    found = examined(folder)

    assert [subject for subject, _ in of(found, "fail")] == ["state"]
    assert doctor.exit_code(found) == feedgen(folder, "publish").returncode == 3


def test_a_night_that_did_not_happen_is_a_warning(project):
    """More than 26 hours after the last run that did its work."""
    run_ended(project, hours_ago=30)
    assert ("runs", "the last one over all series that did its work was 30 hours ago") in of(
        examined(project), "warn"
    )

    run_ended(project, hours_ago=1, code=3)
    assert [subject for subject, _ in of(examined(project), "warn")] == ["runs"]

    run_ended(project, hours_ago=1, code=4)
    assert of(examined(project), "warn") == []


def test_a_clock_that_was_set_back_is_found(project):
    """A run that ended in the future: releases go by a clock that is wrong."""
    run_ended(project, hours_ago=-5)
    (wrong,) = [each for each in examined(project) if each.level == "fail"]

    assert (wrong.subject, wrong.exit_code) == ("clock", 2)


def test_series_that_wait_are_listed_until_they_are_solved(project):
    """Held with the command that shows it, failed with when it is tried again; exit 4."""
    hold(project)
    (project / "catalogue" / COMEDY / "cover.png").unlink()
    publish(project)
    found = [each for each in examined(project) if each.subject == "series"]
    told = {each.sentence.partition(" ")[0]: each for each in found}

    assert {*told} == {SERIAL, COMEDY}
    assert f"feedgen approve {SERIAL}" in told[SERIAL].hint
    assert f"feedgen publish {COMEDY}" in told[COMEDY].hint
    assert doctor.exit_code(found) == 4


def test_notifications_nobody_takes_are_a_warning(project):
    """One that fails for longer than an hour, and one that was given up."""
    told = Announcement(
        series_id="s",
        slug=SERIAL,
        title="T",
        feed_url="https://e.com/x",
        sha256="a",
        hub="https://hub.example.com/",
    )
    with night.open_desk(config.load(project), now=NOW) as desk:
        outbox = desk.state.outbox
        before = LATER - timedelta(hours=2)
        for sha256, final in (("a", True), ("b", False)):
            news = Announcement(
                **{name: getattr(told, name) for name in told.__slots__} | {"sha256": sha256}
            )
            outbox.announce(news, Receivers(), at=before)
            outbox.confirm("s", told.feed_url, sha256, at=before)
            (message,) = outbox.due(before)
            outbox.failed(message, "answered 410", at=before, final=final)
    warned = [each for each in examined(project) if each.subject == "notifications"]

    assert [each.level for each in warned] == ["warn", "warn"]
    assert warned[0].sentence == "1 wait for a receiver that fails"
    assert warned[1].details == (f"websub for {SERIAL}: answered 410",)
    later = of(examined(project, now=LATER + timedelta(days=8)), "warn")
    assert [said for subject, said in later if subject == "notifications"] == [
        "1 wait for a receiver that fails"
    ]


def test_secrets_that_are_missing_or_of_no_use(project, monkeypatch):
    """Podping without a token and an unsigned webhook are warnings, no base64 is exit 2."""
    edit(
        project / "feedgen.toml",
        "[publish]",
        '[notify]\nwebhook = "https://e.com/hook"\n[feed]\npodping = true\n\n[publish]',
    )
    said = " ".join(sentence for _, sentence in of(examined(project), "warn"))
    assert "FEEDGEN_PODPING_TOKEN is not set" in said
    assert "without a signature" in said

    edit(
        project / "feedgen.toml",
        "[publish]",
        '[hooks.cms]\nsecret_env = "CMS_SECRET"\nseries = "slug"\n\n[publish]',
    )
    said = " ".join(sentence for _, sentence in of(examined(project), "warn"))
    assert "hook 'cms' takes nothing: CMS_SECRET holds no secret" in said

    monkeypatch.setenv("FEEDGEN_WEBHOOK_SECRET", "no base64!")
    assert doctor.exit_code(examined(project)) == 2


@pytest.mark.parametrize("place", ["file/feeds", "file"])
def test_a_target_that_can_not_be_written_is_found(project, place):
    """A file lies where a folder should: exit 3, the feeds that are elsewhere stay."""
    (project / "file").write_text("in the way")
    edit(project / "feedgen.toml", 'folder = "feeds"', f'folder = "{place}"')
    found = examined(project)
    (broken,) = [each for each in found if each.subject == "target"]

    assert (broken.level, doctor.exit_code(found)) == ("fail", 3)
    assert broken.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="to root every folder can be written to")
def test_a_folder_of_somebody_else_is_found(project):
    """Read-only: exit 3."""
    (project / "feeds").chmod(0o555)
    try:
        found = examined(project)
    finally:
        (project / "feeds").chmod(0o755)

    assert doctor.exit_code(found) == 3


@pytest.mark.parametrize(
    ("free", "level", "code"),
    [(50 << 20, "fail", 3), (500 << 20, "warn", 0), (50 << 30, "ok", 0)],
)
def test_a_disk_that_runs_full_is_told_in_time(published, monkeypatch, free, level, code):
    """Below a gigabyte a warning, below what a night may need a failure."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    found = list(target.disk(config.load(published), NOW))

    assert {each.level for each in found} == {level}
    assert doctor.exit_code(found) == code


def test_a_check_with_a_bug_does_not_hide_the_others():
    """It is told as a bug of feedgen, exit 70."""

    def broken():
        raise ZeroDivisionError("by design")
        yield

    (found,) = doctor.guarded("disk", broken)

    assert (found.subject, found.exit_code) == ("disk", 70)
    assert "by design" in found.sentence


def test_the_gravest_failure_is_the_exit_code():
    """What keeps a run from beginning comes before what it would meet."""

    def failing(*codes: int) -> int:
        return doctor.exit_code(
            [Diagnosis(subject="x", level="fail", sentence="", exit_code=code) for code in codes]
        )

    assert failing(4, 3, 2) == 2
    assert failing(4, 3, 1) == 1
    assert failing(4, 3) == 3
    assert failing(4) == 4
    assert failing() == 0


# A hosted account.


@contextlib.contextmanager
def api(status: int, body: dict, *, date: str = ""):
    """Yield the address of a server that answers GET so, and HEAD with the time."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(f"{self.command} {self.headers.get('Authorization', '')}")
            data = json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Date", date or formatdate(usegmt=True))
            self.send_header("Content-Type", "application/vnd.api+json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hosted(tmp_path, monkeypatch):
    """A function that makes a project of a hosted account at an address."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", "tester")
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", "s3cret")

    def make(url: str) -> Path:
        (tmp_path / "feedgen.toml").write_text(
            f'[art19]\nurl = "{url}"\nrequests_per_minute = 6000\n'
            '[publish]\nfolder = "feeds"\nurl = "https://podcasts.example.com"\n'
        )
        return tmp_path

    with stamina.set_testing(True, attempts=1):
        yield make


EMPTY = {"data": [], "links": {}}


def test_an_account_is_reached_and_asked(hosted):
    """Reachable, in time, credential taken; the request that only looks carries no credential."""
    series = {"type": "series", "id": "b2e4a1f6-0000-4000-8000-000000000001"}
    series["attributes"] = {"slug": "daily", "title": "Daily"}
    with api(200, {"data": [series], "links": {}}) as (url, asked):
        found = examined(hosted(url))

    assert of(found, "fail") == []
    assert ("credential", "tester is there") in of(found, "ok")
    assert ("clock", "within 30 s of that of the API") in of(found, "ok")
    assert ("API", f"{url} takes the credential and shows 1 series") in of(found, "ok")
    assert asked[0] == "HEAD "
    assert "s3cret" in asked[1]
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("status", "subject"), [(401, "credential"), (403, "credential"), (500, "API")]
)
def test_what_the_account_refuses_is_told_apart(hosted, status, subject):
    """A credential that is not taken is another thing than a server that fails; exit 3."""
    with api(status, {}) as (url, _):
        found = examined(hosted(url))
    (broken,) = [each for each in found if each.level == "fail"]

    assert (broken.subject, broken.exit_code) == (subject, 3)
    assert "s3cret" not in repr(found)


def test_an_account_without_series_is_a_mistake(hosted):
    """The filter or the credential shows nothing: a run would have nothing to do."""
    with api(200, EMPTY) as (url, _):
        found = examined(hosted(url))

    assert of(found, "fail") == [("API", "the account shows no series")]


def test_a_clock_that_is_off_is_a_warning(hosted):
    """An hour: releases would come out an hour too early or too late."""
    import time

    with api(200, EMPTY, date=formatdate(time.time() - 3600, usegmt=True)) as (url, _):
        found = examined(hosted(url))
    (said,) = [sentence for subject, sentence in of(found, "warn") if subject == "clock"]

    assert said.endswith("s ahead of that of the API")


def test_an_api_that_is_away_is_exit_3_and_offline_does_not_ask(hosted):
    """Nobody listens there; with --offline that is not known."""
    with api(200, EMPTY) as (url, _):
        pass
    folder = hosted(url)

    assert doctor.exit_code(examined(folder)) == 3
    assert doctor.exit_code(examined(folder, offline=True)) == 0


def test_without_a_credential_it_is_exit_2(hosted, monkeypatch):
    """It is told once, and the API is not asked without one."""
    monkeypatch.delenv("FEEDGEN_ART19_TOKEN")
    with api(200, EMPTY) as (url, asked):
        found = examined(hosted(url))

    assert [each.subject for each in found if each.level == "fail"] == ["credential"]
    assert doctor.exit_code(found) == 2
    assert asked == ["HEAD "]


def test_a_credential_file_others_can_read_is_a_warning(hosted, monkeypatch):
    """With the command that mends it."""
    for name in ("FEEDGEN_ART19_CREDENTIAL", "FEEDGEN_ART19_TOKEN"):
        monkeypatch.delenv(name)
    folder = hosted("http://127.0.0.1:9")
    path = folder / "credential.toml"
    path.write_text('credential = "tester"\ntoken = "s3cret"\n')
    path.chmod(0o644)
    edit(folder / "feedgen.toml", "[publish]", 'credential_file = "credential.toml"\n[publish]')
    (warned,) = [each for each in examined(folder, offline=True) if each.level == "warn"]

    assert warned.hint == f"chmod 600 {path}"


# An object store.


def test_an_object_store_is_tried_out_and_left_clean(project, tmp_path, monkeypatch):
    """Reads, writes and conditions, against a real server; no object stays."""
    pytest.importorskip("obstore")
    pytest.importorskip("ministack")
    import httpx

    from tests.publish.storeserver import s3_server

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    (tmp_path / "s3").mkdir()
    with s3_server(tmp_path / "s3") as address:
        edit(
            project / "feedgen.toml",
            'folder = "feeds"',
            f'folder = "s3://feeds/doctor"\nendpoint = "{address}"\nregion = "us-east-1"',
        )
        found = [each for each in examined(project) if each.subject == "target"]
        listed = httpx.get(f"{address}/feeds?list-type=2&prefix=doctor/").text

    assert [(each.level, each.exit_code) for each in found] == [("ok", 0)]
    assert "heeds conditions" in found[0].sentence
    assert "<Key>" not in listed


# The command.


def test_the_command_prints_a_line_each_and_ends_with_the_code(project):
    """Level, subject, sentence, hint; as JSON the same and the exit code."""
    hold(project)
    done = feedgen(project, "doctor")
    told = json.loads(feedgen(project, "doctor", "--json").stdout)

    assert done.returncode == told["exit_code"] == 4
    assert done.stdout.startswith("ok    configuration  ")
    assert f"→ 'feedgen approve {SERIAL}' shows the difference" in done.stdout
    assert done.stderr.startswith("ok ")
    assert {each["level"] for each in told["diagnoses"]} >= {"ok", "fail"}
    assert done.stdout.count("\nok  ") == [e["level"] for e in told["diagnoses"]].count("ok") - 1


def test_the_command_without_a_project_is_exit_2(tmp_path):
    """No trace, a hint, and nothing is made."""
    done = feedgen(tmp_path, "doctor")

    assert done.returncode == 2
    assert "there is no feedgen.toml" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []
