"""Entries of a catalogue as resources of the API (JSON:API 1.0).

Attributes that are empty are left out. Each deprecated `…_id` attribute stands beside the
relationship that replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypedDict

from feedgen.content.identity import EPOCH, moved, picture_digest, place_id, timestamp
from feedgen.model import CropArea

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from feedgen.content.entries import Attached, Crop, Dated, Picture

Key = tuple[str, str]


class Resource(TypedDict):
    """One resource object; `relationships` maps names to `{"data": …}`."""

    id: str
    type: str
    attributes: dict[str, Any]
    relationships: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """An original with its crop area; its status and its files are for the service to say."""

    id: str
    path: Path
    sha256: str
    crop: CropArea | None = None
    bucket_type: str = ""
    bucket_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A description in both forms the API gives it."""

    text: str = ""
    is_html: bool = False
    plain: str = ""

    def attributes(self) -> dict[str, Any]:
        """Return the three attributes of the API."""
        return {
            "description": self.text,
            "description_is_html": self.is_html,
            "description_plain": self.plain,
        }


@dataclass(slots=True)
class Maker:
    """Makes resources and pictures, none twice."""

    resources: dict[Key, Resource] = field(default_factory=dict)
    images: dict[str, ImageSource] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        id: str,  # noqa: A002 - the API's word
        attributes: Mapping[str, object],
        relationships: Mapping[str, object] | None = None,
        *,
        entry: Dated | None = None,
        created_at: datetime = EPOCH,
        extra: object = None,
    ) -> str:
        """Make the resource and return its id; `extra` is what else moves its `updated_at`."""
        given = {
            name: value for name, value in attributes.items() if value is not None and value != ""
        }
        related = {
            name: value if isinstance(value, dict) else {"data": value}
            for name, value in (relationships or {}).items()
        }
        created = (entry and entry.created_at) or created_at
        updated = (entry and entry.updated_at) or moved(created, [given, related, extra])
        given["created_at"], given["updated_at"] = timestamp(created), timestamp(updated)
        self.resources[kind, id] = {
            "id": id,
            "type": kind,
            "attributes": given,
            "relationships": related,
        }
        return id

    def picture(
        self,
        picture: Picture,
        path: Path,
        *,
        place: str,
        owner: str,
        bucket: tuple[str, str] = ("", ""),
        created_at: datetime = EPOCH,
    ) -> str:
        """Make the image of `owner` and return its id, which outlives the file it shows."""
        image_id = str(picture.id) if picture.id else place_id("image", place, within=owner)
        digest = picture_digest(path)
        self.images[image_id] = ImageSource(
            id=image_id,
            path=path,
            sha256=digest,
            crop=_area(picture.crop),
            bucket_type=bucket[0],
            bucket_id=bucket[1],
        )
        attributes = {
            "crop_data": _crop_data(picture.crop),
            "bucket_type": bucket[0],
            "bucket_id": bucket[1],
        }
        return self.add("images", image_id, attributes, created_at=created_at, extra=digest)

    def credits(
        self,
        entry: Attached,
        people: Mapping[str, str],
        *,
        creditable: tuple[str, str],
        created_at: datetime,
    ) -> list[dict[str, str]]:
        """Make the credits of `creditable` (type, id) and return their identifiers."""
        made = []
        for position, credit in enumerate(entry.credits, start=1):
            person = people[credit.person]
            place = f"{credit.type}/{person}"
            id = str(credit.id or place_id("credit", place, within=creditable[1]))  # noqa: A001
            self.add(
                "credits",
                id,
                {"type": credit.type, "position": position},
                {
                    "person": one("people", person),
                    "creditable": one(*creditable),
                },
                entry=credit,
                created_at=created_at,
            )
            made.append(identifier("credits", id))
        return made

    def inclusions(
        self, entry: Attached, *, classified: tuple[str, str], created_at: datetime
    ) -> list[dict[str, str]]:
        """Make the classifications of an entry and their inclusions; return the latter."""
        made, seen = [], set()
        pairs = dict.fromkeys(entry.classifications())
        for position, (kind, path) in enumerate(pairs, start=1):
            classification = self.classification(kind, path)
            owner_kind, owner = classified
            id = place_id("classification", classification, within=owner)  # noqa: A001
            self.add(
                "classification_inclusions",
                id,
                {
                    "classification_id": classification,
                    "classification_type": kind,
                    "classified_id": owner,
                    "classified_type": owner_kind,
                    "position": position,
                    "primary": kind not in seen,
                },
                {"classification": one("classifications", classification)},
                created_at=created_at,
            )
            seen.add(kind)
            made.append(identifier("classification_inclusions", id))
        return made

    def classification(self, kind: str, path: str) -> str:
        """Make a classification and its parents and return its id; equal ones are one."""
        names = path.split(_PATH) if kind in _HIERARCHICAL else [path]
        tree: list[str] = []
        for depth, value in enumerate(names, start=1):
            value_path = _PATH.join(names[:depth])
            tree.append(place_id("classification", f"{kind}/{value_path}"))
            attributes: dict[str, object] = {"type": kind, "value": value, "display_name": value}
            if kind in _HIERARCHICAL:
                attributes |= {
                    "value_path": value_path,
                    "tree_path": list(tree),
                    "parent_id": tree[-2] if depth > 1 else None,
                }
            self.add("classifications", tree[-1], attributes)
        return tree[-1]


def identifier(kind: str, id: str) -> dict[str, str]:  # noqa: A002 - the API's word
    """Return a resource identifier object."""
    return {"type": kind, "id": id}


def one(kind: str, id: str | None) -> dict[str, Any]:  # noqa: A002
    """Return a to-one relationship, empty if there is no id."""
    return {"data": identifier(kind, id) if id else None}


def many(kind: str, ids: Iterable[str | None]) -> dict[str, Any]:
    """Return a to-many relationship of the ids that are there, each once."""
    return {"data": [identifier(kind, each) for each in dict.fromkeys(ids) if each]}


def covers(own: str | None, cascaded: str | None) -> dict[str, Any]:
    """Return the relationships of a cover that cascades."""
    return {
        "cover_image": one("images", own),
        "cascaded_cover_image": one("images", cascaded),
        "images": many("images", [own, cascaded]),
    }


def sort_title(title: str) -> str:
    """Return `title` for sorting: small letters, no leading "The", no outer white space."""
    return title.lower().strip().removeprefix("the ").strip()


def links(entry: Dated) -> dict[str, str]:
    """Return the addresses of an entry: every attribute whose name ends in `_url`."""
    return {
        each.name: getattr(entry, each.name)
        for each in fields(entry)
        if each.name.endswith("_url")
    }


def utc(moment: datetime | None) -> str | None:
    """Return `moment` as the API writes it, `None` for `None`."""
    return timestamp(moment.astimezone(UTC)) if moment else None


_HIERARCHICAL = frozenset({"Genre", "Industry"})
_PATH = ": "


def _area(crop: Crop | None) -> CropArea | None:
    if crop is None:
        return None
    return CropArea(left=crop.left, top=crop.top, width=crop.width, height=crop.height)


def _crop_data(crop: Crop | None) -> dict[str, float] | None:
    if crop is None:
        return None
    return {"left": crop.left, "top": crop.top, "width": crop.width, "height": crop.height}
