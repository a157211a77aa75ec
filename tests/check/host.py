"""A small host for feeds, artwork and audio on loopback, that can be made to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODIFIED = "Thu, 05 Mar 2026 07:00:00 GMT"


class Host(ThreadingHTTPServer):
    """Serves `files`: path → (content type, bytes); `faults` names what it does wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, tuple[str, bytes]] = {}
        self.faults: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD with validators and ranges."""

    server: Host

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self._answer()

    def _answer(self) -> None:
        faults = self.server.faults
        self.server.asked.append((self.command, self.path))
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/feed.xml")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path not in self.server.files or (self.command == "HEAD" and "no-head" in faults):
            status = 405 if self.path in self.server.files else 404
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kind, data = self.server.files[self.path]
        if self.headers.get("If-None-Match") == '"v1"' and "no-304" not in faults:
            self.send_response(304)
            self.end_headers()
            return
        ranged = self.headers.get("Range") == "bytes=0-1" and "no-range" not in faults
        self.send_response(206 if ranged else 200)
        self.send_header("Content-Type", kind)
        if "packs" in faults:
            self.send_header("Content-Encoding", "gzip")
        if "no-validators" not in faults:
            self.send_header("ETag", '"v1"')
            self.send_header("Last-Modified", MODIFIED)
        if ranged:
            self.send_header("Content-Range", f"bytes 0-1/{len(data)}")
            data = data[:2]
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Host]:
    """Run a host as long as the block lasts."""
    host = Host()
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.server_close()
