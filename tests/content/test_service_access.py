"""Who may ask the content service, what for, how often, and who sees what."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from feedgen.content.access import Privileges, accepts, credential_of
from feedgen.content.limits import RateLimit
from tests.content.house import (
    AUTHORIZATION,
    COVER,
    CREDENTIAL,
    EPISODES,
    JSON_API,
    SEASON,
    SECRET,
    SERIES,
    House,
)

TIDES, ATTIC = SERIES["tides"], SERIES["attic"]
PAGE = {"page[number]": "1", "page[size]": "100"}


def ids(response: httpx.Response) -> list[str]:
    """Return the ids of the resources of a document."""
    assert response.status_code == 200, response.text
    return [resource["id"] for resource in response.json()["data"]]


def related(resource: dict[str, Any], name: str) -> list[str]:
    """Return the ids of a to-many relationship."""
    return [each["id"] for each in resource["relationships"][name]["data"]]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer abc",
        'Token token="a"',
        f'Token credential="{CREDENTIAL}"',
        f"Token token={SECRET}, credential={CREDENTIAL}",
        f'Token token="wrong", credential="{CREDENTIAL}"',
        f'Token token="", credential="{CREDENTIAL}"',
        'Token token="a", credential="unknown"',
        'Token token="", credential="unknown"',
        f"{AUTHORIZATION}, more",
        f'{AUTHORIZATION}, extra="1"',
        f"Basic {AUTHORIZATION.removeprefix('Token ')}",
        'Token token="é", credential="é"',
    ],
)
def test_another_authorization_is_401(house: House, header: str | None) -> None:
    """Without both values of a known credential, quoted, the answer is 401 and no challenge."""
    client = house.client()
    del client.headers["authorization"]
    sent = {} if header is None else {"Authorization": header.encode()}
    response = client.get("/series", headers=sent)
    assert response.status_code == 401
    assert response.json()["errors"][0]["status"] == "401"
    assert "www-authenticate" not in response.headers


def test_the_authorization_may_be_spaced_as_http_allows() -> None:
    """The order of the two values, the case of the scheme and white space do not matter."""
    known = {CREDENTIAL: "secret"}
    header = f'TOKEN   credential="{CREDENTIAL}" ,token="secret"'
    assert credential_of(header, known) == CREDENTIAL
    assert credential_of(header, {CREDENTIAL: ""}) is None


@pytest.mark.parametrize(
    ("header", "acceptable"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        (JSON_API, True),
        (JSON_API.upper(), True),
        ("application/*;q=0.1", True),
        (f"text/html, {JSON_API};q=0.5", True),
        (f'{JSON_API}; ext="a,b", {JSON_API}', True),
        (f"{JSON_API}; charset=utf-8", False),
        (f"{JSON_API}; charset=utf-8, */*", False),
        (f"{JSON_API};q=0, */*", False),
        ("*/*;q=0", False),
        ("application/json", False),
        ("text/html", False),
        (",;=,", False),
    ],
)
def test_accept_decides_between_200_and_406(
    house: House, header: str | None, acceptable: bool
) -> None:
    """JSON:API without parameters, a range that holds it, or no header at all is 200, else 406."""
    assert accepts(header) is acceptable
    client = house.client()
    del client.headers["accept"]
    request = client.build_request("GET", "/series")
    if header is not None:
        request.headers["accept"] = header
    assert client.send(request).status_code == (200 if acceptable else 406)


def test_the_first_thing_wrong_decides(house: House) -> None:
    """The order is 401, 429, 406, 400: the limiter never hides a missing credential."""
    client = house.client(calls_per_minute=2)
    everything_wrong = {"Accept": "text/html", "Authorization": "no"}
    for _ in range(3):
        assert client.get("/series?x=1", headers=everything_wrong).status_code == 401
    assert client.get("/series?x=1", headers={"Accept": "text/html"}).status_code == 406
    assert client.get("/series?x=1").status_code == 400
    limited = client.get("/series?x=1", headers={"Accept": "text/html"})
    assert limited.status_code == 429
    assert 1 <= int(limited.headers["retry-after"]) <= 59
    assert limited.json()["errors"][0]["code"] == "rate-limit"


def test_the_limit_is_counted_per_credential_and_minute() -> None:
    """A window lasts a minute from its first call, and Retry-After names its rest, 1 to 59."""
    seconds = [0.0]
    limit = RateLimit(2, clock=lambda: seconds[0])
    assert [limit.spend("a"), limit.spend("a")] == [None, None]
    assert limit.spend("a") == 59
    assert limit.spend("b") is None
    seconds[0] = 17.5
    assert limit.spend("a") == 43
    seconds[0] = 59.99
    assert limit.spend("a") == 1
    seconds[0] = 60.0
    assert limit.spend("a") is None
    with pytest.raises(ValueError, match="at least one"):
        RateLimit(0)


def test_without_a_limit_nothing_is_counted(house: House) -> None:
    """The rate limit is off unless it is switched on."""
    client = house.client()
    assert {client.get("/networks").status_code for _ in range(20)} == {200}


def test_who_owns_one_series_sees_the_rest_of_the_public(house: House) -> None:
    """A credential sees its own series whole, of others what is public; the rest is 403."""
    own = Privileges(everything=False, series=frozenset({TIDES}))
    client = house.client(privileges={CREDENTIAL: own})
    assert ids(client.get("/series")) == [TIDES]
    assert client.get(f"/series/{ATTIC}").status_code == 403
    assert ids(client.get("/series", params={"ids[]": [ATTIC, TIDES]})) == [TIDES]
    assert len(ids(client.get("/episodes", params={"series_id": TIDES, **PAGE}))) == 7
    found = client.get("/credits").json()["data"]
    owners = {credit["relationships"]["creditable"]["data"]["id"] for credit in found}
    assert owners == {TIDES, EPISODES["second"]}
    assert client.get(f"/networks/{ids(client.get('/networks'))[0]}").status_code == 200


def test_who_owns_nothing_sees_what_is_public(house: House) -> None:
    """Without ownership there are no unpublished episodes and no original files."""
    stranger = Privileges(everything=False)
    client = house.client(privileges={CREDENTIAL: stranger})
    episodes = ids(client.get("/episodes", params={"series_id": TIDES, **PAGE}))
    assert set(episodes) == {EPISODES[name] for name in ("trailer", "first", "second")}
    assert client.get(f"/episodes/{EPISODES['draft']}").status_code == 403
    assert client.get(f"/episodes/{EPISODES['draft']}/next_sibling").status_code == 403
    assert ids(client.get("/seasons")) == [SEASON]
    assert len(ids(client.get("/people"))) == 2
    inclusions = {"classified_id": TIDES, "classified_type": "Series"}
    assert len(ids(client.get("/classification_inclusions", params=inclusions))) == 3
    whole = house.client().get(f"/images/{COVER}").json()["data"]
    public = client.get(f"/images/{COVER}").json()["data"]
    hidden = set(related(whole, "media_assets")) - set(related(public, "media_assets"))
    assert len(hidden) == 1
    assert client.get(f"/media_assets/{hidden.pop()}").status_code == 403


def test_an_owner_of_a_network_owns_its_series(house: House) -> None:
    """Owning a network is owning every series in it, and not the others."""
    network = ids(house.client().get("/networks"))[0]
    owner = Privileges(everything=False, networks=frozenset({network}))
    client = house.client(privileges={CREDENTIAL: owner})
    assert client.get(f"/episodes/{EPISODES['draft']}").status_code == 200
    assert client.get(f"/series/{ATTIC}").status_code == 403
