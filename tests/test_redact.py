"""No address of a private feed in anything that is said."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen import redact
from feedgen.compare import Change
from feedgen.feed.log import Note
from feedgen.guard.verdict import Reason
from feedgen.outcome import Outcome, PublishedFeed

KEY = "k3y" * 13
URL = f"https://feeds.example.com/private/{KEY}.xml"


def private_outcome(**fields) -> Outcome:
    """Return the outcome of a series with a private feed whose address is said everywhere."""
    said = f"The self link changes from {URL} to private/{KEY}.xml, /srv/private/{KEY}.page-2.xml"
    private = PublishedFeed(
        name="early",
        result="held",
        private=True,
        place=f"/srv/private/{KEY}.xml",
        url=URL,
        reason=said,
        reasons=(Reason(code="self-link-moved", sentence=said),),
        changes=(Change(kind="changed", sentence=said, old=URL, new=URL, guid=URL, effect=said),),
    )
    values = {
        "slug": "daily",
        "result": "held",
        "reason": f"feed 'early': {said}",
        "hint": f"look at {URL}",
        "details": (said,),
        "notes": (Note(code="x", message=said),),
        "url": "https://feeds.example.com/daily.xml",
        "feeds": (PublishedFeed(name="", result="unchanged", url="https://e.com/daily"), private),
    }
    return Outcome(**values | fields)


def texts(outcome: Outcome) -> str:
    """Return everything an outcome says, but not where its feeds lie."""
    told = dataclasses.asdict(outcome)
    for feed in told["feeds"]:
        del feed["url"], feed["place"]
    return repr(told)


def test_no_text_of_a_private_feed_has_an_address():
    """Reasons, differences, hints, notes and the sentence about the whole series."""
    told = redact.redacted(private_outcome())

    assert KEY in texts(private_outcome())
    assert KEY not in texts(told)
    assert told.feeds[1].reasons[0].sentence.startswith("The self link changes from (private) to")


def test_public_feeds_say_what_they_said():
    """A series without a private feed is the same object; others keep their public addresses."""
    outcome = private_outcome(feeds=())
    assert redact.redacted(outcome) is outcome

    told = redact.redacted(private_outcome(details=("see https://example.com/help",)))
    assert told.details == ("see https://example.com/help",)
    assert told.url == "https://feeds.example.com/daily.xml"


def test_where_a_private_feed_lies_stays_known_to_programs_that_publish():
    """Place and URL are no texts; `as_json` leaves them out by itself."""
    told = redact.redacted(private_outcome())

    assert told.feeds[1].url == URL
    assert KEY not in repr(told.as_json())


@pytest.mark.parametrize(
    "said",
    [
        f"can not write /srv/feeds/private/{KEY}.xml: No space left",
        f"s3://bucket/feeds/private/{KEY}.xml was changed",
        f"“private/{KEY}.page-2.xml” is the path of another show",
        f"'private/{KEY}.xml' can not be the name of a feed",
    ],
)
def test_an_error_about_the_folder_of_private_feeds_names_none(said):
    """A series that fails as a whole is told without the name of the file."""
    assert KEY not in redact.unplaced(said)
    assert "(private)" in redact.unplaced(said)


def test_a_project_in_a_folder_that_is_called_private_is_named_as_it_is():
    """Its paths are no keys."""
    said = "can not write /srv/private/podcasts/feeds/daily.xml: No space left"

    assert redact.unplaced(said) == said


@given(st.text())
def test_texts_without_an_address_stay(said):
    """Nothing else is taken out."""
    plain = said.replace("/", "").replace(":", "")
    assert redact.text(plain) == plain
    assert redact.unplaced(plain) == plain
