"""What each collection of the Content API takes: filters, orders, pages, and what it needs.

The tables follow the published description of the ART19 Content API, version 1.0.0. Where its
prose and its schema disagree the prose wins, which shows in `-name` being a legal order.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

IDS = "ids[]"
PAGE_NUMBER = "page[number]"
PAGE_SIZE = "page[size]"
SORT = "sort"

CLASSIFICATION_TYPES = ("AlternateFeedType", "Genre", "Industry", "Language", "MediaRating")
ENTITY_TYPES = ("Series", "Season", "Episode")
AD_DEAL_STATUSES = ("active", "inactive", "pending_active", "pending_inactive")


class Kind(enum.Enum):
    """How the text of a query parameter is read."""

    ID = "a UUID"
    TEXT = "text"
    FLAG = "true or false"
    INSTANT = "an RFC 3339 date-time with its zone, percent-encoded"
    YEAR = "a year as YYYY"
    MONTH = "a month as YYYY-MM"
    WORD = "one of the listed words"
    WORDS = "a comma-separated list of the listed words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A filter of a collection; `words` are the values a WORD or WORDS may have."""

    name: str
    kind: Kind
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection: `needs` lists sets of parameters of which one must be given in full."""

    type: str
    filters: Mapping[str, Parameter]
    orders: tuple[str, ...] = ()
    default_order: str = ""
    pages: Literal["never", "optional", "required"] = "optional"
    needs: tuple[tuple[str, ...], ...] = ()


def _collection(
    type_: str,
    *filters: Parameter,
    orders: tuple[str, ...] = (),
    default_order: str = "",
    pages: Literal["never", "optional", "required"] = "optional",
    needs: tuple[tuple[str, ...], ...] = (),
) -> Collection:
    return Collection(
        type=type_,
        filters=MappingProxyType({parameter.name: parameter for parameter in filters}),
        orders=orders,
        default_order=default_order,
        pages=pages,
        needs=needs,
    )


def _id(name: str) -> Parameter:
    return Parameter(name=name, kind=Kind.ID)


def _word(name: str, words: tuple[str, ...]) -> Parameter:
    return Parameter(name=name, kind=Kind.WORD, words=words)


_Q = Parameter(name="q", kind=Kind.TEXT)
RSS = Parameter(name="rss", kind=Kind.FLAG)

COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        collection.type: collection
        for collection in (
            _collection(
                "series",
                _id("ad_rep_account_id"),
                _id("network_id"),
                _Q,
                orders=("sort_title", "title", "created_at", "updated_at", "episode_released_at"),
                default_order="sort_title",
            ),
            _collection(
                "seasons",
                _id("series_id"),
                _Q,
                orders=("sort_title", "title", "created_at", "updated_at"),
                default_order="sort_title",
            ),
            _collection(
                "episodes",
                _id("series_id"),
                _id("season_id"),
                _id("included_in_inventory_calendar"),
                _Q,
                RSS,
                Parameter(name="published", kind=Kind.FLAG),
                Parameter(name="released_after", kind=Kind.INSTANT),
                Parameter(name="released_before", kind=Kind.INSTANT),
                Parameter(name="year", kind=Kind.YEAR),
                Parameter(name="month", kind=Kind.MONTH),
                orders=(
                    "sort_title",
                    "title",
                    "created_at",
                    "updated_at",
                    "released_at",
                    "earliest_released_at",
                    "released_or_created_at",
                ),
                default_order="sort_title",
                pages="required",
                needs=((IDS,), ("series_id",), ("season_id",)),
            ),
            _collection("images", pages="never", needs=((IDS,),)),
            _collection("media_assets", pages="never", needs=((IDS,),)),
            _collection(
                "credits",
                _id("creditable_id"),
                _word("creditable_type", ENTITY_TYPES),
                orders=("position", "created_at", "updated_at"),
                default_order="position",
            ),
            _collection(
                "people",
                _Q,
                orders=("last_name", "first_name", "created_at", "updated_at"),
                default_order="last_name,first_name",
            ),
            _collection(
                "classifications",
                _word("type", CLASSIFICATION_TYPES),
                _Q,
                Parameter(name="is_country", kind=Kind.TEXT),
                orders=("value", "created_at", "updated_at"),
                default_order="value",
            ),
            _collection(
                "classification_inclusions",
                _id("classification_id"),
                _word("classification_type", CLASSIFICATION_TYPES),
                _id("classified_id"),
                _word("classified_type", ENTITY_TYPES),
                _Q,
                orders=("created_at", "position", "classification_value"),
                default_order="created_at",
                needs=(
                    (IDS,),
                    ("classified_id", "classified_type"),
                    ("classified_id", "classification_type"),
                    ("classification_id", "classified_type"),
                ),
            ),
            _collection(
                "networks",
                _Q,
                _id("ad_rep_account_id"),
                Parameter(name="ad_deal_status", kind=Kind.WORDS, words=AD_DEAL_STATUSES),
                orders=("name", "created_at", "updated_at"),
                default_order="name",
            ),
        )
    }
)
