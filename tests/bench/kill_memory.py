"""What must hold of the memory of a project after a kill at any instant, and in the end."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from feedgen.state import State

Feeds = Mapping[str, str]  # name → SHA-256


def approve(project: Path, slug: str) -> int:
    """Approve the difference of a series that waits, as a person would; return how many."""
    with State(project / ".feedgen" / "state.sqlite3") as state:
        waiting = [h for h in state.approvals.all_waiting() if h.slug == slug]
        fresh = [held for held in waiting if held.approved_at is None]
        for held in fresh:
            state.approvals.approve(held.key, held.digest, at=datetime.now(UTC), by="campaign")
        return len(fresh)


class Memory:
    """Looks at the state of a project again and again; `versions` are what may be on air."""

    def __init__(self, project: Path, versions: tuple[Feeds, Feeds]) -> None:
        self._path = project / ".feedgen" / "state.sqlite3"
        self._versions = versions
        self._guids = self._rows("select series_id, episode_id, guid from guids")
        self.in_flight = 0

    def judge(self, on_air: Feeds, *, ended: bool = False) -> list[str]:
        """Return what is wrong with the memory, given what is on air; `ended`: no kill since."""
        return [
            *self._history(on_air, ended=ended),
            *self._outbox(ended=ended),
            *self._approvals(),
            *(
                ["the ledger of guids is not what it was"]
                if self._rows("select series_id, episode_id, guid from guids") != self._guids
                else []
            ),
        ]

    def _history(self, on_air: Feeds, *, ended: bool) -> list[str]:
        """Return where what is recorded as on air is neither that nor what was there before."""
        faults = []
        newest = self._rows(
            "select name, versions.sha256, packed, on_air.sha256, how from versions"
            " join contents using (sha256) join on_air using (series_id, name)"
            " where (key, number) in (select key, max(number) from versions group by key)"
        )
        if len(newest) != sum(name.endswith(".xml") for name in on_air):
            faults.append(f"the history has {len(newest)} feeds")
        for name, sha256, packed, known, how in newest:
            if hashlib.sha256(zlib.decompress(packed)).hexdigest() != sha256:
                faults.append(f"the newest version of {name} is not what was kept")
            if sha256 not in {each[name] for each in self._versions}:
                faults.append(f"the newest version of {name} is neither old nor new")
            # What a run found of a killed one is kept before its own feed takes its place.
            if sha256 != known and (how != "found" or ended):
                faults.append(f"the history and the state disagree about {name}")
            if sha256 != on_air[name]:
                self.in_flight += 1
                if ended:
                    faults.append(f"{name} is on air and not recorded")
        numbers = self._rows(
            "select key, count(*), max(number) - min(number) + 1 from versions group by key"
        )
        faults += [f"the history of {key} has gaps" for key, n, span in numbers if n != span]
        return faults

    def _outbox(self, *, ended: bool) -> list[str]:
        """Return what would be told of bytes that were never recorded as on air."""
        wrong = self._rows(
            "select slug, state from outbox where state in ('due', 'delivered') and not exists"
            " (select 1 from versions where versions.series_id = outbox.series_id"
            " and versions.sha256 = outbox.sha256)"
        )
        faults = [
            f"{state} news of {slug} is of bytes that were not on air" for slug, state in wrong
        ]
        several = self._rows(
            "select slug, count(*) from outbox where state = 'due' group by slug"
            " having count(*) > 1"
        )
        faults += [f"{count} news of {slug} are due at once" for slug, count in several]
        if ended and (left := self._rows("select slug from outbox where state = 'announced'")):
            faults.append(f"{len(left)} news wait for something that will not happen")
        return faults

    def _approvals(self) -> list[str]:
        """Return what was let through without a person's word, or twice."""
        used = self._rows(
            "select slug from held where used_at is not null and approved_at is null"
        )
        waiting = self._rows(
            "select slug, count(*) from held where used_at is null and gone_at is null"
            " group by key having count(*) > 1"
        )
        return [f"an approval of {slug} was used that nobody gave" for (slug,) in used] + [
            f"{count} differences of {slug} wait at once" for slug, count in waiting
        ]

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._path)) as db:
            return sorted(db.execute(sql).fetchall(), key=repr)


def differences(one: Path, other: Path) -> list[str]:
    """Return in what the memories of two projects differ that never or rarely change."""
    tables = {
        "guids": "select series_id, episode_id, guid from guids order by 1, 2, 3",
        "on_air": "select series_id, slug, name, sha256 from on_air order by 1",
        "memory": "select series_id, facts from memory order by 1",
        "newest versions": "select key, sha256, how from versions where (key, number) in"
        " (select key, max(number) from versions group by key) order by 1",
        "held": "select slug, digest from held where used_at is null and gone_at is null",
        "looks": "select series_id, makers, mark <> '' from looks order by 1",
    }
    told = []
    for name, sql in tables.items():
        found = []
        for project in (one, other):
            with closing(sqlite3.connect(project / ".feedgen" / "state.sqlite3")) as db:
                found.append(db.execute(sql).fetchall())
        if found[0] != found[1]:
            told.append(f"the memory in the end is not that of an undisturbed run: {name}")
    return told


class Hearing:
    """A webhook that looks at once whether what it is told of is on air."""

    def __init__(self, feeds: Path) -> None:
        self.heard: list[tuple[str, str]] = []
        self.faults: list[str] = []
        hearing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # it was killed while it spoke, and will say it again
                told = json.loads(body)["data"]
                name = told["feed_url"].rpartition("/")[2]
                hearing.heard.append((name, told["sha256"]))
                there = hashlib.sha256((feeds / name).read_bytes()).hexdigest()
                if there != told["sha256"]:
                    hearing.faults.append(f"{name} was announced and is not on air")
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Hearing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def untold(self, on_air: Feeds, changed: list[str]) -> list[str]:
        """Return of which changed feed the last thing that was told is not what is on air."""
        last = dict(self.heard)
        return [
            f"nobody was told of what is on air as {name}"
            for name in changed
            if last.get(name) != on_air[name]
        ]
