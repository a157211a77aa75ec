"""What goes wrong with the documents of a Content API: they are none, or of another version."""

from __future__ import annotations

import json

from tests.accidents.account import Asked, Document, Raw
from tests.accidents.tampering import Case, recorder

HTML = b"<!doctype html><title>Maintenance</title><p>We will be back soon.</p>"

CASES: list[Case] = []
answer = recorder(CASES)


@answer()
def a_web_page_is_answered(asked: Asked, document: Document) -> Raw:
    """A proxy before the API shows its page for maintenance, with 200."""
    return Raw(HTML, content_type="text/html")


@answer()
def documents_are_cut_off(asked: Asked, document: Document) -> Raw:
    """A proxy before the API limits the size of answers."""
    whole = json.dumps(document).encode()
    return Raw(whole[: len(whole) // 2])


@answer()
def the_credential_is_refused(asked: Asked, document: Document) -> Raw:
    """The contract ended with the month."""
    return Raw(b'{"errors": [{"status": "401"}]}', 401)


@answer()
def episodes_are_forbidden(asked: Asked, document: Document) -> Raw | None:
    """The credential lost one of its scopes."""
    return Raw(b'{"errors": [{"status": "403"}]}', 403) if asked.collection == "episodes" else None


@answer()
def the_api_is_broken(asked: Asked, document: Document) -> Raw | None:
    """A release of the API went wrong for one collection."""
    return Raw(b"Internal Server Error", 500) if asked.collection == "images" else None


@answer()
def data_are_null(asked: Asked, document: Document) -> None:
    """An empty answer of a cache is passed on as if it were one."""
    document["data"] = None


@answer()
def attributes_are_null(asked: Asked, document: Document) -> None:
    """The fields of all resources are filtered by a list that is empty."""
    for each in document["data"]:
        each["attributes"] = None


@answer()
def attributes_have_other_names(asked: Asked, document: Document) -> None:
    """The next version of the API has dashes in its names, as JSON:API 1.0 recommends."""
    for each in document["data"]:
        named = {name.replace("_", "-"): value for name, value in each["attributes"].items()}
        each["attributes"] = named


@answer()
def everything_is_of_another_type(asked: Asked, document: Document) -> None:
    """The next version of the API has types in the singular."""
    for each in document["data"]:
        each["type"] = each["type"].removesuffix("s")
