"""A simulated account: the Content API over resources in memory, its open questions as switches.

Independent of the embedded service on purpose. `Account.answer` is the whole server; it is
reached in virtual time (`AccountTransport`), in process (`asgi`) or over a socket (`loopback`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from feedgen.art19.client import ContentApi, Credential

ORIGIN = "https://api.example.com"
CREDENTIAL = Credential("cred-1", "s3cret-token")
JSON_API = "application/vnd.api+json"
COLLECTIONS = (
    *("series", "seasons", "episodes", "images", "media_assets", "credits", "people"),
    *("classification_inclusions", "classifications", "networks"),
)
PAST = datetime(2024, 1, 1, 6, tzinfo=UTC)


def uid(*name: object) -> str:
    """Return the UUID that stands for `name` in every test."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, name))))


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def link(type_name: str, resource_id: str | None) -> dict[str, Any]:
    return {"data": resource_id and {"type": type_name, "id": resource_id}}


def links(type_name: str, ids: Any) -> dict[str, Any]:
    return {"data": [{"type": type_name, "id": each} for each in ids]}


def resource(
    type_name: str, resource_id: str, relationships: Any = None, **attributes: Any
) -> dict[str, Any]:
    attributes.setdefault("created_at", stamp(PAST))
    attributes.setdefault("updated_at", stamp(PAST))
    made = {"id": resource_id, "type": type_name, "attributes": attributes}
    return made | ({"relationships": relationships} if relationships else {})


@dataclass
class Limiter:
    """A limit of `limit` calls in any sixty seconds or by the clock, with Retry-After or not."""

    limit: int
    sliding: bool = True
    tells: bool = True
    phase: float = 0.0
    clock: Any = time.monotonic
    granted: deque[float] = field(default_factory=deque)
    refused: int = 0

    def refusal(self) -> dict[str, str] | None:
        """Return the headers of a 429 if this call is too many, else count it."""
        now = self.clock()
        start = now - 60 if self.sliding else (now - self.phase) // 60 * 60 + self.phase
        while self.granted and self.granted[0] <= start - (0 if self.sliding else 1e-9):
            self.granted.popleft()
        if len(self.granted) < self.limit:
            self.granted.append(now)
            return None
        self.refused += 1
        ends = (self.granted[0] if self.sliding else start) + 60
        wait = min(59, max(1, int(-(-(ends - now) // 1))))
        return {"retry-after": str(wait)} if self.tells else {}


@dataclass
class Account:
    """The server. Switches are the open questions of the API, one answer each."""

    resources: Any = field(default_factory=dict)
    limiter: Limiter | None = None
    episodes_by_ids: str = "without page"  # | "with page" | "either"
    unknown_ids: int = 200  # or 403, 404
    most_ids: int = 300
    too_many: int = 400  # or 414, 431
    order: str = "request"  # | "reversed"
    page_past_end: int = 200  # or 404
    ends: str = "left out"  # | "null" | "no links"
    content_type: str = JSON_API
    secret: str = CREDENTIAL.secret
    hidden: set[str] = field(default_factory=set)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fault: Any = None  # (path, query, number of the request) → answer or None
    origin: str = ORIGIN

    def add(self, made: dict[str, Any]) -> dict[str, Any]:
        self.resources[made["type"], made["id"]] = made
        return made

    def answer(self, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.requests.append((target, headers))
        parts = urlsplit(target)
        query = parse_qsl(parts.query, keep_blank_values=True)
        path = parts.path.strip("/").split("/")
        if headers.get("authorization") != f'Token token="{self.secret}", credential="cred-1"':
            return self._bare(401)
        if self.limiter and (refusal := self.limiter.refusal()) is not None:
            return 429, {"content-type": "text/html", **refusal}, b"<html>slow down</html>"
        if headers.get("accept") != JSON_API:
            return self._bare(406)
        if self.fault and (made := self.fault(path, query, len(self.requests))):
            return made
        if path[0] not in COLLECTIONS:
            return self._bare(404)
        if len(path) == 1:
            return self._collection(path[0], query)
        return self._single(path)

    def _single(self, path: list[str]) -> tuple[int, dict[str, str], bytes]:
        if len(path) == 3:
            path = ["episodes", self._sibling(path[1], path[2])]
        found = self.resources.get((path[0], path[1]))
        if found is None:
            return self._bare(404)
        if path[1] in self.hidden:
            return self._bare(403)
        return self._document(
            {"data": found, "links": {"self": f"{self.origin}/{'/'.join(path)}"}}
        )

    def _sibling(self, episode_id: str, side: str) -> str:
        episodes = self._all("episodes")
        episodes.sort(key=lambda each: each["attributes"].get("released_at") or "")
        ids = [each["id"] for each in episodes]
        at = ids.index(episode_id) + (1 if side == "next_sibling" else -1)
        return ids[at] if 0 <= at < len(ids) else ""

    def _collection(self, name: str, query: Any) -> tuple[int, dict[str, str], bytes]:
        ids = [value for key, value in query if key == "ids[]"]
        filters = {key: value for key, value in query if key != "ids[]"}
        page = {key: filters.pop(key) for key in ("page[number]", "page[size]") if key in filters}
        if ids:
            return self._by_ids(name, ids, page)
        if len(page) == 1 or not all(value.isdigit() for value in page.values()):
            return self._bad("page[number]", "pagination is incomplete")
        if name in ("images", "media_assets"):
            return self._bad("ids[]", "is required")
        if name == "episodes" and not ({"series_id", "season_id"} & filters.keys() and page):
            return self._bad("page[number]", "is required")
        number, size = int(page.get("page[number]", 1)), int(page.get("page[size]", 100))
        found = self._filtered(name, filters)
        part = found[(number - 1) * size : number * size]
        if not part and number > 1 and self.page_past_end == 404:
            return self._bare(404)
        last = max(1, -(-len(found) // size))
        around = {"self": number, "first": 1, "last": last, "prev": None, "next": None}
        around |= {"prev": number - 1} if number > 1 else {}
        around |= {"next": number + 1} if number < last else {}
        made = {
            rel: at and self._link(name, {**filters, "page[number]": at, "page[size]": size})
            for rel, at in around.items()
            if at or self.ends == "null"
        }
        return self._document(
            {"data": part} | ({} if self.ends == "no links" else {"links": made})
        )

    def _by_ids(self, name: str, ids: list[str], page: Any) -> tuple[int, dict[str, str], bytes]:
        if len(ids) > self.most_ids:
            return (
                self._bad("ids[]", "too many")
                if self.too_many == 400
                else self._bare(self.too_many)
            )
        if len(set(ids)) < len(ids) or not all(ids):
            return self._bad("ids[]", "must be unique and not empty")
        wants = self.episodes_by_ids if name == "episodes" else "without page"
        if wants != "either" and bool(page) != (wants == "with page"):
            return self._bad("page[number]", "is required" if not page else "not with ids[]")
        found = [self.resources.get((name, each)) for each in ids if each not in self.hidden]
        if self.unknown_ids != 200 and (None in found or len(found) < len(ids)):
            return self._bare(self.unknown_ids)
        found = [each for each in found if each]
        if self.order == "reversed":
            found.reverse()
        return self._document({"data": found, "links": {"self": self._link(name, {})}})

    def _filtered(self, name: str, filters: dict[str, str]) -> list[Any]:
        sort = filters.get("sort", "created_at")
        found = [each for each in self._all(name) if self._matches(each, filters)]
        found.sort(key=lambda each: each["id"])
        key = sort.lstrip("-")
        found.sort(key=lambda each: str(each["attributes"].get(key)), reverse=sort[0] == "-")
        return found

    def _matches(self, made: Any, filters: dict[str, str]) -> bool:
        related = made.get("relationships", {})
        owners = {
            (each.get("data") or {}).get("id")
            for each in related.values()
            if isinstance((each or {}).get("data"), dict)
        }
        attributes = made["attributes"]
        text = " ".join(
            str(attributes.get(key, "")) for key in ("title", "slug", "name", "first_name")
        ).lower()
        for key, value in filters.items():
            if key in ("series_id", "season_id", "network_id", "creditable_id", "classified_id"):
                if value not in owners and value != attributes.get(key):
                    return False
            elif key == "q" and value.lower() not in text:
                return False
        return made["id"] not in self.hidden

    def _all(self, name: str) -> list[Any]:
        return [made for (kind, _), made in list(self.resources.items()) if kind == name]

    def _link(self, name: str, query: dict[str, Any]) -> str:
        pairs = "&".join(f"{quote(k, safe='')}={quote(str(v), safe='')}" for k, v in query.items())
        return f"{self.origin}/{name}?{pairs}"

    def _document(self, made: Any) -> tuple[int, dict[str, str], bytes]:
        return 200, {"content-type": self.content_type}, json.dumps(made).encode()

    def _bad(self, parameter: str, detail: str) -> tuple[int, dict[str, str], bytes]:
        error = {"status": "400", "code": "bad_request", "title": "Bad Request", "detail": detail}
        error["source"] = {"parameter": parameter}  # type: ignore[assignment] # one dict of many kinds
        return 400, {"content-type": JSON_API}, json.dumps({"errors": [error]}).encode()

    def _bare(self, status: int) -> tuple[int, dict[str, str], bytes]:
        return status, {"content-type": "text/html"}, b"<html></html>"


class AccountTransport(httpx.AsyncBaseTransport):
    """Reaches an account without a socket; an answer takes `latency` seconds of loop time."""

    def __init__(self, account: Account, latency: float = 0.0) -> None:
        self.account, self.latency = account, latency

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.latency:
            await asyncio.sleep(self.latency / 2)
        headers = {key.lower(): value for key, value in request.headers.items()}
        status, made, body = self.account.answer(request.url.raw_path.decode(), headers)
        if self.latency:
            await asyncio.sleep(self.latency / 2)
        return httpx.Response(status, headers=made, content=body)


def api_for(account: Account, **options: Any) -> ContentApi:
    return ContentApi(ORIGIN, CREDENTIAL, transport=AccountTransport(account), **options)


def asgi(account: Account) -> Any:
    """Return the account as an ASGI application."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        target = scope["raw_path"].decode() + "?" + scope["query_string"].decode()
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        status, made, body = account.answer(target.rstrip("?"), headers)
        raw = [(key.encode(), value.encode()) for key, value in made.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    return app


@contextlib.asynccontextmanager
async def loopback(account: Account, misbehave: Any = None) -> Any:
    """Yield the address of the account on a loopback port.

    `misbehave(number, writer, head, body)` may write what it likes instead of a proper answer and
    returns true if it did.
    """
    number = 0
    busy: set[Any] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        busy.add(asyncio.current_task())
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await respond(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        busy.discard(asyncio.current_task())

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        request = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            key.lower(): value.strip()
            for key, _, value in (line.partition(":") for line in request[1:])
        }
        status, made, body = account.answer(request[0].split(" ")[1], headers)
        made = {**made, "content-length": str(len(body)), "connection": "close"}
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in made.items())
        number += 1
        if not (misbehave and await misbehave(number, writer, head.encode() + b"\r\n", body)):
            writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    account.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield account.origin
    finally:
        server.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


def show(
    account: Account,
    name: str = "show",
    *,
    episodes: int = 2,
    credits: int = 1,  # noqa: A002 - the API's word
    released: datetime = PAST,
    network: str | None = "network",
) -> str:
    """Add a complete series to `account` and return its id."""
    series_id, season_id = uid(name), uid(name, "season")
    cover = image(account, name)
    if network:
        account.add(resource("networks", uid(network), name="Net"))
    account.add(
        resource(
            "classifications", uid("comedy"), type="Genre", value="Comedy", value_path="Comedy"
        )
    )
    account.add(
        resource(
            "seasons",
            season_id,
            {"series": link("series", series_id)},
            title="Season 1",
            season_number=1,
            status="active",
        )
    )
    episode_ids = [uid(name, "episode", number) for number in range(episodes)]
    for number, episode_id in enumerate(episode_ids):
        account.add(
            episode(
                episode_id,
                series_id,
                season_id,
                cover,
                f"{name} {number}",
                released + timedelta(days=number),
            )
        )
    credit_ids = [uid(name, "credit", number) for number in range(credits)]
    for number, credit_id in enumerate(credit_ids):
        person = uid(name, "person", number)
        account.add(
            resource(
                "people",
                person,
                {"avatar": link("images", None)},
                first_name="Ada",
                last_name=f"No. {number}",
            )
        )
        account.add(
            resource(
                "credits",
                credit_id,
                {"person": link("people", person), "creditable": link("series", series_id)},
                type="HostCredit",
                position=number,
            )
        )
    inclusion = uid(name, "inclusion")
    account.add(
        resource(
            "classification_inclusions",
            inclusion,
            {"classification": link("classifications", uid("comedy"))},
            position=1,
            primary=True,
            classified_id=series_id,
        )
    )
    account.add(
        resource(
            "series",
            series_id,
            {
                "cover_image": link("images", cover),
                "network": link("networks", network and uid(network)),
                "seasons": links("seasons", [season_id]),
                "episodes": links("episodes", episode_ids),
                "credits": links("credits", credit_ids),
                "classification_inclusions": links("classification_inclusions", [inclusion]),
            },
            slug=name,
            title=name.title(),
            description="<p>A show</p>",
            description_is_html=True,
            description_plain="A show",
            status="active",
            type="Series",
        )
    )
    return series_id


def episode(
    episode_id: str, series_id: str, season_id: str, cover: str, title: str, released: datetime
) -> dict[str, Any]:
    return resource(
        "episodes",
        episode_id,
        {
            "series": link("series", series_id),
            "season": link("seasons", season_id),
            "cover_image": link("images", None),
            "cascaded_cover_image": link("images", cover),
            "credits": links("credits", []),
            "classification_inclusions": links("classification_inclusions", []),
        },
        title=title,
        rss_guid=f"guid-{episode_id}",
        published=True,
        released_at=stamp(released),
        itunes_type="full",
        premium_status="inactive",
        status="active",
        description="Notes",
        description_is_html=False,
        description_plain="Notes",
    )


def image(account: Account, name: str, styles: Any = ("square-3000", "itunes", "original")) -> str:
    assets = {style: uid(name, "asset", style) for style in styles}
    for style, asset in assets.items():
        size = 3000 if style != "itunes" else 1400
        account.add(
            resource(
                "media_assets",
                asset,
                style=style,
                content_type="image/jpeg",
                cdn_url=f"https://cdn.example.com/{asset}.jpeg",
                file_size=1000,
                size_width=size,
                size_height=size,
                attachment_type="Image",
            )
        )
    image_id = uid(name, "image")
    account.add(
        resource(
            "images",
            image_id,
            {"media_assets": links("media_assets", assets.values())},
            status="valid",
        )
    )
    return image_id
