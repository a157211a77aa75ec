"""The hooks over HTTP.

    POST /hooks/<name>            202 and a receipt, at once
    POST /hooks/<name>?wait=10    200 and the outcome, or 202 if it takes longer
    POST /hooks/<name>?dry_run=1  200 and what would go on air; nothing is written
    GET  /receipts/<id>           200 and what became of it

Refused: 400 what can not be read, 401 not signed, 404 no such hook or receipt, 405 another
method, 408 too slow, 413 too large, 415 compressed or not JSON, 422 no series in it or a key that
was used for something else, 429 and 503 too often (RFC 9110 §15.5, RFC 6585 §4). A message that
came before, known by its idempotency key, is answered 200 with the first receipt and starts
nothing: its sender must not try again (Standard Webhooks, "Idempotency"; IETF draft "The
Idempotency-Key HTTP Header Field").
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from feedgen.errors import FeedgenError, Refused, UnknownSeries
from feedgen.hooks import signatures
from feedgen.hooks.bodies import Bodies, Crowded, TooLarge, TooSlow
from feedgen.hooks.meant import BadPayload
from feedgen.hooks.rate import Lines
from feedgen.hooks.settings import NAME
from feedgen.inbox import KeyReused
from feedgen.redact import from_project
from feedgen.report import series_document

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from feedgen.hooks.service import Hook, HookService
    from feedgen.receipts import Receipt

log = logging.getLogger(__name__)

LONGEST_WAIT, WAITING_AT_ONCE, REHEARSALS_AT_ONCE = 60.0, 200, 2
_MOST_DEPTH = 64
# Bytes whose HMAC takes so long that other requests should not have to wait for it.
_LONG = 256 * 1024
_NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9]{1,6})?")
_UNSIGNED = "not signed as it has to be"


class _Answer(Exception):
    """A request that is refused."""

    def __init__(self, status: int, said: str, **headers: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def routes(service: HookService) -> list[BaseRoute]:
    """Return the routes of the hooks, to be mounted in front of everything else."""
    hooks = _Hooks(service)
    return [
        _Route("/hooks/{name:path}", hooks.post, methods=["POST"]),
        _Route("/receipts/{id}", hooks.get_receipt, methods=["GET"]),
    ]


class _Route(Route):
    """A route that refuses other methods in JSON, as it refuses everything."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose path is that of the route."""
        methods = self.methods or set()
        if scope["method"] in methods:
            await super().handle(scope, receive, send)
            return
        allowed = ", ".join(sorted(methods))
        answer = _json(405, {"error": f"only {allowed}"}, {"allow": allowed})
        await answer(scope, receive, send)


class _Hooks:
    def __init__(self, service: HookService) -> None:
        self._service = service
        self._bodies = Bodies()
        self._lines: defaultdict[str, Lines] = defaultdict(Lines)
        self._waiting = 0
        self._rehearsing = 0

    async def post(self, request: HttpRequest) -> Response:
        """Answer POST /hooks/<name>."""
        try:
            return await self._post(request)
        except _Answer as answer:
            return _json(answer.status, {"error": answer.said}, answer.headers)
        except ClientDisconnect:
            return _json(400, {"error": "the request broke off"}, {"connection": "close"})
        except FeedgenError as error:
            return _unavailable("hook.unavailable", error)

    async def get_receipt(self, request: HttpRequest) -> Response:
        """Answer GET /receipts/<id>."""
        try:
            found = await self._service.receipt(str(request.path_params["id"]))
        except FeedgenError as error:
            return _unavailable("receipt.unavailable", error)
        if found is None:
            return _json(404, {"error": "there is no such receipt"})
        return _json(200, self._told(found))

    async def _post(self, request: HttpRequest) -> Response:
        name = str(request.path_params["name"])
        hook = self._service.hook(name) if NAME.fullmatch(name) else None
        if hook is None:
            raise _Answer(404, "there is no such hook")
        if not hook.secrets:
            raise _Answer(503, "the hook is not set up")
        wait, dry_run = _asked(request)
        signed = await self._signed(request, hook)
        if pause := hook.rate.spend():
            raise _Answer(429, "too many requests", retry_after=str(math.ceil(pause)))
        return await self._take(hook, signed, wait=wait, dry_run=dry_run)

    async def _take(
        self, hook: Hook, signed: signatures.Request, *, wait: float, dry_run: bool
    ) -> Response:
        """Answer a request that is signed: from here on its sender may know what is wrong."""
        payload = _payload(signed)
        try:
            changed = await self._service.series(hook, payload)
            if not changed:
                return _json(200, {"ignored": "the payload is not about a feed"})
            if dry_run:
                return await self._rehearse(changed)
            key = signatures.key_of(signed, hook.settings.scheme)
            accepted = await self._service.accept(hook, changed, key=key, body=signed.body)
        except UnknownSeries as error:
            raise _Answer(422, f"no series {error.asked!r}") from None
        except (BadPayload, signatures.BadKey, KeyReused) as error:
            raise _Answer(422, error.message) from None
        receipt = accepted.receipt
        if wait and receipt.state != "done":
            receipt = await self._settled(receipt, wait)
        done = receipt.state == "done"
        return _json(
            200 if accepted.replayed or (wait and done) else 202,
            self._told(receipt) | {"replayed": accepted.replayed},
            {"location": f"/receipts/{receipt.id}"},
        )

    async def _settled(self, receipt: Receipt, wait: float) -> Receipt:
        if self._waiting >= WAITING_AT_ONCE:
            return receipt
        self._waiting += 1
        try:
            return await self._service.settled(receipt.id, wait) or receipt
        finally:
            self._waiting -= 1

    async def _rehearse(self, changed: Any) -> Response:  # noqa: ANN401 - see HookService
        if self._rehearsing >= REHEARSALS_AT_ONCE:
            raise _Answer(503, "others are being rehearsed", retry_after="2")
        self._rehearsing += 1
        try:
            outcomes = await self._service.difference(changed)
        finally:
            self._rehearsing -= 1
        told = [self._outcome(series_document(each)) for each in outcomes]
        return _json(200, {"dry_run": True, "outcomes": told})

    def _told(self, receipt: Receipt) -> dict[str, Any]:
        told = receipt.as_json()
        for part in told["series"]:
            if part["outcome"] is not None:
                part["outcome"] = self._outcome(part["outcome"])
        return told

    def _outcome(self, outcome: dict[str, Any]) -> dict[str, Any]:
        """Return an outcome without where anything lies on the disk: that is for who is there."""
        feeds = [
            {k: v for k, v in feed.items() if k != "feed"} for feed in outcome.get("feeds", ())
        ]
        told = {k: v for k, v in outcome.items() if k != "feed"} | {"feeds": feeds}
        here: dict[str, Any] = from_project(self._service.root, told)
        return here

    async def _signed(self, request: HttpRequest, hook: Hook) -> signatures.Request:
        """Return a request that is signed; refuse it as soon as it is clear that it is refused."""
        limit = hook.settings.body_limit
        headers = _lower(request.headers)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[-20:]) > limit:
            raise _Answer(413, f"more than {limit} bytes", connection="close")
        try:
            self._service.verify_headers(hook, headers)
        except Refused as refused:
            raise self._unsigned(hook, refused, connection="close") from None
        if headers.get("content-encoding", "identity").lower() != "identity":
            # RFC 9110 §15.5.16. Nobody knows how large it is before it is unpacked.
            raise _Answer(
                415,
                "the body must not be compressed",
                accept_encoding="identity",
                connection="close",
            )
        body = await self._body(request, limit)
        signed = signatures.Request(
            method=request.method, path=_path(request), headers=headers, body=body
        )
        try:
            if len(body) > _LONG:
                await asyncio.to_thread(self._service.verify, hook, signed)
            else:
                self._service.verify(hook, signed)
        except Refused as refused:
            raise self._unsigned(hook, refused) from None
        return signed

    def _unsigned(self, hook: Hook, refused: Refused, **headers: str) -> _Answer:
        """Return the same refusal, whatever is wrong; the log has what it is."""
        left_out = self._lines[hook.name].next()
        if left_out is not None:
            log.warning(
                "hook.refused hook=%s left_out=%s reason=%s", hook.name, left_out, refused.message
            )
        return _Answer(401, _UNSIGNED, **headers)

    async def _body(self, request: HttpRequest, limit: int) -> bytes:
        try:
            return await self._bodies.read(request.stream(), limit)
        except TooLarge:
            raise _Answer(413, f"more than {limit} bytes", connection="close") from None
        except TooSlow:
            raise _Answer(408, "the body comes too slowly", connection="close") from None
        except Crowded:
            raise _Answer(
                503, "too many requests at once", retry_after="1", connection="close"
            ) from None


def _payload(signed: signatures.Request) -> object:
    kind = signed.headers.get("content-type", "").partition(";")[0].strip().lower()
    # Contentful has a type of its own: application/vnd.contentful.management.v1+json.
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise _Answer(415, "the body has to be JSON: application/json", accept="application/json")
    try:
        payload = msgspec.json.decode(signed.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Answer(400, "the body is not JSON") from None
    if _too_deep(payload):
        raise _Answer(400, f"the body is nested more than {_MOST_DEPTH} deep")
    return payload


def _too_deep(payload: object) -> bool:
    """Return whether expressions could not go through the payload for its depth."""
    level = [payload]
    for _ in range(_MOST_DEPTH):
        below: list[object] = []
        for each in level:
            if isinstance(each, dict):
                below += each.values()
            elif isinstance(each, list):
                below += each
        level = below
        if not level:
            return False
    return True


def _asked(request: HttpRequest) -> tuple[float, bool]:
    """Return how long an answer may take, and whether nothing is to be written."""
    asked = request.query_params.multi_items()
    query = dict(asked)
    # What somebody says twice they may mean otherwise than we read it.
    if any(name in ("wait", "dry_run") for name, _ in asked) and len(query) != len(asked):
        raise _Answer(400, "wait and dry_run are said once")
    said = query.get("wait", "0")
    wait = float(said) if _NUMBER.fullmatch(said) else math.nan
    if not wait <= LONGEST_WAIT:
        raise _Answer(400, f"wait is a number of seconds, up to {LONGEST_WAIT:.0f}")
    dry_run = query.get("dry_run", "0")
    if dry_run not in ("0", "1", "false", "true"):
        raise _Answer(400, "dry_run is 0 or 1")
    return wait, dry_run in ("1", "true")


def _path(request: HttpRequest) -> str:
    """Return the path as it was sent, with its query."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string", b"")
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


def _lower(headers: Headers) -> dict[str, str]:
    """Return the headers by name; what came twice is one list of both (RFC 9110 §5.2).

    So a second signature beside the first one is no signature, whichever of them is right.
    """
    found: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _unavailable(event: str, error: FeedgenError) -> Response:
    """Answer that this is not the moment; what is wrong is nobody's business but the log's."""
    log.error("%s reason=%s", event, error.message)
    return _json(503, {"error": "not now"}, {"retry-after": "5"})


def _json(status: int, told: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(told),
        status,
        {"cache-control": "no-store", "x-content-type-options": "nosniff", **(headers or {})},
        media_type="application/json",
    )
