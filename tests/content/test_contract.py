"""The service against the published description of the ART19 Content API, by Schemathesis.

The description is not part of the project: FEEDGEN_OPENAPI names it, else it is looked for
beside the project.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import settings
from schemathesis.checks import CHECKS
from schemathesis.core.parameters import ParameterLocation

from feedgen.content.operations import COLLECTIONS
from tests.content.house import AUTHORIZATION, JSON_API, make_house

BESIDE = Path(__file__).parents[2].parent / "shared/reference/art19-content-api.openapi.json"
DESCRIPTION = Path(os.environ.get("FEEDGEN_OPENAPI", BESIDE))
if not DESCRIPTION.is_file():
    pytest.skip(
        "the published description is not here; FEEDGEN_OPENAPI may name it",
        allow_module_level=True,
    )


def described() -> dict[str, Any]:
    """Return the description with the one demand taken out that its own prose forbids.

    The schema wants a page for episodes always, the prose never together with `ids[]`.
    """
    description: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    for parameter in description["paths"]["/episodes"]["get"]["parameters"]:
        if parameter["name"] in ("page[number]", "page[size]"):
            assert parameter.pop("required") is True
    return description


schema = schemathesis.openapi.from_dict(described())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a running service."""
    house = make_house(tmp_path_factory.mktemp("contract"))
    app = house.app(strict_schema=True)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    house.images.close()


FRAMING = ("connection", "content-length", "host", "transfer-encoding")
PAGED = {
    f"/{collection.type}" for collection in COLLECTIONS.values() if collection.pages != "never"
}


def hold_against_description(case: schemathesis.Case, address: str) -> None:
    """Send the case and run every check; on paged collections look at a refusal ourselves.

    There the schema allows what the prose forbids: pages together with ids, no filter at all,
    any text for a month or year, and a list of orders with nothing in it. Such a request may be
    refused, but for nothing else.
    """
    # The schema says of the Authorization header only that there is one; where a case breaks
    # that, it must be sent as it is.
    headers = {"Accept": JSON_API}
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.HEADER):
        headers["Authorization"] = AUTHORIZATION
    # A broken one is refused by the HTTP server before the service is asked, in plain text.
    for name in [name for name in case.headers or () if name.lower() in FRAMING]:
        del case.headers[name]
    excluded = [CHECKS.get_one("positive_data_acceptance")] if case.path in PAGED else []
    response = case.call_and_validate(
        base_url=address, headers=headers, excluded_checks=excluded, timeout=30
    )
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if excluded and positive and response.status_code == 400:
        for error in response.json()["errors"]:
            parameter = error["source"]["parameter"]
            assert (
                error["code"] in ("conflict", "missing")
                or parameter in ("month", "year")
                or f"{parameter}=" in response.request.url.split("?")[1].split("&")
            ), response.request.url


@schema.parametrize()
@settings(max_examples=5, deadline=None)
def test_every_answer_is_as_described(case: schemathesis.Case, address: str) -> None:
    """Every check of Schemathesis holds for requests the description allows and for others."""
    hold_against_description(case, address)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=300, deadline=None)
def test_every_answer_is_as_described_in_a_campaign(case: schemathesis.Case, address: str) -> None:
    """The same for many more requests."""
    hold_against_description(case, address)
