"""The edge of the judge, against a real server on loopback."""

import asyncio
import gzip
import struct
import zlib

import pytest

from feedgen import check
from feedgen.check import network
from feedgen.check.document import MAX_BYTES
from feedgen.check.facts import Facts
from feedgen.errors import OutsideProblem
from tests.check.host import Host, serving
from tests.check.show import FEED, NOW


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, *, colour: int = 2, before: bytes = b"") -> bytes:
    """Return a PNG of that size and colour type whose pixels are all zero."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    rows = zlib.compress((b"\0" * (1 + width * channels)) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", head), before, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


COVER = png(1400, 1400)


@pytest.fixture
def host():
    """A host with the good feed, one cover and one MP3 of 24 bytes."""
    with serving() as running:
        raw = FEED.replace(b"https://img.ferry.example/night-3000.jpg", b"@/cover.png")
        raw = raw.replace(b"https://img.ferry.example/2-3000.png", b"@/cover.png")
        for number in (b"1", b"2"):
            raw = raw.replace(b"https://audio.ferry.example/" + number + b".mp3", b"@/a.mp3")
        raw = raw.replace(b"@", running.url.encode()).replace(b"24000000", b"24")
        running.files = {
            "/feed.xml": ("application/rss+xml", raw),
            "/cover.png": ("image/png", COVER),
            "/a.mp3": ("audio/mpeg", b"ID3" + b"\0" * 21),
        }
        yield running


def looked_at(host: Host, path: str = "/feed.xml") -> tuple[bytes, Facts]:
    """Return the feed and what the network says about it."""

    async def work() -> tuple[bytes, Facts]:
        url = host.url + path
        async with network.client(url) as http:
            fetched = await network.fetch(url, http)
            return fetched.body, await network.gather(fetched, fetched.body, url, http)

    return asyncio.run(work())


def found(host: Host, path: str = "/feed.xml") -> dict[str, str]:
    """Return rule and message of what the N rules find."""
    raw, facts = looked_at(host, path)
    report = check.run(raw, now=NOW, facts=facts, select=["N"])
    return {finding.rule: finding.message for finding in report.findings}


def test_a_good_host_breaks_no_rule(host):
    """Validators, ranges, HEAD, types and sizes as they should be: nothing to say but lengths."""
    assert found(host).keys() <= {"N07"}
    assert ("HEAD", "/cover.png") in host.asked
    assert host.asked.count(("GET", "/feed.xml")) == 2


def test_a_redirect_is_followed(host):
    """A feed that has moved is judged at the address it moved to."""
    assert found(host, "/moved").keys() <= {"N07"}


@pytest.mark.parametrize(
    ("fault", "rule", "said"),
    [
        ("no-304", "N02", "answers 200, not 304"),
        ("no-validators", "N02", "neither ETag nor Last-Modified"),
        ("no-head", "N03", "HEAD of the artwork answers 405"),
        ("no-head", "N06", "HEAD of the enclosure answers 405"),
        ("no-range", "N06", "a range of the enclosure answers 200, not 206"),
    ],
)
def test_a_fault_of_the_host_is_found(host, fault, rule, said):
    """Each thing a server can do wrong is told by its rule."""
    host.faults = {fault}

    assert said in found(host)[rule]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(300, 300), "not of 1400 to 3000 pixels"),
        (png(1600, 1400), "not square"),
        (png(1400, 1400, colour=6), "transparent"),
        (png(1400, 1400, colour=0), "L, not RGB"),
        (png(1400, 1400, colour=3, before=chunk(b"tRNS", b"\0")), "transparent"),
        (b"GIF89a", "neither JPEG nor PNG"),
    ],
)
def test_artwork_is_judged_by_its_pixels(host, data, said):
    """Size, shape, mode and transparency are read from the file itself."""
    host.files["/cover.png"] = ("image/png", data)

    assert said in found(host)["N04"]


def test_a_feed_served_as_html_is_found(host):
    """The media type of the feed is judged."""
    host.files["/feed.xml"] = ("text/html", host.files["/feed.xml"][1])

    assert found(host)["N01"] == "the Content-Type of the feed is text/html"


@pytest.mark.parametrize("path", ["/none", "/cover.png/x"])
def test_a_feed_that_is_not_there_is_an_outside_problem(host, path):
    """Without a 200 there is nothing to judge."""
    with pytest.raises(OutsideProblem, match="answers 404"):
        looked_at(host, path)


def test_addresses_in_a_feed_lead_to_public_hosts_only(host):
    """A feed can not make the judge knock at doors inside the network it runs in."""
    with serving() as inner:
        inner.files["/cover.png"] = ("image/png", COVER)
        kind, raw = host.files["/feed.xml"]
        port = str(inner.server_address[1]).encode()
        other = b"http://localhost:" + port + b"/cover.png"
        host.files["/feed.xml"] = (kind, raw.replace(host.url.encode() + b"/cover.png", other))
        messages = found(host)

        assert "gives no answer" in messages["N03"]
        assert inner.asked == []


def test_a_feed_that_is_packed_unasked_is_judged(host):
    """Some hosts send gzip whatever they are asked for."""
    host.files["/feed.xml"] = (host.files["/feed.xml"][0], gzip.compress(FEED))
    host.faults = {"packs"}

    assert asyncio.run(body_of(f"{host.url}/feed.xml")) == FEED


@pytest.mark.parametrize("packed", [FEED, b"\x1f\x8b" + bytes(40), b""])
def test_what_can_not_be_unpacked_is_judged_as_it_came(host, packed):
    """A header that is not true costs a finding, no traceback."""
    host.files["/feed.xml"] = ("text/xml", packed)
    host.faults = {"packs"}
    body = asyncio.run(body_of(f"{host.url}/feed.xml"))

    assert body == packed
    assert check.run(body, now=NOW).profile == "modern"


def test_a_bomb_is_unpacked_to_a_little_more_than_is_judged(host):
    """A hundred megabytes in a hundred kilobytes: no more of them than is read of any feed."""
    host.files["/feed.xml"] = ("text/xml", gzip.compress(b"<rss>" + bytes(100_000_000), 9))
    host.faults = {"packs"}

    assert len(asyncio.run(body_of(f"{host.url}/feed.xml"))) == MAX_BYTES + 1


async def body_of(url: str) -> bytes:
    """Return what is judged of the feed at `url`."""
    async with network.client(url, allow_private=True) as http:
        return (await network.fetch(url, http)).body
