"""What nobody should send: a clear status, nothing written, and the service answers on."""

import asyncio
import concurrent.futures
import json
import socket
import time

import httpx
import pytest

from feedgen.state import State
from tests.hooks.serving import SECRET, signed
from tests.projects import SERIAL, feeds

GOOD = json.dumps({"series": SERIAL}).encode()


def receipts(server):
    """Return how many receipts there are."""
    with State(server.project / ".feedgen/state.sqlite3") as state:
        return len(state.inbox.receipts(100_000))


@pytest.fixture(autouse=True)
def _nothing_written_and_still_answering(server):
    """Hold for every test here: no receipt, no feed touched, and a good request is taken."""
    before = receipts(server), feeds(server.project)
    yield
    assert (receipts(server), feeds(server.project)) == before
    answer = server.say(SERIAL, query="?dry_run=1")
    assert answer.status_code == 200, answer.text
    log = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert SECRET not in log


def post(server, body=GOOD, headers=None, path="/hooks/cms"):
    """Send a request."""
    return server.client.post(path, content=body, headers=headers or signed(body))


def raw(server, *pieces, pause=0.0, timeout=30.0):
    """Send bytes as they are, and return what comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except OSError:
            pass
        return found


def head(length, path="/hooks/cms", **more):
    """Return the head of a request."""
    headers = signed(GOOD) | {"host": "x", "content-length": str(length)} | more
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        signed(GOOD) | {"x-hub-signature-256": "sha256=" + "0" * 64},
        signed(GOOD) | {"x-hub-signature-256": "sha256="},
        signed(GOOD) | {"x-hub-signature-256": "sha1=" + "0" * 40},
        signed(GOOD) | {"x-hub-signature-256": "\xff" * 300},
        signed(b"another body"),
    ],
)
def test_a_request_that_is_not_signed_is_refused(server, headers):
    """401 and the same words, whatever is wrong with the signature."""
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = post(server, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"error": "not signed as it has to be"}


def test_who_is_not_known_does_not_learn_which_series_there_are(server):
    """Without a signature a series that exists and one that does not are the same."""
    told = {
        post(server, json.dumps({"series": slug}).encode(), {"content-type": "x"}).content
        for slug in (SERIAL, "no-such-show")
    }
    assert len(told) == 1


def test_an_old_signature_is_refused(server):
    """401 for a message of Standard Webhooks that is an hour old."""
    from datetime import UTC, datetime, timedelta

    from standardwebhooks import Webhook

    from tests.hooks.serving import STANDARD_SECRET

    at = datetime.now(UTC) - timedelta(hours=1)
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_old",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(STANDARD_SECRET).sign("msg_old", at, GOOD.decode()),
    }
    assert post(server, headers=headers, path="/hooks/standard").status_code == 401


def test_a_hook_without_a_secret_takes_nothing(server):
    """503, whatever token is sent, an empty one too."""
    for token in ("", "x", SECRET):
        headers = {"content-type": "application/json", "x-feedgen-token": token}
        assert post(server, headers=headers, path="/hooks/bare").status_code == 503


def test_a_wrong_token_is_refused_before_the_body_is_read(server):
    """401 although the body that was announced never comes."""
    lines = "host: x\r\ncontent-length: 900\r\nx-feedgen-token: wrong\r\n"
    found = raw(server, f"POST /hooks/token HTTP/1.1\r\n{lines}\r\n".encode(), b"{")
    assert found.startswith(b"HTTP/1.1 401")


def test_a_body_that_is_too_large_is_refused(server):
    """413, whether its length is announced or it only comes and comes."""
    assert post(server, b"x" * 20_001).status_code == 413
    assert raw(server, head(10**12)).startswith(b"HTTP/1.1 413")
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    chunked = head(0).replace(b"content-length: 0", b"transfer-encoding: chunked")
    assert raw(server, chunked, *[chunk] * 10).startswith(b"HTTP/1.1 413")


def test_a_body_that_comes_drop_by_drop_is_cut_off(server):
    """408 after some seconds without a byte, and others are answered meanwhile."""
    with concurrent.futures.ThreadPoolExecutor() as threads:
        began = time.monotonic()
        slow = threads.submit(raw, server, head(len(GOOD)), GOOD[:5])
        assert server.say(SERIAL, query="?dry_run=1").status_code == 200
        assert slow.result().startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 25


def test_a_body_that_breaks_off_is_dropped(server):
    """A connection that is closed in the middle costs nobody anything."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(len(GOOD)) + GOOD[:5])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"series=a",
        b'{"series": "a"}}',
        b"\xff\xfe\x00",
        b'{"series": "\xff"}',
        b"[" * 9000 + b"]" * 9000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"series":' + b"[" * 70 + b'"x"' + b"]" * 70 + b"}",
        b'{"series": NaN}',
    ],
)
def test_a_body_that_is_no_json_is_refused(server, body):
    """400 for what can not be read, however deep it goes."""
    assert post(server, body).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_another_content_type_is_refused(server, kind):
    """415 for a body that says it is not JSON."""
    assert post(server, headers=signed(GOOD) | {"content-type": kind}).status_code == 415


@pytest.mark.parametrize(
    "series",
    [
        "no-such-show",
        "../salt-and-signal",
        "../../etc/passwd",
        "salt-and-signal/../salt-and-signal",
        "/etc/passwd",
        "%2e%2e/salt-and-signal",
        "salt-and-signal\x00",
        "SALT-AND-SIGNAL",
        "a' or 1=1 --",
        "0" * 200,
        "\u202esalt",
        "\ud83d\ude00",
    ],
)
def test_a_series_there_is_none_of_is_refused(server, series):
    """422 and the name that is none; also if a good one stands beside it."""
    answer = server.say(SERIAL, series)
    assert answer.status_code == 422
    assert str(server.project) not in answer.text


@pytest.mark.parametrize("payload", [{}, [], {"series": []}, {"series": 7}, "x", 1, None])
def test_a_payload_without_a_series_is_refused(server, payload):
    """422 for JSON that names no series."""
    assert post(server, json.dumps(payload).encode()).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/",
        "/hooks/none",
        "/hooks/../cms",
        "/hooks/%2e%2e/cms",
        "/hooks/cms%00",
        "/hooks/cms/",
        "/hooks/cms/..",
        "/hooks/CMS",
        "/hooks/" + "x" * 2000,
    ],
)
def test_a_hook_there_is_none_of_is_not_found(server, path):
    """404 for every path that is not exactly a hook's."""
    request = head(len(GOOD), path) + GOOD
    found = raw(server, request.replace(b"host: x", b"host: x\r\nconnection: close"))
    assert found.split()[1] in (b"404", b"405")


@pytest.mark.parametrize("query", ["?wait=x", "?wait=-1", "?wait=1e9", "?wait=nan", "?dry_run=2"])
def test_a_question_that_makes_no_sense_is_refused(server, query):
    """400 for a wait or a dry run that is none."""
    assert server.say(SERIAL, query=query).status_code == 400


def test_a_key_that_nobody_can_keep_is_refused(server):
    """422 for a key of a thousand characters."""
    assert server.say(SERIAL, key="k" * 1000).status_code == 422


@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_a_flood_of_requests_is_refused_and_gone(server, count):
    """Requests without a signature, two hundred at a time: every one has its answer."""

    async def flood():
        async def one(number):
            body = b"x" * (number % 3000)
            answer = await client.post("/hooks/cms", content=body)
            return answer.status_code

        address = f"http://127.0.0.1:{server.port}"
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=address, limits=limits, timeout=300) as client:
            return await asyncio.gather(*map(one, range(count)))

    statuses = asyncio.run(flood())
    assert set(statuses) <= {401, 503}
    assert statuses.count(401) > 0
