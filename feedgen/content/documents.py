"""JSON:API documents: resources, pages, links and errors as bytes.

Source: JSON:API 1.0 (jsonapi.org/format/1.0), "Document Structure" and "Errors"; the members of
an error follow the published description of the ART19 Content API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from feedgen.content.operations import PAGE_NUMBER, PAGE_SIZE
from feedgen.content.query import Asked, Fault, Page

Resource = Mapping[str, Any]

# The attributes whose description says that they may be null.
NULLABLE = {
    "seasons": ("season_number",),
    "episodes": ("season_id",),
    "series": (
        "amazon_subscription_badge_enabled",
        "itunes_subscription_badge_enabled",
        "spotify_subscription_badge_enabled",
        "stitcher_subscription_badge_enabled",
    ),
}

_ENCODER = msgspec.json.Encoder()


def single(resource: Resource, *, here: str, strict_schema: bool = False) -> bytes:
    """Return the document of one resource; `here` is its absolute address."""
    return _ENCODER.encode(
        {"data": shaped(resource, strict_schema=strict_schema), "links": {"self": here}}
    )


def collection(
    resources: Iterable[Resource], *, links: Mapping[str, str], strict_schema: bool = False
) -> bytes:
    """Return the document of a list of resources."""
    data = [shaped(resource, strict_schema=strict_schema) for resource in resources]
    return _ENCODER.encode({"data": data, "links": links})


def errors(status: int, faults: Sequence[Fault]) -> bytes:
    """Return the document of an error; an empty `parameter` means the request as a whole."""
    title = HTTPStatus(status).phrase
    return _ENCODER.encode(
        {
            "errors": [
                {
                    "status": str(status),
                    "code": fault.code,
                    "title": title,
                    "detail": fault.detail,
                    **({"source": {"parameter": fault.parameter}} if fault.parameter else {}),
                }
                for fault in faults
            ]
        }
    )


def shaped(resource: Resource, *, strict_schema: bool = False) -> dict[str, Any]:
    """Return the resource with its empty members as the API writes them.

    An attribute without a value is left out, unless its description says that it may be null; an
    empty to-one relationship has the data null (JSON:API 1.0, "Resource Linkage").
    `strict_schema` leaves both out: the published schema has nothing that may be null.
    """
    attributes = {
        name: value for name, value in resource["attributes"].items() if value is not None
    }
    if not strict_schema:
        for name in NULLABLE.get(resource["type"], ()):
            attributes.setdefault(name, None)
    relationships = {
        name: linkage
        for name, linkage in resource.get("relationships", {}).items()
        if not strict_schema or linkage.get("data") is not None
    }
    made: dict[str, Any] = {
        "id": resource["id"],
        "type": resource["type"],
        "attributes": attributes,
    }
    if relationships:
        made["relationships"] = relationships
    return made


def address(base: str, *parts: str) -> str:
    """Return the absolute address of a collection or resource below `base`."""
    return "/".join((base.rstrip("/"), *(quote(part, safe="") for part in parts)))


def page_links(here: str, asked: Asked, total: int) -> dict[str, str]:
    """Return `self`, and for pages `first`, `last`, `prev` and `next` where they exist.

    The links keep the page size and every other parameter, percent-encoded, brackets too. A page
    past the end has the last page before it.
    """
    page = asked.page
    if page is None:
        return {"self": _with_query(here, asked.pairs)}
    last = max(1, -(-total // page.size))
    links = {"self": page.number, "first": 1, "last": last}
    if page.number > 1:
        links["prev"] = min(page.number - 1, last)
    if page.number < last:
        links["next"] = page.number + 1
    return {
        name: _with_query(here, _paged(asked, Page(number=number, size=page.size)))
        for name, number in links.items()
    }


def _paged(asked: Asked, page: Page) -> list[tuple[str, str]]:
    kept = [pair for pair in asked.pairs if pair[0] not in (PAGE_NUMBER, PAGE_SIZE)]
    return [*kept, (PAGE_NUMBER, str(page.number)), (PAGE_SIZE, str(page.size))]


def _with_query(here: str, pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(pairs), quote_via=quote, safe="")
    return f"{here}?{query}" if query else here
