"""`feedgen`'s hooks alone on a loopback port, in a process of their own that a test may kill."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.projects import COMEDY, make_project

SECRET = "a-secret-of-more-than-sixteen-characters"
HOOKS = """
[hooks.cms]
kind = "generic"
signature = "github"
secret_env = "TEST_HOOK_SECRET"
body_limit = 20000
per_minute = 60000

[hooks.token]
signature = "token"
secret_env = "TEST_HOOK_SECRET"

[hooks.standard]
secret_env = "TEST_STANDARD_SECRET"

[hooks.bare]
signature = "token"
secret_env = "TEST_NO_SUCH_SECRET"
"""
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def hooked_project(folder: Path) -> Path:
    """Return a project over a copy of the sample catalogue, with hooks."""
    make_project(folder)
    with (folder / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(HOOKS)
    return folder


def add_copies(project: Path, count: int) -> list[str]:
    """Add small shows to the catalogue of a project, each of its own name; return their slugs."""
    catalogue = project / "catalogue"
    slugs = [f"copy-{number}" for number in range(count)]
    for slug in slugs:
        folder = catalogue / slug
        shutil.copytree(catalogue / COMEDY, folder)
        entry = folder / "series.toml"
        lines = entry.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [x for x in lines if not x.startswith(("title", "public_title"))]
        entry.write_text(f'slug = "{slug}"\ntitle = "Show {slug}"\n' + "".join(kept), "utf-8")
        for path in (folder / "episodes").glob("*.toml"):
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(x for x in lines if not x.startswith("guid")), "utf-8")
    return slugs


def signed(body: bytes, **headers: str) -> dict[str, str]:
    """Return the headers of a request to the hook `cms`."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-hub-signature-256": f"sha256={digest}",
        **headers,
    }


@dataclass(slots=True)
class Server:
    """A running server; `log` is what it wrote to stderr."""

    project: Path
    process: subprocess.Popen[str]
    port: int
    log: Path
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def say(self, *series: str, query: str = "", key: str = "", **more: object) -> httpx.Response:
        """Tell the hook `cms` that these series changed."""
        body = json.dumps({"series": list(series), **more}).encode()
        headers = signed(body, **({"idempotency-key": key} if key else {}))
        return self.client.post(f"/hooks/cms{query}", content=body, headers=headers)

    def kill(self) -> None:
        """End the process as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.client.close()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(project: Path, *, log: Path | None = None, module: str = __file__) -> Server:
    """Return a server for `project` that answers."""
    log = log or project / "server.log"
    with log.open("a", encoding="utf-8") as err:
        process = subprocess.Popen(
            [sys.executable, module, str(project)],
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "TEST_HOOK_SECRET": SECRET,
                "TEST_STANDARD_SECRET": STANDARD_SECRET,
            },
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.strip():
        process.wait()
        raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")
    return Server(project=project, process=process, port=int(line), log=log)


@contextlib.contextmanager
def serving(project: Path) -> Iterator[Server]:
    """Yield a server for `project`."""
    server = start(project)
    try:
        yield server
    finally:
        server.client.close()
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(timeout=40)
        if server.process.stdout is not None:
            server.process.stdout.close()


def done(server: Server, receipt: str, *, within: float = 30.0) -> dict[str, object]:
    """Return a receipt once it is done."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        found = server.client.get(f"/receipts/{receipt}").json()
        if found["state"] == "done":
            return found
        time.sleep(0.05)
    raise AssertionError(f"not done after {within} s: {found}")


def main(project: Path) -> None:
    """Serve the hooks of `project` until told to stop; print the port."""
    import logging

    from starlette.applications import Starlette

    from feedgen import config
    from feedgen.content.server import serve
    from feedgen.hooks.routes import routes
    from feedgen.hooks.service import HookService
    from feedgen.hooks.worker import Worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = config.load(project)
    worker = Worker(settings)
    service = HookService(settings, worker)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette):
        async with worker:
            yield
            await service.aclose()

    app = Starlette(routes=routes(service), lifespan=lifespan)
    serve(app, "127.0.0.1", 0, listening=lambda port: print(port, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
