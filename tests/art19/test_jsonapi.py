"""Documents into resources: what is read, and what fails alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feedgen.art19 import jsonapi
from feedgen.art19.jsonapi import Identifier, Relationship, Resources, UnreadableDocument

IMAGE = {"type": "images", "id": "i"}


def parse(**document: Any) -> jsonapi.Document:
    return jsonapi.parse(json.dumps(document).encode())


def test_a_collection_and_a_single_resource_are_told_apart() -> None:
    """A list is many, an object is one, null is none."""
    one = {"type": "series", "id": "a", "attributes": {"title": "A"}}

    assert [(each.type, each.id) for each in parse(data=[one, one]).resources] == [
        ("series", "a"),
        ("series", "a"),
    ]
    assert (parse(data=[]).many, parse(data=one).many, parse(data=None).many) == (
        True,
        False,
        False,
    )
    assert parse(data=one).resources[0].attributes["title"] == "A"


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        ({"type": "series", "id": 7}, None),
        ({"type": "series"}, None),
        ({"type": "series", "id": ""}, None),
        ({"type": "episodes", "id": "x", "attributes": []}, Identifier("episodes", "x")),
        ("text", None),
        (None, None),
    ],
)
def test_one_bad_resource_fails_alone(bad: Any, key: Identifier | None) -> None:
    """What is no resource is named with its place and, where legible, its key."""
    good = {"type": "series", "id": "a"}

    document = parse(data=[good, bad, good])

    assert len(document.resources) == 2
    assert [(each.index, each.key) for each in document.failures] == [(1, key)]


def test_half_a_character_spoils_nothing() -> None:
    """An escape that is half a surrogate pair is dropped, not the document."""
    body = rb'{"data": [{"type": "series", "id": "a", "attributes": {"title": "x\ud83dy"}}]}'

    assert jsonapi.parse(body).resources[0].attributes["title"] == "xy"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": None}, Relationship()),
        ({"data": []}, Relationship()),
        (
            {"data": {"type": "images", "id": "i"}},
            Relationship(targets=(Identifier("images", "i"),)),
        ),
        ({}, jsonapi.UNKNOWN),
        (None, jsonapi.UNKNOWN),
        ({"links": {"related": "/x"}}, jsonapi.UNKNOWN),
        ({"data": [], "links": {"next": "/x"}}, Relationship(whole=False)),
        ({"data": [{"type": "images"}]}, Relationship(whole=False)),
    ],
)
def test_relations_are_missing_empty_partial_or_whole(value: Any, expected: Relationship) -> None:
    """A relation says whether it is known and whether it is all there is."""
    made = parse(data={"type": "series", "id": "a", "relationships": {"cover_image": value}})

    assert made.resources[0].related("cover_image") == expected


def test_links_may_be_text_null_or_objects() -> None:
    """A link is an address, nothing, or an object with `href`."""
    links = {"self": "/a", "next": None, "last": {"href": "/z"}, "odd": 7, "empty": ""}

    document = parse(data=[], links=links)

    assert dict(document.links) == {"self": "/a", "next": None, "last": "/z", "empty": None}
    assert document.has_links
    assert not parse(data=[]).has_links


def test_errors_are_read_however_little_they_say() -> None:
    """An error may have a null source, a number as status, or be mere text."""
    document = parse(
        errors=[
            {"status": 400, "detail": "is odd", "source": {"parameter": "sort"}},
            {"title": "Bad", "source": None},
            "oops",
        ]
    )

    assert [str(each) for each in document.errors] == ["sort: is odd", "Bad", "oops"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"data": [', b"\xff", b"[" * 9_999]
)
def test_what_is_no_document_is_named(body: bytes) -> None:
    """Anything else than a document with data or errors is refused in one line."""
    with pytest.raises(UnreadableDocument) as caught:
        jsonapi.parse(body)
    assert "\n" not in caught.value.message


def test_a_resource_gives_back_what_it_was_read_from() -> None:
    """Object to resource to object changes nothing; a relation can be replaced."""
    made = {"type": "series", "id": "a", "attributes": {"n": [1, {"x": None}]}, "meta": {"k": 1}}
    resource = jsonapi.from_object(made)
    filled = jsonapi.with_related(resource, "episodes", [Identifier("episodes", "e")])

    assert jsonapi.to_object(resource) == made
    assert filled.related("episodes").targets == (Identifier("episodes", "e"),)
    assert filled.attributes == resource.attributes


def test_resources_are_found_by_type_and_id() -> None:
    """A later resource takes the place of an earlier one with its key."""
    old, new = (
        jsonapi.from_object({"type": "series", "id": "a", "attributes": {"n": n}}) for n in (1, 2)
    )
    resources = Resources([old, new])

    assert len(resources) == 1
    assert resources.get("series", "a") is new
    assert resources.get("seasons", "a") is None
    assert [each.key for each in resources] == [Identifier("series", "a")]
