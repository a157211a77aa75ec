"""Which addresses a probe may talk to, decided at the moment it connects.

An enclosure URL comes from a catalogue or from a redirect, so it is somebody else's text. Looking
a name up first and connecting later would leave room for an answer that changes in between (DNS
rebinding); here the address that was checked is the one that is connected to, and TLS still
verifies the name.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpcore
import httpx

from feedgen.probe.facts import ProbeProblem

if TYPE_CHECKING:
    import ssl
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
    )

    Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

_USERINFO = re.compile(r"//[^/?#]*@")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
_NETWORK_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Exceptions from "public addresses only": all addresses, or hosts by name or address."""

    hosts: Collection[str] = ()
    private: bool = False

    def host(self, host: str) -> bool:
        """Return whether `host` may have any address."""
        return self.private or host.lower() in {name.lower() for name in self.hosts}


def is_public(address: str) -> bool:
    """Return whether `address` is a global unicast address (IANA special-purpose registries).

    An IPv6 address that carries an IPv4 address (mapped, 6to4, NAT64) is judged by that.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        carried = found.ipv4_mapped or found.sixtofour
        if carried is None and found in _NAT64:
            carried = ipaddress.IPv4Address(found.packed[-4:])
        if carried is not None:
            return is_public(str(carried))
    return found.is_global and not found.is_multicast and not found.is_reserved


def check_url(url: httpx.URL, allowed: Allowed) -> None:
    """Raise ProbeProblem unless `url` is http or https and names no refused address itself.

    A host name passes here; what it resolves to is checked when the connection is made.
    """
    shown = displayed(url)
    if url.scheme not in ("http", "https"):
        raise ProbeProblem(
            "refused-address", f"{shown} is {url.scheme or 'no'} and not http or https", url=shown
        )
    if not url.host:
        raise ProbeProblem("bad-url", f"{shown} names no host", url=shown)
    with contextlib.suppress(ValueError):  # a name
        if not allowed.host(url.host) and not is_public(url.host):
            raise _refused(url.host, url.host)


def check_peer(response: httpx.Response, host: str, allowed: Allowed) -> None:
    """Raise ProbeProblem if `response` came from a refused address.

    The second line of defence, for a client that `probe_client` did not make.
    """
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if not isinstance(peer, tuple) or allowed.host(host):  # in process, or a unix socket
        return
    if not is_public(str(peer[0])):
        raise _refused(host, str(peer[0]))


def displayed(url: httpx.URL | str) -> str:
    """Return `url` for a message: without user name and password, cut at 200 characters."""
    if isinstance(url, httpx.URL):
        url = str(url)
    url = _USERINFO.sub("//", url, count=1)
    return url if len(url) <= 200 else url[:199] + "…"


def _refused(host: str, address: str) -> ProbeProblem:
    where = host if host == address else f"{host} ({address})"
    return ProbeProblem("refused-address", f"{where} is not a public address", url=host)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of `host` in the order the system prefers; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses it has checked itself; a name with one refused address is refused."""

    def __init__(self, allowed: Allowed, *, resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address of `host` that answers."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no address for {host} in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no address for {host}: {error}") from error
        if not self._allowed.host(host):
            for address in addresses:
                if not is_public(address):
                    raise _refused(host, address)
        problem: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """An httpx transport over connections that GuardedBackend has checked.

    httpx's own transport takes no network backend; this one uses public names of httpcore only,
    so that a new release cannot quietly put an unguarded pool in its place.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        verify: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
        connections: int = 32,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify or _trusted(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            http2=True,
            network_backend=GuardedBackend(allowed, resolve=resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises httpx.TransportError and ProbeProblem."""
        with _as_httpx():
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return the context that trusts certifi's authorities; reading them takes 30 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for chunk in self._answer.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        with _as_httpx():
            await self._answer.aclose()


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise httpcore's errors as httpx's of the same name."""
    try:
        yield
    except _NETWORK_ERRORS as error:
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error


def probe_client(
    *,
    allowed_hosts: Collection[str] = (),
    allow_private: bool = False,
    mounts: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    verify: ssl.SSLContext | None = None,
    resolve: Resolve = resolve,
    timeout: float = 20.0,
    connections: int = 32,
) -> httpx.AsyncClient:
    """Return a client for probes: guarded, without credentials, without proxies.

    `mounts` are httpx's: `{"https://podcasts.example.com": httpx.ASGITransport(app)}` reaches an
    application in process, without an address to check. Nothing of the environment is used: a
    proxy would choose the address behind our back, and .netrc holds credentials.
    """
    allowed = Allowed(hosts=allowed_hosts, private=allow_private)
    return httpx.AsyncClient(
        transport=GuardedTransport(
            allowed, verify=verify, resolve=resolve, connections=connections
        ),
        mounts=dict(mounts or {}),
        timeout=timeout,
        trust_env=False,
    )
