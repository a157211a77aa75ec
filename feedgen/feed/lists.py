"""Feeds that name other feeds instead of carrying episodes: lists and the feed of a publisher.

Source: podcast namespace, medium, publisher and remoteItem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.errors import SeriesProblem

if TYPE_CHECKING:
    from feedgen.feed.log import Place
    from feedgen.feed.tags import RemoteItem
    from feedgen.model import Series
    from feedgen.settings import SeriesSettings


def refers(medium: str | None) -> bool:
    """Tell whether a feed of `medium` names other feeds and has no items of its own."""
    return medium is not None and (medium.endswith("L") or medium in ("mixed", "publisher"))


def remote_items(series: Series, settings: SeriesSettings, place: Place) -> tuple[RemoteItem, ...]:
    """Return the feeds that the channel names, none if its medium carries episodes.

    Raise `SeriesProblem` if it has to name some and can not.
    """
    named = settings.remote_items
    if not refers(settings.medium):
        if named:
            place.note(
                "remote-items-unused",
                f"remote_items are left out: the medium {settings.medium!r} carries episodes; "
                "shows to recommend belong into podroll",
            )
        return ()
    if settings.profile == "art19-compat":
        raise SeriesProblem(
            f"series {series.slug!r} is of medium {settings.medium!r}, "
            "which the profile art19-compat has no element for",
            hint='set profile = "modern" for it',
        )
    if not named:
        raise SeriesProblem(
            f"series {series.slug!r} is of medium {settings.medium!r} and names no feed",
            hint="set remote_items, one for each show of the publisher or entry of the list",
        )
    return named
