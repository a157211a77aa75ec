"""What goes wrong with the data of a hosted account."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from urllib.parse import quote

from tests.accidents.account import Asked, Document
from tests.accidents.publisher import GARDEN, HARBOUR, MARKET
from tests.accidents.tampering import Case, attributes, found, listed, recorder, without

CASES: list[Case] = []
answer = recorder(CASES)


# Less than there is


@answer(HARBOUR)
def a_page_of_episodes_is_missing(asked: Asked, document: Document) -> None:
    """A cache in the API keeps a list that was built while a server was restarted."""
    without(document, {each["id"] for each in asked.account.episodes(HARBOUR)[:6]})


@answer(HARBOUR)
def the_newest_episode_is_missing(asked: Asked, document: Document) -> None:
    """A read replica of the API's database is behind, for several nights."""
    without(document, {asked.account.episodes(HARBOUR)[-1]["id"]})


@answer(HARBOUR)
def listed_episodes_are_not_answered(asked: Asked, document: Document) -> None:
    """The list names them, and asking for them by id gives nothing."""
    gone = {each["id"] for each in asked.account.episodes(HARBOUR)[3:5]}
    document["data"] = [each for each in document["data"] if each["id"] not in gone]


@answer(GARDEN)
def a_series_has_no_episodes(asked: Asked, document: Document) -> None:
    """A filter in the API leaves all of them out."""
    without(document, {each["id"] for each in asked.account.episodes(GARDEN)})


@answer(GARDEN, borne=True)
def the_list_of_episodes_is_missing(asked: Asked, document: Document) -> None:
    """A relationship is left out by a faster serialiser; episodes are asked for by series then."""
    for each in found(asked, document, "series", GARDEN):
        each["relationships"].pop("episodes")


@answer(GARDEN)
def a_series_is_not_listed(asked: Asked, document: Document) -> None:
    """A page of the list of series is missing."""
    if asked.collection == "series" and "ids[]" not in asked.parameters:
        document["data"] = [
            each for each in document["data"] if not asked.account.of(GARDEN, each)
        ]


@answer()
def there_are_no_series(asked: Asked, document: Document) -> None:
    """The credential lost its network, and an empty list is a good answer."""
    if asked.collection == "series":
        document["data"] = []


@answer(borne=True)
def everything_comes_twice(asked: Asked, document: Document) -> None:
    """Pages overlap because the list changed while it was read."""
    document["data"] = document["data"] * 2


@answer()
def the_genres_are_not_answered(asked: Asked, document: Document) -> None:
    """A table of the API is being rebuilt."""
    if asked.collection == "classifications":
        document["data"] = []


@answer()
def the_people_are_not_answered(asked: Asked, document: Document) -> None:
    """A table of the API is being rebuilt."""
    if asked.collection == "people":
        document["data"] = []


@answer(borne=True)
def pictures_have_no_files(asked: Asked, document: Document) -> None:
    """All styles are being rendered again; the cover published last stays in use."""
    for each in found(asked, document, "images"):
        each["relationships"]["media_assets"]["data"] = []
        each["attributes"]["status"] = "processing"


# Something else


@answer(GARDEN)
def the_episodes_are_those_of_another_show(asked: Asked, document: Document) -> None:
    """A cache in the API mixed up two keys."""
    others = [{"type": "episodes", "id": e["id"]} for e in asked.account.episodes(MARKET)]
    for episodes in listed(asked, document, GARDEN):
        episodes[:] = others


@answer(GARDEN)
def episodes_of_another_show_come_in_between(asked: Asked, document: Document) -> None:
    """Two episodes were moved to another series by mistake."""
    for episodes in listed(asked, document, GARDEN):
        moved = asked.account.episodes(MARKET)[:2]
        episodes += [{"type": "episodes", "id": each["id"]} for each in moved]


@answer(GARDEN, MARKET)
def two_series_change_places(asked: Asked, document: Document) -> None:
    """A cache in the API mixed up two keys, for everything the series say of themselves."""
    ids = {asked.account.ids[GARDEN]: MARKET, asked.account.ids[MARKET]: GARDEN}
    for each in found(asked, document, "series"):
        if each["id"] in ids:
            slug = ids[each["id"]]
            other = asked.account.served["series", asked.account.ids[slug]]
            each["attributes"] = copy.deepcopy(other["attributes"])
            each["relationships"] = copy.deepcopy(other["relationships"])


@answer(GARDEN)
def the_title_is_that_of_another_show(asked: Asked, document: Document) -> None:
    """The form of one show was open in the tab of the other."""
    for each in attributes(asked, document, "series", GARDEN):
        each["title"] = "Harbour Lights"


@answer(GARDEN)
def the_cover_is_that_of_another_show(asked: Asked, document: Document) -> None:
    """Two pictures called cover.jpg lay in the download folder."""
    other = asked.account.served["series", asked.account.ids[HARBOUR]]
    for each in found(asked, document, "series", GARDEN):
        each["relationships"]["cover_image"] = other["relationships"]["cover_image"]
        each["attributes"]["cover_image_id"] = other["attributes"]["cover_image_id"]


@answer("market-talk-reloaded")
def the_slug_is_another(asked: Asked, document: Document) -> None:
    """The show was renamed, and its address follows its name."""
    for each in attributes(asked, document, "series", MARKET):
        each["slug"] = "market-talk-reloaded"


@answer(HARBOUR)
def yesterdays_data_come_again(asked: Asked, document: Document) -> None:
    """A backup was put back, and two episodes are not there yet."""
    without(document, {each["id"] for each in asked.account.episodes(HARBOUR)[-2:]})


# Edits of many at once


@answer(HARBOUR)
def a_season_is_unpublished(asked: Asked, document: Document) -> None:
    """Somebody selected a whole season in the list and clicked "unpublish"."""
    season = {each["id"] for each in asked.account.episodes(HARBOUR)[6:]}
    for each in found(asked, document, "episodes"):
        if each["id"] in season:
            each["attributes"]["published"] = False


@answer(HARBOUR)
def all_are_drafts(asked: Asked, document: Document) -> None:
    """A new state came with a new version of the API."""
    for each in attributes(asked, document, "episodes", HARBOUR):
        each["status"] = "draft"


@answer(HARBOUR)
def all_but_one_are_premium(asked: Asked, document: Document) -> None:
    """The new paywall was switched on for the back catalogue as well."""
    newest = asked.account.episodes(HARBOUR)[-1]["id"]
    for each in found(asked, document, "episodes", HARBOUR):
        if each["id"] != newest:
            each["attributes"]["premium_status"] = "active"


def _date(document: Document, name: str = "released_at") -> datetime:
    return datetime.fromisoformat(document[name].replace("Z", "+00:00"))


@answer()
def all_dates_move_by_the_time_zone(asked: Asked, document: Document) -> None:
    """Local time is served as if it were UTC, since the clocks went back."""
    for each in attributes(asked, document, "episodes"):
        each["released_at"] = f"{_date(each) + timedelta(hours=1):%FT%TZ}"


@answer()
def all_dates_are_now(asked: Asked, document: Document) -> None:
    """A migration touched every episode and its date with it."""
    for each in attributes(asked, document, "episodes"):
        each["released_at"] = "2026-11-08T12:00:00Z"


@answer()
def dates_have_no_year(asked: Asked, document: Document) -> None:
    """Somebody made the dates readable."""
    for each in attributes(asked, document, "episodes"):
        each["released_at"] = f"{_date(each):%d %B}"


@answer()
def dates_are_missing(asked: Asked, document: Document) -> None:
    """The attribute was renamed."""
    for each in attributes(asked, document, "episodes"):
        each["release_date"] = each.pop("released_at")


@answer(borne=True)
def guids_are_missing(asked: Asked, document: Document) -> None:
    """The attribute was renamed; what was published under an id keeps its guid."""
    for each in attributes(asked, document, "episodes"):
        each["guid"] = each.pop("rss_guid")


@answer(borne=True)
def guids_are_empty(asked: Asked, document: Document) -> None:
    """The column was not copied to the new database; what was published keeps its guid."""
    for each in attributes(asked, document, "episodes"):
        each["rss_guid"] = ""


@answer(HARBOUR)
def one_guid_changes(asked: Asked, document: Document) -> None:
    """An episode was deleted and made anew under the same id by an import."""
    for each in attributes(asked, document, "episodes", HARBOUR):
        each["rss_guid"] = each["rss_guid"].replace("/e04", "/e04-v2")


@answer()
def guids_are_encoded(asked: Asked, document: Document) -> None:
    """A new version of the API serves them as they stand in addresses."""
    for each in attributes(asked, document, "episodes"):
        each["rss_guid"] = quote(each["rss_guid"], safe="")


@answer()
def guids_have_a_prefix(asked: Asked, document: Document) -> None:
    """A new version of the API serves them with the locator before them."""
    for each in attributes(asked, document, "episodes"):
        each["rss_guid"] = f"gid://art19-episode-locator/V0/{each['rss_guid']}"


@answer()
def notes_are_empty(asked: Asked, document: Document) -> None:
    """The attribute is filled for another scope of the credential only."""
    for each in attributes(asked, document, "episodes"):
        each["description"] = each["description_plain"] = ""


@answer(HARBOUR)
def titles_are_null(asked: Asked, document: Document) -> None:
    """A translation service answers in place of the column, and has nothing."""
    for each in attributes(asked, document, "episodes", HARBOUR):
        each["title"] = None


@answer(HARBOUR)
def titles_are_those_of_the_show(asked: Asked, document: Document) -> None:
    """A template of the CMS was saved over every entry."""
    for each in attributes(asked, document, "episodes", HARBOUR):
        each["title"] = "Harbour Lights"


@answer(HARBOUR)
def titles_are_escaped(asked: Asked, document: Document) -> None:
    """A new version of the API serves HTML in all texts, and the encoding was lost as well."""
    for each in attributes(asked, document, "episodes", HARBOUR):
        each["title"] = f"{each['title']}".encode().decode("latin-1") + " &nbsp;"


@answer(HARBOUR)
def the_title_of_the_show_is_null(asked: Asked, document: Document) -> None:
    """A translation service answers in place of the column, and has nothing."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["title"] = None


@answer(HARBOUR)
def the_description_of_the_show_is_empty(asked: Asked, document: Document) -> None:
    """A field of the form was cleared."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["description"] = each["description_plain"] = ""


@answer(HARBOUR)
def the_author_is_empty(asked: Asked, document: Document) -> None:
    """A field of the form was cleared."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["rss_author"] = each["rss_owner"] = ""


@answer(HARBOUR)
def the_address_of_the_owner_is_null(asked: Asked, document: Document) -> None:
    """Addresses are hidden from credentials of this kind from now on."""
    for each in attributes(asked, document, "series", HARBOUR):
        each["rss_email"] = None


@answer(HARBOUR)
def the_series_has_no_cover(asked: Asked, document: Document) -> None:
    """The picture was deleted in the library."""
    for each in found(asked, document, "series", HARBOUR):
        each["relationships"]["cover_image"] = {"data": None}
        each["attributes"].pop("cover_image_id", None)


@answer()
def the_language_is_another(asked: Asked, document: Document) -> None:
    """A list of languages was sorted anew, and the references stayed."""
    for each in attributes(asked, document, "classifications"):
        if each["type"] == "Language":
            each["value"] = "French"
