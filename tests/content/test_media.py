"""Artwork and audio over HTTP: types, HEAD, ranges, validators, and names that are none."""

from __future__ import annotations

import os

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.content.media import ranges, unsatisfiable
from tests.content.house import COVER, EPISODES, MEDIA_URL, House

FIRST = EPISODES["first"]
AUDIO = b"audio of first " * 100
SIZE = len(AUDIO)
EPISODE_URL = f"{MEDIA_URL}/episodes/{FIRST}.mp3"


@pytest.fixture
def media(house: House) -> httpx.Client:
    """Give a client that sends nothing but what a test says."""
    return httpx.Client(transport=house.client()._transport, headers={"User-Agent": "player"})


@pytest.fixture
def image_url(house: House) -> str:
    """Give the address of a rendered image."""
    client = house.client()
    linked = client.get(f"/images/{COVER}").json()["data"]["relationships"]["media_assets"]
    asset = client.get(f"/media_assets/{linked['data'][0]['id']}").json()["data"]
    return str(asset["attributes"]["cdn_url"])


def test_audio_is_served_without_a_credential(media: httpx.Client) -> None:
    """An episode's bytes come with type, length, validators and for every origin."""
    response = media.get(EPISODE_URL)
    assert response.status_code == 200
    assert response.content == AUDIO
    headers = response.headers
    assert headers["content-type"] == "audio/mpeg"
    assert headers["content-length"] == str(SIZE)
    assert headers["accept-ranges"] == "bytes"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["etag"].startswith('"')
    assert "immutable" not in headers["cache-control"]


def test_images_are_immutable(media: httpx.Client, image_url: str) -> None:
    """An address made of the content may be kept for ever; its digest is its entity tag."""
    response = media.get(image_url)
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["etag"].strip('"') in image_url


@pytest.mark.parametrize("origin", ["https://podcasts.example.com", "http://127.0.0.1:8000"])
@pytest.mark.parametrize("path", ["/media", "/shows/media"])
def test_media_answer_at_their_public_path_and_at_media(
    media: httpx.Client, origin: str, path: str
) -> None:
    """Whatever the public origin, the media lie at its path, and always at /media."""
    assert media.get(f"{origin}{path}/episodes/{FIRST}.mp3").content == AUDIO


@pytest.mark.parametrize("url", ["https://cdn.example.com", "https://cdn.example.com/"])
def test_a_media_url_may_have_no_path(own_house: House, url: str) -> None:
    """With a media_url without a path the media lie at the root, beside the API."""
    own_house.library.media_url = url.rstrip("/")
    client = own_house.client()
    assert client.get(f"/episodes/{FIRST}.mp3").content == AUDIO
    assert client.get(f"/episodes/{FIRST}").json()["data"]["id"] == FIRST
    assert client.get(f"/media/episodes/{FIRST}.mp3").content == AUDIO


@pytest.mark.parametrize("name", ["draft", "future", "expired", "silent"])
def test_only_public_episodes_have_audio(media: httpx.Client, name: str) -> None:
    """What is not published, released or any longer available can not be downloaded."""
    assert media.get(f"{MEDIA_URL}/episodes/{EPISODES[name]}.mp3").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"episodes/{FIRST}",
        f"episodes/{FIRST}.",
        f"episodes/{FIRST}.m4a",
        f"episodes/{FIRST}.exe",
        f"episodes/{FIRST}.mp3.mp3",
        f"episodes/{FIRST}.mp3%00",
        f"episodes/%00{FIRST}.mp3",
        "episodes/..%2F..%2Ftides%2Fepisodes%2Ffirst.mp3",
        "episodes/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "episodes/first.mp3",
        "episodes/",
        "images/..%2Frecords%2Fx.json",
        f"images/{'0' * 64}.jpg",
        f"images/{'0' * 64}",
        f"images/{'0' * 63}.jpg",
        f"images/{'G' * 64}.jpg",
        f"images/{'0' * 64}.svg",
        f"images/{'0' * 64}.jpg\u0660",
        f"images/{'9' * 9000}.jpg",
        "images/%ff%fe.jpg",
        "other/x",
        "",
    ],
)
def test_names_that_are_none_are_404(media: httpx.Client, path: str) -> None:
    """Whatever else stands in the place of a name is 404, also what tries to leave the folder."""
    assert media.get(f"{MEDIA_URL}/{path}").status_code == 404


def test_names_may_be_written_in_capitals(media: httpx.Client) -> None:
    """The id and the extension of an episode are found in either case."""
    assert media.get(f"{MEDIA_URL}/episodes/{FIRST.upper()}.MP3").content == AUDIO


def test_an_image_is_found_only_with_its_own_extension(
    media: httpx.Client, image_url: str
) -> None:
    """A JPEG is not served as PNG."""
    assert media.get(image_url.replace(".jpg", ".png")).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_media_can_only_be_read(media: httpx.Client, method: str) -> None:
    """Other methods are 405 and say what is allowed."""
    response = media.request(method, EPISODE_URL)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_web_players_may_ask_for_ranges(media: httpx.Client) -> None:
    """The preflight of a browser is answered, with Range among the headers."""
    response = media.options(EPISODE_URL, headers={"Origin": "https://player.example"})
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Range" in response.headers["access-control-allow-headers"]


def test_head_says_what_get_would(media: httpx.Client) -> None:
    """HEAD has the headers of GET without its body, and ignores ranges."""
    head = media.head(EPISODE_URL, headers={"Range": "bytes=0-1"})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == media.get(EPISODE_URL).headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=2-5", 2, 5),
        ("BYTES=2-5", 2, 5),
        ("bytes= 2-5", 2, 5),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=10-999999999999", 10, SIZE - 1),
        ("bytes=-7", SIZE - 7, SIZE - 1),
        (f"bytes=-{SIZE + 9}", 0, SIZE - 1),
        ("bytes=5-6,,", 5, 6),
        (f"bytes=5-6,{SIZE}-", 5, 6),
        ("bytes=0-4,3-9", 0, 9),
    ],
)
def test_a_range_is_206(media: httpx.Client, asked: str, first: int, last: int) -> None:
    """One range of bytes comes alone, cut at the end of the file."""
    response = media.get(EPISODE_URL, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == AUDIO[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["content-type"] == "audio/mpeg"


def test_several_ranges_come_in_parts(media: httpx.Client) -> None:
    """Ranges that do not touch come as multipart/byteranges."""
    response = media.get(EPISODE_URL, headers={"Range": "bytes=0-3,100-103"})
    assert response.status_code == 206
    assert response.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert response.content.count(b"Content-Range: bytes ") == 2
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE}-{SIZE + 5}"])
def test_a_range_outside_is_416(media: httpx.Client, asked: str) -> None:
    """A range that holds nothing of the file is 416 with the size there is."""
    response = media.get(EPISODE_URL, headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{SIZE}"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.content == b""


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=,",
        "bytes=a-b",
        "bytes=1",
        "bytes=5-2",
        "bytes=1_0-2_0",
        "bytes=+1-5",
        "bytes=--5",
        "bytes=1-2-3",
        "items=0-5",
        f"bytes={'9' * 30}-",
        "bytes=" + ",".join(["0-1"] * 50),
    ],
)
def test_what_is_no_range_is_ignored(media: httpx.Client, asked: str) -> None:
    """Another unit, a malformed set and a flood of ranges give the whole file."""
    response = media.get(EPISODE_URL, headers={"Range": asked})
    assert response.status_code == 200
    assert response.content == AUDIO


@given(st.text(alphabet="bytes=0123456789-, \t", max_size=40), st.integers(0, 50))
def test_a_range_header_is_ignored_or_lies_within(header: str, size: int) -> None:
    """Whatever a header says, it is ignored, unsatisfiable or lies within the file."""
    answered = ranges("bytes=" + header, size)
    if answered is not None and answered != unsatisfiable(size):
        for part in answered.removeprefix("bytes=").split(","):
            first, _, last = part.partition("-")
            assert int(first) < size if first else int(last) > 0 < size
            assert not (first and last) or int(first) <= int(last)


def test_validators_save_the_body(media: httpx.Client) -> None:
    """What has not changed is 304, what changed is 412 where asked for; tags go before dates."""
    whole = media.get(EPISODE_URL).headers
    tag, date = whole["etag"], whole["last-modified"]
    past = "Mon, 01 Jan 2001 00:00:00 GMT"

    def ask(**headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return media.get(EPISODE_URL, headers=sent)

    unchanged = ask(if_none_match=tag)
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert unchanged.headers["etag"] == tag
    assert unchanged.headers["access-control-allow-origin"] == "*"
    assert ask(if_none_match=f'"x", W/{tag}').status_code == 304
    assert ask(if_none_match="*").status_code == 304
    assert ask(if_none_match='"x"').status_code == 200
    assert ask(if_none_match='"x"', if_modified_since=date).status_code == 200
    assert ask(if_modified_since=date).status_code == 304
    assert ask(if_modified_since=past).status_code == 200
    assert ask(if_modified_since="yesterday").status_code == 200
    assert ask(if_modified_since="Mon, 99 Jan 2001 99:00:00 GMT").status_code == 200
    assert ask(if_match=tag).status_code == 200
    assert ask(if_match="*").status_code == 200
    assert ask(if_match='"x"').status_code == 412
    assert ask(if_match=f"W/{tag}").status_code == 412
    assert ask(if_unmodified_since=date).status_code == 200
    assert ask(if_unmodified_since=past).status_code == 412


def test_if_range_decides_between_part_and_whole(media: httpx.Client) -> None:
    """A range comes only while the file is the one the client has a part of."""
    whole = media.get(EPISODE_URL).headers
    for value, status in (
        (whole["etag"], 206),
        (whole["last-modified"], 206),
        (f"W/{whole['etag']}", 200),
        ('"another"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
    ):
        headers = {"Range": "bytes=0-1", "If-Range": value}
        assert media.get(EPISODE_URL, headers=headers).status_code == status
    headers = {"Range": f"bytes={SIZE}-", "If-Range": '"another"'}
    assert media.get(EPISODE_URL, headers=headers).status_code == 200


def test_a_new_file_has_a_new_tag(own_house: House) -> None:
    """An audio file that is replaced is no longer the one a client has."""
    media = httpx.Client(transport=own_house.client()._transport)
    before = media.get(EPISODE_URL).headers["etag"]
    path = own_house.folder / "tides" / "episodes" / "first.mp3"
    path.write_bytes(b"something else")
    os.utime(path, (1e9, 1e9))
    after = media.get(EPISODE_URL, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.content == b"something else"
    assert after.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"


def test_an_empty_file_has_no_ranges(own_house: House) -> None:
    """Of an empty file every range is unsatisfiable, and the whole of it is nothing."""
    (own_house.folder / "tides" / "episodes" / "first.mp3").write_bytes(b"")
    media = httpx.Client(transport=own_house.client()._transport)
    assert media.get(EPISODE_URL).content == b""
    assert media.get(EPISODE_URL, headers={"Range": "bytes=0-"}).status_code == 416
    assert media.get(EPISODE_URL, headers={"Range": "bytes=-5"}).status_code == 416
