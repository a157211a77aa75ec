"""Which addresses a probe refuses, and that the address checked is the one connected to."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from feedgen.probe import MemoryCache, ProbeProblem, examine, probe_client
from feedgen.probe.addresses import is_public
from tests.probe import made

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.probe.conftest import MediaServer

AUDIO = made.cbr_mp3(200)


def names(*addresses: str) -> Callable[[str, int], Awaitable[tuple[str, ...]]]:
    """A name service in which every name has these addresses, one set after the other."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ),
    ],
)
def test_private_and_reserved_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local and reserved addresses are told, also inside IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_ordinary_addresses_are_public(address: str) -> None:
    """Global unicast addresses pass."""
    assert is_public(address)


def ask(
    url: str, *, resolve: Callable[[str, int], Awaitable[tuple[str, ...]]], **how: object
) -> int:
    """Return the length found at `url`, with our client and this name service."""

    async def run() -> int:
        hosts = frozenset(map(str, how.get("hosts", ())))  # type: ignore[call-overload]
        private = bool(how.get("private"))
        async with probe_client(
            allowed_hosts=hosts, allow_private=private, resolve=resolve
        ) as client:
            found = await examine(
                url, client, cache=MemoryCache(), allowed_hosts=hosts, allow_private=private
            )
            return found.enclosure.length or 0

    return asyncio.run(run())


def kind_of(url: str, *addresses: str, **how: object) -> str:
    """Return the kind of problem that a probe of `url` ends in."""
    with pytest.raises(ProbeProblem) as caught:
        ask(url, resolve=names(*addresses), **how)
    assert caught.value.hint
    return caught.value.kind


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.mp3",
        "http://[::1]/a.mp3",
        "http://[::ffff:127.0.0.1]/a.mp3",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://a.example/a.mp3",
        "gopher://a.example/",
        "data:audio/mpeg,x",
        "a.mp3",
    ],
)
def test_refused_urls_are_never_asked_for(url: str) -> None:
    """A URL that names a refused address or another scheme ends before a name is looked up."""
    assert kind_of(url) == "refused-address"


@pytest.mark.parametrize(
    "url", ["http:///a.mp3", "https://", "http://me:secret@[::1/", "http://[::1/", "http://x:y/"]
)
def test_what_is_no_url_is_told_so(url: str) -> None:
    """A URL without a host or beyond parsing is a problem of the URL, told without passwords."""
    with pytest.raises(ProbeProblem) as caught:
        ask(url, resolve=names())
    assert caught.value.kind == "bad-url"
    assert "secret" not in str(caught.value)


def test_name_with_a_private_address_is_refused(server: MediaServer) -> None:
    """A public name that resolves to loopback is refused before anything is sent."""
    server.add("/a.mp3", AUDIO)
    url = server.url("/a.mp3", host="media.example.com")
    assert kind_of(url, "127.0.0.1") == "refused-address"
    assert kind_of(url, "93.184.215.14", "127.0.0.1") == "refused-address"
    assert server.asked() == []


def test_localhost_is_refused_by_the_real_name_service(server: MediaServer) -> None:
    """The system's own answer for localhost is checked like any other."""
    server.add("/a.mp3", AUDIO)

    async def run() -> None:
        async with probe_client() as client:
            await examine(server.url("/a.mp3", host="localhost"), client, cache=MemoryCache())

    with pytest.raises(ProbeProblem, match="is not a public address") as caught:
        asyncio.run(run())
    assert caught.value.kind == "refused-address"
    assert server.asked() == []


def test_allowed_hosts_may_be_private(server: MediaServer) -> None:
    """A host of the allow list, or every host, may have a private address."""
    server.add("/a.mp3", AUDIO)
    url = server.url("/a.mp3", host="media.example.com")
    resolve = names("127.0.0.1")
    assert ask(url, resolve=resolve, hosts=("Media.Example.com",)) == len(AUDIO)
    assert ask(url, resolve=resolve, private=True) == len(AUDIO)
    assert ask(server.url("/a.mp3"), resolve=resolve, hosts=("127.0.0.1",)) == len(AUDIO)
    assert kind_of(url, "127.0.0.1", hosts=("other.example.com",)) == "refused-address"


def test_next_address_is_tried_when_the_first_does_not_answer(server: MediaServer) -> None:
    """A name with several addresses is reached through any of them that answers."""
    server.add("/a.mp3", AUDIO)
    url = server.url("/a.mp3", host="media.example.com")
    assert ask(url, resolve=names("127.0.0.9", "127.0.0.1"), private=True) == len(AUDIO)


def test_name_without_address_is_unreachable() -> None:
    """No address at all is a failure of the network, not of the URL."""
    assert kind_of("http://media.example.com/a.mp3") == "unreachable"


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2/a.mp3", "file:///etc/passwd", "//10.0.0.1/x"]
)
def test_every_hop_of_a_redirect_is_checked(server: MediaServer, target: str) -> None:
    """An allowed host can not redirect a probe to a refused address or another scheme."""
    url = server.redirect("/a.mp3", target)
    assert kind_of(url, "127.0.0.1", hosts=("127.0.0.1",)) == "refused-address"


def test_redirect_to_a_name_is_checked_at_connect_time(server: MediaServer) -> None:
    """A hop to a name that resolves to loopback is refused although the first host is allowed."""
    server.add("/b.mp3", AUDIO)
    url = server.redirect("/a.mp3", server.url("/b.mp3", host="inner.example.com"))
    assert kind_of(url, "127.0.0.1", hosts=("127.0.0.1",)) == "refused-address"
    assert "/b.mp3" not in server.asked()


def test_client_without_guard_is_caught_by_the_peer(server: MediaServer) -> None:
    """With any other httpx client nothing is read from a refused address."""
    server.add("/a.mp3", AUDIO)

    async def run() -> None:
        async with httpx.AsyncClient() as client:
            await examine(server.url("/a.mp3", host="localhost"), client, cache=MemoryCache())

    with pytest.raises(ProbeProblem) as caught:
        asyncio.run(run())
    assert caught.value.kind == "refused-address"
    assert server.asked("GET") == []


def test_no_credentials_are_sent(server: MediaServer) -> None:
    """Neither the client's credentials and cookies nor those of the URL or a redirect are sent."""
    server.add("/b.mp3", AUDIO, headers={"Set-Cookie": "a=b"})
    target = server.url("/b.mp3").replace("//", "//me:secret@")
    url = server.redirect("/a.mp3", target).replace("//", "//you:secret@")

    async def run() -> None:
        async with httpx.AsyncClient(
            auth=("us", "secret"),
            headers={"Authorization": "Token secret", "Proxy-Authorization": "Basic secret"},
            cookies={"session": "secret"},
        ) as client:
            await examine(url, client, cache=MemoryCache(), allow_private=True)

    asyncio.run(run())
    assert server.asked()[:4] == ["/a.mp3", "/b.mp3", "/a.mp3", "/b.mp3"]
    for _, _, headers in server.requests:
        assert not {"authorization", "cookie", "proxy-authorization"} & {
            k.lower() for k in headers
        }
        assert "secret" not in str(headers)


def test_messages_do_not_show_what_a_url_knows(server: MediaServer) -> None:
    """A password in a URL is not repeated in the message, the hint or the problem's URL."""
    url = server.add("/a.mp3", status=404).replace("//", "//me:secret@")
    with pytest.raises(ProbeProblem) as caught:
        ask(url, resolve=names(), private=True)
    assert "secret" not in f"{caught.value} {caught.value.hint} {caught.value.url}"


class _Secure(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(AUDIO)))
        self.end_headers()

    def do_GET(self) -> None:
        """Answer with everything."""
        self.do_HEAD()
        self.wfile.write(AUDIO)


def test_tls_is_verified_against_the_name(tmp_path: Path) -> None:
    """Connecting to a checked address does not change whose certificate is expected."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed, so no certificate can be made")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=media.example.com"),
            *("-addext", "subjectAltName=DNS:media.example.com"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Secure)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()

    async def length(host: str) -> int | None:
        trusting = ssl.create_default_context(cafile=str(certificate))
        async with probe_client(
            allow_private=True, verify=trusting, resolve=names("127.0.0.1")
        ) as client:
            url = f"https://{host}:{server.server_port}/a.mp3"
            found = await examine(url, client, cache=MemoryCache(), allow_private=True)
            return found.enclosure.length

    try:
        assert asyncio.run(length("media.example.com")) == len(AUDIO)
        with pytest.raises(ProbeProblem, match="certificate") as caught:
            asyncio.run(length("other.example.com"))
        assert caught.value.kind == "unreachable"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
