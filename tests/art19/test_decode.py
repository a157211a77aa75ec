"""Resources into the model: text, order, what is needed, and what is odd."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.art19 import decode, jsonapi
from feedgen.art19.attributes import Members, Note
from feedgen.art19.decode import IncompleteSeries
from feedgen.art19.jsonapi import Identifier, Resources
from feedgen.art19.references import needed
from feedgen.xmltext import ILLEGAL, clean
from tests.art19.account import Account, link, links, resource, show, uid


def decoded(account: Account, name: str = "show", **options: Any) -> Any:
    found = Resources(map(jsonapi.from_object, account.resources.values()))
    return decode.series(found, uid(name), **options)


def members(**attributes: Any) -> tuple[Members, list[Note]]:
    notes: list[Note] = []
    made = {"type": "episodes", "id": "e", "attributes": attributes}
    return Members(jsonapi.from_object(made), notes), notes


@given(text=st.text(st.characters(codec=None, exclude_categories=("Cs",))))
def test_every_text_is_clean(text: str) -> None:
    """Whatever stands in an attribute, what comes out may stand in a feed."""
    m, _ = members(title=text)

    assert m.text("title") == clean(text)
    assert not ILLEGAL.search(m.text("title"))


@pytest.mark.parametrize(
    ("guid", "expected", "codes"),
    [
        ("abc", "abc", []),
        (" abc\n", "abc", ["guid-white-space"]),
        ("a\x08b\x00c", "abc", ["guid-control-characters"]),
        ("\ta\u0085b ", "ab", ["guid-control-characters", "guid-white-space"]),
        ("cafe\u0301", "cafe\u0301", []),
        ("caf\u00e9", "caf\u00e9", []),
        ("a b", "a b", []),
        ("", "", []),
        ("  ", "", ["guid-white-space"]),
    ],
)
def test_a_guid_is_changed_as_little_as_possible(
    guid: str, expected: str, codes: list[str]
) -> None:
    """Outer white space and control characters go with a note; a guid is never normalised."""
    m, notes = members(rss_guid=guid)

    assert m.guid("rss_guid") == expected
    assert sorted(note.code for note in notes) == codes


def test_a_value_of_the_wrong_kind_counts_as_missing() -> None:
    """A number for a title, text for a flag and the like are noted and left out."""
    m, notes = members(title=5, published="yes", position="one", size=2.0, released_at=7, n=True)

    assert (m.text("title"), m.flag("published"), m.number("position")) == ("", None, None)
    assert (m.number("size"), m.instant("released_at"), m.number("n")) == (2, None, None)
    assert {note.code for note in notes} == {"wrong-kind"}
    assert {note.where for note in notes} == {
        f"episodes/e: {name}" for name in ("title", "published", "position", "released_at", "n")
    }


def test_an_instant_without_a_zone_is_utc_and_noted() -> None:
    """RFC 3339 demands a zone; where it lacks, UTC is assumed and said."""
    m, notes = members(released_at="2024-01-02T03:04:05", ends="soon")

    assert m.instant("released_at") == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert m.instant("ends") is None
    assert [note.code for note in notes] == ["date-without-zone", "not-a-date"]


def test_lists_have_an_order_of_their_own() -> None:
    """Inclusions and credits go by position, episodes by release, seasons by number."""
    account = Account()
    series_id = show(account, episodes=3, credits=3)
    relations = account.resources["series", series_id]["relationships"]
    for number, (position, value) in enumerate([(3, "C"), (None, "Z"), (1, "A"), (2, "B")]):
        genre = uid("genre", number)
        account.add(resource("classifications", genre, type="Genre", value=value))
        account.add(
            resource(
                "classification_inclusions",
                uid("inclusion", number),
                {"classification": link("classifications", genre)},
                position=position,
            )
        )
    inclusions = [uid("inclusion", number) for number in range(4)]
    relations["classification_inclusions"] = links("classification_inclusions", inclusions)
    for number, position in enumerate((2, 0, 1)):
        credit = account.resources["credits", uid("show", "credit", number)]
        credit["attributes"]["position"] = position

    series, notes = decoded(account)

    assert [each.value for each in series.classifications] == ["A", "B", "C", "Z"]
    assert [each.person.last_name for each in series.credits] == ["No. 1", "No. 2", "No. 0"]
    assert [each.title for each in series.episodes] == ["show 2", "show 1", "show 0"]
    assert notes == ()


@pytest.mark.parametrize(
    "kind",
    [
        *("series", "seasons", "episodes", "images", "media_assets", "networks"),
        *("credits", "people", "classification_inclusions", "classifications"),
    ],
)
def test_whatever_is_missing_makes_the_series_incomplete(kind: str) -> None:
    """Each kind of resource is needed; the problem names the one that lacks."""
    account = Account()
    show(account, episodes=1)
    lost = next(each for name, each in account.resources if name == kind)
    account.resources.pop((kind, lost))

    with pytest.raises(IncompleteSeries) as caught:
        decoded(account)
    assert caught.value.missing == (Identifier(kind, lost),)
    assert f"{kind}/{lost}" in caught.value.message


def test_what_is_gone_is_left_out_with_a_note() -> None:
    """A resource the API was found not to give does not stop the series."""
    account = Account()
    show(account, episodes=2)
    lost = uid("show", "episode", 0)
    account.resources.pop(("episodes", lost))

    series, notes = decoded(account, gone=[Identifier("episodes", lost)])

    assert [each.id for each in series.episodes] == [uid("show", "episode", 1)]
    assert [(note.code, note.where) for note in notes] == [("not-given", f"episodes/{lost}")]


def test_a_listed_episode_without_the_flag_is_published() -> None:
    """Where `published` is not given, being listed says it, and a note tells."""
    account = Account()
    show(account, episodes=1)
    del account.resources["episodes", uid("show", "episode", 0)]["attributes"]["published"]

    series, notes = decoded(account)

    assert series.episodes[0].published
    assert [note.code for note in notes] == ["published-missing"]


def test_a_credit_without_a_person_is_left_out() -> None:
    """A credit that names nobody, and an inclusion of nothing, are noted."""
    account = Account()
    show(account)
    credit = account.resources["credits", uid("show", "credit", 0)]
    credit["relationships"]["person"] = {"data": None}
    inclusion = account.resources["classification_inclusions", uid("show", "inclusion")]
    inclusion["relationships"] = {}

    series, notes = decoded(account)

    assert (series.credits, series.classifications) == ((), ())
    assert {note.code for note in notes} == {
        "credit-without-person",
        "inclusion-without-classification",
    }


@pytest.mark.parametrize(
    ("kind", "relation", "attribute", "target"),
    [
        ("series", "cover_image", "cover_image_id", "images"),
        ("episodes", "season", "season_id", "seasons"),
        ("episodes", "cascaded_cover_image", "cascaded_cover_image_id", "images"),
        ("people", "avatar", "avatar_id", "images"),
        ("classification_inclusions", "classification", "classification_id", "classifications"),
    ],
)
def test_the_relation_comes_before_the_attribute(
    kind: str, relation: str, attribute: str, target: str
) -> None:
    """A deprecated attribute is read only where its relation is not given."""

    def made(relationships: Any) -> list[Identifier]:
        found = jsonapi.from_object(
            resource(kind, "x", relationships, **{attribute: "by attribute"})
        )
        return [key for key in needed(found) if key.type == target]

    assert made({relation: link(target, "by relation")}) == [Identifier(target, "by relation")]
    assert made({}) == [Identifier(target, "by attribute")]
    assert made({relation: {"links": {}}}) == [Identifier(target, "by attribute")]
    assert made({relation: {"data": None}}) == []
