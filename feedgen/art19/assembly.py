"""What there is of one series in the store, put together and judged: whole, or what is missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.art19 import jsonapi, plan
from feedgen.art19.decode import Note
from feedgen.art19.jsonapi import Identifier, Resource
from feedgen.art19.references import needed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from feedgen.art19.store import SnapshotStore
    from feedgen.errors import ApiProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What there is of one series: `missing` and `failed` say why it is not whole."""

    resources: tuple[Resource, ...] = ()
    members: Mapping[str, int] = field(default_factory=dict)
    gone: frozenset[Identifier] = frozenset()
    missing: tuple[Identifier, ...] = ()
    failed: Mapping[Identifier, ApiProblem | str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def mark(self) -> str:
        """Work out a digest of everything a series is decoded from; blank if it is not whole."""
        if self.missing or self.failed:
            return ""
        told = hashlib.sha256()
        for resource in self.resources:
            told.update(hashlib.sha256(resource.raw).digest())
        rest = (sorted(self.members.items()), sorted(map(str, self.gone)), self.notes)
        told.update(repr(rest).encode())
        return told.hexdigest()


@dataclass(slots=True)
class Want:
    full: bool = False
    changed: bool = False


Wants = dict[str, dict[str, Want]]


def from_snapshot(store: SnapshotStore, series_id: str) -> Assembly:
    """Return a series as it was last read whole, whatever happened since."""
    series = next(store.documents(None, "series", [series_id]), None)
    if series is None:
        return Assembly(missing=(Identifier("series", series_id),))
    members = store.members(series_id)
    docs: dict[Identifier, Resource] = {}
    lacking: list[Identifier] = []
    for _, keys, found in walk(store, None, series, members):
        docs |= found
        lacking += (key for key in keys if key not in found)
    gone = set(store.absent(lacking))
    missing = [key for key in lacking if key not in gone]
    return assembly(series, docs, members, gone, missing, {}, ())


def assembly(
    series: Resource,
    docs: dict[Identifier, Resource],
    members: Mapping[str, int],
    gone: set[Identifier],
    missing: Collection[Identifier],
    failed: Mapping[Identifier, ApiProblem | str],
    notes: tuple[Note, ...],
) -> Assembly:
    related = set(series.related("episodes").targets)
    kept = [Identifier("episodes", each) for each in members]
    kept = [key for key in kept if key in docs or key in related]
    if series.related("episodes").known:
        series = jsonapi.with_related(series, "episodes", kept)
    docs[series.key] = series
    bearable = _bearable(docs, missing)
    return Assembly(
        resources=tuple(docs[key] for key in sorted(docs, key=lambda key: (key.type, key.id))),
        members=members,
        gone=frozenset(gone | bearable),
        missing=tuple(key for key in missing if key not in bearable),
        failed=failed,
        notes=notes + _vanished(members, docs),
    )


def walk(
    store: SnapshotStore, run: int | None, series: Resource, members: Iterable[str]
) -> Iterator[tuple[str, list[Identifier], dict[Identifier, Resource]]]:
    """Yield per kind what is needed and what there is of it, in the order of the stages."""
    wants: Wants = {kind: {} for kind in plan.STAGES}
    add_wants(wants, needed(series))
    add_wants(wants, (Identifier("episodes", each) for each in members))
    for kind in plan.STAGES[1:]:
        found = {each.key: each for each in store.documents(run, kind, wants[kind])}
        for resource in found.values():
            add_wants(wants, needed(resource))
        yield kind, [Identifier(kind, each) for each in wants[kind]], found


def add_wants(
    wants: Wants,
    keys: Iterable[Identifier],
    *,
    full: bool = False,
    changed: bool = False,
) -> None:
    for key in keys:
        if key.type in wants:
            want = wants[key.type].setdefault(key.id, Want())
            want.full |= full
            want.changed |= changed


def _bearable(
    docs: Mapping[Identifier, Resource], missing: Collection[Identifier]
) -> set[Identifier]:
    """Return the missing assets whose absence can not change the choice of artwork.

    An original may be hidden from a credential; while the best style of the same image is there,
    nothing that is missing could be chosen in its place.
    """
    lacking = {key for key in missing if key.type == "media_assets"}
    found: set[Identifier] = set()
    for resource in docs.values() if lacking else ():
        if resource.type == "images":
            assets = set(resource.related("media_assets").targets)
            styles = {docs[key].attributes.get("style") for key in assets if key in docs}
            if "square-3000" in styles:
                found |= assets & lacking
    return found


def _vanished(members: Mapping[str, int], docs: Mapping[Identifier, Resource]) -> tuple[Note, ...]:
    message = "its series does not list it any more; kept until a second run agrees"
    return tuple(
        Note(code="episode-absent-once", message=message, where=f"episodes/{each}")
        for each, absent in members.items()
        if absent and Identifier("episodes", each) in docs
    )
