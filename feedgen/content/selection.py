"""Which resources a collection answers with, and in which order.

Missing values sort last in both directions, and ids break ties, so that pages never overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any

from feedgen.content.documents import Resource
from feedgen.content.operations import Collection
from feedgen.content.query import Asked, FilterValue, SortKey
from feedgen.content.shelf import TYPE_OF_CLASS, related
from feedgen.content.view import View

Test = Callable[[Resource], bool]


def select(view: View, collection: Collection, asked: Asked) -> list[Resource]:
    """Return what was asked for, filtered and in order, but not yet cut into pages.

    Ids answer in the order of the request, so that runs repeat, unless an order is given; ids
    that are unknown or may not be seen are left out.
    """
    found: Iterable[Resource]
    if asked.ids is None:
        found = view.visible(collection.type)
    else:
        found = (
            resource
            for id_ in asked.ids
            if (resource := view.shelf.get(collection.type, id_)) is not None
            and view.sees(collection.type, id_)
        )
    tests = [_test(view, collection.type, name, value) for name, value in asked.filters.items()]
    kept = [resource for resource in found if all(test(resource) for test in tests)]
    order = asked.sort
    if not order and asked.ids is None:
        order = default_order(collection, asked.filters)
    return ordered(view, kept, order)


def default_order(
    collection: Collection, filters: Mapping[str, FilterValue]
) -> tuple[SortKey, ...]:
    """Return the order of a collection nobody asked an order for."""
    if filters.get("rss") is True:
        return (SortKey(name="released_at", descending=True),)
    return tuple(SortKey(name=name) for name in collection.default_order.split(",") if name)


def ordered(
    view: View, resources: Iterable[Resource], order: tuple[SortKey, ...]
) -> list[Resource]:
    """Return the resources in this order."""
    if not order:
        return list(resources)
    rows = [
        (tuple(_sort_value(view, resource, key.name) for key in order), resource["id"], resource)
        for resource in resources
    ]

    def compare(left: tuple[Any, str, Resource], right: tuple[Any, str, Resource]) -> int:
        for key, one, other in zip(order, left[0], right[0], strict=True):
            if one == other:
                continue
            if one is None or other is None:
                return 1 if one is None else -1
            return (1 if one > other else -1) * (-1 if key.descending else 1)
        return (left[1] > right[1]) - (left[1] < right[1])

    return [row[2] for row in sorted(rows, key=cmp_to_key(compare))]


def sibling(view: View, episode_id: str, *, after: bool, rss: bool) -> str | None:
    """Return the episode of the same series released right after or before, `None` if none is.

    With `rss` only public episodes count.
    """
    release = view.shelf.release.get(episode_id)
    if release is None or release.released_at is None:
        return None
    here = (release.released_at, release.id)
    others = [
        (each.released_at, each.id)
        for each in view.shelf.releases.get(release.series_id, ())
        if each.released_at is not None
        and (each.live(view.now) or not rss)
        and view.sees("episodes", each.id)
    ]
    if after:
        return min((each for each in others if each > here), default=(None, None))[1]
    return max((each for each in others if each < here), default=(None, None))[1]


def _test(view: View, type_: str, name: str, value: FilterValue) -> Test:
    """Return the test of one filter."""
    if name == "q":
        text = str(value).casefold()
        return lambda resource: any(text in each.casefold() for each in _searched(view, resource))
    if isinstance(value, datetime):
        later = name == "released_after"
        return lambda resource: _released(view, resource, value, later=later)
    match name:
        case "ad_rep_account_id" | "ad_deal_status" | "included_in_inventory_calendar":
            # A catalogue folder has no advertising: nothing can match.
            return lambda resource: False
        case "is_country":
            # Countries are of a type that a catalogue folder does not have; empty means unset.
            return lambda resource: not value or resource["attributes"].get("type") == "Geography"
        case "rss":
            return lambda resource: value is not True or view.live(resource["id"])
        case "year" | "month":
            return lambda resource: _released_in(view, resource, str(value))
        case "series_id" | "season_id" | "network_id":
            return lambda resource: related(resource, name.removesuffix("_id")) == value
        case "classification_id":
            return lambda resource: related(resource, "classification") == value
        case "creditable_id":
            return lambda resource: related(resource, "creditable") == value
        case "creditable_type":
            wanted = TYPE_OF_CLASS[str(value)]
            return lambda resource: (
                resource["relationships"]["creditable"]["data"]["type"] == wanted
            )
        case _:  # published, type, classification_type, classified_id, classified_type
            return lambda resource: resource["attributes"].get(name) == value


def _searched(view: View, resource: Resource) -> list[str]:
    """Return the texts `q` is looked for in."""
    attributes = resource["attributes"]
    match resource["type"]:
        case "series":
            texts = [attributes.get("title"), attributes.get("slug")]
        case "people":
            names = (attributes.get("first_name"), attributes.get("last_name"))
            texts = [" ".join(name for name in names if name)]
        case "classifications":
            texts = [attributes.get("value")]
        case "classification_inclusions":
            texts = [_classification_value(view, resource)]
        case "networks":
            texts = [attributes.get("name")]
        case _:
            texts = [attributes.get("title")]
    return [text for text in texts if text]


def _released(view: View, resource: Resource, bound: datetime, *, later: bool) -> bool:
    released_at = view.released_at(resource["id"])
    if released_at is None:
        return False
    return released_at > bound if later else released_at < bound


def _released_in(view: View, resource: Resource, period: str) -> bool:
    released_at = view.released_at(resource["id"])
    return released_at is not None and (
        f"{released_at.astimezone(UTC):%Y-%m}".rjust(7, "0").startswith(period)
    )


def _sort_value(view: View, resource: Resource, name: str) -> Any:  # noqa: ANN401 - text, number or time
    attributes = resource["attributes"]
    match name:
        case "created_at" | "updated_at":
            return attributes[name]
        case "released_at" | "earliest_released_at":
            return view.released_at(resource["id"])
        case "released_or_created_at":
            return view.released_at(resource["id"]) or datetime.fromisoformat(
                attributes["created_at"]
            )
        case "episode_released_at":
            live = view.live_episodes(resource["id"])
            return view.released_at(live[-1]) if live else None
        case "classification_value":
            return (_classification_value(view, resource) or "").casefold() or None
        case "position":
            return attributes.get("position")
        case "sort_title":
            text = attributes.get("sort_title") or attributes.get("title")
        case _:
            text = attributes.get(name)
    return text.casefold() if text else None


def _classification_value(view: View, resource: Resource) -> str | None:
    found = view.shelf.get("classifications", related(resource, "classification"))
    return found["attributes"].get("value") if found else None
