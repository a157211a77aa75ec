"""Which requests a run needs, and why: the decisions, without the asking.

Source: the API has no "changed since" and no include, so the fewest requests are batches of 100
ids, one kind after the other, each kind once everything that points to it has been seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from feedgen.art19.attributes import parse_instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from feedgen.art19.jsonapi import Resource

# Whatever points to a kind comes before it, so each kind is asked for in one go.
STAGES = (
    *("series", "episodes", "seasons", "networks", "credits", "people"),
    *("classification_inclusions", "classifications", "images", "media_assets"),
)
FULL_EVERY = timedelta(days=7)
# Clocks differ, and `updated_at` may be written a moment before it can be seen.
SLACK = timedelta(minutes=5)
# From here on a look at the newest changes of one series costs less than all its episodes by ids.
MANY_EPISODES = 100

Standing = Literal["later", "closed", "public", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """One request a run would make; `ids` is how many resources it names, 0 for a page."""

    target: str
    ids: int
    reason: str


def reason_to_ask(kind: str, *, known: bool, full: bool, changed: bool = False) -> str:
    """Return why a resource is asked for in this run, `""` if what is stored will do.

    `known` is whether the snapshot holds it, `full` whether its series is due for everything,
    `changed` whether the image it belongs to has changed.
    """
    if not known:
        return "never seen"
    if full:
        return "everything is asked for again once a week"
    if kind == "media_assets":
        return "its image has changed" if changed else ""
    return _EVERY_RUN.get(kind, "")


_EVERY_RUN = {
    "series": "its relations show which episodes are new or gone",
    "episodes": "an edit shows in no other way",
    "seasons": "number and title may have been edited",
    "networks": "its name may have been edited",
    "images": "shows whether the picture has changed",
}


def full_is_due(complete: datetime | None, now: datetime) -> bool:
    """Tell whether a series is due for a full reading; half a day early is not too early."""
    return complete is None or now - complete >= FULL_EVERY - timedelta(hours=12)


def by_changes(episodes: int, watermark: str) -> bool:
    """Tell whether to page through the newest changes of a series rather than ask for all ids."""
    return episodes > MANY_EPISODES and parse_instant(watermark) is not None


def watermark(updated: Iterable[object]) -> str:
    """Return the newest of some `updated_at`, as the API wrote it; `""` if there is none."""
    moments = ((_instant(each), str(each)) for each in updated)
    return max(((at, text) for at, text in moments if at is not None), default=(None, ""))[1]


def is_before(updated_at: object, watermark: str) -> bool:
    """Tell whether something was changed safely before the watermark."""
    moment = _instant(updated_at)
    limit = _instant(watermark)
    return moment is not None and limit is not None and moment < limit - SLACK


def image_has_changed(old: Resource | None, new: Resource) -> bool:
    """Tell whether the files of an image may be others than before."""
    return old is None or _look(old) != _look(new)


def standing(resource: Resource | None, now: datetime) -> Standing:
    """Return how an episode stands that its series does not list: as the API said at `now`."""
    if resource is None:
        return "absent"
    attributes = resource.attributes
    if attributes.get("published") is False or attributes.get("status") == "inactive":
        return "closed"
    released = _instant(attributes.get("released_at"))
    ends = _instant(attributes.get("release_end_at"))
    if released is None or (ends is not None and ends <= now):
        return "closed"
    return "later" if released > now else "public"


def membership(
    related: Collection[str], before: Mapping[str, int], now: Mapping[str, Standing]
) -> dict[str, int]:
    """Return the episodes a series has now, and in how many runs each was missing from it.

    `related` is what the series lists, `before` what was returned last time, `now` how the others
    stand. The list holds what was public when it was read; one that is only waiting for its time
    stays, any other absence has to be seen twice before an episode is dropped.
    """
    kept = dict.fromkeys(related, 0)
    for episode, absent in before.items():
        if episode in kept:
            continue
        if now.get(episode) == "later":
            kept[episode] = 0
        elif absent == 0:
            kept[episode] = 1
    return kept


def _look(image: Resource) -> tuple[object, ...]:
    attributes = image.attributes
    assets = frozenset(image.related("media_assets").targets)
    parts = (attributes.get(name) for name in ("updated_at", "crop_data", "status"))
    return (*map(repr, parts), assets)


def _instant(value: object) -> datetime | None:
    found = parse_instant(value) if isinstance(value, str) else None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
