"""One run's reading of some series: ask in stages, put together, settle what is missing.

Each kind of resource is asked for once everything that points to it has been seen, so that nearly
every request carries a hundred ids. What to ask for is decided in `plan`; what came is staged in
the store at once, so that a run can break off anywhere.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, Protocol

from feedgen.art19 import jsonapi, plan
from feedgen.art19.answers import PassingProblem
from feedgen.art19.assembly import Assembly, Wants, add_wants, assembly, walk
from feedgen.art19.decode import Note
from feedgen.art19.jsonapi import Identifier, Resource
from feedgen.art19.references import incomplete_relations, needed
from feedgen.art19.store import ABSENCES
from feedgen.errors import ApiProblem

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import datetime

    from feedgen.art19.client import Batch, Listing
    from feedgen.art19.jsonapi import Document
    from feedgen.art19.store import SnapshotStore

# After so many calls in a row that failed for good, each after several attempts, the API is away.
_AWAY_AFTER = 3
_LANES = 8


class Asked(Protocol):
    """Who is asked: the API, or for a plan the snapshot itself."""

    @property
    def batch_size(self) -> int: ...

    async def by_ids(self, collection: str, ids: Iterable[str]) -> Batch: ...

    async def listing(self, collection: str, **filters: str) -> Listing: ...

    def pages(self, collection: str, **filters: str) -> AsyncIterator[Document]: ...


class Reading:
    """Reads groups of series into the store; `full` asks for everything of every series.

    `explain` hears of every request before it is made: its kind, its ids and the reason.
    """

    def __init__(
        self,
        api: Asked,
        store: SnapshotStore,
        run: int,
        now: datetime,
        *,
        full: bool = False,
        everything: bool = False,
        explain: Callable[[str, Sequence[str], str], None] = lambda _kind, _ids, _why: None,
    ) -> None:
        self._api, self._store, self._run, self._now = api, store, run, now
        self._explain = explain
        self._full, self._everything = full, everything
        self._failures_in_a_row = 0
        self._failed: dict[Identifier, ApiProblem | str] = {}
        self._notes: dict[str, list[Note]] = defaultdict(list)
        self._extras: dict[str, list[str]] = {}
        self._trouble = False
        # Few calls at once: an outage is noticed before every batch has had its attempts.
        self._lanes = asyncio.Semaphore(_LANES)
        self.away: ApiProblem | None = None

    async def series(self, ids: Sequence[str]) -> None:
        """Ask for the series themselves."""
        self._failed.clear()
        self._notes.clear()
        self._extras.clear()
        self._trouble = False
        asked = self._store.asked(self._run, "series", ids)
        why = plan.reason_to_ask("series", known=True, full=False)
        await self._ask("series", {each: why for each in ids if each not in asked})

    def episodes_of(self, series_id: str) -> int:
        """Return how many episodes a series lists, once it has been asked for."""
        found = self._get("series", series_id)
        return len(found.related("episodes").targets) if found else 0

    async def rest(self, ids: Sequence[str]) -> None:
        """Ask for everything the series `ids` point to; ask again for what is missing."""
        await self._stages(ids)
        if not self._trouble or self.away:
            return
        torn: dict[str, list[Identifier]] = {}
        for series_id in ids:
            assembly = self.assemble(series_id)
            lacking = [*assembly.missing, *assembly.failed]
            if lacking:
                torn[series_id] = lacking
        if torn:
            # The account may have changed while it was read: look again, once.
            why = "something it points to was missing"
            await self._ask("series", dict.fromkeys(torn, why))
            again: dict[str, dict[str, str]] = defaultdict(dict)
            for series_id, keys in torn.items():
                listed = self._reach(series_id)
                for key in keys:
                    if key in listed and key.type != "series":
                        again[key.type][key.id] = why
            for kind in plan.STAGES:
                await self._ask(kind, again[kind])
            await self._stages(list(torn))

    def assemble(self, series_id: str) -> Assembly:
        """Return what there is of a series now."""
        root = Identifier("series", series_id)
        series = self._get("series", series_id)
        if root in self._failed or series is None or self._store.absent([root]):
            failed = {root: self._failed[root]} if root in self._failed else {}
            return Assembly(missing=(root,), failed=failed)
        members = self._members(series)
        related = set(series.related("episodes").targets)
        docs: dict[Identifier, Resource] = {}
        gone: set[Identifier] = set()
        missing: list[Identifier] = []
        failed = {}
        reach = members | self._silent(series)
        for kind, keys, found in walk(self._store, self._run, series, reach):
            absent = self._store.absent(keys)
            for key in keys:
                vanished = kind == "episodes" and key not in related
                if key in self._failed:
                    failed[key] = self._failed[key]
                elif absent.get(key, 0) >= ABSENCES:
                    gone.add(key)
                elif key in found and (vanished or key not in absent):
                    docs[key] = found[key]
                elif not vanished:
                    missing.append(key)
        return assembly(
            series, docs, members, gone, missing, failed, tuple(self._notes[series_id])
        )

    # Stages

    async def _stages(self, ids: Sequence[str]) -> None:
        wants: Wants = {kind: {} for kind in plan.STAGES}
        covered: set[str] = set()
        jobs: list[Callable[[], Awaitable[None]]] = []
        for resource in self._store.documents(self._run, "series", ids):
            snapshot = self._store.snapshot(resource.id)
            complete = snapshot.complete if snapshot else None
            full = self._full or plan.full_is_due(complete, self._now)
            add_wants(wants, needed(resource), full=full)
            before = self._store.members(resource.id)
            add_wants(wants, (Identifier("episodes", each) for each in before), full=full)
            if self._everything:
                jobs.append(partial(self._all_episodes, resource, wants))
            elif not full and snapshot and plan.by_changes(len(before), snapshot.watermark):
                mark = snapshot.watermark
                jobs.append(partial(self._changes, resource, mark, wants, covered))
        await self._together(jobs)
        for kind in plan.STAGES[1:]:
            await self._stage(kind, wants, covered)

    async def _stage(self, kind: str, wants: Wants, covered: Collection[str]) -> None:
        wanted = wants[kind]
        known = self._store.known(kind, wanted)
        done = self._store.asked(self._run, kind, wanted)
        gone = {key.id for key in self._store.gone([Identifier(kind, each) for each in wanted])}
        reasons: dict[str, str] = {}
        for each, want in wanted.items():
            if each in done or (each in gone and not want.full):
                continue
            if kind == "episodes" and each in covered and each in known:
                continue
            reason = plan.reason_to_ask(
                kind, known=each in known, full=want.full, changed=want.changed
            )
            if reason:
                reasons[each] = reason
        await self._ask(kind, reasons)
        for resource in self._store.documents(self._run, kind, wanted):
            want = wanted[resource.id]
            changed = kind == "images" and plan.image_has_changed(
                next(self._store.documents(None, kind, [resource.id]), None), resource
            )
            add_wants(wants, needed(resource), full=want.full, changed=changed)

    async def _all_episodes(self, series: Resource, wants: Wants) -> None:
        """Page through all episodes the credential may see, the unpublished ones too."""
        step = f"episodes of {series.id}"
        extras = self._store.progress(self._run, step)
        if extras is None:
            listing = await self._listed(series, "episodes", {"series_id": series.id})
            if listing is None:
                return
            self._store.stage(self._run, listing.resources, (), self._now)
            extras = self._not_public(series, listing.resources)
            self._store.reach(self._run, step, extras)
        self._extras[series.id] = extras
        add_wants(wants, (Identifier("episodes", each) for each in extras))

    async def _changes(
        self, series: Resource, watermark: str, wants: Wants, covered: set[str]
    ) -> None:
        """Page through the episodes of a series from the newest change back to the last known."""
        step = f"changes of {series.id}"
        extras = self._store.progress(self._run, step)
        if extras is None:
            found: list[Resource] = []
            filters = {"series_id": series.id, "sort": "-updated_at"}
            self._explain("episodes", (), f"changes of series {series.id} since {watermark}")
            try:
                self._stop_if_away()
                async for page in self._api.pages("episodes", **filters):
                    found += page.resources
                    self._unreadable("episodes", page.failures)
                    oldest = page.resources[-1] if page.resources else None
                    at = oldest.attributes.get("updated_at") if oldest else None
                    if plan.is_before(at, watermark):
                        break
            except ApiProblem as problem:
                self._fail([series.key], problem)
                return
            self._succeeded()
            self._store.stage(self._run, found, (), self._now)
            extras = self._not_public(series, found)
            self._store.reach(self._run, step, extras)
        covered.update(key.id for key in series.related("episodes").targets)
        self._extras[series.id] = extras
        add_wants(wants, (Identifier("episodes", each) for each in extras))

    def _not_public(self, series: Resource, episodes: Iterable[Resource]) -> list[str]:
        """Return the episodes that wait for their time, or with `everything` any not public."""
        related = {key.id for key in series.related("episodes").targets}
        allowed = ("later", "closed", "public") if self._everything else ("later",)
        return sorted(
            each.id
            for each in episodes
            if each.id not in related and plan.standing(each, self._now) in allowed
        )

    # Asking

    async def _ask(self, kind: str, reasons: Mapping[str, str]) -> None:
        wanted = sorted(reasons)
        size = self._api.batch_size
        parts = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        for part in parts:
            counts = Counter(reasons[each] for each in part)
            why = "; ".join(f"{count} × {reason}" for reason, count in counts.most_common())
            self._explain(kind, part, why)
        await self._together(partial(self._ask_part, kind, part) for part in parts)

    async def _together(self, jobs: Iterable[Callable[[], Awaitable[None]]]) -> None:
        """Do all jobs, a few at a time; when one breaks, the others are called off."""

        async def in_lane(job: Callable[[], Awaitable[None]]) -> None:
            async with self._lanes:
                await job()

        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(in_lane(job))
        except BaseExceptionGroup as several:
            first = several.exceptions[0]
        else:
            return
        raise first

    async def _ask_part(self, kind: str, ids: list[str]) -> None:
        keys = [Identifier(kind, each) for each in ids]
        try:
            self._stop_if_away()
            batch = await self._api.by_ids(kind, ids)
        except ApiProblem as problem:
            self._fail(keys, problem)
            return
        self._succeeded()
        for key in keys:
            self._failed.pop(key, None)
        absent = [Identifier(kind, each) for each in batch.missing]
        if batch.failures:
            # What can not be read is not absent; nor, if its id is not legible, is anything else.
            unreadable = self._unreadable(kind, batch.failures)
            if len(unreadable) < len(batch.failures):
                self._failed.update((key, "an answer with it could not be read") for key in absent)
                unreadable |= set(absent)
            absent = [key for key in absent if key not in unreadable]
        whole = [await self._whole(each) for each in batch.resources]
        self._trouble |= bool(absent)
        self._store.stage(self._run, whole, absent, self._now)

    async def _whole(self, resource: Resource) -> Resource:
        """Return the resource with its relations complete, should some come page by page."""
        for name, filters in incomplete_relations(resource).items():
            listing = await self._listed(resource, name, filters)
            if listing is not None:
                targets = sorted(each.id for each in listing.resources)
                keys = [Identifier(name, each) for each in targets]
                resource = jsonapi.with_related(resource, name, keys)
        return resource

    async def _listed(
        self, owner: Resource, collection: str, filters: Mapping[str, str]
    ) -> Listing | None:
        try:
            self._stop_if_away()
            self._explain(collection, (), f"everything of {owner.key}")
            listing = await self._api.listing(collection, **filters)
        except ApiProblem as problem:
            self._fail([owner.key], problem)
            return None
        self._succeeded()
        if listing.failures:
            self._failed[owner.key] = f"{collection}: {listing.failures[0].reason}"
            self._trouble = True
        if not listing.steady:
            message = f"the list of {collection} changed while it was read, twice"
            self._notes[owner.id].append(
                Note(code="pages-shifted", message=message, where=str(owner.key))
            )
        return listing

    def _unreadable(self, kind: str, failures: Iterable[jsonapi.Failure]) -> set[Identifier]:
        found = set()
        for failure in failures:
            self._trouble = True
            if failure.key is not None:
                key = Identifier(kind, failure.key.id)
                self._failed[key] = failure.reason
                found.add(key)
        return found

    def _stop_if_away(self) -> None:
        if self.away is not None:
            raise self.away

    def _fail(self, keys: Iterable[Identifier], problem: ApiProblem) -> None:
        self._trouble = True
        self._failed.update((key, problem) for key in keys)
        if isinstance(problem, PassingProblem):
            self._failures_in_a_row += 1
        if problem.status in (401, 406, 429) or self._failures_in_a_row >= _AWAY_AFTER:
            self.away = self.away or problem

    def _succeeded(self) -> None:
        self._failures_in_a_row = 0

    # Looking into the store

    def _get(self, kind: str, resource_id: str) -> Resource | None:
        return next(self._store.documents(self._run, kind, [resource_id]), None)

    def _members(self, series: Resource) -> dict[str, int]:
        silent = self._silent(series)
        extras = {each: 0 for each in self._extras.get(series.id, ()) if each not in silent}
        related = {key.id for key in series.related("episodes").targets}
        before = self._store.members(series.id) | extras
        others = [each for each in before if each not in related]
        found = {each.id: each for each in self._store.documents(self._run, "episodes", others)}
        absent = self._store.absent([Identifier("episodes", each) for each in others])
        now = {
            each: plan.standing(
                None if Identifier("episodes", each) in absent else found.get(each), self._now
            )
            for each in others
        }
        members = plan.membership(sorted(related), before, now)
        return members | extras if self._everything else members

    def _silent(self, series: Resource) -> dict[str, int]:
        """Return the episodes that are released and not listed: they have no media file."""
        # No members: one listed before stays until its absence has been seen twice.
        found = self._store.documents(self._run, "episodes", self._extras.get(series.id, ()))
        return {each.id: 0 for each in found if plan.standing(each, self._now) == "public"}

    def _reach(self, series_id: str) -> set[Identifier]:
        series = self._get("series", series_id)
        if series is None:
            return set()
        reach = self._members(series) | self._silent(series)
        steps = walk(self._store, self._run, series, reach)
        return {key for _, keys, _ in steps for key in keys}
