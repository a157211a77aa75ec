"""What one credential sees of a catalogue at one instant.

Rules of visibility and the meaning of a public episode: ART19 Content API, the descriptions of
`/series`, `/seasons`, `/episodes` and of `Episode.published` and `Episode.release_end_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from feedgen.content.access import Privileges
from feedgen.content.documents import Resource
from feedgen.content.shelf import Key, Shelf, related

# Only for credentials that may write to the series.
_PRIVATE = {
    "attributes": ("allow_user_comments", "listen_count", "release_immediately"),
    "relationships": ("default_marker_points", "episode_versions", "segment_lists"),
}


class View:
    """The catalogue as a credential with `privileges` sees it at `now`."""

    def __init__(self, shelf: Shelf, *, now: datetime, privileges: Privileges) -> None:
        self.shelf = shelf
        self.now = now
        self.privileges = privileges
        self._seen: dict[Key, bool] = {}

    def live(self, episode_id: str) -> bool:
        """Return whether an episode is public: published, released, with media, not ended."""
        release = self.shelf.release.get(episode_id)
        return release is not None and release.live(self.now)

    def live_episodes(self, owner_id: str) -> list[str]:
        """Return the public episodes of a series or season, the first released first."""
        releases = self.shelf.releases.get(owner_id, ())
        return [each.id for each in releases if each.live(self.now)]

    def released_at(self, episode_id: str) -> datetime | None:
        """Return when an episode is released, `None` if no time is set."""
        release = self.shelf.release.get(episode_id)
        return release.released_at if release else None

    def sees(self, type_: str, id_: str) -> bool:
        """Return whether the credential may see a resource that the catalogue has."""
        if self.privileges.everything:
            return True
        key = (type_, id_)
        if key not in self._seen:
            self._seen[key] = self._owns(type_, id_) or self._public(type_, id_)
        return self._seen[key]

    def visible(self, type_: str) -> Iterator[Resource]:
        """Yield every resource of a type that the credential may see."""
        return (each for each in self.shelf.of(type_) if self.sees(type_, each["id"]))

    def present(self, resource: Resource) -> Resource:
        """Return the resource with the relationships that depend on who asks, and when."""
        type_, id_ = resource["type"], resource["id"]
        if type_ in ("series", "seasons"):
            live = self.live_episodes(id_)
            changed = {"episodes": _many("episodes", live)}
            if type_ == "series":
                linkage = resource["relationships"].get("seasons", {}).get("data") or ()
                seasons = [each["id"] for each in linkage]
                seen = [each for each in seasons if self.sees("seasons", each)]
                changed["seasons"] = _many("seasons", seen)
                return _with(resource, changed)
            first, last = (live[0], live[-1]) if live else (None, None)
            changed["first_released_episode"] = _one("episodes", first)
            changed["last_released_episode"] = _one("episodes", last)
            ids = {"first_released_episode_id": first, "last_released_episode_id": last}
            return _with(resource, changed, ids)
        if type_ == "networks":
            series = [
                each["id"] for each in self.visible("series") if related(each, "network") == id_
            ]
            return _with(resource, {"series": _many("series", series)})
        if type_ == "episodes" and not self._owns(type_, id_):
            return _without_private(resource)
        return resource

    def may_have_original(self, image_id: str) -> bool:
        """Return whether the credential may have the upload of an image as it was uploaded."""
        return self.privileges.everything or self._owns("images", image_id)

    def _owns(self, type_: str, id_: str) -> bool:
        if self.privileges.everything:
            return True
        resource = self.shelf.get(type_, id_)
        if resource is None:
            return False
        if type_ == "networks":
            return id_ in self.privileges.networks
        if type_ == "series":
            network = related(resource, "network")
            return id_ in self.privileges.series or network in self.privileges.networks
        if type_ in ("seasons", "episodes"):
            return self._owns("series", related(resource, "series") or "")
        return any(self._owns(*owner) for owner in self.shelf.owners(type_, id_))

    def _public(self, type_: str, id_: str) -> bool:
        resource = self.shelf.get(type_, id_)
        if resource is None:
            return False
        attributes = resource["attributes"]
        match type_:
            case "series":
                return bool(
                    attributes.get("status") == "active" and attributes.get("public_page_enabled")
                )
            case "seasons":
                series = self.shelf.get("series", related(resource, "series"))
                active = series is not None and series["attributes"].get("status") == "active"
                return active and attributes.get("status") == "active"
            case "episodes":
                return self.live(id_) and self.sees("series", related(resource, "series") or "")
            case "networks":
                return any(related(each, "network") == id_ for each in self.visible("series"))
            case "people" | "classifications":
                return True
            case _:
                return any(self.sees(*owner) for owner in self.shelf.owners(type_, id_))


def _one(type_: str, id_: str | None) -> dict[str, Any]:
    return {"data": {"type": type_, "id": id_} if id_ else None}


def _many(type_: str, ids: Iterable[str]) -> dict[str, Any]:
    return {"data": [{"type": type_, "id": id_} for id_ in ids]}


def _with(
    resource: Resource,
    relationships: dict[str, dict[str, Any]],
    attributes: dict[str, Any] | None = None,
) -> Resource:
    return {
        **resource,
        "attributes": {**resource["attributes"], **(attributes or {})},
        "relationships": {**resource.get("relationships", {}), **relationships},
    }


def _without_private(resource: Resource) -> Resource:
    return {
        **resource,
        **{
            group: {name: value for name, value in resource[group].items() if name not in private}
            for group, private in _PRIVATE.items()
        },
    }
