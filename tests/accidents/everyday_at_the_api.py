"""What editors do every day, as a Content API answers it the night after."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from typing import Any

from tests.accidents.account import Asked, Document
from tests.accidents.publisher import GARDEN, HARBOUR, MARKET
from tests.accidents.tampering import Case, attributes, found, listed, recorder

CASES: list[Case] = []
change = recorder(CASES)


def one(asked: Asked, document: Document, slug: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield the attributes of one episode, the oldest is number 0, if an answer has it."""
    wanted = asked.account.episodes(slug)[number]["id"]
    return (
        each["attributes"]
        for each in found(asked, document, "episodes", slug)
        if each["id"] == wanted
    )


def with_new_episodes(asked: Asked, document: Document, slug: str, count: int = 1) -> None:
    """Add episodes made of the newest one to a series, and to answers that are asked for them."""
    newest = asked.account.episodes(slug)[-1]
    made = []
    for number in range(count):
        new = copy.deepcopy(newest)
        new["id"] = str(uuid.uuid5(uuid.UUID(newest["id"]), str(number)))
        new["attributes"] |= {
            "title": f"What Came Next, {number + 1}",
            "rss_guid": f"{slug}/new-{number + 1}",
            "released_at": f"2026-11-08T0{number}:00:00Z",
            "updated_at": f"2026-11-08T0{number}:00:00Z",
        }
        made.append(new)
    for episodes in listed(asked, document, slug):
        episodes += [{"type": "episodes", "id": each["id"]} for each in made]
    wanted = {id_ for ids in asked.parameters.get("ids[]", ()) for id_ in ids.split(",")}
    if asked.collection == "episodes":
        document["data"] += [each for each in made if each["id"] in wanted]


@change(HARBOUR)
def a_new_episode(asked: Asked, document: Document) -> None:
    """It is Sunday."""
    with_new_episodes(asked, document, HARBOUR)


@change(GARDEN)
def three_new_episodes_at_once(asked: Asked, document: Document) -> None:
    """A season begins with a weekend."""
    with_new_episodes(asked, document, GARDEN, 3)


@change(HARBOUR)
def a_title_is_corrected(asked: Asked, document: Document) -> None:
    """A typo was found."""
    for each in one(asked, document, HARBOUR, 4):
        each["title"] = "The Pilot’s Second Cold"


@change(HARBOUR)
def notes_are_edited(asked: Asked, document: Document) -> None:
    """A guest wanted to be described otherwise."""
    for each in one(asked, document, HARBOUR, 4):
        each["description"] = "<p>About a cold, and about <em>patience</em>.</p>"
        each["description_plain"] = "About a cold, and about patience."


@change(HARBOUR)
def one_date_is_corrected(asked: Asked, document: Document) -> None:
    """It came out a day earlier than was written down."""
    for each in one(asked, document, HARBOUR, 0):
        each["released_at"] = "2026-08-13T06:00:00Z"


@change(HARBOUR)
def an_audio_file_is_replaced(asked: Asked, document: Document) -> None:
    """It was cut anew, and has another name and type."""
    for each in one(asked, document, HARBOUR, 4):
        each["file_name"] = "e05-cut.m4a"


@change(HARBOUR)
def an_episode_expires(asked: Asked, document: Document) -> None:
    """The rights for its music end."""
    for each in one(asked, document, HARBOUR, 0):
        each["release_end_at"] = "2026-11-05T00:00:00Z"


@change(HARBOUR)
def one_episode_is_withdrawn(asked: Asked, document: Document) -> None:
    """A guest asked for it."""
    for each in one(asked, document, HARBOUR, 3):
        each["published"] = False


@change(HARBOUR)
def one_episode_becomes_premium(asked: Asked, document: Document) -> None:
    """The first one is for supporters now."""
    for each in one(asked, document, HARBOUR, 0):
        each["premium_status"] = "active"


@change(HARBOUR)
def the_author_is_renamed(asked: Asked, document: Document) -> None:
    """A daughter joined the firm."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["rss_author"] = each["rss_owner"] = "Kühn, Kühn & Daughters"


@change(MARKET)
def the_show_is_renamed(asked: Asked, document: Document) -> None:
    """It has a second line now."""
    for each in attributes(asked, document, "series", MARKET):
        each["title"] = "Market Talk: Louder"


@change(MARKET)
def the_show_is_described_anew(asked: Asked, document: Document) -> None:
    """A new year, a new text."""
    for each in attributes(asked, document, "series", MARKET):
        each["description"] = each["description_plain"] = "What is whispered behind the scales."


@change(HARBOUR)
def the_season_gets_a_name(asked: Asked, document: Document) -> None:
    """It was just a number."""
    for each in attributes(asked, document, "seasons"):
        if each["season_number"] == 2:
            each["title"] = "The Fog"


@change()
def the_cover_of_every_show_is_on_another_host(asked: Asked, document: Document) -> None:
    """The pictures moved to a network of their own, as they do every few years."""
    for each in attributes(asked, document, "media_assets"):
        for name, value in each.items():
            if isinstance(value, str):
                each[name] = value.replace("podcasts.example.com", "images.example.com")


@change(GARDEN, MARKET)
def a_person_is_renamed(asked: Asked, document: Document) -> None:
    """The name of a presenter of two shows was misspelled."""
    for each in attributes(asked, document, "people"):
        if each.get("last_name") == "Lindqvist":
            each["last_name"] = "Lindkvist"
            if "full_name" in each:
                each["full_name"] = "Bo Lindkvist"


@change(HARBOUR)
def the_page_of_the_show_is_another(asked: Asked, document: Document) -> None:
    """The firm has a new domain."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["website_url"] = "https://lights.example.com/"


@change(HARBOUR)
def an_episode_is_a_bonus(asked: Asked, document: Document) -> None:
    """It was filed as a full one."""
    for each in one(asked, document, HARBOUR, 6):
        each["itunes_type"] = "bonus"
