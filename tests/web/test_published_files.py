"""Feeds, artwork, chapters and audio over a real port, as RFC 9110 says."""

import gzip
import hashlib
import os
import re
import socket
import threading
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.publish.local import LocalFolder
from feedgen.web.encoding import takes_gzip
from feedgen.web.files import PublishedFiles
from tests.projects import SERIAL, copy_project
from tests.web.serving import served

FEED = f"/{SERIAL}.xml"
PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}


def one(house, pattern):
    """Return the address and the bytes of one published file."""
    path = sorted((house.project / "feeds").glob(pattern))[0]
    return "/" + str(path.relative_to(house.project / "feeds")), path.read_bytes()


@pytest.fixture(scope="module")
def odd(made, tmp_path_factory):
    """Return a server over a folder that holds what nobody should be given."""
    project = copy_project(made, tmp_path_factory.mktemp("odd") / "project")
    feeds, outside = project / "feeds", project / "outside"
    for name in (".hidden", "media/.hidden", f".{SERIAL}.xml.0123abcd.part"):
        (feeds / name).write_bytes(b"hidden")
    (feeds / ".feedgen").mkdir()
    (feeds / ".feedgen" / "state.sqlite3").write_bytes(b"hidden")
    outside.mkdir()
    (outside / "secret.xml").write_bytes(b"secret")
    (feeds / "link.xml").symlink_to(outside / "secret.xml")
    (feeds / "folder").symlink_to(outside)
    (feeds / "again.xml").symlink_to(feeds / f"{SERIAL}.xml")
    os.mkfifo(feeds / "pipe")
    for name in ("t.vtt", "t.srt", "feed", "x.exe"):
        (feeds / name).write_bytes(b"x" * 2000)
    with served(project) as server:
        yield server


@pytest.fixture
def client(house):
    with house.client(headers=PLAIN) as made:
        yield made


@pytest.mark.parametrize(
    ("pattern", "kind", "kept"),
    [
        (f"{SERIAL}.xml", "application/rss+xml; charset=utf-8", "max-age=300"),
        ("media/images/*.jpg", "image/jpeg", "immutable"),
        ("media/images/*.png", "image/png", "immutable"),
        ("media/episodes/*.mp3", "audio/mpeg", "max-age=300"),
        ("media/episodes/*.m4a", "audio/x-m4a", "max-age=300"),
        ("media/chapters/*.json", "application/json+chapters", "immutable"),
    ],
)
def test_every_file_has_its_bytes_type_and_validators(house, client, pattern, kind, kept):
    """Whole bytes, right type and length, a strong tag, a date, and how long it may be kept."""
    path, data = one(house, pattern)
    answer = client.get(path)
    headers = answer.headers

    assert (answer.status_code, answer.content) == (200, data)
    assert headers["content-type"] == kind
    assert headers["content-length"] == str(len(data))
    assert re.fullmatch(r'"[^"]+"', headers["etag"])
    assert headers["last-modified"].endswith("GMT")
    assert kept in headers["cache-control"]
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("t.vtt", "text/vtt; charset=utf-8"),
        ("t.srt", "application/x-subrip"),
        ("feed", "application/rss+xml; charset=utf-8"),
        ("x.exe", "application/octet-stream"),
    ],
)
def test_types_follow_the_ending(odd, name, kind):
    """Transcripts have their types, a feed needs no ending, and what is unknown says so."""
    with odd.client(headers=PLAIN) as client:
        assert client.get(f"/{name}").headers["content-type"] == kind


@pytest.mark.parametrize("coding", [PLAIN, GZIP])
@pytest.mark.parametrize("pattern", [f"{SERIAL}.xml", "media/episodes/*.mp3"])
def test_what_did_not_change_is_not_sent_again(house, pattern, coding):
    """304 to the tag and to the date; the tag goes before the date (RFC 9110 §13.2.2)."""
    path, _ = one(house, pattern)
    with house.client(headers=coding) as client:
        first = client.get(path).headers
        tag, date = first["etag"], first["last-modified"]
        asked = {
            304: [
                {"If-None-Match": tag},
                {"If-None-Match": f'"other", W/{tag}'},
                {"If-None-Match": "*"},
                {"If-Modified-Since": date},
                {"If-None-Match": tag, "If-Modified-Since": formatdate(0, usegmt=True)},
            ],
            200: [
                {"If-None-Match": '"other"'},
                {"If-None-Match": '"other"', "If-Modified-Since": date},
                {"If-Modified-Since": formatdate(0, usegmt=True)},
                {"If-Modified-Since": "yesterday"},
                {"If-None-Match": tag.strip('"')},
            ],
            412: [{"If-Match": '"other"'}, {"If-Unmodified-Since": formatdate(0, usegmt=True)}],
        }
        for status, requests in asked.items():
            for headers in requests:
                answer = client.get(path, headers=headers)
                assert answer.status_code == status, headers
                assert answer.headers["etag"] == tag
                assert (status == 200) == bool(answer.content)


def test_a_feed_is_compressed_for_who_asks(house):
    """The gzip form has a tag of its own, holds the same bytes, and Vary says so."""
    path, data = one(house, f"{SERIAL}.xml")
    with house.client() as client:
        with client.stream("GET", path, headers=GZIP) as answer:
            raw = b"".join(answer.iter_raw())
            packed = answer.headers
        plain = client.get(path, headers=PLAIN).headers
        refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers
        audio = client.get(one(house, "media/episodes/*.mp3")[0], headers=GZIP).headers

    assert gzip.decompress(raw) == data
    assert packed["content-encoding"] == "gzip"
    assert packed["content-length"] == str(len(raw))
    assert packed["etag"] != plain["etag"]
    assert packed["vary"] == plain["vary"] == "accept-encoding"
    assert "content-encoding" not in plain
    assert "content-encoding" not in refused
    assert "content-encoding" not in audio


@pytest.mark.parametrize("pattern", [f"{SERIAL}.xml", "media/episodes/*.mp3"])
def test_ranges_are_those_of_the_file_as_it_is(house, pattern):
    """First, middle, suffix, open, past the end, several, none of it, and nonsense."""
    path, data = one(house, pattern)
    size = len(data)
    with house.client(headers=GZIP) as client:

        def ranged(text, **more):
            return client.get(path, headers={"Range": text, **more})

        for text, part in (
            ("bytes=0-99", data[:100]),
            ("bytes=100-199", data[100:200]),
            ("bytes=-50", data[-50:]),
            (f"bytes=-{size * 2}", data),
            (f"bytes={size - 10}-", data[-10:]),
            (f"bytes=10-{size + 1000}", data[10:]),
        ):
            answer = ranged(text)
            assert (answer.status_code, answer.content) == (206, part), text
            assert "content-encoding" not in answer.headers
            assert answer.headers["content-range"].endswith(f"/{size}")
        several = ranged("bytes=0-9,20-29,-10")
        assert several.status_code == 206
        assert several.headers["content-type"].startswith("multipart/byteranges; boundary=")
        assert all(part in several.content for part in (data[:10], data[20:30], data[-10:]))
        outside = ranged(f"bytes={size}-")
        assert (outside.status_code, outside.content) == (416, b"")
        assert outside.headers["content-range"] == f"bytes */{size}"
        for nonsense in ("bytes=9-5", "items=0-1", "bytes=a-b", "bytes=", "bytes=-"):
            assert ranged(nonsense).status_code == 200, nonsense
        many = "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 200, 2))
        assert ranged(many).status_code == 200


def test_if_range_gives_the_rest_only_of_the_same_file(house, client):
    """With its tag or date the part, with any other the whole (RFC 9110 §13.1.5)."""
    path, data = one(house, "media/episodes/*.mp3")
    first = client.get(path).headers
    same = [first["etag"], first["last-modified"]]
    other = ['"other"', f"W/{first['etag']}", formatdate(0, usegmt=True), "nonsense"]
    for value, status in [(v, 206) for v in same] + [(v, 200) for v in other]:
        answer = client.get(path, headers={"Range": "bytes=0-4", "If-Range": value})
        assert answer.status_code == status, value
        assert answer.content == (data[:5] if status == 206 else data)


def test_head_and_options_tell_about_a_file(house, client):
    """HEAD has the headers of GET and no body, with ranges ignored; OPTIONS lets players ask."""
    path, _ = one(house, "media/episodes/*.mp3")
    get, head = client.get(path), client.head(path, headers={"Range": "bytes=0-4"})
    options = client.options(path, headers={"Origin": "https://player.example.com"})

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
        assert head.headers[name] == get.headers[name]
    assert options.status_code == 204
    assert "Range" in options.headers["access-control-allow-headers"]
    assert client.options("/nothing.mp3").status_code == 404


@pytest.mark.parametrize(
    "target",
    [
        "/../feedgen.toml",
        "/%2e%2e/feedgen.toml",
        "/..%2ffeedgen.toml",
        "/media/../../feedgen.toml",
        "/media/%2e%2e/%2e%2e/feedgen.toml",
        "/media/..%5c..%5cfeedgen.toml",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/media//images",
        "/media/",
        "/media/images/",
        "/media",
        "/.feedgen/state.sqlite3",
        "/.hidden",
        "/media/.hidden",
        "/.salt-and-signal.xml.0123abcd.part",
        "/link.xml",
        "/folder/secret.xml",
        "/inside.xml/x",
        f"/{SERIAL}.xml%00",
        f"/{SERIAL}.xml%0a",
        f"/{SERIAL}.xml/",
        f"/%c0%ae%c0%ae/{SERIAL}.xml",
        f"/{SERIAL}.xml::$DATA",
        "/pipe",
    ],
)
def test_nothing_but_what_is_published_is_served(odd, target):
    """Ways out of the folder, hidden files, links out of it, lists and pipes: none of them 200."""
    asked = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    said = odd.raw(asked.encode())

    assert said.startswith((b"HTTP/1.1 404", b"HTTP/1.1 401")), said[:200]
    for secret in (b"secret", b"hidden", b"[publish]"):
        assert secret not in said


def test_a_link_within_the_folder_is_followed(odd):
    """What lies in the folder may have a second name there."""
    with odd.client() as client:
        assert client.get("/again.xml").content == client.get(FEED).content


@pytest.mark.parametrize("name", ["big.xml", "media/episodes/big.mp3"])
def test_a_download_during_the_swap_is_whole(own, name):
    """Whoever began with the old file gets all of it; who comes later, all of the new one."""
    target = LocalFolder(own.project / "feeds")
    old, new = (bytes([letter]) * 6_000_000 for letter in b"on")
    target.write(name, old)
    address = f"/{name}"
    with own.client(headers=PLAIN) as client, client.stream("GET", address) as answer:
        pieces = answer.iter_raw(65536)
        begun = next(pieces)
        target.write(name, new)
        whole = begun + b"".join(pieces)
        tag = answer.headers["etag"]
        after = client.get(address)

    assert whole == old
    assert after.content == new
    assert after.headers["etag"] != tag


def test_no_download_ever_mixes_two_versions(own):
    """While a feed is swapped again and again, each answer is one version with its own length."""
    target = LocalFolder(own.project / "feeds")
    versions = [bytes([65 + i]) * (300_000 + i * 1000) for i in range(8)]
    tags = {}
    target.write("turning.xml", versions[0])
    stop = threading.Event()

    def turn():
        while not stop.is_set():
            for version in versions:
                target.write("turning.xml", version)

    turning = threading.Thread(target=turn)
    turning.start()
    try:
        with own.client() as client:
            for number in range(120):
                answer = client.get("/turning.xml", headers=(PLAIN, GZIP)[number % 2])
                assert answer.content in versions
                digest = hashlib.sha256(answer.content).hexdigest()
                assert tags.setdefault(answer.headers["etag"], digest) == digest
    finally:
        stop.set()
        turning.join()
    assert len(set(tags.values())) > 1


def test_a_slow_download_does_not_keep_others_waiting(house):
    """Twenty players that read nothing leave the server to everybody else."""
    path, _ = one(house, "media/images/*.jpg")
    peers = []
    try:
        for _ in range(20):
            peer = socket.create_connection(("127.0.0.1", house.port))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            peers.append(peer)
        with house.client() as client:
            assert client.get(FEED).status_code == 200
    finally:
        for peer in peers:
            peer.close()


def test_files_lie_under_the_path_of_their_public_url(project):
    """With a public URL that has a path, they are found there and nowhere else."""
    settings = project / "feedgen.toml"
    text = settings.read_text().replace("podcasts.example.com", "example.com/pod/casts", 1)
    settings.write_text(text)
    with served(project) as server, server.client() as client:
        there, here = client.get(f"/pod/casts{FEED}"), client.get(FEED)
        page = client.get(f"/shows/{SERIAL}")

    assert there.status_code == 200
    assert here.status_code == 404
    assert page.status_code == 200


def test_one_connection_serves_many_files(house):
    """Answers to requests that were sent at once come in their order."""
    path, data = one(house, "media/episodes/*.mp3")
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-3\r\n"
    both = f"{request}\r\n{request}Connection: close\r\n\r\n"
    said = house.raw(both.encode())

    assert said.count(b"HTTP/1.1 206") == 2
    assert said.count(data[:4]) >= 2


@given(st.text(max_size=60) | st.from_regex(r"(\.\./|/|[a-z.]{1,4}){1,6}", fullmatch=True))
def test_a_name_never_leads_out_of_the_folder(tmp_path_factory, name):
    """Whatever the name, what is found lies in the folder and is not hidden."""
    folder = tmp_path_factory.getbasetemp() / "law" / "feeds"
    if not folder.exists():
        (folder / "media").mkdir(parents=True)
        (folder / "a").write_text("a")
        (folder / "media" / "b").write_text("b")
        (folder.parent / "c").write_text("outside")
    found = PublishedFiles(folder).find(name)

    assert found is None or (
        found.is_relative_to(folder.resolve())
        and not any(part.startswith(".") for part in found.relative_to(folder.resolve()).parts)
    )


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, identity", False),
        ("identity;q=1, gzip;q=0.5", False),
        ("deflate", False),
        ("", False),
        (None, False),
        ("gzip;q=nonsense", False),
        ("notgzip", False),
    ],
)
def test_compression_is_for_who_prefers_it(said, taken):
    """RFC 9110 §12.5.3, with weights and the star."""
    assert takes_gzip(said) is taken
