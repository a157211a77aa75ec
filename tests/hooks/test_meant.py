"""Which series a report means."""

import pytest

from feedgen.errors import UnknownSeries
from feedgen.hooks.meant import BadPayload, Said, meant
from feedgen.inbox import Changed

FOUND = {
    "a": Changed(series="id-a", slug="a"),
    "id-a": Changed(series="id-a", slug="a"),
    "id-b": Changed(series="id-b", slug="b"),
    "news": None,
    "id-gone": None,
}


def series(said, before=()):
    """Return slug and document of what is meant."""
    return [(each.slug, each.document) for each in meant(said, before, FOUND)]


def test_a_series_named_twice_is_meant_once():
    """By its slug and by its id."""
    assert series(Said(names=("a", "id-a"))) == [("a", "")]


def test_a_document_that_moved_changes_both_series():
    """The one it is in now has it, the one it was in is published without it."""
    said = Said(names=("a",), document="d")
    assert series(said, ("id-b",)) == [("a", "d"), ("b", "")]
    assert series(said, ("id-a",)) == [("a", "d")]


def test_a_document_that_is_deleted_changes_where_it_was():
    """Its payload names nothing; what was said before does."""
    assert series(Said(names=(), document="d"), ("id-b", "id-gone")) == [("b", "")]


def test_a_name_that_is_none_is_refused_unless_it_may_be_another_thing():
    """A tag of a post need not be a show."""
    with pytest.raises(UnknownSeries):
        series(Said(names=("a", "news")))
    assert series(Said(names=("a", "news"), skip_unknown=True)) == [("a", "")]


@pytest.mark.parametrize(
    ("said", "before", "told"),
    [
        (Said(names=()), (), "names no series"),
        (Said(names=(), document="d"), ("id-gone",), "names no series"),
        (Said(names=("news",), skip_unknown=True), (), "none of the names"),
    ],
)
def test_a_report_that_means_nothing_is_refused(said, before, told):
    """Whoever sent it learns that nothing will come of it."""
    with pytest.raises(BadPayload, match=told):
        series(said, before)
