"""Connections that wait, stall, break off or can be read in two ways: the protocol alone."""

import contextlib
import socket
import statistics
import threading
import time

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from feedgen.web import patience
from tests.web.serving import everything

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


@contextlib.contextmanager
def patient(app, **limits):
    """Serve an application the way `feedgen serve` does, and yield its address."""
    config = uvicorn.Config(
        app,
        http=patience.PatientProtocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        **limits,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join(10)


async def answer_all(request):
    """Answer with what came, in full before it is answered."""
    return PlainTextResponse(f"{request.url.path} {len(await request.body())}")


async def answer_early(_request):
    """Answer before anything of a body is read."""
    return PlainTextResponse("early")


ANSWERS = Starlette(
    routes=[
        Route("/early", answer_early, methods=["GET", "POST"]),
        Route("/{rest:path}", answer_all, methods=["GET", "POST"]),
    ]
)


def exchanged(address, *pieces, then_no_more=False, timeout=10):
    """Send pieces one after the other, and return all that comes back."""
    with socket.create_connection(address, timeout=timeout) as peer:
        for number, piece in enumerate(pieces):
            time.sleep(0.1 * bool(number))
            peer.sendall(piece)
        if then_no_more:
            peer.shutdown(socket.SHUT_WR)
        return everything(peer)


POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (GET + b"\r\n", b"200"),
        (POST + b"Content-Length: 5\r\n\r\nabcde", b"200"),
        (POST + CHUNKED + b"\r\n5\r\nabcde\r\n0\r\n\r\n", b"200"),
        (POST + b"Content-Length: 5\r\n\r\nab", b"400"),
        (POST + CHUNKED + b"\r\n5\r\nab", b"400"),
        (GET, b"400"),
        (b"G", b"400"),
        (b"", b""),
    ],
)
def test_who_says_that_nothing_more_comes_is_answered(request_, answer):
    """A request that is here is answered, half a one is told that it broke off."""
    with patient(ANSWERS) as address:
        began = time.monotonic()
        said = exchanged(address, request_, then_no_more=True)
        assert time.monotonic() - began < 5
    assert said[9:12] == answer


@pytest.mark.parametrize(
    "pieces",
    [
        (
            POST
            + b"Content-Length: 4\r\n"
            + CHUNKED
            + b"\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (b"POST /early HTTP/1.1\r\nHost: x\r\n" + CHUNKED + b"\r\n", b"zz\r\n", GET + b"\r\n"),
        (b"POST /early HTTP/1.1\r\nHost: x\r\n" + CHUNKED + b"\r\nzz\r\n" + GET + b"\r\n",),
        (POST + CHUNKED + b"\r\n", b"-1\r\nab\r\n", GET + b"\r\n"),
        (POST + CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n" + GET + b"\r\n",),
        (POST + CHUNKED + b"\r\n2\r\nabXX0\r\n\r\n" + GET + b"\r\n",),
    ],
)
def test_behind_a_request_without_a_clear_end_nothing_is_answered(caplog, pieces):
    """What follows it on the connection may be part of it; it is dropped, and no traceback."""
    with patient(ANSWERS) as address:
        said = exchanged(address, *pieces)
        assert exchanged(address, GET + b"Connection: close\r\n\r\n").endswith(b"/ 0")
    assert said.count(b"HTTP/1.1 ") == 1
    assert b"/b 0" not in said
    assert not said.endswith(b"/ 0")
    assert not [each for each in caplog.records if each.levelname in ("ERROR", "CRITICAL")]


def test_requests_in_one_go_are_answered_in_their_order():
    """Thirty requests that come at once have thirty answers."""
    asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % each for each in range(30))
    with patient(ANSWERS) as address:
        said = exchanged(address, asked + GET + b"Connection: close\r\n\r\n")
    assert [said.find(b"\r\n/%d 0" % each) > 0 for each in range(30)] == [True] * 30
    assert said.count(b"HTTP/1.1 200") == 31


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        GET,
        POST + b"Content-Length: 100\r\n\r\na",
        GET + b"\r\n",
        b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\n",
    ],
)
def test_connections_that_wait_take_no_room_from_others(sent):
    """More of them than may be open: those that waited longest go, and who asks is answered."""
    with patient(ANSWERS, limit_concurrency=40) as address, contextlib.ExitStack() as peers:
        held = []
        for _ in range(150):
            held.append(peers.enter_context(socket.create_connection(address, timeout=10)))
            held[-1].sendall(sent)
        for _ in range(3):
            began = time.monotonic()
            assert exchanged(address, GET + b"Connection: close\r\n\r\n").endswith(b"/ 0")
            assert time.monotonic() - began < 5
        everything(held[0])
        held[-1].settimeout(0.2)
        assert b" 408 " not in everything(held[-1])


def test_answers_on_one_connection_do_not_wait_for_acknowledgements():
    """Requests one after the other take nothing like the 40 ms of a delayed acknowledgement."""
    took = []
    with patient(ANSWERS) as address, httpx.Client(trust_env=False) as client:
        for number in range(41):
            began = time.monotonic()
            assert client.post(f"http://127.0.0.1:{address[1]}/{number}", content=b"x").is_success
            took.append(time.monotonic() - began)
    assert statistics.median(took) < 0.03


def test_who_takes_nothing_of_an_answer_is_cut_off_and_who_is_slow_is_not(monkeypatch):
    """After a while without a byte taken the connection ends; a slow reader has it all."""
    monkeypatch.setattr(patience, "STALLED", 0.6)
    size = 30_000_000

    async def answer(_request):
        return PlainTextResponse(b"x" * size)

    app = Starlette(routes=[Route("/", answer)])
    asked = GET + b"Connection: close\r\n\r\n"
    with patient(app) as address:
        with socket.create_connection(address, timeout=10) as peer:
            peer.sendall(asked)
            time.sleep(2)
            assert len(everything(peer)) < size
        with socket.create_connection(address, timeout=10) as peer:
            peer.sendall(asked)
            found = 0
            # Longer in all than anybody may take nothing.
            while piece := peer.recv(1_000_000):
                found += len(piece)
                time.sleep(0.04)
            assert found > size


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [b"GET / HT"],
        [
            b"GET / HTTP/1.1\r\n",
            b"Host: x\r\n",
            b"X: 1\r\n",
            b"X: 2\r\n",
            b"X: 3\r\n",
            b"X: 4\r\n",
        ],
        [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"a", b"b", b"c", b"d"],
    ],
)
def test_a_request_has_to_arrive_within_a_time(monkeypatch, parts):
    """Whoever sends a byte now and then is cut off with 408; quick requests are not."""

    async def answer(request):
        await request.body()
        return PlainTextResponse("done")

    monkeypatch.setattr(patience, "SECONDS", 1.0)
    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
    with patient(app) as address, httpx.Client(trust_env=False) as client:
        url = f"http://127.0.0.1:{address[1]}/"
        for _ in range(3):
            assert client.get(url).text == "done"
            time.sleep(0.3)
        with socket.create_connection(address, timeout=5) as peer:
            began = time.monotonic()
            for part in parts:
                try:
                    peer.sendall(part)
                except OSError:
                    break
                time.sleep(0.2)
            said = everything(peer)
            took = time.monotonic() - began
        assert client.post(url, content=b"x" * 100_000).text == "done"

    assert said.startswith(b"HTTP/1.1 408") or said == b""
    assert took < 10


def test_a_refusal_reaches_who_still_sends():
    """The answer to a body that nobody reads arrives, however much of it is on its way."""

    async def refuse(_request):
        return PlainTextResponse("no", 413, {"connection": "close"})

    app = Starlette(routes=[Route("/", refuse, methods=["POST"])])
    with patient(app) as address:
        for size in (10, 3_000_000) * 40:
            with httpx.Client(trust_env=False) as client:
                url = f"http://127.0.0.1:{address[1]}/"
                assert client.post(url, content=b"x" * size).status_code == 413
