"""The published description leaves questions open; whichever way a server answers, we cope.

One test per question, in the order they are kept in: each tries every answer a server may give.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from feedgen.art19 import decode, jsonapi, operations, sync
from feedgen.art19.answers import retry_after
from feedgen.art19.attributes import parse_instant
from feedgen.art19.jsonapi import Identifier, Resources
from feedgen.art19.plan import image_has_changed
from feedgen.artwork.choose import choose
from feedgen.errors import ApiProblem
from feedgen.model import Image, MediaAsset
from tests.art19 import virtual_time
from tests.art19.account import (
    JSON_API,
    Account,
    api_for,
    image,
    links,
    resource,
    show,
    uid,
)


def targets(account: Account) -> list[str]:
    return [target for target, _ in account.requests]


def ask(account: Account, collection: str, ids: Any) -> Any:
    async def main() -> Any:
        async with api_for(account) as api:
            return await api.by_ids(collection, ids)

    return virtual_time.run(main())


def listing(account: Account, collection: str, **filters: str) -> Any:
    async def main() -> Any:
        async with api_for(account) as api:
            return await api.listing(collection, **filters)

    return virtual_time.run(main())


def read(account: Account) -> list[sync.SeriesRead]:
    async def main() -> list[sync.SeriesRead]:
        async with api_for(account) as api:
            refs = await sync.list_series(api)
            return [each async for each in sync.read(api, refs)]

    return virtual_time.run(main())


@pytest.mark.parametrize("answer", ["without page", "either"])
def test_episodes_by_ids_go_without_pages(answer: str) -> None:
    """No. 1: where the API takes ids without pages, none are sent."""
    account = Account(episodes_by_ids=answer)
    show(account)

    found = ask(account, "episodes", [uid("show", "episode", 0)])

    assert len(found.resources) == 1
    assert [target for target in targets(account) if "page" in target] == []


def test_episodes_by_ids_go_with_a_page_once_asked_to() -> None:
    """No. 1: a 400 for a missing page is answered with a page, and remembered."""
    account = Account(episodes_by_ids="with page")
    show(account)

    async def main() -> tuple[int, int]:
        async with api_for(account) as api:
            first = await api.by_ids("episodes", [uid("show", "episode", 0)])
            second = await api.by_ids("episodes", [uid("show", "episode", 1)])
            return len(first.resources), len(second.resources)

    assert virtual_time.run(main()) == (1, 1)
    assert ["page" in target for target in targets(account)] == [False, True, True]


@pytest.mark.parametrize("order", ["request", "reversed"])
def test_the_order_of_an_answer_means_nothing(order: str) -> None:
    """No. 2: the same series comes out whatever order the API answers in."""
    plain, other = Account(), Account(order=order)
    for account in (plain, other):
        show(account, episodes=5, credits=3)

    assert read(plain)[0].series == read(other)[0].series


@pytest.mark.parametrize("status", [200, 403, 404])
def test_unknown_ids_do_not_spoil_the_batch(status: int) -> None:
    """No. 3: unknown ids may be left out or refuse the whole batch; the others arrive."""
    account = Account(unknown_ids=status)
    show(account, episodes=9)
    known = [uid("show", "episode", number) for number in range(9)]

    found = ask(account, "episodes", [*known, uid("nobody"), uid("nothing")])

    assert {each.id for each in found.resources} == set(known)
    assert set(found.missing) == {uid("nobody"), uid("nothing")}


@pytest.mark.parametrize("status", [400, 414, 431])
@pytest.mark.parametrize("most", [7, 50])
def test_a_batch_too_long_is_halved(status: int, most: int) -> None:
    """No. 4: at most 100 ids are sent, and fewer where the API wants fewer."""
    account = Account(most_ids=most, too_many=status)
    show(account, episodes=230)

    found = ask(account, "episodes", [uid("show", "episode", number) for number in range(230)])

    assert len(found.resources) == 230
    assert max(target.count("ids%5B%5D") for target in targets(account)) == 100


def test_a_long_url_is_not_sent_twice() -> None:
    """No. 4: after a 414 the next batches are small from the start."""
    account = Account(most_ids=50, too_many=414)
    show(account, episodes=200)

    ask(account, "episodes", [uid("show", "episode", number) for number in range(200)])

    assert [target.count("ids%5B%5D") for target in targets(account)] == [100, 50, 50, 50, 50]


def test_no_id_is_sent_twice() -> None:
    """No. 5: ids are sorted and each is sent once."""
    account = Account()
    show(account)
    ids = [uid("show", "episode", number) for number in (1, 0, 1, 1)]

    ask(account, "episodes", ids)

    query = "&".join(f"ids%5B%5D={each}" for each in sorted(set(ids)))
    assert targets(account) == [f"/episodes?{query}"]


def test_an_empty_list_of_ids_is_never_sent() -> None:
    """No. 6: nothing to ask for means no request."""
    account = Account()

    assert ask(account, "images", []).resources == ()
    assert targets(account) == []


@pytest.mark.parametrize("empty", [None, {}, {"data": None}, {"links": {"related": "/x"}}])
def test_missing_null_and_value_are_all_read(empty: Any) -> None:
    """No. 7: an empty relation may be null, without data, or not there; attributes too."""
    account = Account()
    series_id = show(account)
    made = account.resources["series", series_id]
    made["attributes"] |= {"website_url": None, "rss_email": None}
    for name in ("network", "cover_image"):
        made["relationships"][name] = empty
    if empty is None:
        del made["relationships"]["network"]

    series = read(account)[0].series

    assert series is not None
    assert (series.network, series.cover, series.website_url) == (None, None, "")


def test_an_attribute_stands_in_for_a_missing_relation_only() -> None:
    """No. 7: a deprecated attribute counts where the relation is missing, not where it is null."""
    account = Account()
    series_id = show(account)
    made = account.resources["series", series_id]
    cover = made["relationships"].pop("cover_image")["data"]["id"]
    made["attributes"]["cover_image_id"] = cover

    before = read(account)[0].series
    made["relationships"]["cover_image"] = {"data": None}
    after = read(account)[0].series

    assert before is not None
    assert before.cover is not None
    assert before.cover.id == cover
    assert after is not None
    assert after.cover is None


@pytest.mark.parametrize("ends", ["left out", "null", "no links"])
@pytest.mark.parametrize("count", [0, 1, 100, 230, 300])
def test_every_form_of_the_end_is_the_end(ends: str, count: int) -> None:
    """No. 8: absent and null links end a list, and so does an empty page."""
    account = Account(ends=ends)
    for number in range(count):
        account.add(resource("networks", uid(number), name=str(number)))

    found = listing(account, "networks")

    assert len(found.resources) == count
    assert found.steady


def test_lists_are_always_asked_for_in_pages() -> None:
    """No. 9: both page parameters go with every list, so no default page size matters."""
    account = Account()

    listing(account, "people")

    assert targets(account) == ["/people?page%5Bnumber%5D=1&page%5Bsize%5D=100"]


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_past_the_end_is_the_end(status: int) -> None:
    """No. 10: a page after the last may be empty or a 404."""
    account = Account(ends="no links", page_past_end=status)
    for number in range(100):
        account.add(resource("networks", uid(number), name=str(number)))

    assert len(listing(account, "networks").resources) == 100


@pytest.mark.parametrize(
    "content_type", [JSON_API, f"{JSON_API}; charset=utf-8", f"{JSON_API.title()} ;x=y"]
)
def test_parameters_of_the_content_type_are_ignored(content_type: str) -> None:
    """No. 11: the media type counts, in any case and with any parameters."""
    account = Account(content_type=content_type)
    show(account)

    assert read(account)[0].problem is None


def test_the_accept_header_is_exact() -> None:
    """No. 12: Accept is the bare media type on every request."""
    account = Account()
    show(account)

    read(account)

    assert {headers["accept"] for _, headers in account.requests} == {"application/vnd.api+json"}


def test_brackets_are_always_encoded() -> None:
    """No. 13: no request holds a raw bracket, following links included."""
    account = Account()
    show(account, episodes=3)
    for number in range(150):
        account.add(resource("networks", uid(number), name=str(number)))

    read(account)
    listing(account, "networks")

    assert [target for target in targets(account) if "[" in target or "]" in target] == []


def test_an_unknown_parameter_is_never_sent() -> None:
    """No. 14: a filter or sort key the API does not have is refused before it is sent."""
    account = Account()

    with pytest.raises(ValueError, match="no filter"):
        listing(account, "series", slug="show")
    with pytest.raises(ValueError, match="can not be sorted"):
        listing(account, "series", sort="-slug")
    with pytest.raises(ValueError, match="only be asked for by ids"):
        listing(account, "images")
    with pytest.raises(ValueError, match="without a filter"):
        listing(account, "episodes")
    assert targets(account) == []


def test_an_id_that_is_no_uuid_is_never_sent() -> None:
    """No. 15: such an id counts as missing in a batch and is refused alone."""
    account = Account()
    show(account)

    found = ask(account, "images", [uid("show", "image"), "../series"])

    assert found.missing == ("../series",)
    assert targets(account) == [f"/images?ids%5B%5D={uid('show', 'image')}"]
    with pytest.raises(ValueError, match="not a UUID"):
        operations.one("images", "42")


def test_hidden_and_unknown_are_treated_alike() -> None:
    """No. 16: a single resource that is 403 or 404 is not there."""
    account = Account(hidden={uid("show", "image")})
    show(account)

    async def main() -> list[Any]:
        async with api_for(account) as api:
            return [await api.one("images", each) for each in (uid("show", "image"), uid("x"))]

    assert virtual_time.run(main()) == [None, None]


@pytest.mark.parametrize("status", [401, 403, 404, 406])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"errors": [{"detail": "no"}]}', b"\xff{"])
def test_the_body_of_a_refusal_is_not_read(status: int, body: bytes) -> None:
    """No. 17: what stands in an undocumented body never matters."""
    account = Account(fault=lambda *_: (status, {"content-type": JSON_API}, body))

    with pytest.raises(ApiProblem) as caught:
        listing(account, "series")
    assert caught.value.status == status
    assert caught.value.hint


def test_a_refused_credential_is_not_sent_again() -> None:
    """No. 18: whatever comes first, a 401 ends the run after one request."""
    account = Account(secret="another")

    with pytest.raises(ApiProblem) as caught:
        listing(account, "series")
    assert caught.value.status == 401
    assert len(account.requests) == 1


def test_a_crop_is_shown_and_never_computed() -> None:
    """No. 19: the assets are taken as they come; the crop area only informs."""
    account = Account()
    show(account)
    made = account.resources["images", uid("show", "image")]
    made["attributes"]["crop_data"] = {"left": 0.5, "top": 1, "width": 30.25, "height": 40}

    series = read(account)[0].series

    assert series is not None
    assert series.cover is not None
    assert series.cover.crop is not None
    assert (series.cover.crop.left, series.cover.crop.width) == (0.5, 30.25)
    assert [asset.style for asset in series.cover.assets] == ["itunes", "original", "square-3000"]


def test_an_upscaled_or_small_style_is_refused_by_its_size() -> None:
    """No. 20: an `itunes` asset below 1400 pixels is not chosen, and the refusal says so."""
    asset = MediaAsset(
        id="a",
        style="itunes",
        url="https://cdn.example.com/a.jpeg",
        content_type="image/jpeg",
        width=900,
        height=900,
    )

    decision = choose(Image(id="i", assets=(asset,)))

    assert decision.chosen is None
    assert any("900" in rejected.reason for rejected in decision.rejected)


def test_the_content_type_of_an_asset_is_taken_as_given() -> None:
    """No. 21: PNG stays PNG whatever its style."""
    account = Account()
    show(account)
    asset = account.resources["media_assets", uid("show", "asset", "itunes")]
    asset["attributes"] |= {
        "content_type": "image/png",
        "cdn_url": "https://cdn.example.com/a.png",
    }

    series = read(account)[0].series

    assert series is not None
    assert series.cover is not None
    assert {each.style: each.content_type for each in series.cover.assets}["itunes"] == "image/png"


@pytest.mark.parametrize(
    "crop",
    [
        {"left": -5.5, "top": 0, "width": 1e6, "height": 10},
        {"left": "x", "top": 0, "width": 1, "height": 1},
        {"left": True, "top": 0, "width": 1, "height": 1},
        {},
        None,
        [],
        "0,0,10,10",
    ],
)
def test_any_crop_area_is_accepted(crop: Any) -> None:
    """No. 22: fractions, areas outside the image and nonsense never spoil a series."""
    account = Account()
    show(account)
    account.resources["images", uid("show", "image")]["attributes"]["crop_data"] = crop

    assert read(account)[0].problem is None


def test_turned_pictures_are_the_servers_business() -> None:
    """No. 23: sizes are taken as the API gives them, which counts upright pixels."""
    account = Account()
    show(account)
    asset = account.resources["media_assets", uid("show", "asset", "original")]
    asset["attributes"] |= {"size_width": 3000, "size_height": 4000}

    series = read(account)[0].series

    assert series is not None
    assert series.cover is not None
    sizes = {each.style: (each.width, each.height) for each in series.cover.assets}
    assert sizes["original"] == (3000, 4000)


def test_square_3000_is_taken_where_it_is_there() -> None:
    """No. 24: with or without a crop area, the style decides."""
    account = Account()
    show(account)

    series = read(account)[0].series

    assert series is not None
    decision = choose(series.cover)
    assert decision.chosen is not None
    assert decision.chosen.style == "square-3000"


def test_unstable_ids_and_urls_of_assets_are_both_noticed() -> None:
    """No. 25: a recropped picture shows by new asset ids or by its own change."""
    account = Account()
    image(account, "show")
    old = jsonapi.from_object(account.resources["images", uid("show", "image")])
    other = {"media_assets": links("media_assets", [uid("new")])}
    moved = jsonapi.from_object(resource("images", old.id, other, status="valid"))
    touched = replace(old, attributes={**old.attributes, "updated_at": "2030-01-01T00:00:00Z"})

    assert not image_has_changed(old, old)
    assert image_has_changed(old, moved)
    assert image_has_changed(old, touched)


@pytest.mark.parametrize("name", ["classification_inclusion", "classification_inclusions"])
def test_inclusions_may_be_singular_or_plural(name: str) -> None:
    """No. 26: the one type that is described in the singular is read either way."""
    account = Account()
    series_id = show(account)
    inclusion = uid("show", "inclusion")
    account.resources["classification_inclusions", inclusion]["type"] = name
    made = account.resources["series", series_id]["relationships"]
    made["classification_inclusions"] = links(name, [inclusion])

    series = read(account)[0].series

    assert series is not None
    assert [each.value for each in series.classifications] == ["Comedy"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06t07:08:09.123456789z", datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)),
        ("2024-05-06T07:08:09.5+05:30", datetime(2024, 5, 6, 1, 38, 9, 500000, tzinfo=UTC)),
        ("2024-05-06 07:08:09-00:00", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("12", None),
    ],
)
def test_any_rfc_3339_instant_is_read(text: str, expected: datetime | None) -> None:
    """No. 27: precision, zone and case of an instant may vary."""
    assert parse_instant(text) == expected


def test_vague_date_filters_are_not_used() -> None:
    """No. 28: no request of a run holds `month`, `year` or a bound of the release time."""
    account = Account()
    show(account, episodes=3)

    read(account)

    words = ("month", "year", "released_after", "released_before")
    assert [target for target in targets(account) if any(word in target for word in words)] == []


def test_ties_in_a_sorted_list_do_not_double_anything() -> None:
    """No. 29: an id that comes on two pages is kept once, and the list is read again."""
    account = Account()
    for number in range(150):
        account.add(resource("networks", uid(number), name=str(number)))
    first = json.loads(account.answer("/networks?page[number]=1&page[size]=100", HEADERS)[2])

    def tie(_path: Any, query: Any, number: int) -> Any:
        if number == 3:  # the first asking for page two
            body = json.dumps({"data": first["data"][:50], "links": {"next": None}})
            return 200, {"content-type": JSON_API}, body.encode()
        return None

    account.fault = tie
    found = listing(account, "networks")

    assert len({each.id for each in found.resources}) == len(found.resources) == 150
    assert found.steady


HEADERS = {
    "accept": JSON_API,
    "authorization": 'Token token="s3cret-token", credential="cred-1"',
}


def test_new_words_are_kept_and_reported() -> None:
    """No. 30: an unknown style, credit type, status or episode type stays and is noted."""
    account = Account()
    show(account)
    changes = {
        ("media_assets", uid("show", "asset", "itunes")): ("style", "square-4000"),
        ("credits", uid("show", "credit", 0)): ("type", "HologramCredit"),
        ("images", uid("show", "image")): ("status", "archived"),
        ("episodes", uid("show", "episode", 0)): ("itunes_type", "teaser"),
        ("episodes", uid("show", "episode", 1)): ("premium_status", "gold"),
    }
    for key, (name, word) in changes.items():
        account.resources[key]["attributes"][name] = word

    result = read(account)[0]

    assert result.series is not None
    assert result.series.credits[0].type == "HologramCredit"
    assert {each.premium_status for each in result.series.episodes} == {"gold", "inactive"}
    found = {note.where for note in result.notes if note.code == "unknown-word"}
    assert found == {f"{kind}/{made}: {name}" for (kind, made), (name, _) in changes.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("21", 21.0),
        ("0", 1.0),
        ("3600", 60.0),
        ("99999999999999999999", 60.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 1.0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:00:30", None),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_retry_after_may_be_seconds_or_a_date(value: str, expected: float | None) -> None:
    """No. 31: both forms are read and kept between 1 and 60 seconds."""
    assert retry_after(value, datetime(2026, 1, 1, tzinfo=UTC)) == expected


def test_the_first_and_last_episode_have_no_sibling() -> None:
    """No. 32: a 404 for a sibling means that there is none."""
    account = Account()
    show(account, episodes=2)
    first, last = uid("show", "episode", 0), uid("show", "episode", 1)

    async def main() -> list[str | None]:
        async with api_for(account) as api:
            found = [
                await api.sibling(first, "previous"),
                await api.sibling(first, "next", rss=True),
                await api.sibling(last, "previous"),
                await api.sibling(last, "next"),
            ]
            return [each.id if each else None for each in found]

    assert virtual_time.run(main()) == [None, last, first, None]
    assert targets(account)[1] == f"/episodes/{first}/next_sibling?rss=true"


def test_the_shape_of_a_resource_is_all_a_decoder_needs() -> None:
    """Nos. 2, 7 and 26 together: a bare series with an empty list decodes."""
    bare = jsonapi.from_object(
        {"type": "series", "id": uid("s"), "relationships": {"episodes": {"data": []}}}
    )

    series, notes = decode.series(Resources([bare]), uid("s"))

    assert (series.id, series.episodes, notes) == (uid("s"), (), ())
    assert Identifier("series", uid("s")) in Resources([bare])
