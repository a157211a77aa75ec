"""The probe against servers that behave well, badly and not at all."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedgen.probe import (
    Examined,
    Limits,
    MemoryCache,
    ProbeProblem,
    examine,
    probe,
    probe_client,
)
from feedgen.probe.sniff import sniff
from feedgen.probe.window import BLOCK, WindowedFile
from tests.probe import made
from tests.probe.looking import HEADER_ONLY, codes, look, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.probe.conftest import MediaServer

CBR = made.cbr_mp3(4000)  # 104.49 s, 1.67 MB


def test_good_server_gives_everything_in_few_requests(server: MediaServer) -> None:
    """Length, type and duration of a CBR file come from one HEAD and three ranged reads."""
    found = look(server.add("/a.mp3", CBR, headers={"ETag": '"1"'}))
    assert found.enclosure.length == len(CBR)
    assert found.enclosure.type == "audio/mpeg"
    assert found.enclosure.duration == 104
    assert not found.enclosure.estimated
    assert found.notes == ()
    assert [verb for verb, _, _ in server.requests] == ["HEAD", "GET", "GET", "GET"]
    assert all("Range" in headers for verb, _, headers in server.requests if verb == "GET")


def test_xing_header_needs_one_read(server: MediaServer) -> None:
    """A file that counts its own frames is known after HEAD and one read."""
    body = made.vbr_mp3(1000, 2000)
    found = look(server.add("/a.mp3", made.xing(4000, len(body)) + body))
    assert found.enclosure.duration == 104
    assert len(server.asked()) == 2


def test_movie_box_at_the_end_is_fetched_alone(server: MediaServer) -> None:
    """For an M4A with the movie box at its end, only the first and the last blocks are read."""
    data = made.m4a(3600.5, media=3_000_000)
    found = look(server.add("/a.m4a", data, content_type="audio/mp4"))
    assert (found.enclosure.type, found.enclosure.duration) == ("audio/x-m4a", 3601)
    assert found.enclosure.length == len(data)
    assert found.notes == ()
    ranges = [headers["Range"] for verb, _, headers in server.requests if verb == "GET"]
    assert len(ranges) == 2
    assert ranges[1].endswith(f"-{len(data) - 1}")


def test_large_tag_is_jumped_over(server: MediaServer) -> None:
    """The bytes of a cover in front of the audio are not fetched."""
    data = made.id3v2(2_000_000) + CBR + made.id3v1()
    found = look(server.add("/a.mp3", data))
    assert found.enclosure.duration == 104
    starts = [headers["Range"] for verb, _, headers in server.requests if verb == "GET"]
    assert len(starts) == 4
    assert not any(start.startswith("bytes=65536-") for start in starts)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501, -1])
def test_head_may_be_refused(server: MediaServer, status: int) -> None:
    """A server that refuses HEAD, or drops the connection, is asked by GET, and that is noted."""
    found = look(server.add("/a.mp3", CBR, head=status))
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert codes(found) == {"head-refused"}


def test_ranges_may_be_ignored(server: MediaServer) -> None:
    """A server that always sends everything gives the same facts; it is noted."""
    found = look(server.add("/a.mp3", CBR, ranges=False))
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert codes(found) == {"ranges-ignored"}
    data = made.m4a(61, media=1_000_000)
    found = look(server.add("/b.m4a", data, ranges=False))
    assert (found.enclosure.length, found.enclosure.duration) == (len(data), 61)


def test_another_range_than_asked_for_is_not_believed(server: MediaServer) -> None:
    """A 206 with other bytes than asked for counts as a server without ranges."""
    found = look(server.add("/a.mp3", CBR, wrong_range=True))
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert codes(found) == {"ranges-ignored"}


@pytest.mark.parametrize("how", [{"chunked": True}, {"content_length": False}])
def test_length_is_counted_where_no_server_says_it(
    server: MediaServer, how: dict[str, bool]
) -> None:
    """Without Content-Length and ranges the whole file is read once and counted."""
    for data, seconds in ((CBR, 104), (made.m4a(61.2, media=500_000), 61), (made.cbr_mp3(40), 1)):
        path = f"/{len(data)}.mp3"
        found = look(server.add(path, data, ranges=False, **how))
        assert (found.enclosure.length, found.enclosure.duration) == (len(data), seconds)


def test_compressed_media_is_read_all_the_same(server: MediaServer) -> None:
    """The length is that of the media, not of its gzip form, and the server is named for it."""
    found = look(server.add("/a.mp3", CBR, gzipped=True))
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert "encoded" in codes(found)
    assert all(headers["Accept-Encoding"] == "identity" for _, _, headers in server.requests)


def test_endless_answer_ends(server: MediaServer) -> None:
    """Past the limit a stream without a length gives its type and no length or duration."""
    url = server.add("/a.mp3", CBR, ranges=False, chunked=True)
    found = look(url, limits=Limits(count=False, whole_bytes=300_000))
    assert (found.enclosure.type, found.enclosure.length) == ("audio/mpeg", None)
    assert found.enclosure.duration is None
    assert {"length-unknown", "duration-unknown"} <= codes(found)


def test_requests_and_bytes_are_bounded(server: MediaServer) -> None:
    """A probe that runs out of requests or bytes keeps what it has."""
    url = server.add("/a.mp3", CBR)
    for limits in (Limits(count=False, requests=2), Limits(count=False, bytes=100_000)):
        found = look(url, limits=limits)
        assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), None)
        assert codes(found) == {"duration-unknown"}


def test_redirect_chain_is_followed(server: MediaServer) -> None:
    """Measurement prefixes are followed, relative and absolute; the enclosure keeps its URL."""
    server.add("/media/a.mp3", CBR)
    server.redirect("/three/a.mp3", "../media/a.mp3", status=307)
    server.redirect("/two/a.mp3", server.url("/three/a.mp3"), status=303)
    url = server.redirect("/one/a.mp3", "/two/a.mp3", status=301)
    found = look(url)
    assert found.enclosure.url == url
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert server.asked("GET").count("/one/a.mp3") == 1  # later reads go to where it ended


def test_redirects_are_bounded(server: MediaServer) -> None:
    """Ten hops are followed, an eleventh and a circle are not."""
    server.add("/10/a.mp3", CBR)
    for hop in range(10):
        server.redirect(f"/{hop}/a.mp3", f"/{hop + 1}/a.mp3")
    assert look(server.url("/0/a.mp3")).enclosure.length == len(CBR)
    server.redirect("/first/a.mp3", "/0/a.mp3")
    assert problem(server.url("/first/a.mp3")).kind == "too-many-redirects"
    assert problem(server.redirect("/circle.mp3", "/circle.mp3")).kind == "too-many-redirects"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *(
            (404, "gone"),
            (410, "gone"),
            (401, "forbidden"),
            (403, "forbidden"),
            (451, "forbidden"),
        ),
        *((408, "unreachable"), (429, "unreachable"), (500, "unreachable"), (503, "unreachable")),
        *((204, "unreachable"), (304, "unreachable"), (302, "unreachable")),
    ],
)
def test_status_decides_the_kind(server: MediaServer, status: int, kind: str) -> None:
    """What is gone, what is forbidden and what is worth another try are told apart."""
    found = problem(server.add("/a.mp3", status=status))
    assert found.kind == kind
    assert str(status) in found.message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!doctype html><html><p>Not here any more</html>", "web page"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Error/>", "web page or XML"),
        (b"#EXTM3U\n/etc/passwd\n", "playlist"),
        (b"%PDF-1.7\n", "PDF"),
        ("just a text, renamed … " * 9000, "text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no audio or video"),
        (b"", "empty"),
    ],
)
@pytest.mark.parametrize("ranges", [True, False])
def test_bytes_that_are_no_media_are_told(
    server: MediaServer, data: bytes | str, words: str, ranges: bool
) -> None:
    """HTML with 200, a text renamed to .mp3 and an empty file are not media, whatever the type."""
    raw = data.encode() if isinstance(data, str) else data
    found = problem(server.add("/a.mp3", raw, ranges=ranges))
    assert found.kind == "not-media"
    assert words in found.message


def test_mismatch_of_extension_and_bytes_is_noted(server: MediaServer) -> None:
    """M4A bytes under .mp3 get the type of the bytes and a note that says so."""
    found = look(server.add("/a.mp3", made.m4a(20), content_type="audio/mpeg"))
    assert found.enclosure.type == "audio/x-m4a"
    assert found.notes[0].code == "extension-mismatch"
    assert "audio/mp4" in found.notes[0].message


def test_server_that_is_away_is_unreachable(server: MediaServer) -> None:
    """A refused connection, a truncated body and silence are failures that may pass."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert problem(f"http://127.0.0.1:{unused.getsockname()[1]}/a.mp3").kind == "unreachable"
    assert problem(server.add("/cut.mp3", CBR, cut=10)).kind == "unreachable"
    slow = server.add("/slow.mp3", CBR, delay=0.6)
    assert problem(slow, limits=Limits(seconds=0.1)).kind == "unreachable"


def test_length_that_changes_is_noted_and_not_exact() -> None:
    """Inserted advertisements that differ from request to request make an estimate."""
    for step in (5000, -5000):
        sizes = iter(range(400_000, 400_000 + 20 * step, step))

        async def app(scope: Any, receive: Any, send: Any, sizes: Iterator[int] = sizes) -> None:
            await _serve(CBR[: next(sizes)], scope, send)

        found = in_process(app, "https://ads.example.com/a.mp3")
        assert found.enclosure.length == 400_000 + step  # HEAD was one behind
        assert found.enclosure.duration == 25
        assert found.enclosure.estimated
        assert codes(found) == {"varies", "estimated"}


async def _serve(data: bytes, scope: Any, send: Any) -> None:
    """Answer one request of an ASGI application with `data` or the range asked for."""
    asked = dict(scope["headers"]).get(b"range", b"").decode()
    status, headers = 200, [(b"content-type", b"audio/mpeg")]
    total = len(data)
    if scope["method"] == "GET" and asked:
        first, last = (int(part) for part in asked.removeprefix("bytes=").split("-"))
        if first >= total:
            status, data = 416, b""
            headers.append((b"content-range", b"bytes */%d" % total))
        else:
            status, data = 206, data[first : last + 1]
            end = first + len(data) - 1
            headers.append((b"content-range", b"bytes %d-%d/%d" % (first, end, total)))
    headers.append((b"content-length", b"%d" % len(data)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = data if scope["method"] == "GET" else b""
    await send({"type": "http.response.body", "body": body})


def in_process(app: Any, url: str, *, limits: Limits = HEADER_ONLY) -> Examined:
    """Examine `url` of an application that is mounted for the hosts of example.com."""

    async def run() -> Examined:
        mounts = {"all://*.example.com": httpx.ASGITransport(app)}
        async with probe_client(mounts=mounts) as client:
            return await examine(url, client, cache=MemoryCache(), limits=limits)

    return asyncio.run(run())


def test_application_in_process_needs_no_address() -> None:
    """The content service is probed through its mount, without a name service or a socket."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await _serve(CBR, scope, send)

    found = in_process(app, "https://podcasts.example.com/media/episodes/1.mp3")
    assert (found.enclosure.length, found.enclosure.duration) == (len(CBR), 104)
    assert found.notes == ()


def test_redirect_out_of_https_is_noted() -> None:
    """A chain that starts with https and leaves it is followed and named."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["scheme"] == "http":
            await _serve(CBR, scope, send)
            return
        headers = [(b"location", b"http://media.example.com/a.mp3")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    found = in_process(app, "https://prefix.example.com/a.mp3")
    assert found.enclosure.length == len(CBR)
    assert codes(found) == {"insecure-hop"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=500),
        st.binary(min_size=1, max_size=300).map(lambda b: (b * 600)[:120_000]),
    ),
    st.sampled_from([b"", b"\xff\xfb\x90\0", b"ID3\x04\0\0\0\x05\0\0", b"OggS\0\x02", b"fLaC\0"])
    | st.just(made.m4a(5, media=10)[:60]),
)
def test_arbitrary_bytes_end_in_an_enclosure_or_a_problem(data: bytes, magic: bytes) -> None:
    """Whatever a server delivers: an enclosure with a sane length and duration, or not-media."""
    whole = magic + data

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await _serve(whole, scope, send)

    if whole and sniff(WindowedFile({0: whole[:BLOCK], 1: whole[BLOCK:]}, len(whole))):
        found = in_process(app, "https://any.example.com/a.mp3").enclosure
        assert found.length == len(whole)
        assert found.duration is None or found.duration >= 1
    else:
        with pytest.raises(ProbeProblem) as caught:
            in_process(app, "https://any.example.com/a.mp3")
        assert caught.value.kind == "not-media"


def test_probe_gives_the_enclosure_alone(server: MediaServer) -> None:
    """`probe` is `examine` without the notes."""
    url = server.add("/a.mp3", CBR)

    async def run() -> None:
        async with probe_client(allowed_hosts=["127.0.0.1"]) as client:
            found = await probe(
                url, client, cache=MemoryCache(), allowed_hosts=["127.0.0.1"], limits=HEADER_ONLY
            )
            assert found == look_at

    look_at = look(url).enclosure
    asyncio.run(run())


def test_many_probes_share_a_client(server: MediaServer) -> None:
    """Probes that run at the same time do not get into each other's files."""
    urls = [server.add(f"/{n}.mp3", made.cbr_mp3(400 + 40 * n)) for n in range(12)]

    async def run() -> list[int | None]:
        async with probe_client(allow_private=True) as client:
            cache = MemoryCache()
            asked = (
                probe(url, client, cache=cache, allow_private=True, limits=HEADER_ONLY)
                for url in urls
            )
            return [found.length for found in await asyncio.gather(*asked)]

    assert asyncio.run(run()) == [len(made.cbr_mp3(400 + 40 * n)) for n in range(12)]
