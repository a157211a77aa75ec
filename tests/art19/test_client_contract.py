"""The client against the published description: what it sends, what it reads, what it survives.

The description is not part of the project: FEEDGEN_OPENAPI names it, else it is looked for beside
the project. Its own faults are corrected first, each for a reason given in `described`.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import MultiDict

from feedgen.art19 import decode, jsonapi, plan, sync
from feedgen.art19.client import ContentApi
from feedgen.art19.decode import IncompleteSeries
from feedgen.art19.jsonapi import Identifier, Resources, UnreadableDocument
from feedgen.art19.references import incomplete_relations, needed
from feedgen.art19.store import SnapshotStore
from feedgen.model import Series
from feedgen.xmltext import ILLEGAL
from tests.art19 import virtual_time
from tests.art19.account import (
    CREDENTIAL,
    ORIGIN,
    Account,
    AccountTransport,
    image,
    link,
    show,
    uid,
)

BESIDE = Path(__file__).parents[2].parent / "shared/reference/art19-content-api.openapi.json"
DESCRIPTION = Path(os.environ.get("FEEDGEN_OPENAPI", BESIDE))
if not DESCRIPTION.is_file():
    pytest.skip(
        "the published description is not here; FEEDGEN_OPENAPI may name it",
        allow_module_level=True,
    )

KINDS = {
    "series": "Series",
    "seasons": "Season",
    "episodes": "Episode",
    "images": "Image",
    "media_assets": "MediaAsset",
    "credits": "Credit",
    "people": "Person",
    "classification_inclusions": "ClassificationInclusion",
    "classifications": "Classification",
    "networks": "Network",
}


def described() -> dict[str, Any]:
    """Return the description with its own faults corrected."""
    description: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    description["servers"] = [{"url": ORIGIN}]
    for path in description["paths"].values():
        for parameter in path["get"]["parameters"]:
            schema = parameter["schema"]
            if parameter["name"] == "sort":
                # A default that is text where a list is declared; and the bare names only, while
                # JSON:API and the prose sort downwards by a minus sign.
                schema.pop("default", None)
                words = schema["items"]["enum"]
                schema["items"]["enum"] = [*words, *(f"-{word}" for word in words)]
            if parameter["name"].startswith("page["):
                # The schema wants a page for episodes always, the prose never with ids.
                parameter.pop("required", None)
    return description


@pytest.fixture(scope="module")
def openapi() -> OpenAPI:
    return OpenAPI.from_dict(described(), config=Config(spec_validator_cls=None))


class Checked(httpx.AsyncBaseTransport):
    """Holds every request and every answer against the description."""

    def __init__(self, account: Account, openapi: OpenAPI) -> None:
        self._inner, self._openapi = AccountTransport(account), openapi
        self.operations: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raw = request.url.raw_path.decode()
        assert "[" not in raw
        assert "]" not in raw
        pairs = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        asked = MockRequest(
            ORIGIN,
            "get",
            request.url.path,
            args=MultiDict(pairs),
            headers=dict(request.headers),
        )
        self._openapi.validate_request(asked)
        ids = [value for name, value in pairs if name == "ids[]"]
        assert len(ids) == len(set(ids)) <= 100
        assert not (ids and any(name.startswith("page") for name, _ in pairs))
        response = await self._inner.handle_async_request(request)
        if response.status_code == 200:
            body = json.dumps(without_nulls(json.loads(response.content))).encode()
            given = MockResponse(body, content_type=response.headers["content-type"])
            self._openapi.validate_response(asked, given)
        steps = request.url.path.strip("/").split("/")
        self.operations.add("/".join(["{id}" if len(each) == 36 else each for each in steps]))
        return response


def without_nulls(value: Any) -> Any:
    """Drop members that are null: the prose knows them, the schema does not."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def test_every_operation_keeps_the_contract(openapi: OpenAPI) -> None:
    """All 22 operations are sent as described, and what they bring is as described."""
    account = Account()
    series_id = show(account, episodes=3)
    checked = Checked(account, openapi)
    filters: dict[str, dict[str, str]] = {
        "series": {"network_id": uid("network"), "q": "show", "sort": "-episode_released_at"},
        "seasons": {"series_id": series_id},
        "episodes": {"series_id": series_id, "rss": "true", "sort": "-updated_at"},
        "credits": {"creditable_id": series_id, "creditable_type": "Series"},
        "people": {"q": "Ada"},
        "classifications": {"type": "Genre"},
        "classification_inclusions": {"classified_id": series_id, "classified_type": "Series"},
        "networks": {"sort": "name"},
    }

    async def main() -> None:
        async with ContentApi(ORIGIN, CREDENTIAL, transport=checked) as api:
            for kind in KINDS:
                ids = [each for name, each in account.resources if name == kind]
                assert len((await api.by_ids(kind, ids)).resources) == len(ids)
                assert await api.one(kind, ids[0])
                if kind in filters:
                    assert (await api.listing(kind, **filters[kind])).resources
            middle = uid("show", "episode", 1)
            for side in ("next", "previous"):
                assert await api.sibling(middle, side, rss=True)

    virtual_time.run(main())

    assert checked.operations == {path.strip("/") for path in described()["paths"]}


def test_nights_keep_the_contract(openapi: OpenAPI, tmp_path: Path) -> None:
    """Cold, nightly, weekly and everything: no run sends what the description does not know."""
    account = Account()
    show(account, "small", episodes=3, credits=2)
    series_id = show(account, "large", episodes=130)
    related = account.resources["series", series_id]["relationships"]
    related["credits"]["links"] = {"next": f"{ORIGIN}/credits?page=2"}
    avatar = image(account, "avatar")
    person = account.resources["people", uid("small", "person", 0)]
    person["relationships"]["avatar"] = link("images", avatar)
    checked = Checked(account, openapi)

    async def main(store: SnapshotStore) -> list[Series | None]:
        found = []
        async with ContentApi(ORIGIN, CREDENTIAL, transport=checked) as api:
            for night, everything in ((0, False), (1, False), (2, True), (9, False)):
                now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=night)
                refs = await sync.list_series(api, store=store, now=now)
                options: Any = {"store": store, "now": now, "everything": everything}
                found += [each.series async for each in sync.read(api, refs, **options)]
        return found

    with SnapshotStore(tmp_path / "snapshot.sqlite3") as store:
        found = virtual_time.run(main(store))

    assert len(found) == 8
    assert None not in found


# Fuzzed answers: what the description allows, and then members missing, null, odd and unknown.

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just({"data": 7}),
    st.just({"data": [None, {"type": 1}, {"id": "x"}]}),
)
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)


def members(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values as `schema` has them, wider where the description is silent."""
    kind = schema.get("type")
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | TEXT
    if kind == "object" and "properties" in schema:
        optional = {name: member(each) for name, each in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=optional)
    if kind == "array":
        return st.lists(members(schema.get("items", {})), max_size=2)
    if schema.get("format") == "date-time":
        known = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
        return known | st.just("2024-02-30T25:00:00Z") | TEXT
    if "$ref" in schema:
        return st.fixed_dictionaries({"type": st.sampled_from(list(KINDS)), "id": IDS})
    plain = {"string": TEXT, "boolean": st.booleans(), "integer": st.integers()}
    return plain.get(str(kind), st.floats(allow_nan=False, allow_infinity=False))


def member(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    # One value in eight or so is of a kind the description does not have.
    return st.one_of([members(schema)] * 7 + [ODD])


IDS = st.sampled_from([uid(number) for number in range(4)])


def resource_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    properties = described()["components"]["schemas"][KINDS[kind]]["properties"]
    parts = {
        name: member(properties[name])
        for name in ("attributes", "relationships")
        if name in properties
    }
    return st.fixed_dictionaries(
        {"type": st.just(kind), "id": IDS},
        optional={**parts, "meta": ODD, "links": ODD},
    )


# Built once: the description is large.
RESOURCES = st.lists(st.one_of([resource_of(kind) for kind in KINDS]), max_size=12)


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in texts(each)]
    if hasattr(value, "__dataclass_fields__"):
        return [
            text for name in value.__dataclass_fields__ for text in texts(getattr(value, name))
        ]
    return []


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(made=RESOURCES, series=resource_of("series"))
def test_no_answer_crashes_the_decoding(made: list[Any], series: Any) -> None:
    """Whatever members are missing, null, odd or unknown: a clean series or a named gap."""
    body = json.dumps({"data": [*made, series]}).encode()
    document = jsonapi.parse(body)
    resources = Resources(document.resources)
    for each in document.resources:
        needed(each)
        incomplete_relations(each)
        plan.standing(each, datetime(2026, 1, 1, tzinfo=UTC))
        plan.image_has_changed(each, each)
        assert jsonapi.from_object(jsonapi.to_object(each)) == each

    gone: set[Identifier] = set()
    for _ in range(2):
        try:
            found, notes = decode.series(resources, series["id"], gone=gone)
            break
        except IncompleteSeries as problem:
            gone |= set(problem.missing)
    else:
        # The series itself can not be left out, nor can a list that is not whole.
        assert Identifier("series", series["id"]) in gone or any("(" in key.id for key in gone)
        return
    assert [text for text in texts(found) if ILLEGAL.search(text)] == []
    assert all(note.code and note.message for note in notes)


def parsed(body: bytes) -> jsonapi.Document | None:
    try:
        return jsonapi.parse(body)
    except UnreadableDocument:
        return None


@given(body=st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "ignore")))
def test_no_bytes_crash_the_parsing(body: bytes) -> None:
    """Any bytes are a document or named as none."""
    document = parsed(body)

    assert document is None or document.resources or document.errors or b"data" in body


NAMES = (
    *("data", "errors", "links", "id", "type", "attributes", "relationships"),
    *("source", "parameter", "href", "next"),
)
JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=JSON)
def test_no_json_crashes_the_parsing(value: Any) -> None:
    """Any JSON is a document or named as none."""
    document = parsed(json.dumps(value).encode())

    errors = value.get("errors") if isinstance(value, dict) else None
    some = isinstance(errors, list) and bool(errors)
    legible = isinstance(value, dict) and ("data" in value or some)
    assert (document is not None) == legible
    for error in document.errors if document else ():
        assert str(error)
