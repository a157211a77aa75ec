"""A real S3 server on a loopback port, and a proxy before it that can misbehave."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

KEYS = {"access_key_id": "test", "secret_access_key": "test", "region": "us-east-1"}


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Yield the address of a server with the empty bucket `feeds`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "hypercorn",
            "ministack.app:app",
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "ERROR",
        ],
        stdout=log,
        stderr=log,
        env={**os.environ, "GATEWAY_PORT": str(port), "SERVICES": "s3", "TMPDIR": str(folder)},
        cwd=folder,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, folder / "server.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.put(f"{address}/feeds", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@dataclass(kw_only=True)
class Proxy:
    """What stands between the target and the server; `mode` may change while it runs.

    `pass` it on, answer `503`, `drop` the connection, `drop-answer` after passing it on,
    `no-conditions` strips them, `bare-etag` refuses ETags with quotes, `other-bytes` alters PUTs.
    """

    server: str
    mode: str = "pass"
    address: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    once: bool = False
    _left: int = -1
    _then: str = "pass"

    def fails_after(self, writes: int, mode: str) -> None:
        """Let some more PUTs through; every request from the last of them on gets `mode`."""
        self._left, self._then = writes, mode

    def count(self, method: str) -> None:
        """Hear of a request; it may be the one from which on nothing goes through."""
        if self._left > 0 and method == "PUT":
            self._left -= 1
            if self._left == 0:
                self.mode = self._then

    def take(self) -> str:
        """Return how to treat this request; with `once` only the next one is special."""
        mode = self.mode
        if self.once and mode != "pass":
            self.mode = "pass"
        return mode


@contextlib.contextmanager
def proxy_to(server: str) -> Iterator[Proxy]:
    """Yield a proxy before `server`."""
    proxy = Proxy(server=server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            proxy.requests.append((self.command, self.path))
            proxy.count(self.command)
            special = self.command == "PUT" or proxy.mode in ("503", "drop")
            mode = proxy.take() if special else "pass"
            if mode == "503":
                self._answer(503, {"Content-Type": "text/plain"}, b"Slow down")
                return
            if mode == "drop":
                self._cut()
                return
            headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            tag = headers.get("If-Match") or headers.get("if-match") or ""
            if mode == "no-conditions":
                for name in ("If-Match", "if-match", "If-None-Match", "if-none-match"):
                    headers.pop(name, None)
            if mode == "bare-etag" and tag:
                if tag.startswith('"'):
                    self._answer(412, {"Content-Type": "text/plain"}, b"PreconditionFailed")
                    return
                headers = {k: v for k, v in headers.items() if k.lower() != "if-match"}
                headers["If-Match"] = f'"{tag}"'
            if mode == "other-bytes":
                body = b"#" * len(body)
            answer = httpx.request(
                self.command, proxy.server + self.path, headers=headers, content=body
            )
            if mode == "drop-answer":
                self._cut()
                return
            self._answer(answer.status_code, dict(answer.headers), answer.content)

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_any  # noqa: N815 - http.server's

        def _cut(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            skipped = ("transfer-encoding", "connection", "content-encoding")
            length = headers.pop("content-length", str(len(body)))
            for name, value in headers.items():
                if name.lower() not in skipped:
                    self.send_header(name, value)
            self.send_header(
                "Content-Length", length if self.command == "HEAD" else str(len(body))
            )
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    proxy.address = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
