"""Which other resources a feed needs, seen from one resource.

Relations come before the attributes that they replace (the API's own deprecations); what a feed
never uses (a season's cover, tags, the series of a network) is not followed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from feedgen.art19.attributes import Members
from feedgen.art19.jsonapi import Same

if TYPE_CHECKING:
    from feedgen.art19.jsonapi import Identifier, Resource

# type → ((relation, deprecated attribute, type of the target), …)
TO_ONE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "series": (("cover_image", "cover_image_id", "images"), ("network", "", "networks")),
    "episodes": (
        ("season", "season_id", "seasons"),
        ("cover_image", "cover_image_id", "images"),
        ("cascaded_cover_image", "cascaded_cover_image_id", "images"),
    ),
    "credits": (("person", "", "people"),),
    "people": (("avatar", "avatar_id", "images"),),
    "classification_inclusions": (("classification", "classification_id", "classifications"),),
}
TO_MANY: dict[str, tuple[str, ...]] = {
    "series": ("seasons", "episodes", "credits", "classification_inclusions"),
    "episodes": ("credits", "classification_inclusions"),
    "images": ("media_assets",),
}


# Relations that can also be read as a collection, should the server give them page by page:
# (type, relation) → (name of the filter for the owner's id, further filters).
_LISTED: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("series", "episodes"): ("series_id", {"rss": "true"}),
    ("series", "seasons"): ("series_id", {}),
    ("series", "credits"): ("creditable_id", {"creditable_type": "Series"}),
    ("episodes", "credits"): ("creditable_id", {"creditable_type": "Episode"}),
    ("series", "classification_inclusions"): ("classified_id", {"classified_type": "Series"}),
    ("episodes", "classification_inclusions"): ("classified_id", {"classified_type": "Episode"}),
}


def incomplete_relations(resource: Resource) -> dict[str, dict[str, str]]:
    """Return the relations that must be read as a collection, with the filters for that.

    That is a relation whose identifiers came only in part, and a series that does not say which
    episodes it has. Any other relation that is missing counts as empty.
    """
    found = {}
    for (type_name, name), (owner, further) in _LISTED.items():
        relation = resource.related(name)
        silent = type_name == "series" and name == "episodes" and not relation.known
        if resource.type == type_name and (silent or (relation.known and not relation.whole)):
            found[name] = {owner: resource.id, **further}
    return found


def needed(resource: Resource) -> tuple[Identifier, ...]:
    """Return what `resource` points to and a feed needs, each once, in a fixed order."""
    return (_needed if resource.raw else _needed.__wrapped__)(Same(resource))


@lru_cache(maxsize=4096)
def _needed(same: Same) -> tuple[Identifier, ...]:
    resource = same.resource
    members = Members(resource, [])
    found: dict[Identifier, None] = {}
    for relation, attribute, target in TO_ONE.get(resource.type, ()):
        key = members.to_one(relation, attribute, target)
        if key is not None:
            found[key] = None
    for relation in TO_MANY.get(resource.type, ()):
        found.update(dict.fromkeys(members.to_many(relation)))
    return tuple(found)
