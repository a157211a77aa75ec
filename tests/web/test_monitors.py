"""What monitors ask: alive, ready, metrics."""

import asyncio
from dataclasses import replace

import httpx

from feedgen import config
from feedgen.hooks.worker import Worker
from feedgen.web.app import create_app
from feedgen.web.service import Service
from feedgen.web.sessions import Sessions
from tests.projects import NOW, SERIAL
from tests.web.serving import ELSEWHERE, HTML, LOGIN


async def get(app, path):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


def test_monitors_get_what_they_ask_for(house):
    """Alive, ready with its parts, and metrics; from elsewhere those need the login token."""
    with house.client() as client:
        alive = client.get("/healthz")
        ready = client.get("/readyz")
        here = client.get("/metrics")
        bearer = {**ELSEWHERE, "Authorization": f"Bearer {LOGIN}"}
        there = client.get("/metrics", headers=bearer)
        wrong = client.get("/metrics", headers={**bearer, "Authorization": "Bearer nonsense"})

    assert (alive.status_code, alive.text) == (200, "alive\n")
    assert ready.status_code == 200
    assert ready.json()["ready"] is True
    assert ready.json()["worker"] == "none"
    assert ready.json()["last_run_seconds_ago"] is not None
    assert 'feedgen_series_results{result="held"} 1' in here.text
    assert there.text == here.text
    assert wrong.status_code == 401


def test_readiness_notices_a_worker_that_has_ended(own):
    """Who publishes in the background and does so no more is not ready; without one it is."""
    settings = config.load(own.project)
    service = Service(
        config=settings,
        clock=lambda: NOW,
        sessions=Sessions(token=LOGIN),
        login_for="changes",
        worker=Worker(settings),
    )
    told = {}
    for each in (service, replace(service, worker=None)):
        answer = asyncio.run(get(create_app(each), "/readyz"))
        told[answer.json()["worker"]] = answer.status_code, answer.json()["ready"]

    assert told == {"dead": (503, False), "none": (200, True)}


def test_readiness_notices_a_state_that_does_not_open(own):
    """With a damaged state the server is alive and not ready, and pages say 503."""
    state = own.project / ".feedgen" / "state.sqlite3"
    for path in state.parent.glob("state.sqlite3*"):
        path.write_bytes(b"this is no database" * 100)
    with own.client() as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        refused = client.get("/", headers=HTML)
        feed = client.get(f"/{SERIAL}.xml")

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "30"
    assert feed.status_code == 200
