"""The edge of the judge: fetches what the N rules are about, and hands it over as facts."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import httpx

from feedgen import __version__
from feedgen.check.document import MAX_BYTES
from feedgen.check.facts import (
    Answer,
    Facts,
    FetchedArtwork,
    FetchedEnclosure,
    FetchedFeed,
)
from feedgen.check.picture import pixels
from feedgen.check.walk import addresses
from feedgen.errors import FeedgenError, OutsideProblem
from feedgen.probe.addresses import probe_client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

T = TypeVar("T")

# Of each kind, the newest; a feed of a thousand episodes is not downloaded to be judged.
LOOKED_AT = 20
_AT_ONCE = 8
# Embedded profiles and previews come before the size in a JPEG; a megabyte holds any of them.
_IMAGE_HEAD = 1_000_000
_HEADERS = {"User-Agent": f"feedgen/{__version__} (feed check)", "Accept-Encoding": "identity"}
# Hosts that insert ads as a file is sent: its length is another each time.
_DYNAMIC = ("art19.com", "megaphone.fm", "omny.fm", "acast.com", "prxu.org", "simplecastaudio.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A feed from its URL: its bytes, at most a little more than are judged, and the answer."""

    body: bytes
    answer: Answer


def client(url: str, *, allow_private: bool = False) -> httpx.AsyncClient:
    """Return a client that reaches the host of `url` wherever it is, and others in public only.

    The host was named by the user; the addresses inside a feed were written by anybody.
    """
    host = httpx.URL(url).host if url else ""
    hosts = (host,) if host else ()
    made = probe_client(allowed_hosts=hosts, allow_private=allow_private, timeout=15.0)
    made.headers.update(_HEADERS)
    made.follow_redirects = True
    return made


async def fetch(url: str, http: httpx.AsyncClient) -> Fetched:
    """Return the feed at `url`; raises OutsideProblem if no 200 comes back."""
    try:
        async with http.stream("GET", url) as response:
            packed = await _read(response, MAX_BYTES + 1)
            answer = _answer(response, len(packed))
    except (httpx.HTTPError, httpx.InvalidURL, FeedgenError) as error:
        message = f"{url} can not be fetched: {_reason(error)}"
        raise OutsideProblem(message, hint="check the URL, or try again later") from error
    if answer.status != 200:
        raise OutsideProblem(
            f"{url} answers {answer.status}",
            hint="a feed must answer 200 without a password; check the URL",
        )
    return Fetched(body=_unpacked(packed, answer), answer=answer)


async def gather(fetched: Fetched | None, raw: bytes, url: str, http: httpx.AsyncClient) -> Facts:
    """Return what the network says about the feed in `raw`; never raises for what it finds.

    `fetched` and `url` are given if the feed itself came from a URL.
    """
    artwork, enclosures = addresses(raw)
    gate = asyncio.Semaphore(_AT_ONCE)
    feed = None
    if fetched is not None:
        again = await _again(url, fetched.answer.headers, http)
        feed = FetchedFeed(first=fetched.answer, again=again)
    images = await _all(artwork[:LOOKED_AT], lambda one: _artwork(one, http), gate)
    audio = await _all(enclosures[:LOOKED_AT], lambda one: _enclosure(one, http), gate)
    return Facts(feed=feed, images=images, enclosures=audio)


def _unpacked(body: bytes, answer: Answer) -> bytes:
    """Return what a server packed although nobody asked it to, a little more than is judged."""
    if answer.headers.get("content-encoding", "").lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        # 32 more than the largest window: zlib finds out itself which of the two forms it is.
        return zlib.decompressobj(wbits=zlib.MAX_WBITS + 32).decompress(body, MAX_BYTES + 1)
    except zlib.error:
        return body


async def _all(
    urls: list[str], look: Callable[[str], Awaitable[T]], gate: asyncio.Semaphore
) -> dict[str, T]:
    async def one(url: str) -> T:
        async with gate:
            return await look(url)

    return dict(zip(urls, await asyncio.gather(*map(one, urls)), strict=True))


async def _again(url: str, headers: Mapping[str, str], http: httpx.AsyncClient) -> Answer | None:
    """Return the answer to the same GET with its validators, `None` if it gave none."""
    conditions = {}
    if "etag" in headers:
        conditions["If-None-Match"] = headers["etag"]
    if "last-modified" in headers:
        conditions["If-Modified-Since"] = headers["last-modified"]
    return await _ask("GET", url, http, conditions) if conditions else None


async def _artwork(url: str, http: httpx.AsyncClient) -> FetchedArtwork:
    head = await _ask("HEAD", url, http)
    try:
        async with http.stream("GET", url) as response:
            if response.status_code != 200:
                return FetchedArtwork(head=head)
            data = await _read(response, _IMAGE_HEAD)
            said = response.headers.get("content-length", "")
            size = int(said) if said.isdecimal() and len(said) < 16 else len(data)
            return FetchedArtwork(head=head, size=size, pixels=pixels(data))
    except (httpx.HTTPError, httpx.InvalidURL, FeedgenError):
        return FetchedArtwork(head=head)  # HEAD has told of it already


async def _enclosure(url: str, http: httpx.AsyncClient) -> FetchedEnclosure:
    head = await _ask("HEAD", url, http)
    part = None
    if head.status == 200:
        part = await _ask("GET", url, http, {"Range": "bytes=0-1"})
    host = httpx.URL(head.url).host if head.url else ""
    return FetchedEnclosure(head=head, range=part, dynamic=host.endswith(_DYNAMIC))


async def _ask(
    method: str, url: str, http: httpx.AsyncClient, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return the answer to one request, after redirects; of a body only two bytes are read."""
    try:
        async with http.stream(method, url, headers=dict(headers or {})) as response:
            return _answer(response, len(await _read(response, 2)))
    except (httpx.HTTPError, httpx.InvalidURL, FeedgenError) as error:
        return Answer(problem=f"gives no answer ({_reason(error)})", url=url)


async def _read(response: httpx.Response, most: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in response.aiter_raw():
        parts.append(part)
        length += len(part)
        if length >= most:
            break
    return b"".join(parts)[:most]


def _answer(response: httpx.Response, size: int) -> Answer:
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        url=str(response.url),
        size=size,
    )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
