"""Apple's categories: exact names, former names, and genres turned into them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Apple, "Apple Podcasts categories": 19 categories, 91 subcategories, spelt exactly so.
_TABLE = """
Arts: Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts
Business: Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit
Comedy: Comedy Interviews, Improv, Stand-Up
Education: Courses, How To, Language Learning, Self-Improvement
Fiction: Comedy Fiction, Drama, Science Fiction
Government:
Health & Fitness: Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality
History:
Kids & Family: Education for Kids, Parenting, Pets & Animals, Stories for Kids
Leisure: Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden,
 Video Games
Music: Music Commentary, Music History, Music Interviews
News: Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News,
 Tech News
Religion & Spirituality: Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, Spirituality
Science: Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences,
 Nature, Physics, Social Sciences
Society & Culture: Documentary, Personal Journals, Philosophy, Places & Travel, Relationships
Sports: Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running,
 Soccer, Swimming, Tennis, Volleyball, Wilderness, Wrestling
Technology:
True Crime:
TV & Film: After Shows, Film History, Film Interviews, Film Reviews, TV Reviews
"""

# Names before August 2019 → today's (Apple's list of changes; where a name was dropped, the
# nearest that listeners would look under).
_FORMER = """
Arts > Literature = Arts > Books
Business > Business News = News > Business News
Business > Management & Marketing = Business > Management
Business > Shopping = Business
Education > Educational Technology = Education
Education > Higher Education = Education
Education > K-12 = Education
Education > Training = Education
Education > Language Courses = Education > Language Learning
Games & Hobbies = Leisure
Games & Hobbies > Automotive = Leisure > Automotive
Games & Hobbies > Aviation = Leisure > Aviation
Games & Hobbies > Hobbies = Leisure > Hobbies
Games & Hobbies > Video Games = Leisure > Video Games
Games & Hobbies > Other Games = Leisure > Games
Government & Organizations = Government
Government & Organizations > Local = Government
Government & Organizations > National = Government
Government & Organizations > Regional = Government
Government & Organizations > Non-Profit = Business > Non-Profit
Health = Health & Fitness
Health > Alternative Health = Health & Fitness > Alternative Health
Health > Sexuality = Health & Fitness > Sexuality
Health > Fitness & Nutrition = Health & Fitness > Fitness
Health > Self-Help = Education > Self-Improvement
News & Politics = News
Religion & Spirituality > Other = Religion & Spirituality > Religion
Science & Medicine = Science
Science & Medicine > Medicine = Health & Fitness > Medicine
Science & Medicine > Natural Sciences = Science > Natural Sciences
Science & Medicine > Social Sciences = Science > Social Sciences
Society & Culture > History = History
Sports & Recreation = Sports
Sports & Recreation > Amateur = Sports
Sports & Recreation > College & High School = Sports
Sports & Recreation > Professional = Sports
Sports & Recreation > Outdoor = Sports > Wilderness
Technology > Gadgets = Technology
Technology > Podcasting = Technology
Technology > Software How-To = Technology
Technology > Tech News = News > Tech News
"""

MOST = 3  # more level-1 categories than this help nobody

Pair = tuple[str, str]


def _read_table() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in _TABLE.replace(",\n ", ", ").strip().splitlines():
        parent, _, children = line.partition(":")
        found[parent] = tuple(child.strip() for child in children.split(",") if child.strip())
    return found


CATEGORIES = _read_table()


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold().replace("&", "and"))


def _pair(path: str) -> Pair:
    parent, _, child = path.partition(" > ")
    return parent.strip(), child.strip()


_PARENTS = {_folded(parent): parent for parent in CATEGORIES}
_CHILDREN = {
    _folded(child): (parent, child)
    for parent, children in CATEGORIES.items()
    for child in children
}
_FORMERLY = {
    tuple(map(_folded, _pair(old))): _pair(new)
    for old, new in (line.split(" = ") for line in _FORMER.strip().splitlines())
}


def parse(path: str) -> Pair:
    """Return `Society & Culture > Documentary` as its two exact names, the second may be `""`.

    Raise `ValueError` with the words for a person if Apple knows no such category.
    """
    parent, child = _pair(path)
    if parent not in CATEGORIES:
        raise ValueError(f"no category {parent!r}; {did_you_mean(parent, list(CATEGORIES))}")
    if child and child not in CATEGORIES[parent]:
        raise ValueError(
            f"no category {child!r} in {parent!r}; {did_you_mean(child, CATEGORIES[parent])}"
        )
    return parent, child


def from_genre(path: str) -> tuple[Pair | None, bool]:
    """Return the category of a genre such as `Comedy: Standup`, and whether it fits exactly.

    `None` means Apple has nothing like it; not exact means that the child was dropped.
    """
    parent, _, child = (part.strip() for part in path.partition(": "))
    key = (_folded(parent), _folded(child))
    if key[0] in _PARENTS:
        name = _PARENTS[key[0]]
        if not child:
            return (name, ""), True
        same = next((each for each in CATEGORIES[name] if _folded(each) == key[1]), None)
        if same:
            return (name, same), True
        return (_FORMERLY[key], True) if key in _FORMERLY else ((name, ""), False)
    if key in _FORMERLY:
        return _FORMERLY[key], True
    if (key[0], "") in _FORMERLY:
        return _FORMERLY[key[0], ""], False
    for name_ in (key[1], key[0]):
        if name_ in _CHILDREN:
            return _CHILDREN[name_], name_ == key[1] or not child
    return None, False


def merged(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return `pairs` without repeats and without a bare parent that also comes with a child."""
    unique = list(dict.fromkeys(pairs))
    with_child = {parent for parent, child in unique if child}
    return tuple(pair for pair in unique if pair[1] or pair[0] not in with_child)[:MOST]


def problems(paths: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with category paths written by a person."""
    for path in paths:
        try:
            parse(path)
        except ValueError as error:
            yield str(error)
