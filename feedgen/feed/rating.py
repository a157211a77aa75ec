"""Explicit or not, from the media ratings of the Content API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedgen.feed.log import Place
    from feedgen.model import Classification

_EXPLICIT = {"explicit", "yes", "true", "mature", "adult"}
_CLEAN = {"clean", "no", "false", "not explicit", "general"}


def explicit(classifications: Iterable[Classification], place: Place) -> bool | None:
    """Return what the first rating says, `None` if there is none.

    A rating nobody has seen before counts as explicit, with a note: the safe side.
    """
    for each in classifications:
        if each.type == "MediaRating" and each.value.strip():
            value = each.value.strip().casefold()
            if value in _CLEAN:
                return False
            if value not in _EXPLICIT:
                place.note("rating-unknown", f"the rating {each.value!r} counts as explicit")
            return True
    return None
