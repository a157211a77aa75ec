"""A media server on loopback that behaves as well or as badly as a test asks."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Served:
    """One path of the server: what it holds and how it misbehaves."""

    data: bytes = b""
    content_type: str = "audio/mpeg"
    status: int = 200
    head: int = 0  # status of HEAD where it differs; -1 drops the connection
    ranges: bool = True
    wrong_range: bool = False  # answers 206 with another part than asked for
    content_length: bool = True
    chunked: bool = False
    gzipped: bool = False
    cut: int = -1  # bytes after which the connection drops
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class MediaServer(ThreadingHTTPServer):
    """Answers by path and remembers every request."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: dict[str, Served] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The URL of `path`."""
        return f"http://{host}:{self.server_port}{path}"

    def add(self, path: str, data: bytes = b"", **how: Any) -> str:
        """Serve `data` at `path` and return the URL."""
        self.paths[path] = Served(data, **how)
        return self.url(path)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        """Redirect `path` to `location` and return the URL."""
        return self.add(path, status=status, headers={"Location": location})

    def asked(self, method: str = "") -> list[str]:
        """The paths that were asked for, of one method or of all."""
        return [path for verb, path, _ in self.requests if method in ("", verb)]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Plays one Served."""

    protocol_version = "HTTP/1.1"
    server: MediaServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent; `MediaServer.requests` is the log."""

    def do_HEAD(self) -> None:
        """Answer HEAD."""
        self.answer(body=False)

    def do_GET(self) -> None:
        """Answer GET."""
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        """Answer as the path's Served says."""
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        served = self.server.paths.get(self.path.partition("?")[0], Served(status=404))
        time.sleep(served.delay)
        if not body and served.head == -1:
            self.close_connection = True
            return
        status = served.status if body or not served.head else served.head
        data, headers = served.data, dict(served.headers)
        if served.gzipped:
            data, headers["Content-Encoding"] = gzip.compress(data), "gzip"
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if status == 200 and body and asked and served.ranges:
            total = len(data)
            first, last = int(asked[1]), min(int(asked[2]), total - 1)
            if served.wrong_range:
                first = 1
            if first >= total:
                status, headers["Content-Range"], data = 416, f"bytes */{total}", b""
            else:
                headers["Content-Range"] = f"bytes {first}-{last}/{total}"
                status, data = 206, data[first : last + 1]
        self.send_response(status)
        headers.setdefault("Content-Type", served.content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        if served.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif served.content_length:
            self.send_header("Content-Length", str(len(data)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if body:
            self.send_body(data, served)

    def send_body(self, data: bytes, served: Served) -> None:
        """Send `data`, whole, in chunks or cut off."""
        if served.cut >= 0:
            data, self.close_connection = data[: served.cut], True
        if not served.chunked:
            self.wfile.write(data)
            return
        for at in range(0, len(data), 50_000):
            part = data[at : at + 50_000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")


@pytest.fixture
def server() -> Iterator[MediaServer]:
    """A running media server."""
    running = MediaServer()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()
