"""What nobody should send: a clear status, nothing written, and the service answers on."""

import asyncio
import concurrent.futures
import contextlib
import gzip
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
    assert "FORGED" not in log
    assert SECRET not in log


def told(found):
    """Return status and error of an answer as it came over the wire; it is JSON and no more."""
    head, _, body = found.partition(b"\r\n\r\n")
    assert b"application/json" in head, found[:300]
    answer = json.loads(body)
    assert list(answer) == ["error"]
    assert "/" not in answer["error"].replace("application/json", "")
    return int(head.split()[1]), answer["error"]


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


def head(length, path="/hooks/cms", *, method="POST", more=(), **headers):
    """Return the head of a request; `more` are lines beside `headers`."""
    named = signed(GOOD) | {"host": "x", "content-length": str(length)} | headers
    lines = [*(f"{name}: {value}" for name, value in named.items()), *more, "", ""]
    return f"{method} {path} HTTP/1.1\r\n".encode() + "\r\n".join(lines).encode("latin-1")


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


@pytest.mark.parametrize(
    ("hook", "lines"),
    [
        ("cms", ["x-hub-signature-256: sha256=00"]),
        ("cms", [f"x-hub-signature-256: {signed(GOOD)['x-hub-signature-256']}"]),
        ("token", ["x-feedgen-token: \xe9"]),
        ("token", ["authorization: Basic \xe9\xe9"]),
        ("token", ["authorization: Basic ===="]),
        ("token", ["authorization: Bearer \xff\xfe"]),
        ("token", [f"x-feedgen-token: {SECRET}", "x-feedgen-token: x"]),
        ("standard", ["webhook-id: \xff", "webhook-timestamp: 1e9", "webhook-signature: v1,"]),
        ("standard", ["webhook-signature: " + "v1,AAAA " * 3000]),
    ],
)
def test_headers_that_are_no_signature_are_refused(server, hook, lines):
    """401 in the same words for what is not ASCII, has no form, or is said twice."""
    found = raw(server, head(len(GOOD), f"/hooks/{hook}", more=lines, connection="close") + GOOD)
    assert told(found) == (401, "not signed as it has to be")


@pytest.mark.parametrize("lines", [[], ["x-hub-signature-256: sha256=x"]])
def test_without_a_signature_the_body_is_not_waited_for(server, lines):
    """401 at once although nothing of the body that was announced has come."""
    request = ["POST /hooks/cms HTTP/1.1", "host: x", "content-length: 900", *lines, "", ""]
    began = time.monotonic()
    assert told(raw(server, "\r\n".join(request).encode()))[0] == 401
    assert time.monotonic() - began < 4.5


def test_a_body_that_is_not_wanted_is_not_asked_for(server):
    """Who waits for `100 Continue` is told 401 or 413 in its place, and 100 where it may go on."""
    wanted = head(len(GOOD), "/hooks/cms?dry_run=1", expect="100-continue", connection="close")
    assert raw(server, wanted, GOOD).startswith(b"HTTP/1.1 100")
    for path, length, status in (("/hooks/token", 9, 401), ("/hooks/cms", 10**9, 413)):
        assert told(raw(server, head(length, path, expect="100-continue")))[0] == status


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_refused(server, method):
    """405 in JSON, with the methods there are, for hooks and receipts alike."""
    found = raw(server, head(len(GOOD), method=method, connection="close") + GOOD)
    assert told(found) == (405, "only POST")
    assert b"\r\nallow: POST\r\n" in found
    assert server.client.put("/receipts/x").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, gzip", "nonsense"])
def test_a_compressed_body_is_refused(server, coding):
    """415 and what is taken instead, whatever it would grow to."""
    body = gzip.compress(GOOD)
    headers = signed(body) | {"content-encoding": coding}
    answer = post(server, body, headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def test_a_request_with_two_ends_is_refused(server):
    """400 where a length and chunks contradict each other, and nothing behind it is answered."""
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    found = raw(server, head(4, more=["transfer-encoding: chunked"]) + chunks + head(0))
    assert found.startswith(b"HTTP/1.1 400")
    assert found.count(b"HTTP/1.1") == 1


def test_hundreds_of_slow_bodies_keep_nobody_waiting(server):
    """Three hundred senders that stop in the middle; a good request is taken at once."""
    slow = head(900) + b"{"
    with contextlib.ExitStack() as peers:
        for _ in range(300):
            peer = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            peers.enter_context(peer).sendall(slow)
        began = time.monotonic()
        assert server.say(SERIAL, query="?dry_run=1").status_code == 200
        assert time.monotonic() - began < 5


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
        b'{"series": 1e999}',
        b'{"series": "x", "n": ' + b"9" * 9000 + b"}",
        b'{"series": "\\ud800"}',
        b'{"series": "x"}\x00',
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
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
        "0" * 201,
        "line\nFORGED hook.accepted",
        "\x1b[2JFORGED",
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


@pytest.mark.parametrize(
    "moment", ["9" * 400, "1e308", "-1e15", "-0", '"9999-12-31T23:59:59-23:59"', '"\\u0000"']
)
def test_a_time_that_is_none_is_not_heeded(server, moment):
    """A payload whose time nobody can read is taken without one."""
    body = f'{{"series": "{SERIAL}", "updated_at": {moment}}}'.encode()
    assert post(server, body, path="/hooks/cms?dry_run=1").status_code == 200


QUESTIONS = [
    *(f"?wait={said}" for said in ("x", "-1", "1e9", "nan", "inf", "1e999", "1_0", "", "%D9%A3")),
    *("?dry_run=2", "?dry_run", "?dry_run=", "?dry_run=1&dry_run=0", "?wait=1&wait=1"),
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_question_that_makes_no_sense_is_refused(server, query):
    """400 for a wait or a dry run that is none, or that is said twice."""
    assert server.say(SERIAL, query=query).status_code == 400


def test_a_key_that_nobody_can_keep_is_refused(server):
    """422 for a key of a thousand characters."""
    assert server.say(SERIAL, key="k" * 1000).status_code == 422


@pytest.mark.parametrize("broken", ["feedgen.toml", f"catalogue/{SERIAL}/series.toml"])
def test_what_is_wrong_inside_is_not_told_with_its_place(server, broken):
    """503, or an outcome that names the file within the project and not where that lies."""
    path = server.project / broken
    kept = path.read_text(encoding="utf-8")
    path.write_text("nonsense = [", encoding="utf-8")
    try:
        answer = server.say(SERIAL, query="?dry_run=1")
    finally:
        path.write_text(kept, encoding="utf-8")
    if broken == "feedgen.toml":
        assert (answer.status_code, answer.json()) == (503, {"error": "not now"})
        assert int(answer.headers["retry-after"]) > 0
    else:
        (outcome,) = answer.json()["outcomes"]
        assert outcome["reason"].startswith(f"{broken}:")
    assert str(server.project) not in answer.text


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

    before = server.log.read_text(encoding="utf-8").count("hook.refused")
    statuses = asyncio.run(flood())
    assert set(statuses) == {401}
    lines = server.log.read_text(encoding="utf-8").count("hook.refused") - before
    assert lines < min(count, 150)
