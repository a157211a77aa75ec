"""The hooks over HTTP.

    POST /hooks/<name>            202 and a receipt, at once
    POST /hooks/<name>?wait=10    200 and the outcome, or 202 if it takes longer
    POST /hooks/<name>?dry_run=1  200 and what would go on air; nothing is written
    GET  /receipts/<id>           200 and what became of it

Refused: 400 what can not be read, 401 not signed, 404 no such hook or receipt, 408 too slow,
413 too large, 415 not JSON, 422 no series in it or a key that was used for something else,
429 and 503 too often (RFC 9110 §15.5, RFC 6585 §4). A message that came before, known by its
idempotency key, is answered 200 with the first receipt and starts nothing: its sender must not
try again (Standard Webhooks, "Idempotency"; IETF draft "The Idempotency-Key HTTP Header Field").
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from feedgen.errors import FeedgenError, Refused, UnknownSeries, UsageProblem
from feedgen.hooks import signatures
from feedgen.hooks.settings import NAME
from feedgen.inbox import KeyReused
from feedgen.report import series_document

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from feedgen.hooks.service import Hook, HookService
    from feedgen.receipts import Receipt

log = logging.getLogger(__name__)

# Seconds for a whole body, and for the next piece of it; requests whose body is read at once.
BODY_WITHIN, PIECE_WITHIN, AT_ONCE = 20.0, 5.0, 200
LONGEST_WAIT, WAITING_AT_ONCE, REHEARSALS_AT_ONCE = 60.0, 200, 2
_MOST_DEPTH = 64


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
        Route("/hooks/{name:path}", hooks.post, methods=["POST"]),
        Route("/receipts/{id}", hooks.get_receipt, methods=["GET"]),
    ]


class _Hooks:
    def __init__(self, service: HookService) -> None:
        self._service = service
        self._reading = 0
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
            # What is wrong here is nobody's business outside; the log has it.
            log.error("hook.unavailable reason=%s", error.message)
            return _json(503, {"error": "not now"}, {"retry-after": "5"})

    async def get_receipt(self, request: HttpRequest) -> Response:
        """Answer GET /receipts/<id>."""
        try:
            found = await self._service.receipt(str(request.path_params["id"]))
        except FeedgenError as error:
            log.error("receipt.unavailable reason=%s", error.message)
            return _json(503, {"error": "not now"}, {"retry-after": "5"})
        if found is None:
            return _json(404, {"error": "there is no such receipt"})
        return _json(200, _told(found))

    async def _post(self, request: HttpRequest) -> Response:
        name = str(request.path_params["name"])
        hook = self._service.hook(name) if NAME.fullmatch(name) else None
        if hook is None:
            raise _Answer(404, "there is no such hook")
        if not hook.secrets:
            raise _Answer(503, "the hook is not set up")
        wait, dry_run = _asked(request)
        body = await self._body(request, hook)
        signed = signatures.Request(
            method=request.method, path=_path(request), headers=_lower(request.headers), body=body
        )
        try:
            self._service.verify(hook, signed)
        except Refused as refused:
            log.warning("hook.refused hook=%s reason=%s", hook.name, refused.message)
            raise _Answer(401, "not signed as it has to be") from None
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
        except KeyReused as error:
            raise _Answer(422, error.message) from None
        except UsageProblem as error:
            raise _Answer(422, error.message) from None
        receipt = accepted.receipt
        if wait and receipt.state != "done":
            receipt = await self._settled(receipt, wait)
        done = receipt.state == "done"
        return _json(
            200 if accepted.replayed or (wait and done) else 202,
            _told(receipt) | {"replayed": accepted.replayed},
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
        told = [_outcome(series_document(each)) for each in outcomes]
        return _json(200, {"dry_run": True, "outcomes": told})

    async def _body(self, request: HttpRequest, hook: Hook) -> bytes:
        """Return the body; refuse it as soon as it is clear that it is refused."""
        limit = hook.settings.body_limit
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            raise _Answer(413, f"more than {limit} bytes", connection="close")
        if signatures.token_is_missing(hook.settings, _lower(request.headers), hook.secrets):
            log.warning("hook.refused hook=%s reason=the token is missing or wrong", hook.name)
            raise _Answer(401, "not signed as it has to be", connection="close")
        if self._reading >= AT_ONCE:
            raise _Answer(503, "too many requests at once", retry_after="1", connection="close")
        self._reading += 1
        try:
            async with asyncio.timeout(BODY_WITHIN):
                return await _pieces(request, limit)
        except TimeoutError:
            raise _Answer(408, "the body comes too slowly", connection="close") from None
        finally:
            self._reading -= 1


async def _pieces(request: HttpRequest, limit: int) -> bytes:
    body = bytearray()
    stream = request.stream()
    while True:
        async with asyncio.timeout(PIECE_WITHIN):
            piece = await anext(stream, None)
        if piece is None:
            return bytes(body)
        body += piece
        if len(body) > limit:
            raise _Answer(413, f"more than {limit} bytes", connection="close")


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
    query = request.query_params
    try:
        wait = float(query.get("wait", "0"))
    except ValueError:
        wait = math.nan
    if not 0 <= wait <= LONGEST_WAIT:
        raise _Answer(400, f"wait is a number of seconds, up to {LONGEST_WAIT:.0f}")
    dry_run = query.get("dry_run", "0")
    if dry_run not in ("0", "1", "false", "true", ""):
        raise _Answer(400, "dry_run is 0 or 1")
    return wait, dry_run in ("1", "true")


def _path(request: HttpRequest) -> str:
    """Return the path as it was sent, with its query."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string", b"")
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


def _lower(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _told(receipt: Receipt) -> dict[str, Any]:
    told = receipt.as_json()
    for part in told["series"]:
        if part["outcome"] is not None:
            part["outcome"] = _outcome(part["outcome"])
    return told


def _outcome(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome without where its feeds lie on the disk: that is for who is there."""
    feeds = [{k: v for k, v in feed.items() if k != "feed"} for feed in outcome.get("feeds", ())]
    return {k: v for k, v in outcome.items() if k != "feed"} | {"feeds": feeds}


def _json(status: int, told: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(told),
        status,
        {"cache-control": "no-store", "x-content-type-options": "nosniff", **(headers or {})},
        media_type="application/json",
    )
