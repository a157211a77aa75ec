"""The client: its operations, its errors, and where its header goes."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import httpx
import pytest

from feedgen.art19.client import ContentApi, Credential
from feedgen.errors import ApiProblem, UsageProblem
from tests.art19 import virtual_time
from tests.art19.account import (
    CREDENTIAL,
    JSON_API,
    ORIGIN,
    Account,
    AccountTransport,
    api_for,
    asgi,
    resource,
    show,
    uid,
)


def run(account: Account, what: Any, **options: Any) -> Any:
    async def main() -> Any:
        async with api_for(account, **options) as api:
            return await what(api)

    return virtual_time.run(main())


def test_all_operations_are_there() -> None:
    """Every collection is asked by ids, single and, where it has pages, listed."""
    account = Account()
    series = show(account)
    owners = {
        "episodes": {"series_id": series},
        "classification_inclusions": {"classified_id": series, "classified_type": "Series"},
    }
    kinds = {kind for kind, _ in account.resources}

    async def main(api: ContentApi) -> dict[str, list[int]]:
        counts: dict[str, list[int]] = {}
        for kind in kinds:
            ids = [each for name, each in account.resources if name == kind]
            counts[kind] = [len((await api.by_ids(kind, ids)).resources) - len(ids)]
            counts[kind].append(0 if await api.one(kind, ids[0]) else 1)
            if kind not in ("images", "media_assets"):
                listing = await api.listing(kind, **owners.get(kind, {}))
                counts[kind].append(len(listing.resources) - len(ids))
        return counts

    found = run(account, main)

    assert len(found) == 10
    assert {number for counts in found.values() for number in counts} == {0}


def test_every_request_carries_the_documented_headers() -> None:
    """Authorization has its documented form, and Accept is exact."""
    account = Account()

    run(account, lambda api: api.listing("series"))

    headers = account.requests[0][1]
    assert headers["authorization"] == 'Token token="s3cret-token", credential="cred-1"'
    assert headers["accept"] == JSON_API


def test_an_asgi_application_is_reached_in_process() -> None:
    """The client talks to an application without a socket."""
    account = Account()
    show(account)
    transport = httpx.ASGITransport(app=asgi(account))

    async def main() -> int:
        async with ContentApi(ORIGIN, CREDENTIAL, transport=transport) as api:
            return len((await api.listing("series")).resources)

    assert virtual_time.run(main()) == 1


@pytest.mark.parametrize(
    ("status", "content_type", "body", "words"),
    [
        (401, "text/html", b"", "does not accept the credential"),
        (403, "text/html", b"", "may not read"),
        (404, "text/html", b"", "nothing there"),
        (406, "text/html", b"", "can not answer in JSON:API"),
        (418, "text/html", b"", "does not document"),
        (204, "", b"", "does not document"),
        (500, "text/html", b"<html>", "failed (500)"),
        (503, JSON_API, b"{}", "failed (503)"),
        (200, "text/html; charset=utf-8", b"<html>", "a web page"),
        (200, "application/json", b'{"data": []}', "application/json"),
        (200, "", b"", "no content type"),
        (200, JSON_API, b'{"data": [{"id"', "no JSON document"),
        (200, JSON_API, b"{}", "neither data nor errors"),
        (200, JSON_API, b"[]", "no JSON document"),
        (200, JSON_API, b'{"data": 3}', "no list of resources"),
        (200, JSON_API, b'{"data": null}', "no list of resources"),
        (200, JSON_API, b'{"errors": [{"title": "x"}]}', "no list of resources"),
        (200, JSON_API, b"", "no JSON document"),
        (429, "text/html", b"", "asked too often"),
    ],
)
def test_every_unusable_answer_says_what_to_do(
    status: int, content_type: str, body: bytes, words: str
) -> None:
    """Whatever comes back, the problem names it, has a hint, and holds no secret."""
    account = Account(fault=lambda *_: (status, {"content-type": content_type}, body))

    with pytest.raises(ApiProblem, match=words.replace("(", r"\(").replace(")", r"\)")) as caught:
        run(account, lambda api: api.listing("series"))
    assert caught.value.hint
    assert caught.value.status == status
    assert caught.value.url.startswith(ORIGIN)
    assert caught.value.exit_code == 3
    assert_no_secret(caught.value)


def assert_no_secret(error: BaseException) -> None:
    """Fail if a traceback with the locals of our own frames shows the secret."""
    captured = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert captured.__context__ is None
    frames = [frame for frame in captured.stack if "/tests/" not in frame.filename]
    shown = "".join(captured.stack.from_list(frames).format()) + repr(error) + str(vars(error))
    assert "ask" in {frame.name for frame in frames}
    assert CREDENTIAL.secret not in shown
    assert [frame.name for frame in frames if CREDENTIAL.secret in str(frame.locals)] == []


def test_a_bad_request_shows_what_the_api_said() -> None:
    """A 400 names the parameter and the detail, is not repeated, and is not halved."""
    error = {"status": "400", "detail": "is odd", "source": {"parameter": "sort"}}
    body = json.dumps({"errors": [error]}).encode()
    account = Account(fault=lambda *_: (400, {"content-type": JSON_API}, body))
    ids = [uid(number) for number in range(100)]

    with pytest.raises(ApiProblem, match="sort: is odd"):
        run(account, lambda api: api.by_ids("images", ids))
    assert len(account.requests) == 1


def test_what_the_api_fails_over_is_told_from_an_outage() -> None:
    """A 503 that names the ids is not repeated: the request is halved until they are found."""
    error = {"status": "503", "detail": "not ready", "source": {"parameter": "ids[]"}}
    body = json.dumps({"errors": [error]}).encode()
    account = Account()
    show(account, episodes=6)
    ids = sorted(each for kind, each in account.resources if kind == "episodes")
    account.fault = lambda _path, query, _number: (
        (503, {"content-type": JSON_API}, body) if ids[3] in dict(map(reversed, query)) else None
    )

    batch = run(account, lambda api: api.by_ids("episodes", ids))

    assert {each.id for each in batch.resources} == {*ids} - {ids[3]}
    (failure,) = batch.failures
    assert failure.key is not None
    assert (failure.key.id, failure.reason) == (ids[3], "not ready")
    assert len(account.requests) < 8


def test_a_bad_request_for_every_id_is_our_own_mistake() -> None:
    """A 400 that halving does not cure is raised after a few requests."""
    account = Account(fault=lambda *_: (400, {"content-type": "text/html"}, b""))

    with pytest.raises(ApiProblem, match=r"refused a request \(400\)"):
        run(account, lambda api: api.by_ids("images", [uid(number) for number in range(100)]))
    assert len(account.requests) < 12


def test_an_outage_that_passes_is_not_noticed() -> None:
    """A 500, a page of a proxy and a body cut short are asked for again."""
    faults = {
        1: (500, {"content-type": "text/html"}, b""),
        2: (200, {"content-type": "text/html"}, b"<html>maintenance</html>"),
        3: (200, {"content-type": JSON_API}, b'{"data": [{"type": "ser'),
    }
    account = Account(fault=lambda _path, _query, number: faults.get(number))
    show(account)

    found = run(account, lambda api: api.listing("series"))

    assert len(found.resources) == 1
    assert len(account.requests) == 4


def test_attempts_come_to_an_end() -> None:
    """An outage that stays is raised after as many attempts as were allowed."""
    account = Account(fault=lambda *_: (502, {"content-type": "text/html"}, b""))

    with pytest.raises(ApiProblem):
        run(account, lambda api: api.listing("series"), attempts=3)
    assert len(account.requests) == 3


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.net/series?page%5Bnumber%5D=2",
        "http://api.example.com/series?page%5Bnumber%5D=2",
        "https://api.example.com:8443/series",
        "//evil.example.net/series",
        "https://user@api.example.com.evil.example.net/",
    ],
)
def test_a_link_to_another_origin_is_not_followed(link: str) -> None:
    """Pages that lead to another host, port or scheme end in a problem, unasked."""
    body = json.dumps({"data": [resource("series", uid("s"))], "links": {"next": link}}).encode()
    account = Account(fault=lambda *_: (200, {"content-type": JSON_API}, body))

    with pytest.raises(ApiProblem, match="another origin"):
        run(account, lambda api: api.listing("series"))
    assert len(account.requests) == 1


@pytest.mark.parametrize(
    "link", ["/series?page%5Bnumber%5D=2&page%5Bsize%5D=100", "?page[number]=2"]
)
def test_a_relative_link_is_followed_encoded(link: str) -> None:
    """A link may be relative and raw; the query is rebuilt with encoded brackets."""
    first = {"data": [resource("series", uid("s"))], "links": {"next": link}}

    def fault(_path: Any, query: Any, _number: int) -> Any:
        made = {"data": [], "links": {}} if ("page[number]", "2") in query else first
        return 200, {"content-type": JSON_API}, json.dumps(made).encode()

    account = Account(fault=fault)
    run(account, lambda api: api.listing("series"))

    assert account.requests[1][0].startswith("/series?page%5Bnumber%5D=2")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_stays_within_the_origin(status: int) -> None:
    """A redirect to another origin is refused, one within it is followed."""
    away = {"location": "https://evil.example.net/series"}
    account = Account(fault=lambda *_: (status, away, b""))
    with pytest.raises(ApiProblem, match="another origin"):
        run(account, lambda api: api.listing("series"))
    assert len(account.requests) == 1

    near = {"location": "/series?page%5Bnumber%5D=1&page%5Bsize%5D=100"}
    account = Account(fault=lambda _p, _q, number: (status, near, b"") if number == 1 else None)
    show(account)
    assert len(run(account, lambda api: api.listing("series")).resources) == 1


def test_redirects_do_not_go_on_for_ever() -> None:
    """A redirect in a circle ends in a problem."""
    account = Account(fault=lambda *_: (302, {"location": "/series"}, b""))

    with pytest.raises(ApiProblem, match="again and again"):
        run(account, lambda api: api.listing("series"))


def test_pages_in_a_circle_end() -> None:
    """A page whose next page is itself ends in a problem."""
    link = "/series?page%5Bnumber%5D=1&page%5Bsize%5D=100"
    body = json.dumps({"data": [resource("series", uid("s"))], "links": {"next": link}}).encode()
    account = Account(fault=lambda *_: (200, {"content-type": JSON_API}, body))

    with pytest.raises(ApiProblem, match="circle"):
        run(account, lambda api: api.listing("series"))


def test_pages_that_shift_are_read_again() -> None:
    """A resource that slips from page two to page one while page two is read is not lost."""
    account = Account()
    for number in range(250):
        account.add(resource("networks", uid(number), name=str(number)))
    ids = sorted(each for _, each in account.resources)

    def fault(_path: Any, _query: Any, number: int) -> None:
        if number == 2:  # page one is out: whatever follows moves up by one
            account.resources.pop(("networks", ids[0]), None)

    account.fault = fault
    found = run(account, lambda api: api.listing("networks"))

    assert {each.id for each in found.resources} == set(ids[1:])
    assert found.steady


def test_pages_that_never_hold_still_are_marked() -> None:
    """A list that changes on every reading is given whole and marked as not steady."""
    account = Account()
    for number in range(150):
        account.add(resource("networks", uid(number), name=str(number)))

    def fault(_path: Any, _query: Any, number: int) -> None:
        account.add(resource("networks", f"00000000-0000-4000-8000-{number:012d}", name="new"))

    account.fault = fault
    found = run(account, lambda api: api.listing("networks"))

    assert not found.steady
    assert len(found.resources) >= 150


def test_one_unreadable_resource_fails_alone() -> None:
    """A resource without an id is reported; the others of its page arrive."""
    made = [
        resource("networks", uid(1)),
        {"type": "networks", "id": 7},
        resource("networks", uid(2)),
    ]
    body = json.dumps({"data": made, "links": {}}).encode()
    account = Account(fault=lambda *_: (200, {"content-type": JSON_API}, body))

    found = run(account, lambda api: api.listing("networks"))

    assert [each.id for each in found.resources] == [uid(1), uid(2)]
    assert [failure.index for failure in found.failures] == [1]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x",
        "api.example.com",
        "https://",
        "https://u:s3cret-token@x/",
        "https://x/?token=1",
        "",
    ],
)
def test_an_unusable_address_is_a_mistake_of_usage(address: str) -> None:
    """An address that is no plain http(s) address is refused without being repeated."""
    with pytest.raises(UsageProblem) as caught:
        ContentApi(address, CREDENTIAL)
    assert "s3cret-token" not in str(caught.value)


def test_nothing_shows_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    """No repr, no log record and no attribute in plain sight holds the secret."""
    caplog.set_level(logging.DEBUG)
    account = Account()
    show(account)

    async def main(api: ContentApi) -> str:
        await api.listing("series")
        return repr(api) + repr(vars(api)) + str(api)

    shown = run(account, main) + repr(CREDENTIAL) + str(CREDENTIAL) + caplog.text

    assert CREDENTIAL.secret not in shown
    assert "cred-1" in repr(CREDENTIAL)


def test_http_2_headers_are_not_logged() -> None:
    """The library that packs HTTP/2 headers logs them at DEBUG; that logger is raised."""
    assert not logging.getLogger("hpack.hpack").isEnabledFor(logging.DEBUG)


def test_an_unencrypted_address_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    """Over plain HTTP to another machine the token travels in the clear, and that is said."""
    for address in ("http://127.0.0.1:1", "http://catalogue.example.com"):
        virtual_time.run(ContentApi(address, CREDENTIAL).aclose())

    assert [record.message for record in caplog.records] == [
        "api.unencrypted host=catalogue.example.com: the token travels in the clear"
    ]


def test_a_credential_can_not_smuggle_a_header() -> None:
    """A line break or quote in a credential is refused and not repeated."""
    for secret in ("s3cret\r\nX-Evil: 1", 's3cret"', "", "s3cret "):
        with pytest.raises(UsageProblem) as caught:
            Credential("id", secret)
        assert "s3cret" not in str(caught.value)


def test_a_refusal_for_pace_is_waited_for() -> None:
    """A 429 is answered by waiting and asking again, not by a retry."""
    account = Account()
    show(account)
    account.fault = lambda _p, _q, number: (
        (429, {"content-type": "text/html", "retry-after": "21"}, b"") if number == 1 else None
    )

    async def main() -> tuple[int, float]:
        async with ContentApi(ORIGIN, CREDENTIAL, transport=AccountTransport(account)) as api:
            api.pacer._clock = virtual_time.now
            found = await api.listing("series")
            return len(found.resources), virtual_time.now()

    count, seconds = virtual_time.run(main())

    assert count == 1
    assert 21 <= seconds <= 22
