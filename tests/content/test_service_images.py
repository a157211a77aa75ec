"""The states of images, their media assets, and the real renditions behind them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from feedgen.artwork.encode import RenditionSettings
from feedgen.artwork.refusal import ImageRefused
from feedgen.artwork.store import RenditionStore
from feedgen.content.catalogue import CatalogueFolder
from feedgen.content.identity import media_asset_id
from feedgen.content.images import Images, open_images
from feedgen.content.library import Library
from feedgen.content.service import create_app
from tests.content.house import (
    AUTHORIZATION,
    COVER,
    CREDENTIAL,
    JSON_API,
    MEDIA_URL,
    NOW,
    PORTRAIT,
    SECRET,
    House,
    client_of,
    make_house,
)


def image(client: httpx.Client, id_: str = COVER) -> dict[str, Any]:
    """Return an image as the service gives it."""
    response = client.get(f"/images/{id_}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["data"]
    return found


def assets(client: httpx.Client, id_: str = COVER) -> dict[str, dict[str, Any]]:
    """Return the attributes of an image's media assets by style, with their ids."""
    linked = image(client, id_)["relationships"]["media_assets"]["data"]
    if not linked:
        return {}
    response = client.get("/media_assets", params={"ids[]": [each["id"] for each in linked]})
    return {
        each["attributes"]["style"]: {"id": each["id"], **each["attributes"]}
        for each in response.json()["data"]
    }


def until(client: httpx.Client, status: str) -> None:
    """Wait until the cover has this status."""
    deadline = time.monotonic() + 10
    while image(client)["attributes"]["status"] != status:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_media_assets_describe_the_files_they_point_to(house: House) -> None:
    """Each style has one media asset whose address, size and type are those of its file."""
    client = house.client()
    assert image(client)["attributes"]["status"] == "valid"
    found = assets(client)
    assert set(found) == set(house.darkroom.styles)
    for style, asset in found.items():
        assert asset["cdn_url"].startswith(f"{MEDIA_URL}/images/")
        assert asset["attachment_type"] == "Image"
        assert asset["attachment_id"] == COVER
        assert asset["file_name"] == f"{style}.jpg"
        file = httpx.Client(transport=client._transport).get(asset["cdn_url"])
        assert file.headers["content-type"] == asset["content_type"]
        assert len(file.content) == asset["file_size"]
        digest = hashlib.sha256(file.content).hexdigest()
        assert asset["cdn_url"] == f"{MEDIA_URL}/images/{digest}.jpg"


def test_an_image_is_rendered_once(own_house: House) -> None:
    """Neither a second request nor a second service on the same folder renders again."""
    client = own_house.client()
    first = assets(client)
    assert assets(client) == first
    assert len(own_house.darkroom.calls) == 1
    images = Images(own_house.root / "images", own_house.darkroom)
    folder = CatalogueFolder(own_house.folder)
    again = client_of(
        create_app(
            Library(folder.current, images, media_url=MEDIA_URL),
            credentials={CREDENTIAL: SECRET},
            clock=lambda: NOW,
        )
    )
    assert assets(again) == first
    assert len(own_house.darkroom.calls) == 1
    images.close()


def test_a_media_asset_alone_starts_the_rendering(own_house: House, tmp_path: Path) -> None:
    """A known media asset can be asked for before anybody has asked for its image."""
    id_ = assets(own_house.client())["itunes"]["id"]
    other = make_house(tmp_path / "other")
    response = other.client().get(f"/media_assets/{id_}")
    assert response.json()["data"]["attributes"]["style"] == "itunes"
    other.images.close()


def test_a_style_an_image_does_not_have_is_not_there(own_house: House) -> None:
    """A style that was not made is 404 alone, and left out of a list."""
    client = own_house.client()
    before = assets(client)
    own_house.darkroom.styles = ("original", "itunes")
    (own_house.folder / "tides" / "cover.jpg").write_bytes(b"a smaller cover")
    gone = before["regular"]["id"]
    assert set(assets(client)) == {"original", "itunes"}
    assert client.get(f"/media_assets/{gone}").status_code == 404
    asked = {"ids[]": [gone, before["itunes"]["id"]]}
    assert len(client.get("/media_assets", params=asked).json()["data"]) == 1


def test_a_new_original_keeps_ids_and_changes_addresses(own_house: House) -> None:
    """New bytes are new addresses under the same ids, and the old addresses go on answering."""
    client = own_house.client()
    before, was = assets(client), image(client)
    (own_house.folder / "tides" / "cover.jpg").write_bytes(b"another cover")
    after, now = assets(client), image(client)
    assert {style: asset["id"] for style, asset in before.items()} == {
        style: asset["id"] for style, asset in after.items()
    }
    for style in before:
        assert before[style]["cdn_url"] != after[style]["cdn_url"]
        assert before[style]["updated_at"] != after[style]["updated_at"]
    assert was["attributes"]["updated_at"] != now["attributes"]["updated_at"]
    media = httpx.Client(transport=client._transport)
    assert media.get(before["itunes"]["cdn_url"]).content.startswith(b"cover of the tides")
    assert media.get(after["original"]["cdn_url"]).content == b"another cover"


def test_a_new_crop_is_a_new_picture(own_house: House) -> None:
    """Another crop area renders anew and leaves the original's address alone."""
    client = own_house.client()
    before = assets(client)
    series = own_house.folder / "tides" / "series.toml"
    crop = "crop = { left = 1, top = 2, width = 30.5, height = 40 }"
    series.write_text(series.read_text().replace('"cover.jpg",', f'"cover.jpg", {crop},'))
    after = assets(client)
    area = {"left": 1.0, "top": 2.0, "width": 30.5, "height": 40.0}
    assert image(client)["attributes"]["crop_data"] == area
    assert after["itunes"]["cdn_url"] != before["itunes"]["cdn_url"]
    assert after["original"]["cdn_url"] == before["original"]["cdn_url"]


def test_an_image_passes_through_its_states(tmp_path: Path) -> None:
    """Without waiting an image is seen uploaded, then processing, then valid."""
    house = make_house(tmp_path, wait=0)
    house.darkroom.gate.clear()
    client = house.client()
    assert image(client)["relationships"]["media_assets"] == {"data": []}
    until(client, "processing")
    assert image(client)["relationships"]["media_assets"] == {"data": []}
    house.darkroom.gate.set()
    until(client, "valid")
    assert len(assets(client)) == len(house.darkroom.styles)
    house.images.close()


def test_images_wait_in_line_as_uploaded(tmp_path: Path) -> None:
    """An image nobody has picked up yet is `uploaded`."""
    house = make_house(tmp_path, wait=0)
    house.darkroom.gate.clear()
    one_at_a_time = Images(tmp_path / "line", house.darkroom, workers=1)
    library = Library(CatalogueFolder(house.folder).current, one_at_a_time, media_url="/m", wait=0)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    until(client, "processing")
    assert image(client, PORTRAIT)["attributes"]["status"] == "uploaded"
    house.darkroom.gate.set()
    one_at_a_time.close()
    house.images.close()


def test_the_last_valid_styles_stay_while_a_new_original_is_made(tmp_path: Path) -> None:
    """While a new original is processed the files of the last valid one are served."""
    house = make_house(tmp_path, wait=0)
    client = house.client()
    until(client, "valid")
    before = assets(client)
    house.darkroom.gate.clear()
    (house.folder / "tides" / "cover.jpg").write_bytes(b"another cover")
    assert image(client)["attributes"]["status"] in ("uploaded", "processing")
    assert assets(client) == before
    house.darkroom.gate.set()
    until(client, "valid")
    assert assets(client) != before
    house.images.close()


def test_the_newest_original_has_the_last_word(tmp_path: Path) -> None:
    """An original that is replaced while it is rendered never overwrites its successor."""
    house = make_house(tmp_path, wait=0)
    client = house.client()
    house.darkroom.gate.clear()
    until(client, "processing")
    while not house.darkroom.calls:
        time.sleep(0.01)
    (house.folder / "tides" / "cover.jpg").write_bytes(b"another cover")
    until(client, "processing")
    while len(house.darkroom.calls) < 2:
        time.sleep(0.01)
    house.darkroom.gate.set()
    until(client, "valid")
    house.images.close()
    media = httpx.Client(transport=client._transport)
    address = assets(client)["original"]["cdn_url"]
    assert media.get(address).content == b"another cover"


def test_an_unusable_original_is_invalid_and_says_why(
    own_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused original makes the image invalid, keeps its last styles, and is logged."""
    client = own_house.client()
    before = assets(client)
    (own_house.folder / "tides" / "cover.jpg").write_bytes(b"broken cover")
    with caplog.at_level(logging.WARNING, logger="feedgen.content"):
        assert image(client)["attributes"]["status"] == "invalid"
    path = own_house.folder / "tides" / "cover.jpg"
    said = f"The picture {path} can not be used: corrupt: the picture is broken (image {COVER})."
    assert caplog.text.count(said) == 1
    assert assets(client) == before
    assert image(client, PORTRAIT)["attributes"]["status"] == "valid"
    assert len([call for call in own_house.darkroom.calls if call == b"broken cover"]) == 1
    (own_house.folder / "tides" / "cover.jpg").write_bytes(b"cover of the tides")
    assert image(client)["attributes"]["status"] == "valid"


def test_an_original_that_never_worked_has_no_assets(own_house: House) -> None:
    """An image without any valid original is invalid and has no media assets."""
    (own_house.folder / "tides" / "cover.jpg").write_bytes(b"broken from the start")
    found = image(own_house.client())
    assert found["attributes"]["status"] == "invalid"
    assert found["relationships"]["media_assets"] == {"data": []}


def test_a_failure_that_is_not_the_images_is_tried_again(
    own_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk leaves the image uploaded, is not repeated at once, but after a while."""
    own_house.darkroom.failure = OSError("no space left on the disk")
    client = own_house.client()
    assert image(client)["attributes"]["status"] == "uploaded"
    assert image(client)["attributes"]["status"] == "uploaded"
    assert len(own_house.darkroom.calls) == 1
    assert "no space left on the disk" in caplog.text
    own_house.darkroom.failure = None
    monkeypatch.setattr("feedgen.content.images.time.monotonic", lambda: time.time() + 1e9)
    assert image(client)["attributes"]["status"] == "valid"


def test_a_failure_is_one_line_without_a_trace(
    own_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """What is not the picture's fault is logged as one sentence; the trace is for debugging."""
    own_house.darkroom.failure = OSError(28, "No space left on device", "/disk/file")
    with caplog.at_level(logging.INFO, logger="feedgen.content"):
        image(own_house.client())
    (record,) = caplog.records
    path = own_house.folder / "tides" / "cover.jpg"
    assert record.getMessage() == (
        f"The picture {path} can not be processed now: No space left on device (/disk/file) "
        f"(image {COVER})."
    )
    assert not record.exc_info


def test_a_refusal_that_may_pass_is_not_remembered(own_house: House) -> None:
    """A worker that was ended makes no image invalid, neither now nor for the next service."""
    own_house.darkroom.failure = ImageRefused("limit", "the worker was ended", lasting=False)
    assert image(own_house.client())["attributes"]["status"] == "uploaded"
    assert not (own_house.root / "images" / "records").exists()


@pytest.mark.parametrize("failure", ["disk", "worker", "lost", "changed", "late"])
def test_a_run_gets_an_error_for_what_could_not_be_processed(
    own_house: House, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    """Where states have to be final, an unfinished image fails the request and says which."""
    path = own_house.folder / "tides" / "cover.jpg"
    catalogue = CatalogueFolder(own_house.folder).current()
    images = Images(own_house.root / "settled", own_house.darkroom, loud=False)
    wait = 20.0
    match failure:
        case "disk":
            own_house.darkroom.failure = OSError("no space left on the disk")
        case "worker":
            own_house.darkroom.failure = ImageRefused("limit", "ended", lasting=False)
        case "lost":
            path.unlink()
        case "changed":
            path.write_bytes(b"another cover")
        case _:
            own_house.darkroom.gate.clear()
            wait = 0.01
    library = Library(lambda: catalogue, images, media_url=MEDIA_URL, wait=wait, settled=True)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    asset = media_asset_id(COVER, "itunes")
    batch = client.get("/images", params={"ids[]": [COVER]})
    answers = [batch, client.get("/media_assets", params={"ids[]": [asset]})]
    answers += [client.get(f"/images/{COVER}"), client.get(f"/media_assets/{asset}")]
    own_house.darkroom.gate.set()
    images.close()
    assert [each.status_code for each in answers] == [503] * 4
    (error,) = batch.json()["errors"]
    assert str(path) in error["detail"]
    assert error["source"] == {"parameter": "ids[]"}
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_a_run_takes_an_invalid_image_as_it_is(own_house: House) -> None:
    """An original that can not be used is final: it is answered, and its flaw names the file."""
    path = own_house.folder / "tides" / "cover.jpg"
    path.write_bytes(b"broken cover")
    images = Images(own_house.root / "settled", own_house.darkroom, loud=False)
    library = Library(
        CatalogueFolder(own_house.folder).current, images, media_url=MEDIA_URL, settled=True
    )
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    assert image(client)["attributes"]["status"] == "invalid"
    assert image(client, PORTRAIT)["attributes"]["status"] == "valid"
    said = f"the picture {path} can not be used: corrupt: the picture is broken"
    assert (library.flaw(COVER), library.flaw(PORTRAIT)) == (said, "")
    images.close()


def test_an_original_that_comes_back_is_valid(own_house: House) -> None:
    """A file that was away while it was to be read is not held to be unusable for ever."""
    path = own_house.folder / "tides" / "cover.jpg"
    catalogue = CatalogueFolder(own_house.folder).current()
    away = path.rename(path.with_suffix(".away"))
    library = Library(lambda: catalogue, own_house.images, media_url=MEDIA_URL)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    assert image(client)["attributes"]["status"] == "uploaded"
    away.rename(path)
    own_house.images.close()
    again = Images(own_house.root / "images", own_house.darkroom)
    library = Library(lambda: catalogue, again, media_url=MEDIA_URL)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    assert image(client)["attributes"]["status"] == "valid"
    again.close()


def test_an_original_that_is_a_gif_is_served(own_house: House) -> None:
    """Where GIF is accepted, the original has its type and an address that gives it back."""
    pyvips = pytest.importorskip("pyvips")
    own_house.images.close()
    moving = pyvips.Image.gaussnoise(600, 600, mean=128, sigma=30).cast("uchar")
    (own_house.folder / "tides" / "cover.jpg").write_bytes(moving.gifsave_buffer())
    settings = RenditionSettings(gif=True)
    store = RenditionStore(own_house.root / "renditions", processes=1, settings=settings)
    images = Images(own_house.root / "gif", store.renditions, closing=store.close)
    library = Library(CatalogueFolder(own_house.folder).current, images, media_url=MEDIA_URL)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    assert image(client)["attributes"]["status"] == "valid"
    original = assets(client)["original"]
    assert original["content_type"] == "image/gif"
    file = httpx.Client(transport=client._transport).get(original["cdn_url"])
    assert file.headers["content-type"] == "image/gif"
    assert file.content == (own_house.folder / "tides" / "cover.jpg").read_bytes()
    images.close()


def test_a_lost_file_is_made_again(own_house: House) -> None:
    """After somebody emptied the folder of the files a new service makes them anew."""
    address = assets(own_house.client())["itunes"]["cdn_url"]
    own_house.images.close()
    for file in (own_house.root / "images" / "files").iterdir():
        file.unlink()
    images = Images(own_house.root / "images", own_house.darkroom)
    library = Library(CatalogueFolder(own_house.folder).current, images, media_url=MEDIA_URL)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    media = httpx.Client(transport=client._transport)
    assert media.get(address).status_code == 404
    assert assets(client)["itunes"]["cdn_url"] == address
    assert media.get(address).status_code == 200
    images.close()


def test_other_requests_are_answered_while_an_image_is_made(tmp_path: Path) -> None:
    """The event loop is not blocked: a series is answered while a cover is being rendered."""
    house = make_house(tmp_path)
    house.darkroom.gate.clear()

    async def ask() -> list[str]:
        order: list[str] = []
        transport = httpx.ASGITransport(app=house.app())
        headers = {"Authorization": AUTHORIZATION, "Accept": JSON_API}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://content.invalid", headers=headers
        ) as client:

            async def get(address: str) -> None:
                response = await client.get(address)
                assert response.status_code == 200
                order.append(address)
                if address == "/networks":
                    house.darkroom.gate.set()

            await asyncio.gather(get(f"/images/{COVER}"), get("/series"), get("/networks"))
        return order

    assert asyncio.run(ask())[-1] == f"/images/{COVER}"
    house.images.close()


def test_real_pictures_come_in_every_style(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A real photo with a crop area is rendered into the styles of the API, sizes and all."""
    pyvips = pytest.importorskip("pyvips")
    house = make_house(tmp_path)
    house.images.close()
    photo = pyvips.Image.gaussnoise(900, 600, mean=128, sigma=30).cast("uchar")
    photo.bandjoin([photo, photo]).copy(interpretation="srgb").write_to_file(
        str(house.folder / "tides" / "cover.jpg")
    )
    series = house.folder / "tides" / "series.toml"
    crop = "crop = { left = 100, top = 50, width = 500, height = 500 }"
    series.write_text(series.read_text().replace('"cover.jpg",', f'"cover.jpg", {crop},'))
    images = open_images(tmp_path / "real")
    library = Library(CatalogueFolder(house.folder).current, images, media_url=MEDIA_URL)
    client = client_of(create_app(library, credentials={CREDENTIAL: SECRET}))
    assert image(client)["attributes"]["status"] == "valid"
    sizes = {
        style: (asset["size_width"], asset["size_height"])
        for style, asset in assets(client).items()
    }
    assert sizes == {
        "original": (900, 600),
        "stripped-original": (900, 600),
        "regular": (500, 500),
        "thumb": (100, 100),
        "square-400": (400, 400),
        "square-640": (640, 640),
        "square-888": (888, 888),
        "itunes": (1400, 1400),
    }
    itunes = assets(client)["itunes"]
    file = httpx.Client(transport=client._transport).get(itunes["cdn_url"])
    made = pyvips.Image.new_from_buffer(file.content, "")
    assert (made.width, made.height) == (1400, 1400)
    assert image(client, PORTRAIT)["attributes"]["status"] == "invalid"
    cover = house.folder / "tides" / "cover.jpg"
    said = f"The picture {cover} is small: it was enlarged for square-640, square-888, itunes"
    assert said in caplog.text
    images.close()
