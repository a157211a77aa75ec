"""Where a run reads from: a hosted account, or a local folder behind the embedded service.

Both are the same to everything after this module: a Content API to ask and an HTTP client to
fetch media with. `feedgen.hosted` and `feedgen.embedded` open them.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from feedgen.art19 import sync
from feedgen.art19.decode import Note
from feedgen.errors import SeriesProblem, UnknownSeries

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from feedgen.art19.client import ContentApi
    from feedgen.art19.store import SnapshotStore
    from feedgen.art19.sync import SeriesRead, SeriesRef
    from feedgen.errors import Mistakes
    from feedgen.model import Series
    from feedgen.settings import SeriesSettings

Known = Callable[[str], "SeriesRef | None"]


def nobody(_mark: str) -> SeriesRef | None:
    """Know no series by its mark: all are read."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open source of series.

    `media` fetches artwork and enclosures and never carries the credential. `own_media` is the
    address below which pictures have to be published beside the feeds, `""` if there are none.
    `allowed_hosts` may have private addresses. `problems` are the series that can not even be
    read, by slug; `flaw` says what is wrong with the original of an image, by its id, `""` if
    nothing is known. `snapshots` keeps what was read between runs; `offline` reads from it alone.
    `everything` also reads episodes that are not public. `own_file` returns size and entity tag of
    a media file of our own by its address, without asking for it, `None` for any other.

    `known` names the series whose data has a mark that the caller knows: it is not read. `same`
    are those that were known before anything was read, by id; `mark` returns that of a show.
    """

    api: ContentApi
    media: httpx.AsyncClient
    own_media: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    settings: Callable[[str], SeriesSettings | None] = lambda _slug: None
    problems: Mapping[str, Mistakes] = field(default_factory=dict)
    flaw: Callable[[str], str] = lambda _image_id: ""
    snapshots: SnapshotStore | None = None
    only: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    offline: bool = False
    everything: bool = False
    now: datetime
    same: Mapping[str, SeriesRead] = field(default_factory=dict)
    mark: Callable[[str], str] = lambda _slug: ""
    known: Known = nobody
    own_file: Callable[[str], tuple[int, str] | None] = lambda _url: None
    renewed: Callable[[Source, datetime, Collection[str]], Source] = field(
        default=lambda source, now, _slugs: replace(source, now=now)
    )

    def at(self, now: datetime, slugs: Collection[str] = ()) -> Source:
        """Return the same source at another time, with what it says of `slugs` looked at anew."""
        return self.renewed(self, now, slugs)

    async def list_series(self, wanted: Collection[str] = ()) -> tuple[SeriesRef, ...]:
        """Return the series there are, or those of `wanted`, by slug or id; sorted by slug.

        Raises UnknownSeries, and ApiProblem if the list can not be had.
        """
        if self.snapshots is not None and self.offline:
            stored = sync.stored_series(self.snapshots)
            for name in wanted:
                if all(name not in (ref.slug, ref.id) for ref in stored):
                    raise UnknownSeries(name, [ref.slug for ref in stored])
            return tuple(ref for ref in stored if not wanted or {ref.slug, ref.id} & {*wanted})
        try:
            listed = await self._list(wanted or self.only)
            every = (*listed, *(read.ref for read in self.same.values()))
            return listed if wanted else tuple(sorted(every, key=lambda ref: (ref.slug, ref.id)))
        except UnknownSeries as unknown:
            # A slug is looked for by itself; only the whole list can say what was meant.
            every = await self._list(())
            raise UnknownSeries(unknown.asked, [ref.slug for ref in every]) from None

    async def one(self, asked: str) -> tuple[Series, SeriesRead]:
        """Return the series `asked`, by slug or id, whole, and how it was read.

        Raises UnknownSeries, or what keeps the series from being read.
        """
        if asked in self.problems:
            raise self.problems[asked]
        for ref in await self.list_series([asked]):
            if ref.slug in self.problems:  # asked for by its id
                raise self.problems[ref.slug]
            async for read in self.read([ref], everything=True):
                if read.series is None:
                    raise read.problem or SeriesProblem("the series could not be read whole")
                return read.series, read
        raise UnknownSeries(asked, self.problems)

    async def _list(self, wanted: Collection[str]) -> tuple[SeriesRef, ...]:
        return await sync.list_series(
            self.api, wanted, networks=self.networks, store=self.snapshots, now=self.now
        )

    async def read(
        self, refs: Sequence[SeriesRef], *, everything: bool = False, hook: bool = False
    ) -> AsyncIterator[SeriesRead]:
        """Yield each series of `refs`, whole or with the problem that prevented it.

        For a `hook` everything of them is asked for, whatever was read before.
        """
        if self.snapshots is not None and self.offline:
            for each in sync.read_offline(self.snapshots, refs):
                yield each
            return
        reading = sync.read(
            self.api,
            [ref for ref in refs if ref.id not in self.same],
            store=self.snapshots,
            kind="hook" if hook else "night",
            everything=everything or self.everything,
            known=lambda mark: self.known(mark) is not None,
            now=self.now,
        )
        async with contextlib.aclosing(reading):
            for ref in refs:
                if ref.id in self.same:
                    yield self.same[ref.id]
                    continue
                read = await anext(reading)
                mark = self.mark(read.ref.slug) if self.own_media else read.mark
                yield replace(read, notes=read.notes + self._flaws(read), mark=mark)
            # Let it end in its own way: that is when the snapshot is finished.
            async for _ in reading:
                pass

    def _flaws(self, read: SeriesRead) -> tuple[Note, ...]:
        """Return what is wrong with the pictures of a series, which the API has no field for."""
        images = (each for each in read.resources if each.type == "images")
        told = ((image, self.flaw(image.id)) for image in images)
        return tuple(
            Note(code="image-invalid", message=flaw, where=str(image.key))
            for image, flaw in told
            if flaw
        )
