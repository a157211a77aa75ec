"""Kill the server under load: `python tests/bench/kill_hooks.py [KILLS] [SHOWS]`.

Senders edit shows and report each edit to a real server on a loopback port; the server is ended by
SIGKILL at random instants and started again. A sender that got no answer says the same again with
the same key, as webhook senders do. In the end no accepted hook may be lost: every receipt that
was handed out is there and done, and every feed shows at least the last edit that was accepted.
And none may be applied twice: one receipt for each message, however often it came, not more runs
than messages, and each feed whole, with every episode once.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[2]))

from feedgen.state import State
from tests.hooks.serving import Server, add_copies, hooked_project, signed, start
from tests.projects import publish

# Seconds; and the share of lives that are long enough to answer.
LONGEST_LIFE, _ANSWERS_FIRST = 1.2, 0.8


@dataclass(slots=True)
class Sender:
    """Edits one show again and again, and reports each edit; `receipts` are by message."""

    project: Path
    slug: str
    port: int = 0
    edits: int = 0
    accepted: int = 0
    repeated: int = 0
    receipts: dict[str, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Edit and report until told to stop."""
        path = self.project / "catalogue" / self.slug / "episodes" / "001-queues.toml"
        while not self.stop.is_set():
            self.edits += 1
            lines = path.read_text(encoding="utf-8").splitlines()
            title = f'title = "Edit {self.edits}"'
            lines = [title if each.startswith("title") else each for each in lines]
            part = path.with_suffix(".part")
            part.write_text("\n".join(lines) + "\n", encoding="utf-8")
            part.replace(path)
            self._report()
            time.sleep(random.uniform(0, 0.1))

    def _report(self) -> None:
        """Say it until somebody answers: who gets no answer can not know whether it was heard."""
        key = f"{self.slug}-{self.edits}"
        body = json.dumps({"series": self.slug, "edit": self.edits}).encode()
        headers = signed(body, **{"idempotency-key": key})
        while not self.stop.is_set():
            try:
                url = f"http://127.0.0.1:{self.port}/hooks/cms"
                answer = httpx.post(url, content=body, headers=headers, timeout=20)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code in (200, 202):
                told = answer.json()
                self.receipts[key] = told["receipt"]
                self.repeated += told["replayed"]
                self.accepted = self.edits
                return
            time.sleep(0.05)


def campaign(project: Path, *, kills: int, shows: int) -> str:
    """Kill as often, drain, and return what was seen; AssertionError if anything was lost."""
    hooked_project(project)
    senders = [Sender(project=project, slug=slug) for slug in add_copies(project, shows)]
    # Rendering the artwork of new shows takes longer than a server lives here.
    publish(project)
    threads = [threading.Thread(target=each.run) for each in senders]
    server = start(project)
    for sender, thread in zip(senders, threads, strict=True):
        sender.port = server.port
        thread.start()
    try:
        for number in range(kills):
            # Most of the time under load, now and then while it is still opening everything.
            if random.random() < _ANSWERS_FIRST:
                _answers(server)
            time.sleep(random.uniform(0, LONGEST_LIFE))
            server.kill()
            server = start(project)
            for sender in senders:
                sender.port = server.port
            if number % 25 == 24:
                print(f"{number + 1} kills", file=sys.stderr, flush=True)
        time.sleep(0.5)
    finally:
        for sender in senders:
            sender.stop.set()
        for thread in threads:
            thread.join()
    try:
        return _verdict(project, server, senders, kills)
    finally:
        server.kill()


def _answers(server: Server) -> None:
    while True:
        try:
            server.client.get("/receipts/none")
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return


def _verdict(project: Path, server: Server, senders: list[Sender], kills: int) -> str:
    handed_out = {key: id_ for sender in senders for key, id_ in sender.receipts.items()}
    until = time.monotonic() + 120
    while True:
        with State(project / ".feedgen/state.sqlite3") as state:
            kept = state.inbox.receipts(1_000_000)
        open_ = [each for each in kept if each.state != "done"]
        if not open_ or time.monotonic() > until:
            break
        time.sleep(0.2)
    by_key = {each.key: each.id for each in kept}
    lost = [key for key, id_ in handed_out.items() if by_key.get(key) != id_]
    assert not lost, f"{len(lost)} of {len(handed_out)} receipts are gone: {lost[:5]}"
    assert not open_, f"{len(open_)} receipts are not done: {open_[0]}"
    messages = sum(sender.edits for sender in senders)
    assert len(by_key) == len(kept) <= messages, (len(by_key), len(kept), messages)
    outcomes = [part.outcome for each in kept for part in each.parts]
    bad = [each for each in outcomes if each["result"] not in ("published", "unchanged")]
    assert not bad, bad[0]
    runs = {(part.series, part.began_at) for each in kept for part in each.parts}
    assert len(runs) <= len(kept), (len(runs), len(kept))
    for sender in senders:
        data = (project / "feeds" / f"{sender.slug}.xml").read_bytes()
        items = etree.fromstring(data).findall("channel/item")
        guids = [item.findtext("guid") for item in items]
        edits = [t for item in items if (t := item.findtext("title") or "").startswith("Edit ")]
        assert len(guids) == len(set(guids)) >= 2, guids
        assert len(edits) == 1, edits
        shown = int(edits[0].split()[1])
        assert sender.accepted <= shown <= sender.edits, (sender.slug, sender.accepted, shown)
    return (
        f"{kills} kills, {len(handed_out)} hooks accepted of {messages} reported in {len(runs)}"
        f" runs, {sum(s.repeated for s in senders)} of them said again because the answer was"
        f" lost, {len(senders)} shows: none lost, none applied twice, every receipt done, every"
        " feed whole"
    )


def main(kills: int = 500, shows: int = 4) -> int:
    """Run the campaign and print what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        print(campaign(Path(folder) / "project", kills=kills, shows=shows))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
