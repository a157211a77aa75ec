"""The content service as a client sees it: headers, documents, links, errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from feedgen.errors import UsageProblem
from tests.content.house import (
    COVER,
    EPISODES,
    JSON_API,
    PORTRAIT,
    SERIES,
    House,
)

TIDES, ATTIC = SERIES["tides"], SERIES["attic"]
UNKNOWN = "99999999-0000-4000-8000-000000000001"
PAGE = {"page[number]": "1", "page[size]": "100"}
COLLECTIONS = (
    "series",
    "seasons",
    "episodes",
    "images",
    "media_assets",
    "credits",
    "people",
    "classifications",
    "classification_inclusions",
    "networks",
)


def ids(response: httpx.Response) -> list[str]:
    """Return the ids of the resources of a document."""
    assert response.status_code == 200, response.text
    return [resource["id"] for resource in response.json()["data"]]


def related(resource: dict[str, Any], name: str) -> list[str]:
    """Return the ids of a to-many relationship."""
    return [each["id"] for each in resource["relationships"][name]["data"]]


def faults(response: httpx.Response) -> list[tuple[str, str]]:
    """Return parameter and code of each error of a 400."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == JSON_API
    errors = response.json()["errors"]
    assert all(error["status"] == "400" and error["detail"] for error in errors)
    return [(error["source"]["parameter"], error["code"]) for error in errors]


@pytest.mark.parametrize(
    "path", ["/", "/shows", "/series/", "/series/x/y", "/SERIES", "/%00", "/../../etc/passwd"]
)
def test_an_unknown_address_is_404(house: House, path: str) -> None:
    """What is no collection is a JSON:API 404, but only for who has a credential."""
    client = house.client()
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["errors"][0]["status"] == "404"
    assert client.get(path, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_api_is_read_only(house: House, method: str) -> None:
    """Every other method is 405 and says what is allowed."""
    response = house.client().request(method, f"/series/{TIDES}")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert response.json()["errors"][0]["status"] == "405"


def test_head_is_get_without_the_body(house: House) -> None:
    """HEAD has the headers of GET and no body."""
    client = house.client()
    head, get = client.head("/series"), client.get("/series")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_single_resource_is_the_one_of_the_collection(house: House, collection: str) -> None:
    """What a collection lists can be asked for by its id, and says the same."""
    client = house.client()
    query: dict[str, Any] = dict(PAGE)
    if collection == "images":
        query = {"ids[]": [COVER, PORTRAIT]}
    elif collection == "media_assets":
        image = client.get(f"/images/{COVER}").json()["data"]
        query = {"ids[]": related(image, "media_assets")}
    elif collection == "episodes":
        query["series_id"] = TIDES
    elif collection == "classification_inclusions":
        query |= {"classified_id": TIDES, "classified_type": "Series"}
    listed = client.get(f"/{collection}", params=query)
    assert listed.headers["content-type"] == JSON_API
    assert ids(listed)
    for resource in listed.json()["data"]:
        single = client.get(f"/{collection}/{resource['id'].upper()}")
        assert single.headers["content-type"] == JSON_API
        assert single.json()["data"] == resource
        assert resource["type"] == collection
        here = f"https://api.example.com/{collection}/{resource['id']}"
        assert single.json()["links"] == {"self": here}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_ids_answer_in_the_order_of_the_request(house: House, collection: str) -> None:
    """Ids give the resources there are, as asked for, with self and no other link."""
    client = house.client()
    if collection == "media_assets":
        known = related(client.get(f"/images/{COVER}").json()["data"], collection)
    elif collection == "images":
        known = [COVER, PORTRAIT]
    elif collection == "classification_inclusions":
        known = ids(client.get(f"/{collection}?classified_id={TIDES}&classified_type=Series"))
    elif collection == "episodes":
        known = list(EPISODES.values())
    else:
        known = ids(client.get(f"/{collection}"))
    asked = [known[-1].upper(), UNKNOWN, *known[:-1]]
    response = client.get(f"/{collection}", params={"ids[]": asked})
    assert ids(response) == [known[-1], *known[:-1]]
    links = response.json()["links"]
    assert set(links) == {"self"}
    assert ids(client.get(links["self"])) == [known[-1], *known[:-1]]
    assert "%5B%5D=" in links["self"]
    assert "[" not in links["self"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_ids_are_checked(house: House, collection: str) -> None:
    """Empty, repeated, too many and malformed ids are 400 naming ids[], and 300 are not."""
    client = house.client()

    def ask(*values: str) -> list[tuple[str, str]]:
        return faults(client.get(f"/{collection}", params={"ids[]": values}))

    assert ask("") == [("ids[]", "format")]
    assert ask("not-a-uuid") == [("ids[]", "format")]
    assert ask(UNKNOWN, UNKNOWN.upper()) == [("ids[]", "twice")]
    many = [f"99999999-0000-4000-8000-{number:012d}" for number in range(1100)]
    assert ask(*many[:301]) == [("ids[]", "too-many")]
    assert ask(*many) == [("ids[]", "too-many")]
    assert ids(client.get(f"/{collection}", params={"ids[]": many[:300]})) == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_ids_and_pages_do_not_go_together(house: House, collection: str) -> None:
    """A page together with ids[] is 400, unless the service is lenient."""
    query = {"ids[]": UNKNOWN, **PAGE}
    refused = faults(house.client().get(f"/{collection}", params=query))
    assert refused[0][0] == "page[number]"
    assert ids(house.client(lenient_pages=True).get(f"/{collection}", params=query)) == []


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("name", ["include", "ids", "ids[0]", "page", "fields[series]", "Q"])
def test_unknown_parameters_are_refused(house: House, collection: str, name: str) -> None:
    """A parameter the collection does not have is 400 and named."""
    response = house.client().get(f"/{collection}", params={"ids[]": UNKNOWN, name: "1"})
    assert faults(response) == [(name, "unknown")]


def test_a_single_resource_takes_no_parameters(house: House) -> None:
    """A parameter on a single resource is 400, on an unknown one 404 comes first."""
    client = house.client()
    assert faults(client.get(f"/series/{TIDES}?q=1")) == [("q", "unknown")]
    assert client.get(f"/series/{UNKNOWN}?q=1").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page[number]=1", [("page[size]", "missing")]),
        ("page[size]=5", [("page[number]", "missing")]),
        ("page[number]=0&page[size]=5", [("page[number]", "format")]),
        ("page[number]=1&page[size]=101", [("page[size]", "format")]),
        ("page[number]=-1&page[size]=0", [("page[number]", "format"), ("page[size]", "format")]),
        ("page[number]=1.5&page[size]=x", [("page[number]", "format"), ("page[size]", "format")]),
        ("page[number]=%D9%A1&page[size]=1", [("page[number]", "format")]),
        ("page[number]=&page[size]=1", [("page[number]", "format")]),
        ("page[number]=1&page[size]=1&page[size]=2", [("page[size]", "twice")]),
        (f"page[number]={'9' * 5000}&page[size]=1", [("page[number]", "format")]),
        ("sort=nothing", [("sort", "format")]),
        ("sort=", [("sort", "format")]),
        ("sort=title,", [("sort", "format")]),
        ("sort=--title", [("sort", "format")]),
        ("network_id=1", [("network_id", "format")]),
        ("q=%", [("q", "encoding")]),
        ("q=%zz", [("q", "encoding")]),
        ("q=%ff", [("q", "encoding")]),
        ("%ff=1", [("\ufffd", "encoding")]),
        ("&".join(["a=1"] * 1500), [("a", "too-many")]),
    ],
)
def test_a_malformed_query_is_400(
    house: House, query: str, expected: list[tuple[str, str]]
) -> None:
    """Every mistake of a query is named with its parameter."""
    assert faults(house.client().get(f"/series?{query}")) == expected


def test_odd_but_legal_queries_are_answered(house: House) -> None:
    """Nul bytes, very long texts, empty parts and raw brackets are text like any other."""
    client = house.client()
    for query in (
        "q=%00",
        f"q={'x' * 60_000}",
        "&&",
        "page[number]=1&page[size]=1",
        "q=%F0%9F%98%80",
    ):
        assert client.get(f"/series?{query}").status_code == 200
    far = client.get(f"/series?page[number]={'9' * 900}&page[size]=100")
    assert ids(far) == []


def test_pages_follow_each_other(house: House) -> None:
    """Following next visits everything once; prev leads back; the ends have no such link."""
    client = house.client()
    address = f"/episodes?series_id={TIDES}&sort=-released_at&page[number]=1&page[size]=3"
    seen: list[str] = []
    links: dict[str, str] = {"next": address}
    pages = []
    while "next" in links:
        response = client.get(links["next"])
        seen += ids(response)
        links = response.json()["links"]
        pages.append(links)
    assert len(seen) == len(set(seen)) == len(EPISODES)
    assert [set(page) - {"self", "first", "last"} for page in pages] == [
        {"next"},
        {"prev", "next"},
        {"prev"},
    ]
    assert pages[2]["prev"] == pages[1]["self"]
    assert pages[0]["last"] == pages[2]["self"]
    assert pages[2]["first"] == pages[0]["self"]
    assert pages[0]["self"] == (
        f"https://api.example.com/episodes?series_id={TIDES}&sort=-released_at"
        "&page%5Bnumber%5D=1&page%5Bsize%5D=3"
    )


def test_a_page_past_the_end_is_empty(house: House) -> None:
    """Past the end there is 200 with no data, and prev leads to the last page."""
    response = house.client().get("/series?page[number]=9&page[size]=1")
    assert ids(response) == []
    links = response.json()["links"]
    assert links["prev"] == links["last"]
    assert "next" not in links


def test_without_a_page_the_first_hundred_come(house: House) -> None:
    """A collection that does not need a page answers with the first one and its links."""
    links = house.client().get("/people").json()["links"]
    assert links["self"].endswith("/people?page%5Bnumber%5D=1&page%5Bsize%5D=100")
    assert links["first"] == links["last"] == links["self"]


def test_links_have_the_origin_the_client_used(house: House) -> None:
    """Links start as the request did; a Host header that is no host is not repeated."""
    client = house.client()
    odd = client.get("/networks", headers={"Host": "shows.example.org:8443"})
    assert odd.json()["links"]["self"].startswith("https://shows.example.org:8443/networks?")
    for host in ('a"b', "a b", "[::", "a/../b", ""):
        links = client.get("/networks", headers={"Host": host}).json()["links"]
        assert links["self"].startswith("https://api.example.com/networks?"), host


@pytest.mark.parametrize(
    ("collection", "query", "missing"),
    [
        ("images", {}, "ids[]"),
        ("media_assets", {}, "ids[]"),
        ("episodes", PAGE, "ids[]"),
        ("episodes", {"series_id": TIDES}, "page[number]"),
        ("classification_inclusions", {}, "ids[]"),
        ("classification_inclusions", {"classified_id": TIDES}, "classified_type"),
        ("classification_inclusions", {"classified_type": "Series"}, "classified_id"),
        ("classification_inclusions", {"classification_id": UNKNOWN}, "classified_type"),
    ],
)
def test_collections_that_need_a_filter_say_so(
    house: House, collection: str, query: dict[str, str], missing: str
) -> None:
    """Without the filter a collection needs the answer is 400 and names it."""
    response = house.client().get(f"/{collection}", params=query)
    assert faults(response) == [(missing, "missing")]


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("id_", [UNKNOWN, "x", "%00", "..%2Fseries", "1" * 9000, "%ff%fe"])
def test_what_is_not_there_is_404(house: House, collection: str, id_: str) -> None:
    """An unknown id and what is no id at all are 404."""
    response = house.client().get(f"/{collection}/{id_}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["status"] == "404"


def test_null_is_written_only_where_the_prose_names_it(house: House) -> None:
    """Attributes without a value are left out, except the nullable ones; strict leaves all out."""
    episode = house.client().get(f"/episodes/{EPISODES['trailer']}").json()["data"]
    assert episode["attributes"]["season_id"] is None
    assert "release_end_at" not in episode["attributes"]
    assert episode["relationships"]["season"] == {"data": None}
    assert episode["relationships"]["tags"] == {"data": []}
    strict = house.client(strict_schema=True).get(f"/episodes/{EPISODES['trailer']}").json()
    assert "season_id" not in strict["data"]["attributes"]
    assert "season" not in strict["data"]["relationships"]
    assert strict["data"]["relationships"]["tags"] == {"data": []}


def test_a_catalogue_that_vanished_is_503(own_house: House) -> None:
    """While the folder is away the service answers 503, and afterwards as before."""
    client = own_house.client()
    away = own_house.folder.rename(own_house.root / "away")
    assert client.get("/series").status_code == 503
    away.rename(own_house.folder)
    assert client.get("/series").status_code == 200


def test_an_edit_is_seen_by_the_next_request(own_house: House) -> None:
    """The catalogue is read again when a file of it changes."""
    client = own_house.client()
    file = own_house.folder / "tides" / "series.toml"
    file.write_text(file.read_text().replace("The Tides", "High Tides"))
    assert client.get(f"/series/{TIDES}").json()["data"]["attributes"]["title"] == "High Tides"


def test_media_may_not_lie_where_the_api_answers(own_house: House) -> None:
    """A media_url whose path begins like a collection is refused at once."""
    own_house.library.media_url = "https://podcasts.example.com/images"
    with pytest.raises(UsageProblem, match="the API answers there"):
        own_house.app()
