"""One request of the Content API at a time: through the gate, out, back, and again if need be.

Every request goes to the origin the connection was made for and nowhere else, because each carries
the credential. Failures that may pass are tried again around the whole call; an answer of 429 is
the pacer's business alone.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import stamina

from feedgen import __version__
from feedgen.art19 import answers, operations
from feedgen.art19.answers import Answer, PassingProblem
from feedgen.art19.jsonapi import MEDIA_TYPE
from feedgen.art19.pacer import Pacer
from feedgen.errors import ApiProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Generator

    from feedgen.art19.credential import Credential
    from feedgen.art19.jsonapi import Document
    from feedgen.art19.operations import Target

_log = logging.getLogger(__name__)
# At DEBUG this logger writes every header of HTTP/2 out, Authorization among them.
logging.getLogger("hpack").setLevel(logging.INFO)

_TIMEOUT = httpx.Timeout(30, connect=10)
_LONGEST_ANSWER = 64 * 1024 * 1024
_MOST_REDIRECTS = 3
_MOST_REFUSALS = 8


class Connection:
    """The way to one API for one credential."""

    def __init__(
        self,
        base_url: str,
        credential: Credential,
        *,
        transport: httpx.AsyncBaseTransport | None,
        pacer: Pacer | None,
        attempts: int,
        deadline: float,
    ) -> None:
        self.base_url = _checked_base(base_url)
        if transport is None and self.base_url.startswith("http://"):
            host = urlsplit(self.base_url).hostname
            if host not in ("localhost", "127.0.0.1", "::1"):
                _log.warning("api.unencrypted host=%s: the token travels in the clear", host)
        self.pacer = pacer or (Pacer() if transport is None else Pacer.unhurried())
        self.requests = 0
        self._deadline = deadline
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=attempts, timeout=None, wait_initial=0.5, wait_max=20.0
        ).on(PassingProblem)
        self._http = httpx.AsyncClient(
            auth=_TokenAuth(credential),
            headers={"Accept": MEDIA_TYPE, "User-Agent": f"feedgen/{__version__}"},
            timeout=_TIMEOUT,
            transport=transport,
            http2=transport is None,
            follow_redirects=False,
        )

    async def aclose(self) -> None:
        """Close the connections and keep what the pacer has learned."""
        self.pacer.remember()
        await self._http.aclose()

    async def ask(self, target: Target) -> Document:
        """Return the document that answers `target`, however many attempts it takes."""
        return await self._retrying(self._attempt, target)

    async def _attempt(self, target: Target) -> Document:
        url = self.url(target)
        for _ in range(_MOST_REFUSALS):
            async with self.pacer.turn() as turn:
                answer = await self._get(url)
                if answer.status == 429:
                    wait = answers.retry_after(answer.retry_after, datetime.now(UTC))
                    turn.refused(wait)
            if answer.status != 429:
                return answers.document(answer, many=target.is_collection)
        raise answers.problem(answer)

    async def _get(self, url: str) -> Answer:
        """Return what `url` answers; a redirect is followed within the origin only."""
        for _ in range(_MOST_REDIRECTS):
            answer = await self._send(url)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = operations.resolved(self.base_url, url, answer.location)
        raise ApiProblem(
            "the Content API redirects again and again",
            url=url,
            hint="check the address of the API in the configuration",
        )

    async def _send(self, url: str) -> Answer:
        self.requests += 1
        body = bytearray()
        try:
            async with asyncio.timeout(self._deadline), self._http.stream("GET", url) as response:
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > _LONGEST_ANSWER:
                        break
            failure = "it does not end" if len(body) > _LONGEST_ANSWER else ""
        except TimeoutError:
            failure = f"no whole answer within {self._deadline:g} s"
        except httpx.TimeoutException as error:
            failure = f"time-out ({type(error).__name__})"
        except (httpx.RequestError, httpx.StreamError) as error:
            failure = f"{type(error).__name__}: {error}".rstrip(": ")
        if failure:
            # Raised outside the handler: frames of the HTTP library hold the header.
            raise PassingProblem(
                f"the Content API gave no usable answer: {failure}",
                url=url,
                hint="check the network and the address of the API; what is on air stays",
            )
        headers = response.headers
        _log.debug("api.answer status=%s bytes=%d url=%s", response.status_code, len(body), url)
        return Answer(
            status=response.status_code,
            url=url,
            content_type=headers.get("content-type", ""),
            retry_after=headers.get("retry-after", ""),
            location=headers.get("location", ""),
            body=bytes(body),
        )

    def url(self, target: Target) -> str:
        """Return the address of `target`; it holds nothing secret."""
        return f"{self.base_url}{target}"


class _TokenAuth(httpx.Auth):
    """Writes the credential into a request at the last moment, so that no client holds it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._credential.header()
        yield request


def _checked_base(base_url: str) -> str:
    """Return the address without a slash at the end; raise `UsageProblem` if it is unusable."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageProblem(
            f"the address of the Content API is no http(s) address: {parts.scheme or base_url!r}",
            hint="write it as https://host/path",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageProblem(
            "the address of the Content API holds a user name, a query or a fragment",
            hint="the credential belongs into the environment or its file, not into the address",
        )
    return base_url.rstrip("/")
