"""Messages on their way to real servers on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from feedgen.errors import UsageProblem
from feedgen.notify import Announcement, Receivers
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
FEED_URL = "https://feeds.example.com/daily.xml?a=1&b=2"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = Secrets(podping_token="token-1", webhook_secret=SECRET)


@dataclass(kw_only=True)
class Receiver:
    """A server that notes what it is told; it answers `statuses` one after the other."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    told: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    delay: float = 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.told.append((self.command, self.path, headers, body))
            time.sleep(made.delay)
            status = made.statuses.pop(0) if made.statuses else 204
            if status == 0:
                self.close_connection = True
                return
            self.send_response_only(status)
            if status in (301, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = handle_any  # noqa: N815 - http.server's

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    made.url = f"http://127.0.0.1:{httpd.server_address[1]}/"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def outbox(tmp_path):
    """The outbox of an open state file."""
    with State(tmp_path / "state.sqlite3") as state:
        yield state.outbox


def announce(outbox, receiver: Receiver, *kinds: str, **fields) -> None:
    """Make messages of the kinds due, all for one receiver."""
    what = Announcement(
        series_id="s1",
        slug="daily",
        title="Täglich",
        feed_url=FEED_URL,
        sha256="a" * 64,
        hub=receiver.url if "websub" in kinds else "",
        podping="podping" in kinds,
    )
    what = replace(what, **fields)
    receivers = Receivers(webhook=receiver.url if "webhook" in kinds else "", podping=receiver.url)
    outbox.announce(what, receivers, at=AT)
    outbox.confirm(what.series_id, what.feed_url, what.sha256, at=AT)


def send(outbox, secrets: Secrets = SECRETS, at: datetime = AT, **options):
    """Deliver what is due."""
    return asyncio.run(deliver(outbox, secrets=secrets, now=lambda: at, **options))


def test_a_hub_is_told_in_its_form(outbox, receiver):
    """WebSub: POST, form-encoded, mode and the self URL."""
    announce(outbox, receiver, "websub")
    (delivery,) = send(outbox)
    ((method, _, headers, body),) = receiver.told

    assert delivery.error == ""
    assert method == "POST"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode()) == {"hub.mode": ["publish"], "hub.url": [FEED_URL]}
    assert outbox.open() == ()


def test_podping_is_one_get_with_a_token(outbox, receiver):
    """podping.cloud: the feed's address in the query, the token in Authorization."""
    announce(outbox, receiver, "podping", medium="music")
    send(outbox)
    ((method, path, headers, _),) = receiver.told

    assert method == "GET"
    assert parse_qs(urlsplit(path).query) == {
        "url": [FEED_URL],
        "reason": ["update"],
        "medium": ["music"],
    }
    assert headers["authorization"] == "token-1"
    assert "podcast-feedgen" in headers["user-agent"]


def test_a_webhook_is_signed(outbox, receiver):
    """A receiver that follows Standard Webhooks can verify it, and only with the secret."""
    webhooks = pytest.importorskip("standardwebhooks")
    announce(outbox, receiver, "webhook")
    send(outbox, at=datetime.now(UTC))
    ((_, _, headers, body),) = receiver.told
    told = webhooks.Webhook(SECRET).verify(body, headers)

    assert told["type"] == "feed.published"
    assert told["data"] == {
        "series": "daily",
        "series_id": "s1",
        "title": "Täglich",
        "feed_url": FEED_URL,
        "sha256": "a" * 64,
    }
    with pytest.raises(webhooks.WebhookVerificationError):
        webhooks.Webhook(SECRET).verify(body + b" ", headers)


def test_a_webhook_keeps_its_id_over_retries(outbox, receiver):
    """The receiver can tell a second attempt from a second event."""
    receiver.statuses = [503, 503]
    announce(outbox, receiver, "webhook")
    send(outbox)
    ids = {headers["webhook-id"] for _, _, headers, _ in receiver.told}

    assert len(receiver.told) == 3
    assert len(ids) == 1
    assert outbox.open() == ()


def test_without_a_secret_a_webhook_is_not_signed(outbox, receiver):
    """Signing is for those who ask for it."""
    announce(outbox, receiver, "webhook")
    send(outbox, Secrets())
    ((_, _, headers, body),) = receiver.told

    assert "webhook-signature" not in headers
    assert json.loads(body)["data"]["series"] == "daily"


@pytest.mark.parametrize("status", [500, 503, 0])
def test_a_failing_receiver_fails_nothing_and_is_told_later(outbox, receiver, status):
    """Server errors and lost connections wait in the outbox and succeed in a later run."""
    receiver.statuses = [status] * 4
    announce(outbox, receiver, "websub")
    (delivery,) = send(outbox, attempts=2)

    assert delivery.error
    assert delivery.next_at > AT
    assert send(outbox) == ()

    receiver.statuses = []
    (later,) = send(outbox, at=delivery.next_at)
    assert later.error == ""
    assert send(outbox, at=AT + timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("status", "again"), [(404, False), (410, False), (307, False), (429, True)]
)
def test_a_refusal_is_repeated_only_where_that_helps(outbox, receiver, status, again):
    """What will be refused for ever is given up at once, and is not followed elsewhere."""
    receiver.statuses = [status] * 3
    announce(outbox, receiver, "websub")
    (delivery,) = send(outbox)

    assert len(receiver.told) == 1
    assert f"answered {status}" in delivery.error
    assert (delivery.next_at is not None) == again
    assert len(outbox.given_up()) == (not again)


def test_a_receiver_out_of_reach_keeps_no_other_waiting(outbox, receiver):
    """One dead hub: the others are told."""
    dead = replace(receiver, url="http://127.0.0.1:9/")
    announce(outbox, dead, "websub", series_id="s0", feed_url="https://e.com/0")
    announce(outbox, receiver, "websub")
    told = {each.message.series_id: bool(each.error) for each in send(outbox, attempts=1)}

    assert told == {"s0": True, "s1": False}


def test_a_slow_receiver_does_not_hold_up_the_night(outbox, receiver):
    """When the time for notifying is over the rest stays due."""
    receiver.delay = 3
    announce(outbox, receiver, "websub")
    began = time.monotonic()

    assert send(outbox, budget=0.3) == ()
    assert time.monotonic() - began < 2.5
    assert len(outbox.open()) == 1


def test_podping_without_a_token_says_so(outbox, receiver):
    """Nothing is sent without the token, and nothing is lost."""
    announce(outbox, receiver, "podping")
    (delivery,) = send(outbox, Secrets())

    assert delivery.error == "FEEDGEN_PODPING_TOKEN is not set"
    assert receiver.told == []
    assert len(outbox.open()) == 1


def test_a_private_feed_is_told_to_nobody(outbox, receiver):
    """Not even to the publisher's own webhook."""
    announce(outbox, receiver, "websub", "podping", "webhook", private=True)

    assert send(outbox) == ()
    assert receiver.told == []


def test_secrets_come_from_the_environment_and_do_not_show():
    """Neither repr nor error repeats a secret; a malformed one is refused with a way out."""
    secrets = Secrets.from_environment(
        {"FEEDGEN_PODPING_TOKEN": " token-1 ", "FEEDGEN_WEBHOOK_SECRET": SECRET}
    )
    assert secrets == SECRETS
    assert "token-1" not in repr(secrets)

    with pytest.raises(UsageProblem, match="not base64") as caught:
        Secrets.from_environment({"FEEDGEN_WEBHOOK_SECRET": "not a secret"})
    assert "not a secret" not in str(caught.value)
