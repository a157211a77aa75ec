"""A hosted account on a loopback port whose answers can be tampered with."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from feedgen import config
from feedgen.embedded import content_service
from tests.accidents.publisher import NOW, SHOWS, URL, write_goldens
from tests.loopback import listening

CREDENTIAL, SECRET = "tester", "s3cret-of-the-account"
SETTINGS = f"""\
[art19]
url = "{{url}}"
requests_per_minute = 60000

[publish]
folder = "feeds"
url = "{URL}"

[golden]
folder = "golden"

[feed]
probe_media = false
enclosure_template = "{URL}/media/episodes/{{{{id}}}}.{{{{ext}}}}"
"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: the collection, its parameters, and what is known of the account."""

    collection: str
    parameters: dict[str, list[str]]
    account: Account


@dataclass(frozen=True)
class Raw:
    """An answer that is no JSON:API document."""

    body: bytes
    status: int = 200
    content_type: str = "application/vnd.api+json"


Document = dict[str, Any]
Tamper = Callable[[Asked, Document], Raw | None]


@dataclass
class Account:
    """The account; `tamper` changes each answer, or gives another one in its place."""

    address: str = ""
    tamper: Tamper | None = None
    now: datetime = NOW
    ids: dict[str, str] = field(default_factory=dict)
    served: dict[tuple[str, str], Document] = field(default_factory=dict)

    def of(self, slug: str, resource: Document) -> bool:
        """Tell whether a resource is the series `slug` or an episode of it."""
        id_ = self.ids[slug]
        return resource["id"] == id_ or resource["attributes"].get("series_id") == id_

    def episodes(self, slug: str) -> list[Document]:
        """Return the episodes of a series as they were first served, oldest first."""
        found = [
            each
            for (kind, _), each in self.served.items()
            if kind == "episodes" and self.of(slug, each)
        ]
        return sorted(found, key=lambda each: each["attributes"]["released_at"])

    @contextlib.contextmanager
    def tampered(self, tamper: Tamper | None) -> Iterator[None]:
        """Let the account answer otherwise for a while."""
        self.tamper = tamper
        try:
            yield
        finally:
            self.tamper = None


@contextlib.contextmanager
def open_account(folder: Path) -> Iterator[Account]:
    """Yield an account that has the shows of a project's catalogue."""
    account = Account()
    with content_service(config.load(folder), {CREDENTIAL: SECRET}, lambda: account.now) as served:
        account.ids = {slug: served.catalogue.shows[slug].id for slug in SHOWS}
        with listening(_tampering(served.app, account)) as address:
            account.address = address
            yield account


def _tampering(app: Callable[..., Any], account: Account) -> Callable[..., Any]:
    """Return an application that changes the documents of another."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        sent: list[Any] = []

        async def collect(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, collect)
        status = sent[0]["status"]
        body = b"".join(message.get("body", b"") for message in sent[1:])
        answered = Raw(body, status)
        if status == 200:
            answered = _changed(account, scope, body)
        headers = [
            (b"content-type", answered.content_type.encode()),
            (b"content-length", str(len(answered.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})

    return answer


def _changed(account: Account, scope: Any, body: bytes) -> Raw:
    document = json.loads(body)
    if account.tamper is None:
        for each in document["data"]:
            account.served.setdefault((each["type"], each["id"]), each)
        return Raw(body)
    asked = Asked(
        collection=scope["path"].strip("/").partition("/")[0],
        parameters=parse_qs(scope["query_string"].decode()),
        account=account,
    )
    other = account.tamper(asked, document)
    return other if other is not None else Raw(json.dumps(document).encode())


def write_project(folder: Path, account: Account) -> Path:
    """Return a project that reads from an account."""
    folder.mkdir(parents=True)
    (folder / "feedgen.toml").write_text(SETTINGS.format(url=account.address), encoding="utf-8")
    write_goldens(folder)
    return folder
