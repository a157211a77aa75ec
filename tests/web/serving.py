"""`feedgen serve` as a process of its own, on a real port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from lxml import html

LOGIN = "a-token-for-the-tests-of-pages"
CREDENTIAL, TOKEN = "tests", "secret-of-the-api"
AUTHORIZATION = f'Token token="{TOKEN}", credential="{CREDENTIAL}"'
HTML = {"Accept": "text/html"}
# What a proxy says of who is not on this machine.
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
SECRET = "the-secret-of-the-cms-in-a-test"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOKS = """
[hooks.cms]
kind = "wordpress"
secret_env = "CMS_SECRET"
[hooks.standard]
secret_env = "STANDARD_SECRET"
series = "only.here"
[hooks.broken]
kind = "ghost"
secret_env = "SECRET_THAT_IS_NOT_SET"
"""


@dataclass
class Served:
    """A server that runs; `said` is what it wrote to stderr so far."""

    project: Path
    origin: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    cookie: str = ""

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.origin, trust_env=False, **{"timeout": 60, **options})

    def log_in(self, name: str = "Ada") -> str:
        """Return the cookie of a new session."""
        with self.client() as client:
            answer = client.post("/login", data={"token": LOGIN, "name": name, "next": "/"})
            assert answer.status_code == 303, answer.text
            return client.cookies["feedgen-session"]

    @contextlib.contextmanager
    def logged_in(self) -> Iterator[httpx.Client]:
        """Yield a client of a session that all tests of this server share."""
        self.cookie = self.cookie or self.log_in()
        with self.client(cookies={"feedgen-session": self.cookie}) as client:
            yield client

    def raw(self, data: bytes, *, timeout: float = 10) -> bytes:
        """Send bytes as they are and return all that comes until the server closes or rests."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as peer:
            with contextlib.suppress(OSError):
                peer.sendall(data)
            return everything(peer)


def everything(peer: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(OSError):
        while piece := peer.recv(65536):
            found += piece
    return found


@contextlib.contextmanager
def served(project: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Serve a project on a free port for the time of the block, and end it as a monitor would."""
    command = [sys.executable, "-m", "feedgen", "serve", "--project", str(project), "--port", "0"]
    env = {
        **os.environ,
        "FEEDGEN_SERVE_LOGIN": LOGIN,
        "FEEDGEN_SERVE_CREDENTIAL": CREDENTIAL,
        "FEEDGEN_SERVE_TOKEN": TOKEN,
        **environment,
    }
    with subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        made = Served(project=project, origin="", process=process)
        # Read all the time: a pipe that is full would stop the server.
        reader = threading.Thread(target=made.said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            made.origin = process.stdout.readline().strip().rstrip("/")
            assert made.origin, "".join(made.said)
            made.origin = made.origin.replace("0.0.0.0", "127.0.0.1")
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            reader.join(10)


def page(client: httpx.Client, path: str, **options: object) -> html.HtmlElement:
    """Return a page that is there."""
    answer = client.get(path, **options)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def words(tree: html.HtmlElement) -> str:
    """Return what a reader sees, in one line."""
    return " ".join(tree.text_content().split())
