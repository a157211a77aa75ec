"""What the Content API can be asked: collections, their filters, and how a request is written.

Pure: a request is a path and a query here, nothing is sent. Source of the table: the published
description, and its prose where prose and schema differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from feedgen.errors import ApiProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# 100 ids make a target of some 4.7 KB; usual proxies stop at 8 KiB.
MOST_IDS = 100
PAGE_SIZE = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection: the filters and sort keys it knows beside `ids[]`, whether it has pages."""

    name: str
    filters: frozenset[str] = frozenset()
    sorts: frozenset[str] = frozenset()
    paged: bool = True
    needs: tuple[frozenset[str], ...] = ()


def _collection(
    name: str, filters: str, sorts: str, *, paged: bool = True, needs: str = ""
) -> Collection:
    return Collection(
        name=name,
        filters=frozenset(filters.split()),
        sorts=frozenset(sorts.split()),
        paged=paged,
        needs=tuple(frozenset(one.split("+")) for one in needs.split()),
    )


COLLECTIONS: Mapping[str, Collection] = {
    each.name: each
    for each in (
        _collection(
            "series",
            "network_id q ad_rep_account_id",
            "sort_title title created_at updated_at episode_released_at",
        ),
        _collection("seasons", "series_id q", "sort_title title created_at updated_at"),
        _collection(
            "episodes",
            "series_id season_id published rss q released_after released_before year month "
            "included_in_inventory_calendar",
            "sort_title title created_at updated_at released_at earliest_released_at "
            "released_or_created_at",
            needs="series_id season_id",
        ),
        _collection("images", "", "", paged=False),
        _collection("media_assets", "", "", paged=False),
        _collection("credits", "creditable_id creditable_type", "position created_at updated_at"),
        _collection("people", "q", "last_name first_name created_at updated_at"),
        _collection("classifications", "type q is_country", "value created_at updated_at"),
        _collection(
            "classification_inclusions",
            "classified_id classified_type classification_type classification_id q",
            "created_at position classification_value",
            needs="classified_id+classified_type classified_id+classification_type "
            "classification_id+classified_type",
        ),
        _collection(
            "networks", "q ad_rep_account_id ad_deal_status", "name created_at updated_at"
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Target:
    """A path below the base address and the pairs of its query."""

    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def is_collection(self) -> bool:
        """Whether a list of resources answers it, and not a single one."""
        return "/" not in self.path

    def __str__(self) -> str:
        return f"/{self.path}?{encode(self.query)}" if self.query else f"/{self.path}"


def one(collection: str, resource_id: str) -> Target:
    """Return the request for a single resource; raise `ValueError` if the id is no UUID."""
    return Target(f"{_known(collection).name}/{_checked(resource_id)}")


def sibling(episode_id: str, side: str, *, rss: bool = False) -> Target:
    """Return the request for the episode released right after (`next`) or before (`previous`)."""
    if side not in ("next", "previous"):
        raise ValueError(f"no sibling {side!r}")
    query = (("rss", "true"),) if rss else ()
    return Target(f"episodes/{_checked(episode_id)}/{side}_sibling", query)


def by_ids(collection: str, ids: Iterable[str], *, with_page: bool = False) -> Target:
    """Return the request for up to 100 ids, sorted and each once, so that URLs repeat.

    Raises `ValueError` for none, too many, or one that is no UUID: an empty `ids[]` is never sent.
    """
    wanted = sorted({_checked(each) for each in ids})
    if not 0 < len(wanted) <= MOST_IDS:
        raise ValueError(f"{len(wanted)} ids in one request")
    query = tuple(("ids[]", each) for each in wanted)
    return Target(_known(collection).name, query + page(1) if with_page else query)


def listing(collection: str, filters: Mapping[str, str], *, number: int = 1) -> Target:
    """Return the request for a page of a collection, always with both page parameters.

    Raises `ValueError` for a filter or sort key the collection does not have: an unknown
    parameter is never sent. `-name` sorts downwards.
    """
    known = _known(collection)
    if not known.paged:
        raise ValueError(f"{collection} can only be asked for by ids")
    if known.needs and not any(need <= filters.keys() for need in known.needs):
        raise ValueError(f"{collection} can not be listed without a filter")
    for name, value in filters.items():
        keys = {key.removeprefix("-") for key in value.split(",")}
        if name != "sort" and name not in known.filters:
            raise ValueError(f"{collection} has no filter {name!r}")
        if name == "sort" and not keys <= known.sorts:
            raise ValueError(f"{collection} can not be sorted by {value!r}")
    return Target(known.name, tuple(sorted(filters.items())) + page(number))


def page(number: int) -> tuple[tuple[str, str], ...]:
    """Return both page parameters; the API wants both or neither."""
    return (("page[number]", str(number)), ("page[size]", str(PAGE_SIZE)))


def following(base: str, target: Target, link: str) -> Target:
    """Return the request `links.next` asks for: our path with the query of the link, rebuilt.

    Raises `ApiProblem` if the link leads to another origin, where our header must not go.
    """
    whole = resolved(base, f"{base}/{target.path}", link)
    query = parse_qsl(urlsplit(whole).query, keep_blank_values=True)
    return Target(target.path, tuple(query))


def resolved(base: str, page_url: str, link: str) -> str:
    """Return the absolute address of a link or redirect found at `page_url`.

    Raises `ApiProblem` if it leads to another origin than that of `base`.
    """
    try:
        whole = urljoin(page_url, link)
        where = origin(whole)
    except ValueError:
        where = "an address that is none"
    if where == origin(base):
        return whole
    raise ApiProblem(
        f"the Content API leads to another origin: {where}",
        url=page_url,
        hint="check the address of the API in the configuration; nothing was sent there",
    )


def encode(query: Iterable[tuple[str, str]]) -> str:
    """Return the query percent-encoded, the brackets of `ids[]` and `page[…]` too (RFC 3986)."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)


def origin(url: str) -> str:
    """Return scheme, host and port of an address (RFC 6454 section 4), without user and password.

    Raises `ValueError` if it is no address.
    """
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def is_id(text: str) -> bool:
    """Tell whether `text` is a UUID, as every id of the API is."""
    return _UUID.fullmatch(text) is not None


def _known(collection: str) -> Collection:
    if collection not in COLLECTIONS:
        raise ValueError(f"no collection {collection!r}")
    return COLLECTIONS[collection]


def _checked(resource_id: str) -> str:
    if not is_id(resource_id):
        raise ValueError(f"not a UUID: {resource_id!r}")
    return resource_id
