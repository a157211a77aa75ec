"""Which episode is which, and what differs between the two of a pair."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from feedgen.compare import Change, words
from feedgen.compare.reading import Element, Episode, Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Pair = tuple[Episode, Episode]
Difference = tuple[str, str, str, str]  # kind, element, old, new

# By what repeated elements are recognised when something else in them changed.
_IDENTITY = {
    "itunes:category": ("text",),
    "atom:link": ("rel", "href"),
    "podcast:transcript": ("url", "type"),
    "podcast:funding": ("url",),
    "podcast:trailer": ("url",),
    "podcast:remoteItem": ("feedGuid",),
    "podcast:valueRecipient": ("address",),
    "podcast:txt": ("purpose",),
    "podcast:block": ("id",),
    "podcast:soundbite": ("startTime",),
    "podcast:image": ("purpose", "href"),
    "podcast:alternateEnclosure": ("type", "title"),
    "podcast:socialInteract": ("protocol", "uri"),
    "media:content": ("url",),
    "psc:chapter": ("start",),
}


def differences(
    old: bytes, new: bytes, *, ignore: frozenset[str], meaning: bool
) -> tuple[Change, ...]:
    """Return what differs; see `feedgen.compare.compare`."""
    if old == new:
        return ()
    before = read(old, ignore=ignore, meaning=meaning)
    after = read(new, ignore=ignore, meaning=meaning)
    return between(before, after)


def between(before: Reading, after: Reading) -> tuple[Change, ...]:
    """Return what differs between two feeds that have been read already, in the same way."""
    if not (before.readable and after.readable) or before.kind != after.kind:
        return (words.of_documents(before.kind, after.kind),)
    try:
        changes = (*_channel(before, after), *_episodes(before, after))
    except UnicodeDecodeError:  # the encoding a document names gives what is no text
        return (words.of_documents("other", "other"),)
    return (*changes, words.of_beginnings()) if before.cut or after.cut else changes


def _channel(before: Reading, after: Reading) -> Iterator[Change]:
    for name in sorted({*before.root, *after.root}):
        was, now = before.root.get(name, ""), after.root.get(name, "")
        if was != now:
            yield words.of_value("changed", None, f"rss@{name}", was, now)
    for kind, element, was, now in _elements(before.channel, after.channel):
        yield words.of_value(kind, None, element, was, now)
    if (order := _order(before.channel, after.channel)) is not None:
        yield words.of_element_order(*order, ())


def _episodes(before: Reading, after: Reading) -> Iterator[Change]:
    pairs, removed, added = _matched(before.episodes, after.episodes)
    reordered: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        was, now = pair
        if was.guid != now.guid:
            yield words.of_guid(was, now)
        if was.is_written_as(now) or _keys(was.elements) == _keys(now.elements):
            continue
        skipped = ("guid", "atom:id") if was.guid != now.guid else ()
        for kind, element, left, right in _elements(was.elements, now.elements):
            if element not in skipped:
                yield words.of_value(kind, pair, element, left, right)
        if (order := _order(was.elements, now.elements)) is not None:
            reordered.setdefault(order, []).append(pair)
    for episode in removed:
        yield words.of_episode("removed", episode)
    for episode in added:
        yield words.of_episode("added", episode)
    for order, found in reordered.items():
        yield words.of_element_order(*order, found)
    yield from _episode_order(pairs, before.episodes, after.episodes)


def _matched(
    before: Sequence[Episode], after: Sequence[Episode]
) -> tuple[list[Pair], list[Episode], list[Episode]]:
    """Return pairs in the order of `after`, and the episodes only one side has.

    By guid first; what is left by the address of its audio, then by title and date: a changed
    guid is told as such, not as one episode lost and another gained.
    """
    left, right = list(before), list(after)
    pairs: list[Pair] = []
    keys: tuple[Callable[[Episode], object], ...] = (
        lambda e: e.guid,
        lambda e: e.enclosure,
        lambda e: (e.title, e.published) if e.title and e.published else "",
        lambda e: e.title,
    )
    for position, key in enumerate(keys):
        # A guid given twice is paired in order; anything else must be unmistakable.
        pairs.extend(_pair_off(left, right, key, unique=position > 0))
    place = {id(episode): number for number, episode in enumerate(after)}
    pairs.sort(key=lambda pair: place[id(pair[1])])
    return pairs, left, right


def _pair_off(
    left: list[Episode], right: list[Episode], key: Callable[[Episode], object], *, unique: bool
) -> Iterator[Pair]:
    """Yield episodes of one key and take them out of both lists."""
    here, there = _grouped(left, key), _grouped(right, key)
    taken: set[int] = set()
    found: list[Pair] = []
    for name, ours in here.items():
        theirs = there.get(name, [])
        if not name or not theirs or (unique and (len(ours) > 1 or len(theirs) > 1)):
            continue
        for pair in zip(ours, theirs, strict=False):
            found.append(pair)
            taken.update(map(id, pair))
    left[:] = [episode for episode in left if id(episode) not in taken]
    right[:] = [episode for episode in right if id(episode) not in taken]
    yield from found


def _grouped(
    episodes: Iterable[Episode], key: Callable[[Episode], object]
) -> dict[object, list[Episode]]:
    groups: dict[object, list[Episode]] = {}
    for episode in episodes:
        groups.setdefault(key(episode), []).append(episode)
    return groups


def _episode_order(
    pairs: list[Pair], before: Sequence[Episode], after: Sequence[Episode]
) -> Iterator[Change]:
    """Yield one change if the episodes both feeds have come in another order."""
    kept = {id(pair[0]): pair for pair in pairs}
    was_order = [kept[id(episode)] for episode in before if id(episode) in kept]
    moved = [(was, now) for was, now in zip(was_order, pairs, strict=True) if was is not now]
    if moved:
        yield words.of_episode_order(len(moved), *moved[0])


def _order(old: Sequence[Element], new: Sequence[Element]) -> tuple[str, str] | None:
    """Return the two orders of names both sides have, `None` if they are one.

    Only names that occur as often on both sides count: an element more is told as that.
    """
    here, there = Counter(e.name for e in old), Counter(e.name for e in new)
    common = {name for name, count in here.items() if there[name] == count}
    was = [element.name for element in old if element.name in common]
    now = [element.name for element in new if element.name in common]
    return (", ".join(was), ", ".join(now)) if was != now else None


def _elements(
    old: Sequence[Element], new: Sequence[Element], path: str = ""
) -> Iterator[Difference]:
    groups: dict[str, tuple[list[Element], list[Element]]] = {}
    for element in old:
        groups.setdefault(element.name, ([], []))[0].append(element)
    for element in new:
        groups.setdefault(element.name, ([], []))[1].append(element)
    for name, (ours, theirs) in groups.items():
        here = f"{path}{name}"
        if len(ours) == 1 and len(theirs) == 1:
            yield from _element(ours[0], theirs[0], here)
        else:
            yield from _several(ours, theirs, here)


def _element(old: Element, new: Element, path: str) -> Iterator[Difference]:
    if old.key == new.key:
        if _keys(old.children) != _keys(new.children):
            yield "order", path, old.shown(), new.shown()
        return
    if old.text != new.text:
        yield "changed", path, old.written, new.written
    for attribute in sorted({*old.meant, *new.meant}):
        was, now = old.meant.get(attribute), new.meant.get(attribute)
        if was != now:
            kind = "added" if was is None else "removed" if now is None else "changed"
            left, right = (e.attributes.get(attribute, "") for e in (old, new))
            yield kind, f"{path}@{attribute}", left, right
    yield from _elements(old.children, new.children, f"{path}/")


def _several(old: list[Element], new: list[Element], path: str) -> Iterator[Difference]:
    """Yield what differs among elements of one name: equal ones go, alike ones are paired."""
    ours, theirs = _without_equal(old, new)
    if not ours and not theirs:
        if _keys(old) != _keys(new):
            was, now = (" · ".join(e.shown() for e in side) for side in (old, new))
            yield "order", path, was, now
        return
    for identity in _identities(path.rpartition("/")[2]):
        here = {identity(e): e for e in ours if identity(e)}
        there = {identity(e): e for e in theirs if identity(e)}
        for key in [key for key in here if key in there]:
            yield from _element(here[key], there[key], path)
            ours = [e for e in ours if e is not here[key]]
            theirs = [e for e in theirs if e is not there[key]]
    for left, right in zip_longest(ours, theirs):
        if left is None:
            yield "added", path, "", right.shown()
        elif right is None:
            yield "removed", path, left.shown(), ""
        else:
            yield "changed", path, left.shown(), right.shown()


def _identities(name: str) -> Iterator[Callable[[Element], tuple[str, ...]]]:
    """Yield ways to recognise an element of that name, the surest first."""
    for attribute in _IDENTITY.get(name, ()):
        yield lambda e, a=attribute: (e.meant[a],) if e.meant.get(a) else ()  # type: ignore[misc]
    if name == "podcast:person":
        yield lambda e: (e.text, e.meant.get("role", ""), e.meant.get("group", ""))
        yield lambda e: (e.text,) if e.text else ()


def _without_equal(old: list[Element], new: list[Element]) -> tuple[list[Element], list[Element]]:
    spare = Counter(element.key for element in new)
    ours = []
    for element in old:
        if spare[element.key]:
            spare[element.key] -= 1
        else:
            ours.append(element)
    # From the end, as the first ones of a key are those that were matched.
    theirs = []
    for element in reversed(new):
        if spare[element.key]:
            spare[element.key] -= 1
            theirs.append(element)
    return ours, theirs[::-1]


def _keys(elements: Iterable[Element]) -> list[tuple[object, ...]]:
    return [element.key for element in elements]
