"""JSON:API documents into resources, as the ART19 Content API writes them.

    document = jsonapi.parse(body)
    resources = jsonapi.Resources(document.resources)
    series = resources.get("series", series_id)

Nothing here knows what a series is. A resource that can not be read fails alone: it is left out
and named in `Document.failures`. Source: JSON:API 1.0, https://jsonapi.org/format/1.0/.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from feedgen.errors import ApiProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MEDIA_TYPE = "application/vnd.api+json"

# The published description gives this one type in the singular and all others in the plural.
_TYPE_NAMES = {"classification_inclusion": "classification_inclusions"}


class UnreadableDocument(ApiProblem):
    """A body that should be a JSON:API document and is none."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """Type and id of a resource (JSON:API 1.0, "Resource Identifier Objects")."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """What a resource says of its relation to others.

    `known` is false where the member `data` is missing; then `targets` is empty and means nothing.
    `whole` is false where the server gives the relation page by page (`links.next`).
    """

    targets: tuple[Identifier, ...] = ()
    known: bool = True
    whole: bool = True


UNKNOWN = Relationship(known=False, whole=False)


class Same:
    """A resource as the key of a cache: it is the same as another of the same bytes."""

    __slots__ = ("resource",)

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.resource.raw == other.resource.raw

    def __hash__(self) -> int:
        return hash(self.resource.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource object; `raw` is the JSON it was read from."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    relationships: Mapping[str, Relationship]
    raw: bytes = field(default=b"", repr=False, compare=False)

    @property
    def key(self) -> Identifier:
        """Its type and id."""
        return Identifier(self.type, self.id)

    def related(self, name: str) -> Relationship:
        """Return the relation `name`, `UNKNOWN` if the resource has none of that name."""
        return self.relationships.get(name, UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiError:
    """One entry of `errors`; every member may be blank (JSON:API 1.0, "Error Objects")."""

    status: str = ""
    code: str = ""
    title: str = ""
    detail: str = ""
    parameter: str = ""

    def __str__(self) -> str:
        text = self.detail or self.title or self.code or f"status {self.status}"
        return f"{self.parameter}: {text}" if self.parameter else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A resource that could not be read: its place in `data`, its key if that much was legible."""

    index: int
    key: Identifier | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A top-level document; `many` tells a collection from a single resource.

    `links` holds what `links` held, `None` where that is null; `has_links` is false where the
    member is missing altogether.
    """

    resources: tuple[Resource, ...] = ()
    links: Mapping[str, str | None] = field(default_factory=dict)
    errors: tuple[ApiError, ...] = ()
    failures: tuple[Failure, ...] = ()
    many: bool = False
    has_links: bool = False


class Resources:
    """Resources by type and id."""

    __slots__ = ("_by_key",)

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._by_key: dict[tuple[str, str], Resource] = {}
        for resource in resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        """Take in `resource`, in place of what had its key before."""
        self._by_key[resource.type, resource.id] = resource

    def get(self, type_name: str, resource_id: str) -> Resource | None:
        """Return the resource, `None` if it is not here."""
        return self._by_key.get((type_name, resource_id))

    def __contains__(self, key: Identifier) -> bool:
        return (key.type, key.id) in self._by_key

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)


class _Document(msgspec.Struct):
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    links: Any = msgspec.UNSET
    errors: Any = msgspec.UNSET


class _Resource(msgspec.Struct):
    type: str
    id: str
    attributes: dict[str, Any] | None = None
    relationships: dict[str, Any] | None = None


class _Key(msgspec.Struct):
    type: str = ""
    id: str = ""


_document = msgspec.json.Decoder(_Document)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_resource = msgspec.json.Decoder(_Resource)
_key = msgspec.json.Decoder(_Key)
_NO_LINKS: Mapping[str, str | None] = MappingProxyType({})


def parse(body: bytes) -> Document:
    """Return the document in `body`; raise `UnreadableDocument` if it is no JSON:API document.

    A document needs `data` or `errors` (JSON:API 1.0, "Top Level"); a resource needs `type` and
    `id` and may lack everything else.
    """
    try:
        top = _document.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        try:
            top = _document.decode(_without_lone_surrogates(body))
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise UnreadableDocument(f"the answer is no JSON document: {error}") from None
    errors = tuple(_error(each) for each in top.errors) if isinstance(top.errors, list) else ()
    if top.data is msgspec.UNSET and not errors:
        raise UnreadableDocument("the answer is JSON but has neither data nor errors")
    resources: list[Resource] = []
    failures: list[Failure] = []
    many = False
    if isinstance(top.data, msgspec.Raw):
        pieces, many = _pieces(bytes(top.data).strip())
        for index, piece in enumerate(pieces):
            try:
                resources.append(read(piece))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
                failures.append(Failure(index=index, key=_legible(piece), reason=str(error)))
    return Document(
        resources=tuple(resources),
        links=_links(top.links),
        errors=errors,
        failures=tuple(failures),
        many=many,
        has_links=isinstance(top.links, dict),
    )


@lru_cache(maxsize=4096)
def read(raw: bytes) -> Resource:
    """Return the one resource object in `raw`; raise `ValueError` if it is none.

    A run reads the same bytes several times, and one hook those of the hook before it.
    """
    found = _resource.decode(raw)
    if not found.type or not found.id:
        raise ValueError("a resource without type or id")
    relationships = {
        name: _relationship(value) for name, value in (found.relationships or {}).items()
    }
    return Resource(
        type=_TYPE_NAMES.get(found.type, found.type),
        id=found.id,
        attributes=found.attributes or {},
        relationships=relationships,
        raw=raw,
    )


def from_object(data: Mapping[str, Any]) -> Resource:
    """Return the resource that the JSON object `data` describes; raise `ValueError` if none."""
    return read(msgspec.json.encode(data))


def to_object(resource: Resource) -> dict[str, Any]:
    """Return the JSON object `resource` was read from."""
    return msgspec.json.decode(resource.raw, type=dict[str, Any])


def with_related(resource: Resource, name: str, targets: Iterable[Identifier]) -> Resource:
    """Return `resource` with the relation `name` wholly known and made of `targets`."""
    data = to_object(resource)
    links = [{"type": key.type, "id": key.id} for key in targets]
    data["relationships"] = {**(data.get("relationships") or {}), name: {"data": links}}
    return from_object(data)


def _without_lone_surrogates(body: bytes) -> bytes:
    """Return the document without escapes such as `\\ud83d` that are half a character.

    RFC 8259 section 8.2 allows them; msgspec then refuses the whole document, which would let one
    title of one episode spoil a hundred others.
    """
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", errors="ignore")


def _pieces(data: bytes) -> tuple[list[bytes], bool]:
    if data[:1] == b"[":
        return [bytes(piece) for piece in _list.decode(data)], True
    return ([] if data == b"null" else [data]), False


def _legible(piece: bytes) -> Identifier | None:
    try:
        key = _key.decode(piece)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Identifier(_TYPE_NAMES.get(key.type, key.type), key.id) if key.id else None


def _relationship(value: object) -> Relationship:
    if not isinstance(value, dict):
        return UNKNOWN
    links = value.get("links")
    whole = not (isinstance(links, dict) and links.get("next"))
    if "data" not in value:
        return UNKNOWN
    data = value["data"]
    found = data if isinstance(data, list) else [] if data is None else [data]
    targets = tuple(key for key in map(_identifier, found) if key is not None)
    # An identifier nobody can read hides a resource: the relation is not wholly known.
    return Relationship(targets=targets, whole=whole and len(targets) == len(found))


def _identifier(value: object) -> Identifier | None:
    type_name = value.get("type") if isinstance(value, dict) else None
    resource_id = value.get("id") if isinstance(value, dict) else None
    if isinstance(type_name, str) and isinstance(resource_id, str) and type_name and resource_id:
        return Identifier(_TYPE_NAMES.get(type_name, type_name), resource_id)
    return None


def _links(value: object) -> Mapping[str, str | None]:
    """Return the links as addresses; a link may be an object with `href`."""
    if not isinstance(value, dict):
        return _NO_LINKS
    links: dict[str, str | None] = {}
    for name, link in value.items():
        address = link.get("href") if isinstance(link, dict) else link
        if address is None or isinstance(address, str):
            links[name] = address or None
    return links


def _error(value: object) -> ApiError:
    if not isinstance(value, dict):
        return ApiError(detail=str(value))
    source = value.get("source")
    parameter = source.get("parameter") if isinstance(source, dict) else None

    def text(name: str) -> str:
        found = value.get(name)
        return str(found) if isinstance(found, (str, int)) else ""

    return ApiError(
        status=text("status"),
        code=text("code"),
        title=text("title"),
        detail=text("detail"),
        parameter=parameter if isinstance(parameter, str) else "",
    )
