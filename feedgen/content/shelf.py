"""The resources of one catalogue, indexed once, so that each request only looks things up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from feedgen.content.documents import Resource

if TYPE_CHECKING:
    from feedgen.content.served import Release

Key = tuple[str, str]

TYPE_OF_CLASS = {"Series": "series", "Season": "seasons", "Episode": "episodes"}


class Shelf:
    """An index over the resources of a catalogue, keyed by (type, id).

    `releases` are those of the catalogue: the episodes of each series and season by its id.
    """

    def __init__(
        self, resources: Mapping[Key, Resource], releases: Mapping[str, tuple[Release, ...]]
    ) -> None:
        self.resources = resources
        self.releases = releases
        self.release = {each.id: each for group in releases.values() for each in group}
        by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources.values():
            by_type[resource["type"]].append(resource)
        self._by_type = {type_: tuple(found) for type_, found in by_type.items()}
        self._shown_by = self._pictures()

    def of(self, type_: str) -> tuple[Resource, ...]:
        """Return every resource of a type."""
        return self._by_type.get(type_, ())

    def get(self, type_: str, id_: str | None) -> Resource | None:
        """Return a resource, `None` if the catalogue has none of that type and id."""
        return self.resources.get((type_, id_)) if id_ else None

    def owners(self, type_: str, id_: str) -> tuple[Key, ...]:
        """Return the resources an image, credit or inclusion hangs on."""
        if type_ == "images":
            return self._shown_by.get(id_, ())
        resource = self.get(type_, id_)
        if resource is None:
            return ()
        if type_ == "credits":
            linkage = resource["relationships"]["creditable"]["data"]
            return ((linkage["type"], linkage["id"]),)
        if type_ == "classification_inclusions":
            attributes = resource["attributes"]
            owner = TYPE_OF_CLASS[attributes["classified_type"]]
            return ((owner, attributes["classified_id"]),)
        return ()

    def _pictures(self) -> dict[str, tuple[Key, ...]]:
        found: dict[str, list[Key]] = defaultdict(list)
        for type_ in ("series", "seasons", "episodes", "people", "networks"):
            name = "avatar" if type_ == "people" else "cover_image"
            for resource in self.of(type_):
                if image := related(resource, name):
                    found[image].append((type_, resource["id"]))
        return {image: tuple(owners) for image, owners in found.items()}


def related(resource: Resource, name: str) -> str | None:
    """Return the id a to-one relationship points to, `None` if it is empty."""
    linkage = resource["relationships"].get(name, {}).get("data")
    return linkage["id"] if linkage else None
