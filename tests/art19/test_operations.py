"""Requests as they are written, and which may be sent at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.art19 import operations
from feedgen.errors import ApiProblem
from tests.art19.account import uid

BASE = "https://api.example.com/v1"


def test_a_batch_of_a_hundred_stays_short() -> None:
    """A hundred ids make a target of less than five thousand bytes, sorted and encoded."""
    ids = [uid(number) for number in range(100)]

    target = str(operations.by_ids("images", reversed(ids)))

    assert len(target) < 5_000
    assert target == "/images?" + "&".join(f"ids%5B%5D={each}" for each in sorted(ids))


@pytest.mark.parametrize("ids", [[], ["x"], [uid(number) for number in range(101)]])
def test_a_batch_that_must_not_be_sent_is_refused(ids: list[str]) -> None:
    """No ids, one that is no UUID, and more than a hundred are refused."""
    with pytest.raises(ValueError, match=r"ids|UUID"):
        operations.by_ids("images", ids)


@given(pairs=st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_a_query_survives_the_way_there_and_back(pairs: list[tuple[str, str]]) -> None:
    """What is encoded is plain ASCII without brackets, and a link rebuilds it as it was."""
    pairs = [(name.encode("utf-8", "ignore").decode() or "n", value) for name, value in pairs]
    pairs = [(name, value.encode("utf-8", "ignore").decode()) for name, value in pairs]
    text = operations.encode(pairs)

    found = operations.following(BASE, operations.Target("series"), f"{BASE}/series?{text}")

    assert text.isascii()
    assert not set(text) & set("[] \"'")
    assert list(found.query) == pairs


@pytest.mark.parametrize(
    ("link", "same"),
    [
        ("https://api.example.com:443/other?a=b", True),
        ("https://API.example.com/x", True),
        ("/x?a=b", True),
        ("?a=b", True),
        ("http://api.example.com/x", False),
        ("https://api.example.com:444/x", False),
        ("https://api.example.com.evil.net/x", False),
        ("https://api.example.com@evil.net/x", False),
        ("//evil.net/x", False),
        ("https://api.example.com:port/x", False),
        ("https://[::1/x", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_links_to_the_same_origin_are_followed(link: str, same: bool) -> None:
    """Scheme, host and port must be ours."""
    target = operations.Target("series")

    if same:
        assert operations.following(BASE, target, link).path == "series"
    else:
        with pytest.raises(ApiProblem):
            operations.following(BASE, target, link)


def test_siblings_have_two_sides() -> None:
    """There is a next and a previous sibling and no other."""
    assert str(operations.sibling(uid("e"), "next")) == f"/episodes/{uid('e')}/next_sibling"
    with pytest.raises(ValueError, match="no sibling"):
        operations.sibling(uid("e"), "last")


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"classified_id": "x", "classified_type": "Series"}, True),
        ({"classified_id": "x", "classification_type": "Genre"}, True),
        ({"classification_id": "x", "classified_type": "Series"}, True),
        ({"classified_id": "x"}, False),
        ({"q": "x"}, False),
    ],
)
def test_inclusions_need_one_of_three_pairs_of_filters(
    filters: dict[str, str], fits: bool
) -> None:
    """What the API would answer with 400 is not sent."""
    if fits:
        assert "page%5Bsize%5D=100" in str(
            operations.listing("classification_inclusions", filters)
        )
    else:
        with pytest.raises(ValueError, match="without a filter"):
            operations.listing("classification_inclusions", filters)
