"""From a POST to the feed, over a real socket to a real server process."""

import asyncio
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from feedgen.history import feed_key
from feedgen.state import State
from tests.hooks.serving import (
    SECRET,
    STANDARD_SECRET,
    add_copies,
    done,
    hooked_project,
    serving,
    signed,
)
from tests.projects import COMEDY, GERMAN, SERIAL, edit, feeds, publish

EPISODE = "catalogue/salt-and-signal/episodes/s1e1.toml"


def retitle(server, title):
    """Give the first episode of the serial another title."""
    path = server.project / EPISODE
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f'title = "{title}"' if each.startswith("title =") else each for each in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def on_air(server, slug=SERIAL):
    """Return the feed of a show as it lies on the disk."""
    return (server.project / "feeds" / f"{slug}.xml").read_text(encoding="utf-8")


def test_a_hook_is_answered_with_a_receipt_that_tells_the_outcome(server):
    """202 at once; the receipt says later that the feed is on air, and the feed says so too."""
    retitle(server, "The first light")
    answer = server.say(SERIAL)
    assert answer.status_code == 202
    told = answer.json()
    assert answer.headers["location"] == f"/receipts/{told['receipt']}"
    part = done(server, told["receipt"])["series"][0]
    assert (part["series"], part["outcome"]["result"]) == (SERIAL, "published")
    assert "The first light" in on_air(server)


def test_with_wait_the_answer_is_the_outcome(server):
    """200 and what happened, the differences in words among it."""
    retitle(server, "A second light")
    answer = server.say(SERIAL, query="?wait=30")
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    outcome = answer.json()["series"][0]["outcome"]
    assert outcome["result"] == "published"
    assert any("A second light" in each["sentence"] for each in outcome["changes"])


def test_a_wait_that_is_too_short_is_answered_with_the_receipt(server):
    """202 if it takes longer than the sender wants to wait; nothing is lost by it."""
    answer = server.say(SERIAL, query="?wait=0.001")
    assert answer.status_code in (200, 202)
    done(server, answer.json()["receipt"])


def test_a_dry_run_says_what_would_go_on_air_and_writes_nothing(server):
    """The difference is told; neither feeds nor receipts nor history change."""
    before = feeds(server.project)
    with State(server.project / ".feedgen/state.sqlite3") as state:
        receipts, last = len(state.inbox.receipts()), state.history
        versions = {slug: last.newest(feed_key(slug)) for slug in (SERIAL, GERMAN)}
    title = "Only a thought"
    path = server.project / EPISODE
    kept = path.read_text(encoding="utf-8")
    retitle(server, title)
    answer = server.say(SERIAL, query="?dry_run=1")
    assert answer.status_code == 200
    (outcome,) = answer.json()["outcomes"]
    assert any(title in each["sentence"] for each in outcome["changes"])
    path.write_text(kept, encoding="utf-8")
    assert feeds(server.project) == before
    with State(server.project / ".feedgen/state.sqlite3") as state:
        assert len(state.inbox.receipts()) == receipts
        assert {s: state.history.newest(feed_key(s)) for s in (SERIAL, GERMAN)} == versions


def test_a_key_that_came_before_is_answered_with_the_first_receipt(server):
    """200, `replayed`, and no second run; with another payload it is refused."""
    first = server.say(SERIAL, key="one-message", query="?wait=30").json()
    again = server.say(SERIAL, key="one-message")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert again.json()["receipt"] == first["receipt"]
    assert again.json()["series"] == first["series"]
    assert server.say(GERMAN, key="one-message").status_code == 422


def test_one_payload_may_name_several_series_by_slug_or_id(server):
    """Every series has its own part of the receipt; the same one named twice has one."""
    with State(server.project / ".feedgen/state.sqlite3") as state:
        id_ = next(each.series_id for each in state.all_on_air() if each.slug == SERIAL)
    told = server.say(SERIAL, id_, GERMAN, COMEDY, query="?wait=30").json()
    assert sorted(part["series"] for part in told["series"]) == [SERIAL, COMEDY, GERMAN]


def test_a_show_that_is_new_is_known_without_a_restart(server):
    """A folder that appears is published by the hook that reports it."""
    folder = server.project / "catalogue" / "brand-new"
    (folder / "episodes").mkdir(parents=True)
    source = server.project / "catalogue" / SERIAL
    (folder / "cover.jpg").write_bytes((source / "cover.jpg").read_bytes())
    (folder / "episodes" / "one.mp3").write_bytes((source / "episodes/s1e1.mp3").read_bytes())
    (folder / "series.toml").write_text(
        'title = "Brand New"\ndescription = "New."\nrss_email = "a@example.com"\n'
        'rss_author = "A"\nrss_owner = "A"\ngenres = ["History"]\nlanguage = "en"\n'
        'website_url = "https://www.example.com"\ncover = { file = "cover.jpg" }\n',
        encoding="utf-8",
    )
    (folder / "episodes" / "one.toml").write_text(
        'title = "One"\nreleased_at = 2026-01-01T00:00:00Z\naudio = "one.mp3"\n'
        'description = "One."\n',
        encoding="utf-8",
    )
    told = server.say("brand-new", query="?wait=60").json()
    assert told["series"][0]["outcome"]["result"] == "published", told


def test_a_mistake_in_a_show_is_its_outcome_and_keeps_the_feed(server):
    """What is wrong with the files is said in the receipt, with file and line."""
    before = on_air(server, GERMAN)
    path = server.project / "catalogue" / GERMAN / "series.toml"
    kept = path.read_text(encoding="utf-8")
    path.write_text("title = \n", encoding="utf-8")
    told = server.say(GERMAN, query="?wait=30").json()["series"][0]
    assert told["outcome"]["result"] == "failed"
    assert "series.toml:1" in told["outcome"]["reason"]
    assert told["next_try_at"]
    path.write_text(kept, encoding="utf-8")
    assert on_air(server, GERMAN) == before
    # A new word brings the next try forward, and a person who asks does not wait at all.
    command = [sys.executable, "-m", "feedgen", "hook", GERMAN]
    run = subprocess.run(command, cwd=server.project, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout)[0]["result"] in ("published", "unchanged")


def test_a_command_and_a_server_share_one_inbox(server):
    """What a command leaves to the server is done by it."""
    retitle(server, "Said on a command line")
    command = [sys.executable, "-m", "feedgen", "hook", "--no-wait", SERIAL]
    run = subprocess.run(command, cwd=server.project, capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)
    assert done(server, told["receipt"])["series"][0]["outcome"]["result"] == "published"
    assert "Said on a command line" in on_air(server)


def test_standard_webhooks_are_taken(server):
    """A message signed by the library of Standard Webhooks is accepted; its id is its key."""
    body = json.dumps({"type": "show.updated", "data": {"series": SERIAL}})
    now = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(STANDARD_SECRET).sign(
            "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", now, body
        ),
    }
    first = server.client.post("/hooks/standard", content=body, headers=headers)
    again = server.client.post("/hooks/standard", content=body, headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["receipt"] == again.json()["receipt"]


def test_a_payload_that_is_not_about_a_feed_starts_nothing(tmp_path):
    """Strapi tells of uploads too: 200, so that it does not try again, and no receipt."""
    project = hooked_project(tmp_path / "project")
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write('[hooks.strapi]\nkind = "strapi"\nsecret_env = "TEST_HOOK_SECRET"\n')
    with serving(project) as server:
        answer = server.client.post(
            "/hooks/strapi",
            json={"event": "media.create", "media": {}},
            headers={"authorization": f"Bearer {SECRET}"},
        )
    assert (answer.status_code, list(answer.json())) == (200, ["ignored"])


@pytest.mark.parametrize("each", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_a_burst_for_a_few_series_is_a_few_publications(tmp_path, each):
    """Many hooks for 10 series: each is done, by 10 runs at least and a few tens at most."""
    project = hooked_project(tmp_path / "project")
    slugs = add_copies(project, 10)
    publish(project)
    with serving(project) as server:
        receipts = asyncio.run(_burst(server, slugs * each))
        for receipt in receipts:
            done(server, receipt)
        log = server.log.read_text(encoding="utf-8")
    assert 10 <= log.count("hook.done") <= 80, log.count("hook.done")


async def _burst(server, slugs):
    """Report these series, fifty at a time; return the receipts."""

    async def one(slug):
        body = json.dumps({"series": slug}).encode()
        answer = await client.post("/hooks/cms", content=body, headers=signed(body))
        assert answer.status_code == 202, answer.text
        return answer.json()["receipt"]

    address = f"http://127.0.0.1:{server.port}"
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        return await asyncio.gather(*map(one, slugs))


def test_a_release_wakes_its_series_at_its_second(tmp_path):
    """An episode that is released in some seconds goes on air then, without a hook."""
    project = hooked_project(tmp_path / "project")
    publish(project)
    with serving(project) as server:
        assert server.say(SERIAL, query="?wait=30").json()["state"] == "done"
        release = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
        path = project / EPISODE
        lines = path.read_text(encoding="utf-8").splitlines()
        stamp = release.isoformat().replace("+00:00", "Z")
        lines = [
            f"released_at = {stamp}"
            if each.startswith("released_at")
            else 'title = "Out at last"'
            if each.startswith("title")
            else each
            for each in lines
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        edit(project / "feedgen.toml", "[publish]", "[guard]\ngone_share = 1.0\n\n[publish]")
        told = server.say(SERIAL, query="?wait=30").json()["series"][0]["outcome"]
        assert told["result"] in ("published", "held"), told
        while "Out at last" not in on_air(server):
            assert datetime.now(UTC) < release + timedelta(seconds=10), told
            time.sleep(0.02)
        late = datetime.now(UTC) - release
    assert timedelta(0) <= late < timedelta(seconds=5)


def test_a_series_that_fails_holds_up_no_other(tmp_path):
    """While one show is broken and reported again and again, another goes on air at once."""
    project = hooked_project(tmp_path / "project")
    publish(project)
    broken = project / "catalogue" / GERMAN / "series.toml"
    broken.write_text("title = \n", encoding="utf-8")
    with serving(project) as server:
        for _ in range(20):
            assert server.say(GERMAN).status_code == 202
        told = server.say(SERIAL, query="?wait=20").json()
        assert told["series"][0]["outcome"]["result"] in ("published", "unchanged")
        time.sleep(1)
        assert server.log.read_text(encoding="utf-8").count(f"hook.done series={GERMAN}") <= 3


def test_a_server_that_stops_finishes_what_it_began(tmp_path):
    """After SIGTERM every accepted hook is done or waits in the inbox for the next server."""
    project = hooked_project(tmp_path / "project")
    with serving(project) as server:
        receipts = [server.say(slug).json()["receipt"] for slug in (SERIAL, GERMAN, COMEDY)]
        server.process.terminate()
        assert server.process.wait(timeout=40) == 0
    with serving(project) as server:
        for receipt in receipts:
            assert done(server, receipt)["series"][0]["outcome"]["result"] in (
                "published",
                "unchanged",
            )
    assert {name for name, _ in feeds(project).items() if name.endswith(".xml")} == {
        f"{slug}.xml" for slug in (SERIAL, GERMAN, COMEDY)
    }


@pytest.mark.parametrize("path", ["/receipts/", "/receipts/nope", "/receipts/..%2f..%2fetc"])
def test_a_receipt_that_is_none_is_not_found(server, path):
    """Nobody can tell a receipt that never was from one of somebody else."""
    assert server.client.get(path).status_code == 404


def test_nothing_private_stands_in_an_answer(server):
    """Answers have neither paths of this machine nor secrets in them."""
    told = server.say(SERIAL, query="?wait=30")
    assert str(server.project) not in told.text
    assert SECRET not in told.text + str(told.headers)
    assert told.headers["cache-control"] == "no-store"


def test_signed_requests_reach_nothing_but_their_hook(server):
    """A hook is POSTed to and nothing else."""
    assert server.client.get("/hooks/cms").status_code == 405
    body = b'{"series": "x"}'
    assert (
        httpx.put(
            f"http://127.0.0.1:{server.port}/hooks/cms", content=body, headers=signed(body)
        ).status_code
        == 405
    )
