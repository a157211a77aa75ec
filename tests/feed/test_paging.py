"""Feeds split into several documents."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen import check
from feedgen.feed.paging import archived, beside, mark, paged, split
from feedgen.feed.render import Renderer
from tests.factories import NOW, make_feed, make_item

FEED = make_feed(
    *[make_item(str(number)) for number in range(7)], self_url="https://f.example/a.xml"
)


def guids(feed):
    return [item.guid for item in feed.item_list]


def links(feed):
    return {link.rel: link.href for link in feed.pages}


def archives(feed, size, before=()):
    """Return the documents as feeds, and what the archives hold."""
    made = archived(feed, size, before)
    return [document.feed for document in made.documents], made.archives


@given(st.integers(1, 9), st.sampled_from(["paged", "archived"]))
def test_every_item_is_in_exactly_one_document_in_order(size, how):
    """Nothing is lost, doubled or moved, and no document is empty."""
    documents = [document.feed for document in split(FEED, size, how).documents]

    assert [guid for each in documents for guid in guids(each)] == guids(FEED)
    assert all(each.item_list for each in documents)


def test_pages_lead_to_each_other():
    """first, prev, next and last; the first is the feed itself."""
    first, second, third = paged(FEED, 3)

    assert first.self_url == FEED.self_url
    assert links(first) == {
        "first": FEED.self_url,
        "next": second.self_url,
        "last": third.self_url,
    }
    assert links(second) == {
        "first": FEED.self_url,
        "prev": first.self_url,
        "next": third.self_url,
        "last": third.self_url,
    }
    assert second.self_url == "https://f.example/a.page-2.xml"


def test_an_archive_never_changes():
    """New items change the subscription document, and fill a further archive; no other."""
    before, held = archives(FEED, 3)
    more = make_feed(make_item("n1"), make_item("n2"), make_item("n3"), *FEED.item_list)
    more = replace(more, self_url=FEED.self_url)
    after, _ = archives(more, 3, held)

    assert after[2:] == before[1:]
    assert [guids(each) for each in after[:2]] == [["n1"], ["n2", "n3", "0"]]


def test_a_changed_item_comes_again_and_its_archive_stays():
    """Readers take the newer of the two (RFC 5005 § 4)."""
    _, held = archives(FEED, 3)
    changed = replace(FEED.item_list[-1], title="Another title")
    feed = replace(FEED, item_list=(*FEED.item_list[:-1], changed))
    made = archived(feed, 3, held)

    assert guids(made.documents[0].feed) == ["0", "6"]
    assert made.archives == held
    assert all(document.frozen for document in made.documents[1:])


def test_an_item_that_is_gone_leaves_its_archive_and_moves_no_other():
    """That archive alone is written again; the other items are not dealt out anew."""
    _, held = archives(FEED, 3)
    feed = replace(FEED, item_list=FEED.item_list[:-1])
    made = archived(feed, 3, held)
    newer, older = made.documents[1:]

    assert guids(made.documents[0].feed) == ["0"]
    assert (guids(newer.feed), newer.frozen) == (["1", "2", "3"], True)
    assert (guids(older.feed), older.frozen) == (["4", "5"], False)
    assert archived(feed, 3, made.archives).documents[2].frozen


def test_an_archive_of_nothing_is_written_so_that_no_link_breaks():
    """Its items are off the air, its address stays, and our checks let it pass."""
    _, held = archives(FEED, 3)
    made = archived(replace(FEED, item_list=FEED.item_list[:4]), 3, held)
    empty = made.documents[-1]

    assert (guids(empty.feed), empty.frozen, empty.number) == ([], False, 1)
    report = check.run(Renderer().render(empty.feed), now=NOW)
    assert [each.rule for each in report.errors] == []


def test_the_feed_is_never_empty_beside_its_archives():
    """If all that is left lies in archives, the newest item is shown again."""
    _, held = archives(FEED, 3)
    feed = replace(FEED, item_list=FEED.item_list[1:])

    assert guids(archived(feed, 3, held).documents[0].feed) == ["1"]


@given(st.lists(st.sampled_from(["add", "remove", "change"]), max_size=25), st.integers(1, 4))
def test_no_archive_is_ever_dealt_out_anew(steps, size):
    """An archive only ever loses what is gone, frozen otherwise, and every item can be found."""
    items, held = [make_item("0")], ()
    for count, step in enumerate(steps, start=1):
        if step == "add" or len(items) < 2:
            items.insert(0, make_item(str(count)))
        elif step == "remove":
            del items[count % len(items)]
        else:
            at = count % len(items)
            items[at] = replace(items[at], title=f"Title {count}")
        feed = make_feed(*items, self_url=FEED.self_url)
        made = archived(feed, size, held)
        shown = {mark(item) for d in made.documents for item in d.feed.item_list}

        there = {item.guid for item in items}
        left = tuple({g: its for g, its in each.items() if g in there} for each in held)
        frozen = [document.frozen for document in reversed(made.documents[1:])]
        assert made.archives[: len(held)] == left
        assert frozen[: len(held)] == [now == then for now, then in zip(left, held, strict=True)]
        assert shown == {mark(item) for item in items}
        assert made.documents[0].feed.item_list
        held = made.archives


def test_archives_lead_back_to_the_feed():
    """current and prev-archive; a successor did not exist when an archive was written."""
    (current, newer, older), _ = archives(FEED, 3)

    assert links(current) == {"prev-archive": newer.self_url}
    assert links(newer) == {"current": FEED.self_url, "prev-archive": older.self_url}
    assert links(older) == {"current": FEED.self_url}
    assert (current.history, newer.history) == ("", "archive")


@pytest.mark.parametrize("how", ["paged", "archived"])
@pytest.mark.parametrize("size", [7, None])
def test_a_small_feed_is_one_document(how, size):
    """No links where nothing is split."""
    (only,) = split(FEED, size, how).documents

    assert only.feed == FEED


def test_a_page_lies_beside_its_feed():
    """With or without an ending."""
    assert beside("https://f.example/show", "page-2") == "https://f.example/show.page-2"
    assert beside("a.xml", "page-2") == "a.page-2.xml"
    assert split(FEED, 3, "paged").documents[1].name("shows/a.xml") == "shows/a.page-2.xml"
