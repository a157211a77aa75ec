"""The client against the embedded content service, in process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from feedgen.art19 import sync
from feedgen.art19.client import ContentApi, Credential
from feedgen.content.catalogue import CatalogueFolder
from feedgen.content.library import Library
from feedgen.errors import ApiProblem
from tests.content.house import EPISODES, MEDIA_URL, NOW, House, make_house

CREDENTIAL = Credential("embedded", "in-process-secret")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_house(tmp_path)
    yield made
    made.images.close()


def read(house: House, *, credential: Credential = CREDENTIAL, **options: Any) -> Any:
    everything = options.pop("everything", False)
    app = house.app(credentials={CREDENTIAL.id: CREDENTIAL.secret}, **options)

    async def main() -> list[sync.SeriesRead]:
        transport = httpx.ASGITransport(app=app)
        async with ContentApi("http://content.invalid", credential, transport=transport) as api:
            refs = await sync.list_series(api, now=NOW)
            found = sync.read(api, refs, now=NOW, everything=everything)
            return [each async for each in found]

    return {each.ref.slug: each for each in asyncio.run(main())}


def titles(reading: sync.SeriesRead) -> set[str]:
    assert reading.problem is None
    assert reading.series is not None
    return {episode.title for episode in reading.series.episodes}


def test_a_folder_is_read_like_an_account(house: House) -> None:
    """The public episodes of a folder come through, with season, credits and genres."""
    tides = read(house)["tides"]

    assert titles(tides) == {"Trailer", "An Ebb", "The Flood"}
    assert tides.series.network.name == "Harbour"
    assert [each.value_path for each in tides.series.classifications if each.type == "Genre"] == [
        "Science: Nature",
        "Arts",
    ]
    assert [each.person.name for each in tides.series.credits] == ["Ada Quay", "Bo Anker"]
    assert {each.season.number for each in tides.series.episodes if each.season} == {1}
    assert tides.notes == ()


def test_everything_of_a_folder_is_read_where_asked_for(house: House) -> None:
    """Drafts, future and expired episodes come too, and one without audio as such."""
    tides = read(house, everything=True)["tides"]

    names = {"Trailer", "An Ebb", "The Flood", "Draft", "Future", "Expired", "Silent"}
    assert titles(tides) == names
    silent = [each.id for each in tides.series.episodes if not each.has_media]
    assert silent == [EPISODES["silent"]]


def test_a_picture_that_can_not_be_processed_costs_its_series(house: House) -> None:
    """The series of the picture has a problem that names the file; the others are read."""
    house.darkroom.failure = OSError(28, "No space left on device")
    house.library = Library(
        CatalogueFolder(house.folder).current, house.images, media_url=MEDIA_URL, settled=True
    )
    began = time.monotonic()

    found = read(house)

    assert time.monotonic() - began < 5
    assert found["attic"].problem is None
    cover = house.folder / "tides" / "cover.jpg"
    said = f"the picture {cover} can not be processed now: No space left on device"
    assert said in str(found["tides"].problem)


@pytest.mark.parametrize("options", [{"strict_schema": True}, {"lenient_pages": True}])
def test_the_switches_of_the_service_change_nothing(house: House, options: Any) -> None:
    """With nulls left out, or pages allowed beside ids, the same series come out."""
    plain, other = read(house), read(house, **options)

    assert {slug: each.series for slug, each in plain.items()} == {
        slug: each.series for slug, each in other.items()
    }


def test_a_wrong_secret_is_refused(house: House) -> None:
    """The service turns a wrong secret down, and the problem says what to check."""
    with pytest.raises(ApiProblem, match="does not accept the credential") as caught:
        read(house, credential=Credential("embedded", "another-secret"))
    assert "another-secret" not in str(caught.value) + caught.value.hint
