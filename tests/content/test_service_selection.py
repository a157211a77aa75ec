"""Filters, orders, siblings and the set of public episodes of the content service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.content.house import COVER, EPISODES, NOW, SEASON, SERIES, House

TIDES, ATTIC = SERIES["tides"], SERIES["attic"]
UNKNOWN = "99999999-0000-4000-8000-000000000001"
NAMES = {id_: name for name, id_ in {**EPISODES, **SERIES, "season": SEASON}.items()}


def titles(response: httpx.Response) -> list[str]:
    """Return what names the resources of a document, in its order."""
    assert response.status_code == 200, response.text
    found = []
    for resource in response.json()["data"]:
        attributes = resource["attributes"]
        names = ("title", "name", "last_name", "value", "position")
        found.append(next(str(attributes[name]) for name in names if name in attributes))
    return found


def episodes(house: House, **query: Any) -> list[str]:
    """Return the names of the episodes the query gives."""
    pages = {"page[number]": 1, "page[size]": 100}
    response = house.client().get("/episodes", params={"series_id": TIDES, **pages, **query})
    assert response.status_code == 200, response.text
    return [NAMES[resource["id"]] for resource in response.json()["data"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "first draft expired second future silent trailer"),
        ({"rss": "true"}, "second first trailer"),
        ({"rss": "false"}, "first draft expired second future silent trailer"),
        ({"rss": "true", "sort": "released_at"}, "trailer first second"),
        ({"published": "false"}, "draft"),
        ({"published": "true", "q": "E"}, "first expired second future silent trailer"),
        ({"q": "FLOOD"}, "second"),
        ({"season_id": SEASON}, "first second"),
        ({"season_id": UNKNOWN}, ""),
        ({"year": "2023"}, ""),
        ({"year": "2024", "published": "false"}, "draft"),
        ({"month": "2024-02"}, "second"),
        ({"month": "2024-02", "year": "2023"}, ""),
        ({"released_after": "2024-03-01T00:00:00Z"}, "future"),
        ({"released_after": "2024-02-29T23:59:59.999Z"}, "draft future"),
        ({"released_before": "2024-01-01T00:00:00Z"}, ""),
        ({"released_before": "2024-01-01T01:00:01+01:00"}, "trailer"),
        ({"released_after": "0001-01-01T00:00:00+14:00", "month": "2024-02"}, "second"),
        ({"released_before": "2016-12-31T23:59:60Z"}, ""),
        ({"included_in_inventory_calendar": UNKNOWN}, ""),
        ({"sort": "-title"}, "trailer second silent future expired draft first"),
        ({"sort": "sort_title"}, "first draft expired second future silent trailer"),
        ({"sort": "-released_at"}, "future draft second silent first expired trailer"),
        ({"sort": "earliest_released_at"}, "trailer expired first silent second draft future"),
        ({"sort": "-released_or_created_at", "rss": "true"}, "second first trailer"),
        ({"sort": "created_at,title", "rss": "true"}, "trailer first second"),
    ],
)
def test_episodes_are_filtered_and_sorted(
    house: House, query: dict[str, str], expected: str
) -> None:
    """Every filter and order of episodes does what the API description says of it."""
    assert episodes(house, **query) == expected.split()


@pytest.mark.parametrize(
    "query",
    [
        {"rss": "yes"},
        {"published": ""},
        {"year": "24"},
        {"month": "2024-13"},
        {"month": "2024-2"},
        {"month": "02"},
        {"released_after": "2024-01-01"},
        {"released_after": "2024-01-01T00:00:00"},
        {"released_after": "2024-02-30T00:00:00Z"},
        {"released_before": "2024-01-01T24:00:00Z"},
        {"released_before": "yesterday"},
        {"season_id": "1"},
    ],
)
def test_values_that_fit_no_filter_are_400(house: House, query: dict[str, str]) -> None:
    """A value in another form than the filter has is 400 and named."""
    response = house.client().get("/episodes", params={"ids[]": UNKNOWN, **query})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["source"]["parameter"] in query
    assert error["code"] == "format"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/series", ["Attic", "The Tides"]),
        ("/series?sort=title", ["Attic", "The Tides"]),
        ("/series?sort=-sort_title", ["The Tides", "Attic"]),
        ("/series?sort=episode_released_at", ["The Tides", "Attic"]),
        ("/series?sort=-episode_released_at", ["The Tides", "Attic"]),
        ("/series?q=TIDE", ["The Tides"]),
        ("/series?q=atti", ["Attic"]),
        ("/series?q=", ["Attic", "The Tides"]),
        ("/series?q=nothing", []),
        (f"/series?network_id={UNKNOWN}", []),
        (f"/series?ad_rep_account_id={UNKNOWN}", []),
        (f"/series?ids[]={TIDES}&ids[]={ATTIC}&sort=title", ["Attic", "The Tides"]),
        (f"/series?ids[]={TIDES}&ids[]={ATTIC}&q=attic", ["Attic"]),
        (f"/seasons?series_id={TIDES}", ["Spring"]),
        (f"/seasons?series_id={ATTIC}", []),
        ("/seasons?q=spr", ["Spring"]),
        ("/people", ["Anker", "Quay"]),
        ("/people?sort=first_name", ["Quay", "Anker"]),
        ("/people?q=ada+quay", ["Quay"]),
        ("/people?q=a%20q", ["Quay"]),
        ("/classifications", ["Arts", "en", "Nature", "Science"]),
        ("/classifications?type=Genre&sort=-value", ["Science", "Nature", "Arts"]),
        ("/classifications?type=Language", ["en"]),
        ("/classifications?q=NAT", ["Nature"]),
        ("/classifications?is_country=1", []),
        ("/classifications?is_country=", ["Arts", "en", "Nature", "Science"]),
        ("/networks?q=harb", ["Harbour"]),
        ("/networks?ad_deal_status=active,inactive", []),
        (f"/networks?ad_rep_account_id={UNKNOWN}", []),
        (f"/credits?creditable_id={TIDES}", ["1", "2"]),
        (f"/credits?creditable_id={TIDES}&sort=-position", ["2", "1"]),
        (f"/credits?creditable_id={TIDES}&creditable_type=Episode", []),
        ("/credits?creditable_type=Episode", ["1"]),
    ],
)
def test_collections_are_filtered_and_sorted(
    house: House, address: str, expected: list[str]
) -> None:
    """Every filter and order of the other collections does what the API description says."""
    assert titles(house.client().get(address)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("classified_type=Series&sort=position", ["Nature", "Arts", "en"]),
        ("classified_type=Series&sort=classification_value", ["Arts", "en", "Nature"]),
        ("classified_type=Series&q=ART", ["Arts"]),
        ("classified_type=Episode", []),
        ("classification_type=Genre&sort=-position", ["Arts", "Nature"]),
    ],
)
def test_inclusions_are_filtered_by_what_they_join(
    house: House, query: str, expected: list[str]
) -> None:
    """Inclusions are found by either end, and sorted by the value of the classification."""
    client = house.client()
    found = client.get(f"/classification_inclusions?classified_id={TIDES}&{query}")
    values = []
    for resource in found.json()["data"]:
        joined = resource["relationships"]["classification"]["data"]["id"]
        classification = client.get(f"/classifications/{joined}").json()["data"]
        values.append(classification["attributes"]["value"])
        back = f"classification_id={joined}&classified_type=Series"
        again = client.get(f"/classification_inclusions?{back}").json()["data"]
        assert resource in again
    assert values == expected


@pytest.mark.parametrize(
    "query", ["ad_deal_status=gone", "ad_deal_status=active,", "ad_rep_account_id=1"]
)
def test_words_outside_a_list_are_400(house: House, query: str) -> None:
    """A word the API description does not list is refused."""
    assert house.client().get(f"/networks?{query}").status_code == 400


@pytest.mark.parametrize(
    ("here", "rss", "previous", "following"),
    [
        ("trailer", "", None, "expired"),
        ("trailer", "?rss=true", None, "first"),
        ("first", "", "expired", "silent"),
        ("first", "?rss=true", "trailer", "second"),
        ("second", "?rss=false", "silent", "draft"),
        ("second", "?rss=true", "first", None),
        ("draft", "?rss=true", "second", None),
        ("future", "", "draft", None),
    ],
)
def test_siblings_are_the_neighbours_by_release(
    house: House, here: str, rss: str, previous: str | None, following: str | None
) -> None:
    """A sibling is the neighbour in the series by release, with rss=true among the public ones."""
    client = house.client()
    for way, name in (("previous", previous), ("next", following)):
        response = client.get(f"/episodes/{EPISODES[here]}/{way}_sibling{rss}")
        if name is None:
            assert response.status_code == 404
        else:
            found = response.json()
            assert found["data"]["id"] == EPISODES[name]
            assert found["links"]["self"].endswith(f"/episodes/{EPISODES[name]}")


def test_siblings_refuse_what_they_do_not_know(house: House) -> None:
    """An unknown episode has no siblings, and rss is true or false."""
    client = house.client()
    assert client.get(f"/episodes/{UNKNOWN}/next_sibling").status_code == 404
    assert client.get(f"/episodes/{EPISODES['first']}/next_sibling?rss=1").status_code == 400
    assert client.get(f"/episodes/{EPISODES['first']}/next_sibling?q=1").status_code == 400


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2023, 12, 31, tzinfo=UTC), ""),
        (datetime(2024, 1, 1, tzinfo=UTC), "trailer"),
        (datetime(2024, 1, 4, tzinfo=UTC) - timedelta(microseconds=1), "trailer"),
        (datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC), "trailer expired first"),
        (datetime(2024, 2, 1, tzinfo=UTC), "trailer first"),
        (datetime(2025, 1, 1, tzinfo=UTC), "trailer first second future"),
    ],
)
def test_public_episodes_follow_the_clock(house: House, now: datetime, expected: str) -> None:
    """A series has the episodes that are published, released, with media and not ended, now."""
    client = house.client(clock=lambda: now)
    series = client.get(f"/series/{TIDES}").json()["data"]
    public = [NAMES[each["id"]] for each in series["relationships"]["episodes"]["data"]]
    assert public == expected.split()
    season = client.get(f"/seasons/{SEASON}").json()["data"]["relationships"]
    in_season = [name for name in public if name in ("first", "second")]
    assert [NAMES[each["id"]] for each in season["episodes"]["data"]] == in_season
    first = season["first_released_episode"]["data"]
    last = season["last_released_episode"]["data"]
    assert (first and NAMES[first["id"]]) == (in_season[0] if in_season else None)
    assert (last and NAMES[last["id"]]) == (in_season[-1] if in_season else None)


def test_missing_values_sort_last_either_way(own_house: House) -> None:
    """An episode without a release time comes last, whichever way the order goes."""
    folder = own_house.folder / "tides" / "episodes"
    (folder / "undated.toml").write_text(f'id = "{UNKNOWN}"\ntitle = "Undated"\n')
    pages = {"page[number]": 1, "page[size]": 100, "series_id": TIDES}
    for sort in ("released_at", "-released_at"):
        found = own_house.client().get("/episodes", params={**pages, "sort": sort})
        assert titles(found)[-1] == "Undated"
    sibling = own_house.client().get(f"/episodes/{UNKNOWN}/next_sibling")
    assert sibling.status_code == 404


def test_the_cover_of_a_series_cascades(house: House) -> None:
    """Episodes and seasons without a cover name that of the series."""
    client = house.client(clock=lambda: NOW)
    for address in (f"/seasons/{SEASON}", f"/episodes/{EPISODES['first']}"):
        resource = client.get(address).json()["data"]
        assert resource["relationships"]["cover_image"] == {"data": None}
        cascaded = resource["relationships"]["cascaded_cover_image"]["data"]
        assert cascaded == {"type": "images", "id": COVER}
        assert resource["attributes"]["cascaded_cover_image_id"] == COVER
