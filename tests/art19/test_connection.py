"""Faults of real connections, against a real server on a loopback port."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import stamina

from feedgen.art19 import sync
from feedgen.art19.client import ContentApi
from feedgen.art19.pacer import Pacer
from feedgen.errors import ApiProblem
from tests.art19.account import CREDENTIAL, JSON_API, Account, loopback, show, uid
from tests.art19.test_client import assert_no_secret


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


def open_api(address: str, **options: Any) -> ContentApi:
    return ContentApi(address, CREDENTIAL, pacer=Pacer.unhurried(), **options)


def read(account: Account, misbehave: Any, **options: Any) -> list[sync.SeriesRead]:
    async def main() -> list[sync.SeriesRead]:
        async with loopback(account, misbehave) as address, open_api(address, **options) as api:
            refs = await sync.list_series(api)
            return [each async for each in sync.read(api, refs)]

    return asyncio.run(main())


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def cut_short(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    writer.write(head + body[: len(body) // 2])


async def drip(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    writer.write(head)
    for at in range(len(body)):
        writer.write(body[at : at + 1])
        await writer.drain()
        await asyncio.sleep(0.05)


def fault(kind: str) -> Any:
    """Return a server that answers its second, fifth and eighth request wrongly."""

    async def misbehave(
        number: int, writer: asyncio.StreamWriter, head: bytes, body: bytes
    ) -> bool:
        if number not in (2, 5, 8):
            return False
        html = b"<html>maintenance</html>"
        length = f"content-length: {len(html)}\r\n\r\n".encode()
        if kind == "reset":
            await reset(writer)
        elif kind == "cut short":
            await cut_short(writer, head, body)
        elif kind == "slow drip":
            await drip(writer, head, body)
        elif kind == "silence":
            await asyncio.sleep(5)
        elif kind == "html":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n" + length + html)
        elif kind == "wrong type":
            writer.write(head.replace(JSON_API.encode(), b"application/json") + body)
        elif kind == "no http":
            writer.write(b"\x00\x01\x02 not http at all\r\n\r\n")
        elif kind == "bad gzip":
            writer.write(
                head.replace(b"connection", b"content-encoding: gzip\r\nconnection") + body
            )
        return True

    return misbehave


@pytest.mark.parametrize(
    "kind",
    ["reset", "cut short", "html", "wrong type", "no http", "bad gzip", "slow drip", "silence"],
)
def test_a_fault_that_passes_costs_nothing(kind: str) -> None:
    """The same series come out as from a server without faults."""
    plain, faulty = Account(), Account()
    for account in (plain, faulty):
        show(account, "one", episodes=3)
        show(account, "two", episodes=3)

    expected = read(plain, None)
    found = read(faulty, fault(kind), deadline=0.4)

    assert [each.problem for each in found] == [None, None]
    assert [each.series for each in found] == [each.series for each in expected]


@pytest.mark.parametrize("kind", ["reset", "html", "cut short"])
def test_a_fault_that_stays_is_named(kind: str) -> None:
    """An API that never answers properly ends in a problem that says so, without the secret."""
    account = Account()
    show(account)
    every = fault(kind)

    async def always(_: int, *rest: Any) -> bool:
        return bool(await every(2, *rest))

    with pytest.raises(ApiProblem) as caught:
        read(account, always)
    assert caught.value.hint
    assert_no_secret(caught.value)


def test_nothing_listening_is_named() -> None:
    """A closed port ends in a problem that names the failure."""

    async def main() -> None:
        server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        async with open_api(f"http://127.0.0.1:{port}") as api:
            await api.listing("series")

    with pytest.raises(ApiProblem, match="no usable answer") as caught:
        asyncio.run(main())
    assert_no_secret(caught.value)


def test_one_faulty_kind_leaves_the_other_series_whole() -> None:
    """Where one batch fails for good, only the series that need it are incomplete."""
    account = Account()
    show(account, "one")
    show(account, "two")
    lost = uid("two", "person", 0)
    bad = {"type": "people", "id": lost, "attributes": 7}

    def spoiled(path: Any, query: Any, _: int) -> Any:
        if path == ["people"]:
            good = account.resources["people", uid("one", "person", 0)]
            body = json.dumps({"data": [good, bad]}).encode()
            return 200, {"content-type": JSON_API}, body
        return None

    account.fault = spoiled
    one, two = read(account, None)

    assert one.problem is None
    assert two.series is None
    assert f"people/{lost}" in str(two.problem)


def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body larger than any answer of the API is not read to its end."""
    monkeypatch.setattr("feedgen.art19.connection._LONGEST_ANSWER", 100_000)
    account = Account()

    async def flood(_: int, writer: asyncio.StreamWriter, *_rest: Any) -> bool:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {JSON_API}\r\n\r\n".encode())
        for _ in range(1_000):
            writer.write(b" " * 10_000)
            await writer.drain()
        return True

    with pytest.raises(ApiProblem, match="does not end"):
        read(account, flood, attempts=1)
