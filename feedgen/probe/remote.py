"""A media file on a server: HEAD, ranged reads, and whole passes where ranges are ignored."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import httpx

from feedgen.probe.addresses import check_peer, check_url, displayed
from feedgen.probe.facts import ProbeProblem
from feedgen.probe.window import BLOCK, WindowedFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from feedgen.probe.addresses import Allowed
    from feedgen.probe.facts import Kind, Limits

_REDIRECTS = {301, 302, 303, 307, 308}
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def validator_of(etag: str) -> str:
    """Return what is kept to tell whether a file with this strong entity tag is the same."""
    return f"etag {etag}"


class Exhausted(Exception):  # a signal between reading and measuring
    """The limits of one probe are used up; what is known so far stands."""


class Remote:
    """One file, known by what was fetched of it.

    `size` is `None` until a server said or a whole pass counted it; `content_type` and
    `validator` are of the last answer that described the file, `flaws` codes of `facts.FLAWS`.
    """

    def __init__(
        self, url: str, client: httpx.AsyncClient, *, allowed: Allowed, limits: Limits
    ) -> None:
        try:
            self.url = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise ProbeProblem(
                "bad-url", f"{displayed(str(url))!r} is no URL: {error}", url=displayed(str(url))
            ) from error
        self.size: int | None = None
        self.content_type = ""
        self.validator = ""
        self.flaws: set[str] = set()
        self._client = client
        self._allowed = allowed
        self._limits = limits
        self._address = self.url  # where a GET ended: the next one begins there
        self._blocks: dict[int, bytes] = {}
        self._ranges = True
        self._requests = 0
        self._bytes = 0

    def file(self) -> WindowedFile:
        """Return the file as far as it has been fetched; its end, if unknown, is the first gap."""
        size = self.size if self.size is not None else len(self._blocks.get(0, b""))
        return WindowedFile(self._blocks, size)

    async def head(self) -> bool:
        """Return whether HEAD described the file; an error status leaves the answer to GET.

        Raises ProbeProblem `unreachable` if the server cannot be reached at all.
        """
        try:
            async with self._timed(), self._open("HEAD", self.url, {}) as response:
                if response.is_success:
                    self._describe(response)
                    return True
        except ProbeProblem as problem:
            # Some servers drop the connection when asked for HEAD; GET will tell.
            dropped = (httpx.RemoteProtocolError, httpx.ReadError)
            if not isinstance(problem.__cause__, dropped):
                raise
        self.flaws.add("head-refused")
        return False

    async def start(self) -> None:
        """Fetch the first block, and the size by the way; raises ProbeProblem."""
        with contextlib.suppress(Exhausted):
            await self.fetch(0, BLOCK)
        if self.size == 0:
            raise ProbeProblem(
                "not-media", f"{displayed(self.url)} is empty", url=displayed(self.url)
            )

    async def fetch(self, start: int, stop: int) -> None:
        """Fetch the blocks from `start` to `stop`; raises ProbeProblem and Exhausted."""
        self._requests += 1
        self._bytes += stop - start
        if self._requests > self._limits.requests or self._bytes > self._limits.bytes:
            raise Exhausted
        async with self._timed() as clock:
            if self._ranges:
                await self._ranged(start, stop, clock)
            else:
                await self._sweep(start, stop, clock)

    @contextlib.asynccontextmanager
    async def whole(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give the bytes of the whole file; reading past the limit raises Exhausted."""
        async with self._open("GET", self._address, {}) as response:
            self._check_status(response)
            yield self._chunks(response)

    @contextlib.asynccontextmanager
    async def _timed(self) -> AsyncIterator[asyncio.Timeout]:
        try:
            async with asyncio.timeout(self._limits.seconds) as clock:
                yield clock
        except TimeoutError as error:
            if 0 in self._blocks:
                raise Exhausted from error
            shown = displayed(self.url)
            raise ProbeProblem("unreachable", f"{shown} does not answer in time", url=shown) from (
                error
            )

    async def _ranged(self, start: int, stop: int, clock: asyncio.Timeout) -> None:
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        async with self._open("GET", self._address, headers) as response:
            if response.status_code == 416:
                if start == 0 and response.headers.get("content-range") == "bytes */0":
                    self.size = 0
                    return
            else:
                self._check_status(response)
                self._address = response.url
                given = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
                usable = response.status_code == 206 and given and int(given[1]) == start
                if usable and given and given[3] != "*" and not _encoded(response):
                    self._describe(response, total=int(given[3]))
                    await self._take(response, start, stop)
                    return
                if response.status_code != 206:
                    await self._absorb(response, start, stop, clock)
                    return
        # 416 within the file, several parts, another range than asked for, or no total
        await self._sweep(start, stop, clock)

    async def _sweep(self, start: int, stop: int, clock: asyncio.Timeout) -> None:
        async with self._open("GET", self._address, {}) as response:
            self._check_status(response)
            self._address = response.url
            await self._absorb(response, start, stop, clock)

    async def _take(self, response: httpx.Response, start: int, stop: int) -> None:
        """Keep the whole blocks of a 206; a server may send less or more than was asked for."""
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) >= stop - start:
                break
        if "varies" in self.flaws:  # a shorter file than before: its end is not where it was
            data = data.ljust(stop - start, b"\0")
        for at in range(0, min(len(data), stop - start), BLOCK):
            block = bytes(data[at : at + BLOCK])
            if len(block) == BLOCK or start + at + len(block) == self.size:
                self._blocks[(start + at) // BLOCK] = block

    async def _absorb(
        self, response: httpx.Response, start: int, stop: int, clock: asyncio.Timeout
    ) -> None:
        """Read a whole file from its beginning and keep what is asked for, the middle and the end.

        Stops early only if the size is known. What is kept beside the range asked for spares
        another pass over the file later.
        """
        clock.reschedule(asyncio.get_running_loop().time() + self._limits.whole_seconds)
        if not _encoded(response):
            self.flaws.add("ranges-ignored")
        self._ranges = False
        self._describe(response)
        index, block, before = 0, bytearray(), (-1, b"")
        wanted = {0, *range(start // BLOCK, -(-stop // BLOCK))}
        if self.size is not None:
            middle = self.size // 2 // BLOCK
            wanted |= {middle, middle + 1}
        async for chunk in self._chunks(response):
            block += chunk
            while len(block) >= BLOCK:
                before = (index, bytes(block[:BLOCK]))
                if index in wanted:
                    self._blocks[index] = before[1]
                del block[:BLOCK]
                index += 1
            if self.size is not None and index * BLOCK >= stop:
                return
        self._blocks |= dict([before]) if before[0] >= 0 else {}
        if block:
            self._blocks[index] = bytes(block)
        self._measured(index * BLOCK + len(block))

    async def _chunks(self, response: httpx.Response) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in response.aiter_bytes():
            received += len(chunk)
            if received > self._limits.whole_bytes:
                raise Exhausted
            yield chunk

    def _describe(self, response: httpx.Response, total: int | None = None) -> None:
        headers = response.headers
        self.content_type = headers.get("content-type", "").strip()
        size = total
        if _encoded(response):
            self.flaws.add("encoded")
        elif size is None and _NUMBER.fullmatch(headers.get("content-length", "")):
            # A HEAD that says 0 is a server that does not know; GET will tell.
            size = int(headers["content-length"]) or None
        if size is not None:
            self._measured(size)
        tag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        if tag.startswith('"') and not _encoded(response):
            self.validator = validator_of(tag)
        else:
            self.validator = f"modified {modified} {size}" if modified and size else ""

    def _measured(self, size: int) -> None:
        if self.size is not None and self.size != size:
            self.flaws.add("varies")
            if self._blocks:  # the first GET's word stands, or the end would run away for ever
                return
        self.size = size

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (200, 206):
            return
        kind: Kind = "unreachable"
        if status in (404, 410):
            kind = "gone"
        elif 400 <= status < 500 and status not in (408, 425, 429):
            kind = "forbidden"
        shown = displayed(response.url)
        raise ProbeProblem(kind, f"{shown} answers {status}", url=shown)

    @contextlib.asynccontextmanager
    async def _open(
        self, method: str, url: httpx.URL, headers: dict[str, str]
    ) -> AsyncIterator[httpx.Response]:
        """Follow redirects to an answer, each hop checked; raises ProbeProblem."""
        shown = displayed(self.url)
        try:
            for _ in range(self._limits.hops + 1):
                check_url(url, self._allowed)
                response = await self._send(method, url, headers)
                try:
                    check_peer(response, url.host, self._allowed)
                    place = response.headers.get("location", "")
                    if response.status_code not in _REDIRECTS or not place:
                        yield response
                        return
                finally:
                    await response.aclose()
                following = url.join(place)
                if url.scheme == "https" and following.scheme == "http":
                    self.flaws.add("insecure-hop")
                url = following
        except httpx.InvalidURL as error:
            raise ProbeProblem(
                "bad-url", f"{shown} redirects to something that is no URL: {error}", url=shown
            ) from error
        except httpx.TimeoutException as error:
            raise ProbeProblem(
                "unreachable", f"{displayed(url)} does not answer in time", url=shown
            ) from error
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise ProbeProblem("unreachable", f"{displayed(url)}: {what}", url=shown) from error
        raise ProbeProblem(
            "too-many-redirects",
            f"{shown} redirects more than {self._limits.hops} times",
            url=shown,
        )

    async def _send(self, method: str, url: httpx.URL, headers: dict[str, str]) -> httpx.Response:
        """Send one request without credentials: none of the client's, none of the URL's."""
        bare = url.copy_with(username=None, password=None, fragment=None)
        request = self._client.build_request(
            method, bare, headers={"Accept": "*/*", "Accept-Encoding": "identity", **headers}
        )
        for name in ("authorization", "cookie", "proxy-authorization"):
            request.headers.pop(name, None)
        return await self._client.send(request, stream=True, auth=None, follow_redirects=False)


def _encoded(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity").strip().lower() not in (
        "identity",
        "",
    )
