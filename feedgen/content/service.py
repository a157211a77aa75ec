"""The Content API of ART19, embedded: a library served as JSON:API, and its media as files.

The API answers at the root of the application, the media at the path of the library's
`media_url` and always at `/media`:

    GET /series, /seasons, /episodes, /images, /media_assets, /credits, /people,
        /classifications, /classification_inclusions, /networks     (collection and single)
    GET /episodes/{id}/next_sibling, /episodes/{id}/previous_sibling
    GET /media/images/<sha256>.<jpg|png|webp>, /media/episodes/<episode id>.<mp3|m4a|…>

A request is refused in this order: 401 without a valid credential, 429 over the limit of the
credential, 406 for an Accept header that leaves JSON:API out, 404 and 403 for what is not there
or not to be seen, 400 for the query.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath
from urllib.parse import quote, unquote, urlsplit

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute, Mount, Route
except ImportError as error:  # pragma: no cover - the tests install every extra
    from feedgen.errors import MissingExtra

    raise MissingExtra("the content service", "serve") from error

from feedgen.content import documents, media
from feedgen.content.access import MEDIA_TYPE, Privileges, accepts, credential_of
from feedgen.content.documents import Resource
from feedgen.content.files import AUDIO_TYPES
from feedgen.content.library import ImagesFailed, Library, Visit
from feedgen.content.limits import RateLimit
from feedgen.content.operations import COLLECTIONS, Collection
from feedgen.content.query import (
    UUID,
    Asked,
    BadQuery,
    Fault,
    read_collection,
    read_sibling,
    read_single,
)
from feedgen.content.selection import select, sibling
from feedgen.errors import FeedgenError, UsageProblem

Answer = Callable[[Request, Visit], Awaitable[bytes]]

_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_METHODS = ["GET", "HEAD"]

_logger = logging.getLogger("feedgen.content")


class _Refused(Exception):
    def __init__(
        self, status: int, *faults: Fault, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.faults = faults
        self.headers = dict(headers or {})


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def create_app(
    library: Library,
    *,
    credentials: Mapping[str, str],
    privileges: Mapping[str, Privileges] | None = None,
    strict_schema: bool = False,
    lenient_pages: bool = False,
    calls_per_minute: int | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Starlette:
    """Return the content service as an ASGI application.

    `credentials` maps credential ids to secrets; one without an entry in `privileges` sees
    everything. `strict_schema` leaves out every null, which the prose of the API names and its
    schema does not know; `lenient_pages` takes pages together with `ids[]`;
    `calls_per_minute` switches the limit of each credential on.
    """
    service = _Service(
        library,
        credentials=credentials,
        privileges=privileges or {},
        strict_schema=strict_schema,
        lenient_pages=lenient_pages,
        limit=RateLimit(calls_per_minute) if calls_per_minute else None,
        clock=clock,
    )
    return Starlette(
        routes=service.routes(),
        exception_handlers={
            _Refused: _refusal,
            BadQuery: _bad_query,
            HTTPException: _http_error,
            ImagesFailed: _images_failed,
            FeedgenError: _unavailable,
            Exception: _broken,
        },
    )


class _Service:
    def __init__(
        self,
        library: Library,
        *,
        credentials: Mapping[str, str],
        privileges: Mapping[str, Privileges],
        strict_schema: bool,
        lenient_pages: bool,
        limit: RateLimit | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._library = library
        self._credentials = credentials
        self._privileges = privileges
        self._strict = strict_schema
        self._lenient = lenient_pages
        self._limit = limit
        self._clock = clock
        self._last: tuple[object, object, list[Resource]] | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes, media first: their address may have no path of its own."""
        found: list[BaseRoute] = []
        public = unquote(urlsplit(self._library.media_url).path).rstrip("/")
        if public.split("/")[1:2] and public.split("/")[1] in COLLECTIONS:
            raise UsageProblem(
                f"the media can not lie at {self._library.media_url}: the API answers there",
                hint="give media_url another path, such as /media",
            )
        for prefix in dict.fromkeys((public, "/media")):
            images = Route("/images/{name}", self._image, methods=[*_METHODS, "OPTIONS"])
            episodes = Route("/episodes/{name}", self._episode, methods=[*_METHODS, "OPTIONS"])
            if prefix:
                found.append(Mount(prefix, routes=[images, episodes]))
            else:
                # Names with a point are never ids of the API, so the two do not meet.
                found += [
                    Route("/images/{name}.{ending}", self._image, methods=images.methods),
                    Route("/episodes/{name}.{ending}", self._episode, methods=episodes.methods),
                ]
        for collection in COLLECTIONS.values():
            found.append(self._route(f"/{collection.type}", partial(self._many, collection)))
            found.append(self._route(f"/{collection.type}/{{id}}", partial(self._one, collection)))
        for name, after in (("next_sibling", True), ("previous_sibling", False)):
            found.append(
                self._route(f"/episodes/{{id}}/{name}", partial(self._sibling, after=after))
            )
        found.append(self._route("/{rest:path}", _nothing))
        return found

    def _route(self, path: str, answer: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            privileges = self._admit(request)
            visit = await self._library.open(self._clock(), privileges)
            body = await answer(request, visit)
            return _document(request, 200, body)

        return Route(path, endpoint, methods=["GET"])

    def _admit(self, request: Request) -> Privileges:
        """Return what the credential may see; refuse 401, 429 and 406, in this order."""
        credential = credential_of(request.headers.get("authorization"), self._credentials)
        if credential is None:
            form = 'Authorization: Token token="<secret>", credential="<credential id>"'
            raise _Refused(401, _fault("unauthorized", f"a valid credential is needed: {form}"))
        wait = self._limit.spend(credential) if self._limit else None
        if self._limit and wait is not None:
            detail = f"more than {self._limit.calls} calls in a minute; retry in {wait} s"
            raise _Refused(429, _fault("rate-limit", detail), headers={"retry-after": str(wait)})
        accept = ", ".join(request.headers.getlist("accept")) or None
        if not accepts(accept):
            raise _Refused(
                406, _fault("not-acceptable", f"send Accept: {MEDIA_TYPE}, without parameters")
            )
        return self._privileges.get(credential, Privileges())

    async def _many(self, collection: Collection, request: Request, visit: Visit) -> bytes:
        asked = read_collection(
            collection, request.scope["query_string"], lenient_pages=self._lenient
        )
        if collection.type == "media_assets":
            found = await visit.assets(asked.ids or ())
        else:
            found = self._selected(collection, asked, visit)
        total = len(found)
        if asked.page is not None:
            start = (asked.page.number - 1) * asked.page.size
            found = found[start : start + asked.page.size]
        if collection.type != "media_assets":
            found = await visit.complete(found)
        here = documents.address(_base(request), collection.type)
        return documents.collection(
            found, links=documents.page_links(here, asked, total), strict_schema=self._strict
        )

    def _selected(self, collection: Collection, asked: Asked, visit: Visit) -> list[Resource]:
        """Return what was asked for; the pages of one list are cut out of one selection."""
        view = visit.view
        within = (view.shelf, view.now, view.privileges, collection.type)
        what = (asked.ids, tuple(asked.filters.items()), asked.sort)
        if self._last is not None and self._last[:2] == (within, what):
            return self._last[2]
        found = select(view, collection, asked)
        self._last = (within, what, found)
        return found

    async def _one(self, collection: Collection, request: Request, visit: Visit) -> bytes:
        id_ = _known_id(collection.type, request, visit)
        read_single(request.scope["query_string"])
        return await self._single(collection.type, id_, request, visit)

    async def _sibling(self, request: Request, visit: Visit, *, after: bool) -> bytes:
        id_ = _known_id("episodes", request, visit)
        rss = read_sibling(request.scope["query_string"])
        found = sibling(visit.view, id_, after=after, rss=rss)
        if found is None:
            where = "after" if after else "before"
            raise _Refused(404, _fault("not-found", f"no episode was released {where} this one"))
        return await self._single("episodes", found, request, visit)

    async def _single(self, type_: str, id_: str, request: Request, visit: Visit) -> bytes:
        resource = visit.view.shelf.get(type_, id_)
        found = await visit.complete([resource]) if resource else await visit.assets([id_])
        if not found:
            raise _Refused(404, _fault("not-found", f"the image has no style of the id {id_}"))
        here = documents.address(_base(request), type_, id_)
        return documents.single(found[0], here=here, strict_schema=self._strict)

    async def _image(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return media.preflight()
        name = _media_name(request)
        path = self._library.image_file(name)
        found = path and await media.send(
            request,
            path,
            content_type=media.IMAGE_TYPES[PurePath(name).suffix],
            digest=PurePath(name).stem,
        )
        return found or _no_media()

    async def _episode(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return media.preflight()
        id_, _, extension = _media_name(request).rpartition(".")
        content_type = AUDIO_TYPES.get(f".{extension.lower()}")
        if content_type is None or not UUID.fullmatch(id_):
            return _no_media()
        path = await self._library.episode_file(id_.lower(), extension, self._clock())
        found = path and await media.send(request, path, content_type=content_type)
        return found or _no_media()


async def _nothing(request: Request, visit: Visit) -> bytes:
    raise _Refused(404, _fault("not-found", "there is no such collection"))


def _known_id(type_: str, request: Request, visit: Visit) -> str:
    id_ = str(request.path_params["id"]).lower()
    if not UUID.fullmatch(id_):
        raise _Refused(404, _fault("not-found", "the id is not a UUID"))
    if not visit.knows(type_, id_):
        raise _Refused(404, _fault("not-found", f"there is nothing of the id {id_} in {type_}"))
    if not visit.sees(type_, id_):
        raise _Refused(403, _fault("forbidden", f"the credential may not see {type_} {id_}"))
    return id_


def _media_name(request: Request) -> str:
    parts = request.path_params
    return f"{parts['name']}.{parts['ending']}" if "ending" in parts else str(parts["name"])


def _no_media() -> Response:
    headers = {**media.CROSS_ORIGIN, "cache-control": "no-store"}
    return Response("not found\n", 404, headers, media_type="text/plain")


def _base(request: Request) -> str:
    """Return the address the service was reached at, as the client wrote it."""
    scope = request.scope
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        server = scope.get("server") or ("localhost", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    root = quote(str(scope.get("root_path", "")), safe="/")
    return f"{scope.get('scheme', 'http')}://{host}{root}"


def _fault(code: str, detail: str) -> Fault:
    return Fault(parameter="", code=code, detail=detail)


def _document(
    request: Request, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> Response:
    sent = {"cache-control": "no-store", **(headers or {}), "content-type": MEDIA_TYPE}
    if request.method == "HEAD":
        return Response(status_code=status, headers={**sent, "content-length": str(len(body))})
    return Response(body, status, sent)


def _failed(
    request: Request,
    status: int,
    faults: Sequence[Fault],
    headers: Mapping[str, str] | None = None,
) -> Response:
    return _document(request, status, documents.errors(status, faults), headers)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, _Refused)  # noqa: S101 - it is registered for nothing else
    return _failed(request, error.status, error.faults, error.headers)


async def _bad_query(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadQuery)  # noqa: S101 - it is registered for nothing else
    return _failed(request, 400, error.faults)


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: another method, or a path below /media."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for nothing else
    fault = _fault(error.detail.lower().replace(" ", "-"), error.detail)
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return _failed(request, error.status_code, [fault], headers)


async def _images_failed(request: Request, error: Exception) -> Response:
    """Answer for images that could not be processed, through no fault of theirs.

    The errors name the parameter they lie in (JSON:API 1.0, "Error Objects"), so that a client
    knows the service is there, and asks for the others without these.
    """
    assert isinstance(error, ImagesFailed)  # noqa: S101 - it is registered for nothing else
    parameter = "" if "id" in request.path_params else "ids[]"
    faults = [
        Fault(parameter=parameter, code="not-processed", detail=reason)
        for reason in error.reasons.values()
    ]
    return _failed(request, 503, faults)


async def _unavailable(request: Request, error: Exception) -> Response:
    """Answer while the catalogue as a whole can not be read."""
    _logger.error("The catalogue can not be served: %s", error)
    return _failed(request, 503, [_fault("unavailable", "the catalogue can not be read now")])


async def _broken(request: Request, error: Exception) -> Response:
    return _failed(request, 500, [_fault("internal", "the service failed; its log says why")])
