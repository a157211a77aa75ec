"""A hosted account over the network: whatever it answers, what is on air stays."""

import asyncio
import contextlib
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stamina

from feedgen import config, night, state
from feedgen.embedded import content_service
from feedgen.errors import ApiProblem
from feedgen.outcome import Outcome, exit_code
from tests.loopback import listening
from tests.projects import NOW, SERIAL, edit, feeds, make_project, publish

SECRET = "s3cret-of-the-account"


@pytest.fixture(autouse=True)
def account(monkeypatch):
    """The credential in the environment; one attempt, so that failing takes no time."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", "tester")
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
    with stamina.set_testing(True, attempts=1):
        yield


@contextlib.contextmanager
def answering(status, content_type, body):
    """Yield the address of a server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def serving(folder):
    """Yield the address of the content service of a project on a loopback port."""
    service = content_service(config.load(folder), {"tester": SECRET}, lambda: NOW)
    with service as served, listening(served.app) as address:
        yield address


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """A local project that was published once, so that its pictures are there."""
    folder = make_project(tmp_path_factory.mktemp("local"))
    return folder, publish(folder)


def hosted(folder, url):
    """Write the settings of a project that reads from `url`; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feedgen.toml").write_text(
        f'[art19]\nurl = "{url}"\nrequests_per_minute = 6000\n[publish]\nfolder = "feeds"\n'
        'url = "https://podcasts.example.com"\n[feed]\nprobe_media = false\n'
        'itunes_type = "episodic"\n'
        'enclosure_template = "https://podcasts.example.com/media/episodes/{id}.{ext}"\n'
    )
    return folder


def test_a_hosted_account_is_published_over_the_network(tmp_path, local):
    """The same client reads over a socket what it reads in process, and publishes it."""
    folder, here = local
    with serving(folder) as url:
        there = publish(hosted(tmp_path / "hosted", url))

    assert {slug: o.result for slug, o in there.items()} == dict.fromkeys(here, "published")
    assert {slug: o.items for slug, o in there.items()} == {s: o.items for s, o in here.items()}
    chosen = {slug: o.artwork.chosen for slug, o in here.items()}
    assert {slug: o.artwork.chosen for slug, o in there.items()} == chosen


@pytest.mark.parametrize(
    ("status", "content_type", "body", "word"),
    [
        (200, "text/html", b"<html>maintenance</html>", "web page"),
        (401, "text/html", b"no", "401"),
        (403, "text/html", b"no", "403"),
        (404, "text/html", b"no", "404"),
        (406, "text/html", b"no", "406"),
        (500, "text/html", b"broken", "500"),
        (200, "application/vnd.api+json", b"", ""),
        (200, "application/vnd.api+json", b'{"data": 3}', ""),
        (200, "application/vnd.api+json", b"\x00\xff", ""),
    ],
)
def test_an_answer_that_is_none_changes_nothing(tmp_path, local, status, content_type, body, word):
    """The run ends with exit code 3 and a sentence; feeds and state stay as they were."""
    folder = tmp_path / "hosted"
    with serving(local[0]) as url:
        publish(hosted(folder, url))
    before = feeds(folder)
    with answering(status, content_type, body) as url, pytest.raises(ApiProblem) as caught:
        publish(hosted(folder, url))

    assert caught.value.exit_code == 3
    assert caught.value.hint
    assert word.casefold() in str(caught.value).casefold()
    assert SECRET not in f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert feeds(folder) == before


def test_a_series_that_fails_again_and_again_is_left_alone_for_a_while(tmp_path, local):
    """It stays listed as failed, costs no request, and whoever names it has it tried at once."""
    folder = tmp_path / "hosted"
    with serving(local[0]) as url:
        publish(hosted(folder, url))
        ill = Outcome(slug=SERIAL, result="failed", title="Salt", reason="it has no title")
        with night.open_desk(config.load(folder), now=NOW) as desk:
            for _ in range(3):
                desk.state.standings.record(ill, at=NOW)
        outcomes = publish(folder, now=NOW + timedelta(minutes=5))
        named = publish(folder, SERIAL, now=NOW + timedelta(minutes=5))
        again = publish(folder, now=NOW + timedelta(minutes=6))

    assert (outcomes[SERIAL].result, outcomes[SERIAL].rests) == ("failed", True)
    assert "3 times in a row, last: it has no title" in outcomes[SERIAL].reason
    assert exit_code(outcomes.values()) == 4
    assert named[SERIAL].on_air
    assert again[SERIAL].on_air


def test_an_api_that_does_not_answer_at_all_changes_nothing(tmp_path):
    """A port nobody listens on is the outside world failing."""
    with answering(200, "text/plain", b"") as url:
        pass
    with pytest.raises(ApiProblem) as caught:
        publish(hosted(tmp_path, url))

    assert caught.value.exit_code == 3
    assert feeds(tmp_path) == {}


def test_a_series_the_account_does_not_have_is_named(tmp_path, local):
    """An unknown slug is refused with those there are."""
    with serving(local[0]) as url, pytest.raises(Exception, match="no series 'nothing'") as caught:
        publish(hosted(tmp_path / "hosted", url), "nothing")

    assert SERIAL in caught.value.hint


def test_a_mistake_in_the_settings_of_one_series_fails_only_that(tmp_path, local):
    """Its file is named with the line; the other series are published."""
    folder = hosted(tmp_path / "hosted", "http://x")
    (folder / "series").mkdir()
    (folder / "series" / f"{SERIAL}.toml").write_text('author = "A"\nauhtor = "B"\n')
    with serving(local[0]) as url:
        outcomes = publish(hosted(folder, url))

    assert [slug for slug, o in outcomes.items() if o.result == "failed"] == [SERIAL]
    assert f"{SERIAL}.toml:2" in outcomes[SERIAL].reason
    assert len(outcomes) == 3


def test_a_request_outside_the_prefix_does_not_reach_the_service(tmp_path):
    """Only what lies under the media address is answered in process."""
    folder = make_project(tmp_path)
    edit(folder / "feedgen.toml", "podcasts.example.com", "podcasts.invalid")

    async def statuses():
        async with night.open_run(config.load(folder), now=state.now()) as run:
            inside = await run.source.media.get("https://podcasts.invalid/media/images/none.jpg")
            with pytest.raises(Exception, match="podcasts"):
                await run.source.media.get("https://podcasts.invalid/series")
            return inside.status_code

    assert asyncio.run(statuses()) == 404


def test_the_last_snapshot_is_published_when_the_api_is_away(tmp_path, local):
    """--offline renders what was read last, and says how old that is."""
    folder = tmp_path / "hosted"
    with serving(local[0]) as url:
        publish(hosted(folder, url))
    before = feeds(folder)
    later = NOW + timedelta(hours=5)
    settings = config.load(folder)
    outcomes = asyncio.run(night.publish(settings, now=later, offline=True)).outcomes

    assert {outcome.result for outcome in outcomes} == {"unchanged"}
    assert all("5.0 hours old" in outcome.notes[0].message for outcome in outcomes)
    assert feeds(folder) == before


def test_a_night_without_changes_asks_for_little_and_the_plan_says_so(tmp_path, local):
    """The second run asks only for what may have changed; the plan names each request."""
    folder = tmp_path / "hosted"
    with serving(local[0]) as url:
        publish(hosted(folder, url))
        planned = asyncio.run(night.planned(config.load(folder), now=NOW))
        before = feeds(folder)
        outcomes = publish(folder)

    assert {outcome.result for outcome in outcomes.values()} == {"unchanged"}
    assert feeds(folder) == before
    kinds = [request.target.split("?")[0] for request in planned]
    assert kinds[:3] == ["/series", "/series", "/episodes"]
    assert not {"/media_assets", "/credits", "/people", "/classifications"} & set(kinds)
    assert all(request.reason for request in planned)
