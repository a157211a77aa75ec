"""Apple's categories."""

import pytest

from feedgen.feed.categories import CATEGORIES, from_genre, merged, parse


def test_the_table_is_apples():
    """19 categories and 91 subcategories, every subcategory in one category only."""
    children = [child for each in CATEGORIES.values() for child in each]

    assert len(CATEGORIES) == 19
    assert len(children) == len(set(children)) == 91


@pytest.mark.parametrize(
    ("genre", "expected"),
    [
        ("Comedy: Standup", (("Comedy", "Stand-Up"), True)),
        ("Society and Culture: History", (("History", ""), True)),
        ("Health: Self-Help", (("Education", "Self-Improvement"), True)),
        ("Sports", (("Sports", ""), True)),
        ("Games & Hobbies", (("Leisure", ""), True)),
        ("Arts: Poetry Slam", (("Arts", ""), False)),
        ("Documentary", (("Society & Culture", "Documentary"), True)),
        ("Basket Weaving", (None, False)),
    ],
)
def test_a_genre_finds_its_category(genre, expected):
    """Spelling does not matter, former names are followed, a lost child is told."""
    assert from_genre(genre) == expected


def test_every_exact_name_finds_itself():
    """All 110 strings are their own category."""
    for parent, children in CATEGORIES.items():
        assert from_genre(parent) == ((parent, ""), True)
        for child in children:
            assert from_genre(f"{parent}: {child}") == ((parent, child), True)


def test_a_parent_alone_gives_way_to_a_parent_with_a_child():
    """Repeats and bare parents go, and at most three are left."""
    pairs = [
        ("Arts", ""),
        ("Arts", "Food"),
        ("Arts", "Food"),
        ("News", ""),
        ("Music", ""),
        ("Comedy", ""),
    ]

    assert merged(pairs) == (("Arts", "Food"), ("News", ""), ("Music", ""))


def test_a_wrong_name_is_told_with_the_right_one():
    """Apple compares exactly, capitals included."""
    with pytest.raises(ValueError, match="Kids & Family"):
        parse("Kids & family > Parenting")
