"""`feedgen serve` from the command line: what it says, what it refuses, how it ends."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
from lxml import html

from feedgen import config, night
from feedgen.state import State
from tests.projects import NOW, SERIAL, copy_project, edit, make_project, publish
from tests.publish.storeserver import KEYS, s3_server
from tests.web.serving import AUTHORIZATION, HTML, LOGIN, served

API = {"Accept": "application/vnd.api+json", "Authorization": AUTHORIZATION}


@pytest.fixture(scope="module")
def on_air(tmp_path_factory):
    """Return a project that has been published."""
    project = make_project(tmp_path_factory.mktemp("serve") / "project")
    publish(project)
    return project


def feedgen(*arguments, **environment):
    command = [sys.executable, "-m", "feedgen", *map(str, arguments)]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)


def test_it_says_where_everything_is(on_air):
    """The address alone on stdout; pages, feeds, API and monitors on stderr."""
    with served(on_air) as server:
        said = ""
        for _ in range(100):
            said = "".join(server.said)
            if "monitors" in said:
                break
            time.sleep(0.05)

    for line in (
        f"pages      {server.origin}/\n",
        f"feeds      {server.origin}/<name>.xml",
        f"api        {server.origin}/series\n",
        f"monitors   {server.origin}/healthz",
    ):
        assert line in said
    # Secrets that were set are not printed again.
    assert LOGIN not in said
    assert "secret-of-the-api" not in said


def test_secrets_that_are_not_set_are_made_and_shown(on_air):
    """Both work: the login of the pages, and the credential of the API in a line to try."""
    made = {"FEEDGEN_SERVE_LOGIN": "", "FEEDGEN_SERVE_CREDENTIAL": "", "FEEDGEN_SERVE_TOKEN": ""}
    with served(on_air, **made) as server:
        for _ in range(100):
            if any("curl" in line for line in server.said):
                break
            time.sleep(0.05)
        lines = {line.split()[0]: line for line in server.said}
        header = lines["curl"].split("'")[1].removeprefix("Authorization: ")
        with server.client() as client:
            api = client.get("/series", headers={**API, "Authorization": header})
            login = client.post("/login", data={"token": lines["login"].split()[1]})

    assert (api.status_code, login.status_code) == (200, 303)


def test_a_port_that_is_taken_is_said_in_a_line(on_air):
    """Exit code 3, what happened and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = feedgen("serve", "--project", on_air, "--port", port)

    assert done.returncode == 3
    assert f"can not listen on 127.0.0.1:{port}" in done.stderr
    assert "hint: choose another address or port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        ([], {"FEEDGEN_SERVE_LOGIN": "short"}, "can be guessed"),
        (["--project", "/nowhere"], {}, "there is no feedgen.toml"),
        (["--port", "99999"], {}, "99999"),
        (["--login-for", "nothing"], {}, "login-for"),
    ],
)
def test_what_can_not_be_served_is_refused(on_air, options, environment, said):
    """Exit code 2 before anything listens."""
    done = feedgen("serve", "--project", on_air, *options, **environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_state_is_said_before_anything_listens(on_air, tmp_path):
    """Exit code 3 and the file that can not be used."""
    project = make_project(tmp_path / "project")
    (project / ".feedgen").mkdir()
    (project / ".feedgen" / "state.sqlite3").write_bytes(b"nonsense" * 1000)
    done = feedgen("serve", "--project", project, "--port", "0")

    assert done.returncode == 3
    assert "state.sqlite3" in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_download_is_finished_before_it_ends(on_air, stop):
    """After the signal nobody new is let in, who was being answered gets the rest, exit code 0."""
    data = os.urandom(8_000_000)
    (on_air / "feeds" / "media" / "long.mp3").write_bytes(data)
    with served(on_air) as server:
        with (
            server.client(headers={"Accept-Encoding": "identity"}) as client,
            client.stream("GET", "/media/long.mp3") as answer,
        ):
            pieces = answer.iter_raw(65536)
            found = [next(pieces)]
            server.process.send_signal(stop)
            time.sleep(0.5)
            found += pieces
        code = server.process.wait(60)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.origin}/healthz")

    assert b"".join(found) == data
    assert code == 0
    assert not any("Traceback" in line for line in server.said)


def test_on_other_addresses_the_inside_needs_the_login(on_air):
    """With a host that is not loopback, and with --login-for inside, nobody else sees it."""
    for options in (["--host", "0.0.0.0"], ["--login-for", "inside"]):
        with served(on_air, *options) as server, server.client() as client:
            show = client.get(f"/shows/{SERIAL}")
            assert show.status_code == 200
            assert "The Last Lamp" not in show.text
            assert client.get(f"/shows/{SERIAL}/history").status_code == 401
            assert client.get("/metrics").status_code == 401
            with server.logged_in() as session:
                assert "The Last Lamp" in session.get(f"/shows/{SERIAL}").text


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_who_listens_to_others_is_told_that_nothing_is_encrypted(on_air, host, warned):
    """On an address that is not loopback the server says what has to stand in front of it."""
    with served(on_air, "--host", host) as server:
        until = time.monotonic() + 10
        while not any("monitors" in line for line in server.said):
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(0.1)
        said = "".join(server.said)

    assert ("not encrypted" in said) == warned
    assert ("TLS" in said) == warned


def test_the_api_can_be_left_out(on_air):
    """Without it its paths lead nowhere, and everything else is served."""
    with served(on_air, "--no-api") as server, server.client() as client:
        assert client.get("/series", headers=API).status_code == 404
        assert client.get(f"/{SERIAL}.xml").status_code == 200
        assert client.get(f"/shows/{SERIAL}").status_code == 200


def test_the_options_of_the_api_are_those_of_the_api(on_air):
    """The limit of calls and the strict schema reach it."""
    options = ("--calls-per-minute", "2", "--strict-schema")
    with served(on_air, *options) as server, server.client() as client:
        said = [client.get("/series", headers=API) for _ in range(3)]
        pages = [client.get("/").status_code for _ in range(5)]

    assert [answer.status_code for answer in said] == [200, 200, 429]
    assert "null" not in said[0].text
    assert set(pages) == {200}


def test_a_hosted_account_is_served_without_an_api(on_air, tmp_path):
    """Pages and feeds of what was published; the API of the account is its own."""
    project = copy_project(on_air, tmp_path / "hosted")
    edit(project / "feedgen.toml", "[catalogue]", '[art19]\nurl = "https://account.invalid"')
    edit(project / "feedgen.toml", 'folder = "catalogue"', "#")
    with served(project) as server, server.client() as client:
        overview = client.get("/", headers=HTML)
        show = client.get(f"/shows/{SERIAL}")
        artwork = client.get(f"/shows/{SERIAL}/artwork")
        feed = client.get(f"/{SERIAL}.xml")
        api = client.get("/series", headers=API)

    assert "Salt &amp; Signal" in overview.text
    assert "Letters from the" in show.text
    assert (artwork.status_code, feed.status_code) == (200, 200)
    assert "no series" in artwork.text
    assert api.status_code == 404
    assert not any(line.startswith("api ") for line in server.said)


def test_a_hook_leads_to_a_new_feed_and_a_receipt_on_the_pages(tmp_path):
    """Posted, published in the background, told by the receipt as JSON and as a page."""
    project = make_project(tmp_path / "project")
    publish(project)
    hook = '\n[hooks.cms]\nsecret_env = "CMS_SECRET"\nsignature = "token"\n'
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(hook)
    secret = "the-secret-of-the-cms"
    with served(project, CMS_SECRET=secret) as server, server.client() as client:
        assert client.get("/readyz").json()["worker"] == "alive"
        episodes = project / "catalogue" / SERIAL / "episodes"
        edit(episodes / "s2e1.toml", "Fog Over the Estuary", "Fog & Horns")
        answer = client.post(
            "/hooks/cms?wait=50",
            json={"series": SERIAL},
            headers={"Authorization": f"Bearer {secret}"},
        )
        told = answer.json()
        feed = client.get(f"/{SERIAL}.xml").text
        listed = client.get("/receipts").text
        shown = client.get(f"/receipts/{told['receipt']}.html").text
        as_json = client.get(f"/receipts/{told['receipt']}").json()
        show = client.get(f"/shows/{SERIAL}").text
        refused = client.post("/hooks/cms", json={"series": SERIAL}).status_code

    assert answer.status_code == 200, answer.text
    assert told["series"][0]["outcome"]["result"] == "published", answer.text
    assert "Fog &amp; Horns" in feed
    assert f"/receipts/{told['receipt']}.html" in listed
    assert SERIAL in shown
    assert "published" in shown
    assert as_json["state"] == "done"
    assert "Fog &amp; Horns" in show
    assert refused == 401
    assert any("hook       " in line for line in server.said)


def test_an_approval_on_the_pages_goes_on_air_at_once_with_a_worker(tmp_path):
    """With --publish nobody has to wait for the next run."""
    project = make_project(tmp_path / "project")
    publish(project)
    (project / "catalogue" / SERIAL / "episodes" / "s1-bonus.toml").unlink()
    publish(project)
    with served(project, "--publish") as server, server.logged_in() as client:
        page = client.get(f"/shows/{SERIAL}").text
        fields = {
            name: page.split(f'name="{name}" value="')[-1].split('"')[0]
            for name in ("csrf", "feed", "digest")
        }
        assert client.post(f"/shows/{SERIAL}/approve", data=fields).status_code == 303
        for _ in range(600):
            if "Soup, Cooked" not in client.get(f"/{SERIAL}.xml").text:
                break
            time.sleep(0.1)
        after = client.get(f"/{SERIAL}.xml").text

    assert "Soup, Cooked" not in after


def test_who_approves_that_a_series_is_gone_leaves_nothing_to_be_tried(tmp_path):
    """Its feed stays as it is, and the worker does not ask for it again and again."""
    project = make_project(tmp_path / "project")
    publish(project)
    shutil.rmtree(project / "catalogue" / SERIAL)
    publish(project)
    show = f"/shows/{SERIAL}"
    with served(project, "--publish") as server, server.logged_in() as client:
        form = html.fromstring(client.get(show).text).xpath(f"//form[@action='{show}/approve']")[0]
        fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
        answer = client.post(f"{show}/approve", data=fields)
        time.sleep(1.5)
        page, overview = client.get(show).text, client.get("/").text
        with State(project / ".feedgen" / "state.sqlite3") as opened:
            waiting = [each for each in opened.waiting.all() if each.slug == SERIAL]

    assert answer.status_code == 303
    assert "the feed stays on air as it is" in page
    assert "goes on air with the next run" not in page + overview
    # What was to come of it is not known any more, and nothing failed.
    assert {each.state for each in waiting} <= {"asleep"}


def test_feeds_in_an_object_store_are_shown_from_there(tmp_path, monkeypatch):
    """Pages read the store; files are its own to serve; without it the server is not ready."""
    keys = {f"AWS_{name.upper()}": value for name, value in KEYS.items()}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    project = make_project(tmp_path / "project")
    (tmp_path / "s3").mkdir()
    with contextlib.ExitStack() as ends:
        store = ends.enter_context(s3_server(tmp_path / "s3"))
        there = f'folder = "s3://feeds/pages"\nendpoint = "{store}"\naudio = false'
        edit(project / "feedgen.toml", 'folder = "feeds"', there)
        publish(project)
        server = ends.enter_context(served(project))
        client = ends.enter_context(server.client())
        show = client.get(f"/shows/{SERIAL}")
        feed = client.get(f"/{SERIAL}.xml").status_code
        cover = client.get("/").text.split('class="cover" src="')[1].split('"')[0]
        picture = client.get(cover)
        ready = client.get("/readyz").status_code
        with httpx.Client() as direct:
            direct.delete(f"{store}/feeds/pages/{SERIAL}.xml")
        gone = client.get(f"/shows/{SERIAL}")

    assert "Letters from the" in show.text
    assert f'href="https://podcasts.example.com/{SERIAL}.xml"' in show.text
    assert feed == 404
    assert picture.headers["content-type"].startswith("image/")
    assert ready == 200
    assert "The feed is not where it was published." in gone.text


def test_a_store_that_is_away_is_no_reason_to_be_silent(tmp_path):
    """Not ready within seconds, the overview is there, and the server ends as ever."""
    project = make_project(tmp_path / "project")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        there = f'folder = "s3://feeds/x"\nendpoint = "http://127.0.0.1:{deaf.getsockname()[1]}"'
        edit(project / "feedgen.toml", 'folder = "feeds"', there)
        keys = {f"AWS_{name.upper()}": value for name, value in KEYS.items()}
        with served(project, **keys) as server, server.client() as client:
            began = time.monotonic()
            ready = client.get("/readyz")
            took = time.monotonic() - began
            overview = client.get("/").status_code
            alive = client.get("/healthz").status_code

    assert ready.status_code == 503
    assert ready.json()["target"] is False
    assert took < 20
    assert (overview, alive) == (200, 200)


def test_pages_answer_while_a_run_publishes(on_air):
    """A run beside the server takes nothing from who looks."""
    failed: list[int] = []
    stop = threading.Event()
    with served(on_air) as server:

        def look():
            with server.client() as client:
                while not stop.is_set():
                    for path in ("/", f"/shows/{SERIAL}", f"/{SERIAL}.xml"):
                        status = client.get(path).status_code
                        if status != 200:
                            failed.append(status)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            for _ in range(3):
                asyncio.run(night.publish(config.load(on_air), now=NOW))
        finally:
            stop.set()
            looking.join()

    assert failed == []
