"""Everything a run needs from the Content API, one series at a time, whole or not at all.

    refs = await sync.list_series(api, store=store)
    async for reading in sync.read(api, refs, store=store):
        ...

A run with a store asks only for what may have changed; one without asks for everything. What is
public is for the caller's clock to say: an episode that waits for its release time is read too
where it is known.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from feedgen.art19 import decode, operations, plan
from feedgen.art19.assembly import Assembly, from_snapshot
from feedgen.art19.client import Batch, Listing
from feedgen.art19.decode import IncompleteSeries, Note
from feedgen.art19.jsonapi import Document, Failure, Resource, Resources, UnreadableDocument
from feedgen.art19.reading import Reading
from feedgen.art19.references import incomplete_relations
from feedgen.art19.store import Snapshot, SnapshotStore
from feedgen.errors import ApiProblem, FeedgenError, SeriesProblem, UnknownSeries
from feedgen.model import Series
from feedgen.xmltext import clean

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Collection,
        Iterable,
        Iterator,
        Sequence,
    )

    from feedgen.art19.client import ContentApi
    from feedgen.art19.plan import PlannedRequest

_log = logging.getLogger(__name__)
Kind = Literal["night", "hook"]
# Series are read in groups: large enough to fill batches, small enough for memory to stay flat.
_MOST_SERIES, _MOST_EPISODES = 1_000, 50_000
# Up to so many series, searching each by its slug costs less than listing them all.
_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRef:
    """A series that can be read."""

    id: str
    slug: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRead:
    """What reading one series brought: `series`, or the `problem` that prevented it.

    `read_at` is when the API said so; `offline` marks a reading from the last snapshot.
    `resources` are what the series was decoded from, ordered by type and id. `mark` is the same
    as long as they are, blank if nobody knows; a series that is `same` was known by its mark, and
    not even decoded.
    """

    ref: SeriesRef
    series: Series | None = None
    problem: FeedgenError | None = None
    notes: tuple[Note, ...] = ()
    resources: tuple[Resource, ...] = field(default=(), repr=False)
    read_at: datetime | None = None
    offline: bool = False
    mark: str = ""
    same: bool = False


async def list_series(
    api: ContentApi,
    wanted: Collection[str] = (),
    *,
    networks: Collection[str] = (),
    store: SnapshotStore | None = None,
    kind: Kind = "night",
    now: datetime | None = None,
) -> tuple[SeriesRef, ...]:
    """Return the series named by slug or id in `wanted`, else all; sorted by slug.

    `networks` are ids of networks to keep to: without them the API lists every series with a
    public page, whoever owns it. With a `store` the run that follows does not ask again for what
    was seen here. Raises `UnknownSeries` for a name the API does not know.
    """
    at = now or datetime.now(UTC)
    # A hook asks for its series anew anyway.
    run = store.begin(kind, at) if store is not None and kind == "night" else None

    def take(series: Resource) -> SeriesRef:
        ref = _ref(series)
        listed = not wanted or ref.slug in wanted or ref.id in wanted
        if store is not None and run is not None and listed and not incomplete_relations(series):
            store.stage(run, [series], (), at)
        return ref

    found: dict[str, SeriesRef] = {}
    ids = [each for each in wanted if operations.is_id(each)]
    slugs = sorted(each for each in wanted if not operations.is_id(each))
    if ids:
        found.update((each.id, take(each)) for each in (await api.by_ids("series", ids)).resources)
    searches = [{"q": slug} for slug in slugs] if 0 < len(slugs) <= _FEW else [{}]
    if slugs or not wanted:
        owners = [{"network_id": each} for each in sorted(set(networks))] or [{}]
        for search, owner in itertools.product(searches, owners):
            refs, failures, _ = await api.scan("series", take, **search, **owner)
            found |= refs | _unreadable(failures)
    known = found.keys() | {ref.slug for ref in found.values()}
    for name in wanted:
        if name not in known:
            raise UnknownSeries(name, [ref.slug for ref in found.values()])
    chosen = (ref for ref in found.values() if not wanted or {ref.slug, ref.id} & set(wanted))
    return tuple(sorted(chosen, key=lambda ref: (ref.slug, ref.id)))


async def read(
    api: ContentApi,
    refs: Iterable[SeriesRef],
    *,
    store: SnapshotStore | None = None,
    kind: Kind = "night",
    full: bool = False,
    everything: bool = False,
    known: Callable[[str], bool] = lambda _mark: False,
    now: datetime | None = None,
) -> AsyncGenerator[SeriesRead, None]:
    """Yield one `SeriesRead` per series of `refs`, in their order.

    `full` asks for everything again, as happens for each series once a week and in a run of kind
    `hook`; `everything` also reads episodes that are not public, at one listing per series. A
    series that could not be read whole has a `problem` and keeps its snapshot; one whose mark is
    `known` is not decoded.
    """
    at = now or datetime.now(UTC)
    snapshots = store or SnapshotStore()
    try:
        # A hook says that something changed just now: what came before it is old. Hooks for
        # several series read at the same time, and none may drop what another has staged.
        refs = list(refs) if kind == "hook" else refs
        name = f"hook {' '.join(ref.id for ref in refs)}" if kind == "hook" else kind
        run = snapshots.begin(name, at, resume=kind == "night")
        full = full or kind == "hook"
        reading = Reading(api, snapshots, run, at, full=full, everything=everything)
        for chunk in _chunks(refs):
            await reading.series([ref.id for ref in chunk])
            for group in _groups(chunk, reading):
                await reading.rest([ref.id for ref in group])
                for ref in group:
                    assembly = reading.assemble(ref.id)
                    # Without a store nothing is remembered, so nobody will ask for the mark.
                    mark = assembly.mark if store is not None else ""
                    if mark and known(mark):
                        result = SeriesRead(ref=ref, read_at=at, mark=mark, same=True)
                    else:
                        result = replace(_decoded(ref, assembly, reading.away, at), mark=mark)
                    if store is not None and (result.series is not None or result.same):
                        _keep(snapshots, run, result, assembly, at, full=full)
                    yield result
        snapshots.finish(run, at)
    finally:
        if store is None:
            snapshots.close()


async def planned(
    store: SnapshotStore,
    refs: Iterable[SeriesRef],
    *,
    full: bool = False,
    everything: bool = False,
    now: datetime | None = None,
) -> tuple[PlannedRequest, ...]:
    """Return the requests `read` would make now, and why, as far as the snapshot can tell.

    What only an answer can show, an episode never seen before or a changed image, is not in it.
    """
    at = now or datetime.now(UTC)
    found: list[PlannedRequest] = []

    def explain(kind: str, ids: Sequence[str], reason: str) -> None:
        target = str(operations.by_ids(kind, ids)) if ids else f"/{kind}?…"
        found.append(plan.PlannedRequest(target=target, ids=len(ids), reason=reason))

    with store.rehearsal():
        run = store.begin("plan", at)
        answers = _FromSnapshot(store)
        reading = Reading(
            answers, store, run, at, full=full, everything=everything, explain=explain
        )
        for chunk in _chunks(refs):
            await reading.series([ref.id for ref in chunk])
            for group in _groups(chunk, reading):
                await reading.rest([ref.id for ref in group])
    return tuple(found)


def stored_series(store: SnapshotStore) -> tuple[SeriesRef, ...]:
    """Return the series of the last snapshot, by slug."""
    return tuple(
        SeriesRef(id=each.series, slug=each.slug, title=each.title) for each in store.snapshots()
    )


def read_offline(store: SnapshotStore, refs: Iterable[SeriesRef]) -> Iterator[SeriesRead]:
    """Yield each series as it was last read whole, labelled with when that was."""
    for ref in refs:
        snapshot = store.snapshot(ref.id)
        if snapshot is None:
            problem = SeriesProblem(
                f"series {ref.slug or ref.id} was never read: there is no snapshot to go by",
                hint="run once with the API within reach",
            )
            yield SeriesRead(ref=ref, problem=problem, offline=True)
            continue
        result = _decoded(ref, from_snapshot(store, ref.id), None, snapshot.read)
        yield replace(result, offline=True)


def _named(failure: Failure) -> str:
    """Return the id of a series in the list that can not be read; without one the list is none."""
    if failure.key is None:
        raise UnreadableDocument(
            f"the list of series can not be read: {failure.reason}",
            hint="try again later; what is on air stays",
        )
    return failure.key.id


def _ref(resource: Resource) -> SeriesRef:
    def text(name: str) -> str:
        value = resource.attributes.get(name)
        return clean(value) if isinstance(value, str) else ""

    title = text("public_title") or text("title")
    return SeriesRef(id=resource.id, slug=text("slug"), title=title)


def _unreadable(failures: Iterable[Failure]) -> dict[str, SeriesRef]:
    """Return a reference to each series that could not be read, so that reading it names it."""
    for failure in failures:
        if failure.key is None:
            _log.warning("series.illegible place=%d reason=%s", failure.index, failure.reason)
    keys = [failure.key for failure in failures if failure.key is not None]
    return {key.id: SeriesRef(id=key.id, slug="") for key in keys}


def _chunks(refs: Iterable[SeriesRef]) -> Iterator[list[SeriesRef]]:
    rest = iter(refs)
    while chunk := list(itertools.islice(rest, _MOST_SERIES)):
        yield chunk


def _groups(refs: Iterable[SeriesRef], reading: Reading) -> Iterator[list[SeriesRef]]:
    group: list[SeriesRef] = []
    episodes = 0
    for ref in refs:
        group.append(ref)
        episodes += reading.episodes_of(ref.id)
        if episodes >= _MOST_EPISODES:
            yield group
            group, episodes = [], 0
    if group:
        yield group


def _decoded(
    ref: SeriesRef, assembly: Assembly, away: ApiProblem | None, at: datetime
) -> SeriesRead:
    """Return the reading of one series from what there is of it."""
    problem: FeedgenError | None = None
    series: Series | None = None
    notes: tuple[Note, ...] = ()
    reasons = [str(each) for each in assembly.failed.values()]
    if away is not None and assembly.failed:
        problem = away
    elif assembly.missing or assembly.failed:
        lacking = dict.fromkeys((*assembly.failed, *assembly.missing))
        problem = IncompleteSeries(ref.slug or ref.id, tuple(lacking), reasons)
    else:
        try:
            resources = Resources(assembly.resources)
            series, notes = decode.series(resources, ref.id, gone=assembly.gone)
        except IncompleteSeries as error:
            problem = error
    return SeriesRead(
        ref=ref,
        series=series,
        problem=problem,
        notes=assembly.notes + notes,
        resources=assembly.resources,
        read_at=at,
    )


def _keep(
    store: SnapshotStore,
    run: int,
    result: SeriesRead,
    assembly: Assembly,
    at: datetime,
    *,
    full: bool,
) -> None:
    """Make a whole reading the snapshot of its series."""
    before = store.snapshot(result.ref.id)
    complete = at if full or before is None or plan.full_is_due(before.complete, at) else None
    snapshot = Snapshot(
        series=result.ref.id,
        slug=result.series.slug if result.series else before.slug if before else result.ref.slug,
        title=result.ref.title,
        read=at,
        complete=complete or (before.complete if before else at),
        watermark=plan.watermark(
            each.attributes.get("updated_at")
            for each in assembly.resources
            if each.type == "episodes"
        ),
    )
    store.promote(run, snapshot, [each.key for each in assembly.resources], assembly.members)


class _FromSnapshot:
    """Answers from the snapshot what it knows, so that a run can be rehearsed."""

    batch_size = operations.MOST_IDS

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    async def by_ids(self, collection: str, ids: Iterable[str]) -> Batch:
        return Batch(resources=tuple(self._store.documents(None, collection, list(ids))))

    async def listing(self, collection: str, **_: str) -> Listing:
        return Listing()

    async def pages(self, collection: str, **_: str) -> AsyncIterator[Document]:
        yield Document(many=True)
