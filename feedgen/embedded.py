"""A catalogue folder behind the embedded content service, reached in process, without a socket."""

from __future__ import annotations

import contextlib
import importlib.util
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx

from feedgen.art19.client import ContentApi
from feedgen.art19.credential import Credential
from feedgen.art19.sync import SeriesRead
from feedgen.config import Config, LocalCatalogue
from feedgen.errors import MissingExtra, UsageProblem
from feedgen.probe.addresses import Allowed, GuardedTransport
from feedgen.source import Known, Source

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.applications import Starlette

    from feedgen.art19.sync import SeriesRef
    from feedgen.content.catalogue import Catalogue

# An origin nobody can own (RFC 2606, RFC 6761): requests to it never leave the process.
_IN_PROCESS = "http://content.invalid"
# Processes that render pictures, each alone with its limits of memory and time; more than two do
# not pay, and a picture that is there already starts none.
_RENDERERS = 2
_TIMEOUT = httpx.Timeout(30, connect=10)
# Seconds: how often a served folder is looked at, and how long a request for pictures waits for
# them to be rendered; a run needs them all, somebody who asks over the network an answer.
_LOOK_EVERY, _ANSWER_WITHIN, _RENDER_WITHIN = 1.0, 20.0, 3600.0


@contextlib.asynccontextmanager
async def open_embedded(
    config: Config, *, now: datetime, standing: bool, known: Known
) -> AsyncIterator[Source]:
    """Yield the catalogue folder of `config` as a source; see `open_source`."""
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
