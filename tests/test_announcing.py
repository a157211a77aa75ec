"""The world is told of what a run put on air: after it lies there, once, and never of secrets."""

import asyncio
import hashlib
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import stamina

from feedgen import config, night, state
from tests.projects import NOW, SERIAL, edit, feeds, make_project

HOUR = timedelta(hours=1)


class Receiver(ThreadingHTTPServer):
    """A hub and a webhook receiver on a loopback port; `status` is what it answers."""

    status = 204

    def __init__(self):
        self.told = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, body.decode()))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    """A receiver that runs as long as the test."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def project(tmp_path, receiver):
    """A project that tells a webhook of everything and a hub of one series."""
    folder = make_project(tmp_path)
    path = folder / "feedgen.toml"
    path.write_text(f'{path.read_text()}\n[notify]\nwebhook = "{receiver.url}/hook"\n')
    settings = folder / "catalogue" / SERIAL / "series.toml"
    edit(settings, "[feed]\n", f'[feed]\nwebsub_hub = "{receiver.url}/hub"\n')
    settings.write_text(settings.read_text() + "\n[feed.feeds.friends]\nprivate = true\n")
    return folder


def publish(project, *, now=NOW):
    return asyncio.run(night.publish(config.load(project), now=now))


def test_every_public_feed_is_told_once_with_what_lies_there(project, receiver):
    """The bytes that are announced are on air; the private feed is announced to nobody."""
    publish(project)
    data = {name: body for name, (body, _) in feeds(project).items() if name.endswith(".xml")}
    hooks = [json.loads(body)["data"] for path, body in receiver.told if path == "/hook"]
    hubs = [parse_qs(body)["hub.url"] for path, body in receiver.told if path == "/hub"]

    assert {h["feed_url"].rsplit("/", 1)[1]: h["sha256"] for h in hooks} == {
        name: hashlib.sha256(body).hexdigest()
        for name, body in data.items()
        if not name.startswith("private/")
    }
    assert len(data) == 4
    assert hubs == [[f"https://podcasts.example.com/{SERIAL}.xml"]]
    assert "private/" not in str(receiver.told)


def test_a_night_without_changes_tells_nobody(project, receiver):
    """Who is told too often stops listening."""
    publish(project)
    del receiver.told[:]
    publish(project, now=NOW + HOUR)

    assert receiver.told == []


def test_a_receiver_that_fails_costs_no_feed_and_is_told_later(project, receiver):
    """The exit code is that of the feeds; the message waits in the outbox for the next run."""
    receiver.status = 503
    with stamina.set_testing(True, attempts=1):
        report = publish(project, now=state.now())
    with night.open_desk(config.load(project), now=NOW) as desk:
        waiting = desk.state.outbox.open()

    assert report.exit_code == 0
    assert {each.result for each in report.outcomes} == {"published"}
    assert {each.error for each in report.deliveries} == {"answered 503"}
    assert len(waiting) == len(report.deliveries) == 4
    assert all(each.next_at for each in report.deliveries)


def test_what_is_held_is_told_to_nobody(project, receiver):
    """Only what went on air is news."""
    publish(project)
    del receiver.told[:]
    path = project / "catalogue" / SERIAL / "episodes" / "s2e1.toml"
    edit(path, "salt-and-signal/s2e1", "salt-and-signal/other")
    report = publish(project, now=NOW + HOUR)

    assert "held" in [each.result for each in report.outcomes]
    assert receiver.told == []
