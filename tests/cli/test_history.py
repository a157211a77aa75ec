"""feedgen history and feedgen rollback: what was on air, and back to it byte for byte."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.cli.program import feedgen
from tests.cli.published import add_private_feed, on_air, retitle
from tests.projects import COMEDY, GERMAN, SERIAL, copy_project, edit, feeds, make_project, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project with two versions of one feed, and the bytes of the first; nobody writes there."""
    folder = make_project(tmp_path_factory.mktemp("versions"))
    publish(folder)
    first = on_air(folder)
    retitle(folder, "The second title")
    assert publish(folder)[SERIAL].result == "published"
    return folder, first


@pytest.fixture
def project(published, tmp_path):
    """A copy that may be written into, and the bytes of the first version."""
    return copy_project(published[0], tmp_path / "project"), published[1]


def versions(folder, *arguments) -> list[dict[str, object]]:
    """Return the versions of the first document of a feed, newest first."""
    told = json.loads(feedgen(folder, "history", SERIAL, "--json", *arguments).stdout)
    return told["feeds"][0]["documents"][0]["versions"]


def test_every_version_is_listed_newest_first(published):
    """Number, time, how, size, episodes, digest, and which of them is on air."""
    folder, first = published
    done = feedgen(folder, "history", SERIAL)
    title, *lines = done.stdout.splitlines()
    told = versions(folder)

    assert (done.returncode, title) == (0, SERIAL)
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert lines[0].split()[4:8] == ["published", "13.5", "kB", "7"]
    assert lines[0].endswith("on air")
    assert [(each["number"], each["how"], each["items"]) for each in told] == [
        (2, "published", 7),
        (1, "published", 7),
    ]
    assert [each["on_air"] for each in told] == [True, False]
    assert told[1]["size"] == len(first)


def test_a_version_comes_out_byte_for_byte(published):
    """By number or by the beginning of its digest, and nothing else is on stdout."""
    folder, first = published
    sha256 = versions(folder)[1]["sha256"]

    assert feedgen(folder, "history", SERIAL, "--show", "1").stdout.encode() == first
    assert feedgen(folder, "history", SERIAL, "--show", sha256[:10]).stdout.encode() == first
    assert feedgen(folder, "history", SERIAL, "--show", "2").stdout.encode() == on_air(folder)


def test_two_versions_are_compared_in_words(published):
    """Exit 1 if they differ, 0 if not; without a second one the newest is meant."""
    folder, _ = published
    differs = feedgen(folder, "history", SERIAL, "--diff", "1")
    same = feedgen(folder, "history", SERIAL, "--diff", "2..2", "--json")

    assert differs.returncode == 1
    assert "to “The second title”" in differs.stdout
    assert "version 1 to 2" in differs.stderr
    assert (same.returncode, json.loads(same.stdout)["changes"]) == (0, [])


def test_what_lies_on_air_is_looked_at(project):
    """A file that no run wrote, or none at all, is said and not passed over."""
    folder, _ = project
    path = folder / "feeds" / f"{SERIAL}.xml"
    path.write_bytes(b"somebody else")
    assert "something else is on air" in feedgen(folder, "history", SERIAL).stdout

    path.unlink()
    assert "gone from the target" in feedgen(folder, "history", SERIAL).stdout
    assert [each["on_air"] for each in versions(folder)] == [False, False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("salt-and-signals",), "did you mean 'salt-and-signal'?"),
        ((SERIAL, "--feed", "premium"), "never had a feed 'premium' on air"),
        ((SERIAL, "--show", "9"), "there is no version '9'"),
        ((SERIAL, "--diff", ".."), "no version to begin with"),
        ((SERIAL, "--diff", "1..9"), "there is no version '9'"),
    ],
)
def test_what_was_never_there(published, arguments, words):
    """Exit 2 with a hint."""
    done = feedgen(published[0], "history", *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize("command", ["history", "rollback"])
def test_before_the_first_run_there_is_nothing(tmp_path, command):
    """Asking makes no state."""
    folder = make_project(tmp_path)
    done = feedgen(folder, command, SERIAL)

    assert done.returncode == 2
    assert "nothing has been published from" in done.stderr
    assert not (folder / ".feedgen").exists()


def test_rollback_puts_the_version_before_back(project):
    """Byte for byte, as a version of its own, with who did it; no other feed is touched."""
    folder, first = project
    before = feeds(folder)
    done = feedgen(folder, "rollback", SERIAL, "--by", "Anna")

    assert done.returncode == 0, done.stderr
    assert on_air(folder) == first
    changed = [name for name, found in feeds(folder).items() if before.get(name) != found]
    assert changed == [f"{SERIAL}.xml"]
    assert f"{SERIAL}: version 1 of " in done.stdout
    assert "byte for byte, as version 3" in done.stdout
    assert "No run replaces it" in done.stderr
    assert (versions(folder)[0]["number"], versions(folder)[0]["how"]) == (3, "rolled-back")
    told = json.loads(feedgen(folder, "history", SERIAL, "--json").stdout)
    (deed,) = told["feeds"][0]["by_hand"]
    assert (deed["what"], deed["detail"], deed["by"]) == ("rolled-back", "1", "Anna")


def test_no_run_undoes_a_rollback_until_it_is_approved(project):
    """Held with the reason; the approved difference goes on air, and only that."""
    folder, first = project
    feedgen(folder, "rollback", SERIAL)
    held = feedgen(folder, "publish")

    assert held.returncode == 4
    assert "rolled-back: Version 3 was put back on air by hand" in held.stderr
    assert on_air(folder) == first

    done = feedgen(folder, "approve", SERIAL, "--yes", "--publish")
    assert done.returncode == 0, done.stderr
    assert b"The second title" in on_air(folder)


def test_a_rehearsed_rollback_changes_nothing(project):
    """--dry-run says what would change on air."""
    folder, _ = project
    before = feeds(folder)
    done = feedgen(folder, "rollback", SERIAL, "1", "--dry-run")
    told = json.loads(feedgen(folder, "rollback", SERIAL, "1", "--dry-run", "--json").stdout)

    assert done.returncode == 0
    assert "from “The second title”" in done.stdout
    assert "nothing was changed" in done.stderr
    assert told["steps"][0]["changes"]
    assert feeds(folder) == before
    assert len(versions(folder)) == 2


def test_rollback_repairs_what_somebody_else_wrote(project):
    """The newest version is put back over a file that no run wrote; that file is kept as well."""
    folder, _ = project
    good = on_air(folder)
    (folder / "feeds" / f"{SERIAL}.xml").write_bytes(b"<rss>by hand</rss>")
    done = feedgen(folder, "rollback", SERIAL, "2", "--json")

    assert done.returncode == 0, done.stderr
    assert on_air(folder) == good
    assert json.loads(done.stdout)["documents"][0]["on_air"]["number"] == 4
    assert [each["how"] for each in versions(folder)] == [
        "rolled-back",
        "found",
        "published",
        "published",
    ]


def test_a_version_whose_pictures_are_gone_is_not_put_back(project):
    """A feed without its artwork is a worse one; the files are named."""
    folder, _ = project
    before = on_air(folder)
    gone = sorted((folder / "feeds" / "media" / "images").iterdir())
    for path in gone:
        path.unlink()
    done = feedgen(folder, "rollback", SERIAL)

    assert done.returncode == 3
    assert "points to files that are no longer there: media/images/" in done.stderr
    assert on_air(folder) == before
    assert len(versions(folder)) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((SERIAL, "2"), "version 2 of salt-and-signal is what is on air"),
        ((SERIAL, "7"), "there is no version '7'"),
        ((GERMAN,), "there is no earlier version to go back to"),
        (("wait-what-and-wy",), f"did you mean {COMEDY!r}?"),
        ((SERIAL, "--feed", "x"), "never had a feed 'x' on air"),
    ],
)
def test_what_there_is_no_way_back_to(published, arguments, words):
    """Exit 2, nothing attempted."""
    done = feedgen(published[0], "rollback", *arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_a_target_that_can_not_be_written_keeps_what_is_on_air(project):
    """The folder of the feeds is none any more: exit 3, and the history says nothing else."""
    folder, _ = project
    path = folder / "feeds" / f"{SERIAL}.xml"
    path.unlink()
    path.mkdir()
    done = feedgen(folder, "rollback", SERIAL)

    assert done.returncode == 3
    assert "hint: " in done.stderr
    assert len(versions(folder)) == 2


def test_all_documents_of_a_split_feed_go_back_together(tmp_path):
    """What was on page two when the version was on air is on page two again."""
    folder = make_project(tmp_path)
    edit(folder / "feedgen.toml", "[publish]", "[feed]\npage_size = 3\n\n[publish]")
    publish(folder)
    names = [name for name in feeds(folder) if name.startswith(SERIAL)]
    before = {name: (folder / "feeds" / name).read_bytes() for name in names}
    path = folder / "catalogue" / SERIAL / "series.toml"
    edit(path, 'title = "Salt & Signal"', 'title = "Salt & Signals"')
    publish(folder)
    assert all((folder / "feeds" / name).read_bytes() != before[name] for name in names)
    done = feedgen(folder, "rollback", SERIAL)

    assert len(names) >= 2
    assert done.returncode == 0, done.stderr
    assert {name: (folder / "feeds" / name).read_bytes() for name in names} == before
    assert "page-2: version 1, as version 3" in done.stdout


def test_a_further_feed_goes_back_by_its_name_and_nobody_is_told_its_address(tmp_path):
    """--feed names it; its address stands nowhere."""
    folder = make_project(tmp_path)
    add_private_feed(folder)
    publish(folder)
    (private,) = (folder / "feeds" / "private").glob("*.xml")
    before, own = private.read_bytes(), on_air(folder)
    retitle(folder, "Another title")
    publish(folder)
    done = feedgen(folder, "-v", "rollback", SERIAL, "--feed", "early")

    assert done.returncode == 0, done.stderr
    assert private.read_bytes() == before
    assert on_air(folder) != own
    assert "feed 'early': version 1" in done.stdout
    assert private.stem not in done.stdout + done.stderr

    private.unlink()
    private.mkdir()
    failed = feedgen(folder, "rollback", SERIAL, "2", "--feed", "early")
    assert failed.returncode == 3
    assert "can not read (private)" in failed.stderr


def test_receivers_are_told_of_what_is_back_on_air(project):
    """A webhook hears of the version that was put back, after it was read back."""
    folder, first = project
    heard: list[dict[str, object]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        edit(folder / "feedgen.toml", "[publish]", f'[notify]\nwebhook = "{url}"\n\n[publish]')
        done = feedgen(folder, "rollback", SERIAL)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert done.returncode == 0, done.stderr
    (told,) = heard
    assert told["type"] == "feed.published"
    assert told["data"]["sha256"] == hashlib.sha256(first).hexdigest()
    assert told["data"]["feed_url"] == f"https://podcasts.example.com/{SERIAL}.xml"


def test_a_receiver_that_fails_does_not_fail_the_rollback(project):
    """Nobody listens there: said, kept for the next run, exit 0."""
    folder, first = project
    edit(
        folder / "feedgen.toml",
        "[publish]",
        '[notify]\nwebhook = "http://127.0.0.1:9/"\n\n[publish]',
    )
    done = feedgen(folder, "rollback", SERIAL)

    assert done.returncode == 0
    assert on_air(folder) == first
    assert "webhook was not told yet" in done.stderr
