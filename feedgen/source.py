"""Where a run reads from: a hosted account, or a local folder behind the embedded service.

Both are the same to everything after this module: a Content API to ask and an HTTP client to
fetch media with. Embedded, both reach the service in process, without a socket.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import httpx
import stamina

from feedgen.art19 import sync
from feedgen.art19.client import ContentApi
from feedgen.art19.credential import Credential
from feedgen.art19.decode import Note
from feedgen.art19.pacer import START, Pacer
from feedgen.art19.store import SnapshotStore
from feedgen.art19.sync import SeriesRead
from feedgen.config import Config, HostedAccount, LocalCatalogue
from feedgen.errors import (
    MissingExtra,
    Mistakes,
    OutsideProblem,
    SeriesProblem,
    UnknownSeries,
    UsageProblem,
)
from feedgen.probe.addresses import Allowed, GuardedTransport, probe_client

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.applications import Starlette

    from feedgen.art19.sync import SeriesRef
    from feedgen.content.catalogue import Catalogue
    from feedgen.model import Series
    from feedgen.settings import SeriesSettings

_log = logging.getLogger(__name__)

# An origin nobody can own (RFC 2606, RFC 6761): requests to it never leave the process.
_IN_PROCESS = "http://content.invalid"
# Offline nothing is asked, so nothing has to be proved.
_NOBODY = Credential("offline", "offline")
# Processes that render pictures, each alone with its limits of memory and time; more than two do
# not pay, and a picture that is there already starts none.
_RENDERERS = 2
_TIMEOUT = httpx.Timeout(30, connect=10)
# Seconds: how often a served folder is looked at, and how long a request for pictures waits for
# them to be rendered; a run needs them all, somebody who asks over the network an answer.
_LOOK_EVERY, _ANSWER_WITHIN, _RENDER_WITHIN = 1.0, 20.0, 3600.0


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


@contextlib.asynccontextmanager
async def open_source(
    config: Config,
    *,
    now: datetime,
    offline: bool = False,
    standing: bool = False,
    known: Known = nobody,
) -> AsyncIterator[Source]:
    """Yield the source that `config` names; raises MissingExtra, UsageProblem or Mistakes.

    `offline` reads a hosted account from its last snapshot; a folder is always at hand. A folder
    is taken as it is now; one that is `standing` is looked at anew by `Source.at`. `known` is as
    in `Source`.
    """
    if isinstance(config.source, HostedAccount):
        opened = _hosted(config, config.source, now, offline, known)
    else:
        opened = _embedded(config, now, standing, known)
    async with opened as source:
        yield source


@contextlib.asynccontextmanager
async def _hosted(
    config: Config, account: HostedAccount, now: datetime, offline: bool, known: Known
) -> AsyncIterator[Source]:
    file = config.root / account.credential_file if account.credential_file else None
    credential = _NOBODY if offline else Credential.find(file)
    stamina.instrumentation.set_on_retry_hooks([_tell_of_retry])
    with open_snapshots(config) as snapshots:
        pacer = Pacer(
            snapshots.pacer_memory(f"{credential.id} {account.url}"),
            start=account.requests_per_minute or START,
        )
        async with (
            ContentApi(account.url, credential, pacer=pacer) as api,
            probe_client(allowed_hosts=config.allowed_hosts) as media,
        ):
            yield Source(
                api=api,
                media=media,
                allowed_hosts=frozenset(config.allowed_hosts),
                problems=config.series_mistakes,
                snapshots=snapshots,
                only=account.series,
                networks=(account.network,) if account.network else (),
                offline=offline,
                known=known,
                now=now,
            )


def _tell_of_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """Log in a sentence that a call to the API is made again."""
    _log.info("%s; again in %.1f s", details.caused_by, details.wait_for)


@contextlib.contextmanager
def open_snapshots(config: Config) -> Iterator[SnapshotStore]:
    """Yield what was read of the account in earlier runs; raises OutsideProblem."""
    path = config.state_folder / "snapshot.sqlite3"
    try:
        config.state_folder.mkdir(parents=True, exist_ok=True)
        store = SnapshotStore(path)
    except (OSError, sqlite3.Error) as error:
        raise OutsideProblem(
            f"can not use the snapshot {path}: {error}",
            hint="check that its folder is writable; if the file is damaged, move it away",
        ) from error
    with store:
        yield store


@contextlib.asynccontextmanager
async def _embedded(
    config: Config, now: datetime, standing: bool, known: Known
) -> AsyncIterator[Source]:
    # Nobody else can reach the service, so nobody else needs to know its secret.
    credential = Credential("embedded", secrets.token_urlsafe())
    moment = now
    refs: dict[str, SeriesRef] = {}

    def remembered(mark: str) -> tuple[str, str] | None:
        ref = known(mark)
        if ref is None:
            return None
        refs[mark] = ref
        return ref.id, ref.slug

    def renewed(source: Source, now: datetime, slugs: Collection[str]) -> Source:
        nonlocal moment
        moment = now
        catalogue = served.renew(slugs) if standing else served.catalogue
        return replace(
            source,
            now=now,
            settings=catalogue.settings.get,
            problems={**catalogue.problems, **config.series_mistakes},
        )

    with content_service(
        config,
        {credential.id: credential.secret},
        lambda: moment,
        standing=standing,
        known=remembered,
    ) as served:
        in_process = httpx.ASGITransport(app=served.app, raise_app_exceptions=False)
        hosts = frozenset(config.allowed_hosts)
        network = GuardedTransport(Allowed(hosts=hosts))
        async with (
            # In process nothing gets better within seconds.
            ContentApi(_IN_PROCESS, credential, transport=in_process, attempts=1) as api,
            httpx.AsyncClient(
                transport=_PrefixTransport(f"{config.media_url}/", in_process, network),
                timeout=_TIMEOUT,
                trust_env=False,
            ) as media,
        ):
            yield Source(
                api=api,
                media=media,
                own_media=config.media_url,
                allowed_hosts=hosts,
                settings=served.catalogue.settings.get,
                problems={**served.catalogue.problems, **config.series_mistakes},
                flaw=served.flaw,
                everything=True,
                same={
                    id_: SeriesRead(ref=refs[mark], read_at=now, mark=mark, same=True)
                    for id_, mark in served.passed_over.items()
                },
                mark=served.mark,
                own_file=lambda url: served.file(url, moment),
                renewed=renewed,
                now=now,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The content service over the catalogue of a project; `catalogue` is how it began.

    `flaw` returns what is wrong with the original of an image, by its id, `""` if nothing is.
    `renew` looks at the shows of these slugs anew and returns the catalogue there is now; `file`
    returns size and entity tag of the audio at an address, as the service would answer it;
    `mark` and `passed_over` are those of `feedgen.content.catalogue.CatalogueFolder`.
    """

    app: Starlette
    catalogue: Catalogue
    flaw: Callable[[str], str]
    renew: Callable[[Collection[str]], Catalogue]
    file: Callable[[str, datetime], tuple[int, str] | None]
    mark: Callable[[str], str]
    passed_over: Mapping[str, str]


@contextlib.contextmanager
def content_service(
    config: Config,
    credentials: Mapping[str, str],
    clock: Callable[[], datetime],
    *,
    live: bool = False,
    standing: bool = False,
    known: Callable[[str], tuple[str, str] | None] = lambda _mark: None,
    calls_per_minute: int | None = None,
    strict_schema: bool = False,
    lenient_pages: bool = False,
) -> Iterator[Served]:
    """Yield the local catalogue of `config` as the Content API, an ASGI application.

    It serves the folder as it is now, so that one run never mixes two states of it, or, `live`,
    as it is at each request, or, `standing`, as it was when `Served.renew` looked. Shows that are
    `known` by their mark are left out (`feedgen.content.catalogue.CatalogueFolder`); the last
    three are those of `feedgen.content.service.create_app`.
    Raises MissingExtra without the extras `images` and `serve`,
    UsageProblem or Mistakes if the folder can not be served at all.
    """
    folder = config.catalogue_folder
    if folder is None or not isinstance(config.source, LocalCatalogue):
        raise UsageProblem(
            "there is no catalogue folder: feedgen.toml names a hosted account",
            hint="add a table [catalogue] in the place of [art19]",
        )
    _need("starlette", "reading a catalogue folder", "serve")
    _need("pyvips", "rendering the artwork of a catalogue folder", "images")
    from feedgen.content.audio import OwnAudio
    from feedgen.content.catalogue import CatalogueFolder
    from feedgen.content.images import open_images
    from feedgen.content.library import Library
    from feedgen.content.service import create_app

    watched = CatalogueFolder(folder, interval=_LOOK_EVERY, known=known)
    catalogue = watched.current()
    images = open_images(
        config.state_folder / "images",
        processes=_RENDERERS,
        loud=live,
        enlarge=config.source.enlarge,
    )
    try:
        current = watched.current if live else watched.held if standing else lambda: catalogue
        library = Library(
            current,
            images,
            media_url=config.media_url,
            wait=_ANSWER_WITHIN if live else _RENDER_WITHIN,
            settled=not live,
            settings=config.settings_for,
        )
        app = create_app(
            library,
            credentials=credentials,
            clock=clock,
            calls_per_minute=calls_per_minute,
            strict_schema=strict_schema,
            lenient_pages=lenient_pages,
        )
        yield Served(
            app=app,
            catalogue=catalogue,
            flaw=library.flaw,
            renew=watched.renew,
            file=OwnAudio(current, media_url=config.media_url).at,
            mark=watched.mark,
            passed_over=watched.passed_over(),
        )
    finally:
        images.close()


def _need(package: str, what: str, extra: str) -> None:
    """Raise MissingExtra if `package` is not installed, without paying for its import."""
    if importlib.util.find_spec(package) is None:
        raise MissingExtra(what, "all" if extra == "serve" else extra)


class _PrefixTransport(httpx.AsyncBaseTransport):
    """Answers URLs below one prefix in process and lets every other out to the network.

    An imported show keeps its remote enclosures while its artwork is served from the folder, and
    both may lie on one host, so the whole prefix decides and not the host.
    """

    def __init__(
        self, prefix: str, in_process: httpx.ASGITransport, network: GuardedTransport
    ) -> None:
        self._prefix = prefix
        self._in_process = in_process
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if str(request.url).startswith(self._prefix):
            return await self._in_process.handle_async_request(request)
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()
