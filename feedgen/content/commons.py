"""What the shows of a catalogue share: `networks.toml` and `people.toml`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.content.entries import NetworkEntry, PersonEntry
from feedgen.content.files import CatalogueFile
from feedgen.content.identity import EPOCH, place_id
from feedgen.content.resources import Maker, links, many, one
from feedgen.errors import Mistake, Mistakes, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NETWORKS, PEOPLE = "networks.toml", "people.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commons:
    """The ids of networks and people by their names, their resources and their mistakes.

    An entry with a mistake is left out, so exactly the shows that need it are left out too.
    """

    networks: Mapping[str, str]
    people: Mapping[str, str]
    maker: Maker = field(repr=False)
    problems: Mapping[str, Mistakes]


def read_commons(folder: Path) -> Commons:
    """Return the networks and people of the catalogue in `folder`; both files may be absent."""
    maker = Maker()
    problems = {}
    networks, mistakes = _networks(folder, maker)
    if mistakes:
        problems[NETWORKS] = Mistakes(mistakes)
    people, mistakes = _people(folder, maker)
    if mistakes:
        problems[PEOPLE] = Mistakes(mistakes)
    return Commons(networks=networks, people=people, maker=maker, problems=problems)


def _networks(folder: Path, maker: Maker) -> tuple[dict[str, str], list[Mistake]]:
    if not os.path.lexists(folder / NETWORKS):
        return {}, []
    try:
        file = CatalogueFile.open(folder / NETWORKS, folder)
    except Mistakes as mistakes:
        return {}, list(mistakes.mistakes)
    read = {
        name: file.reader.read(NetworkEntry, data, (name,)) for name, data in file.data.items()
    }
    entries = {name: entry for name, entry in read.items() if entry}
    for name, entry in entries.items():
        if entry.parent and entry.parent not in file.data:
            hint = did_you_mean(entry.parent, sorted(file.data))
            file.reader.mistake((name, "parent"), f"no network {entry.parent!r}; {hint}")
        elif _own_ancestor(name, entries):
            file.reader.mistake((name, "parent"), "the network is its own ancestor")
    ids = {name: str(entry.id or place_id("network", name)) for name, entry in entries.items()}
    made: dict[str, str] = {}
    for name, entry in entries.items():
        before = len(file.reader.mistakes)
        description = file.description(entry, (name,))
        cover_path = file.picture(entry.cover, (name, "cover"))
        if other := next((each for each, id_ in made.items() if id_ == ids[name]), ""):
            file.reader.mistake((name, "id"), f"is the id of {other!r} too")
        if len(file.reader.mistakes) > before:
            continue
        made[name] = ids[name]
        created_at = entry.created_at or EPOCH
        cover = None
        if entry.cover and cover_path:
            cover = maker.picture(
                entry.cover,
                cover_path,
                place="cover",
                owner=ids[name],
                bucket=("Network", ids[name]),
                created_at=created_at,
            )
        maker.add(
            "networks",
            ids[name],
            {
                "name": entry.name,
                "slug": entry.slug or name,
                "copyright": entry.copyright,
                **description.attributes(),
                "public_email": entry.public_email,
                "public_page_enabled": entry.public_page_enabled,
                **links(entry),
            },
            {
                "cover_image": one("images", cover),
                "images": many("images", [cover]),
                "parent": one("networks", ids.get(entry.parent or "")),
            },
            entry=entry,
        )
    return made, file.mistakes


def _own_ancestor(name: str, entries: Mapping[str, NetworkEntry]) -> bool:
    seen: set[str] = set()
    parent = entries[name].parent
    while parent and parent in entries and parent not in seen:
        if parent == name:
            return True
        seen.add(parent)
        parent = entries[parent].parent
    return False


def _people(folder: Path, maker: Maker) -> tuple[dict[str, str], list[Mistake]]:
    if not os.path.lexists(folder / PEOPLE):
        return {}, []
    try:
        file = CatalogueFile.open(folder / PEOPLE, folder)
    except Mistakes as mistakes:
        return {}, list(mistakes.mistakes)
    made: dict[str, str] = {}
    for name, data in file.data.items():
        before = len(file.reader.mistakes)
        entry = file.reader.read(PersonEntry, data, (name,))
        path = file.picture(entry.avatar, (name, "avatar")) if entry else None
        if entry is None or len(file.reader.mistakes) > before:
            continue
        person = str(entry.id or place_id("person", name))
        if other := next((each for each, id_ in made.items() if id_ == person), ""):
            file.reader.mistake((name, "id"), f"is the id of {other!r} too")
            continue
        made[name] = person
        avatar = None
        if entry.avatar and path:
            avatar = maker.picture(
                entry.avatar,
                path,
                place="avatar",
                owner=person,
                created_at=entry.created_at or EPOCH,
            )
        maker.add(
            "people",
            person,
            {
                "first_name": entry.first_name,
                "last_name": entry.last_name,
                "biography": entry.biography,
                "public_email": entry.public_email,
                "born": entry.born and entry.born.isoformat(),
                "died": entry.died and entry.died.isoformat(),
                "from_country": entry.from_country,
                "from_locality": entry.from_locality,
                "from_region": entry.from_region,
                "avatar_id": avatar,
            },
            {"avatar": one("images", avatar)},
            entry=entry,
        )
    return made, file.mistakes
