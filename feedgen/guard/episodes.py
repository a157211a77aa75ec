"""Do the episodes that stay keep their dates, their audio and their text?"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from feedgen.guard.pair import some, value
from feedgen.guard.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feedgen.compare.reading import Episode
    from feedgen.guard.pair import Pair

# No podcast is older: RSS 0.92 brought the enclosure at the end of 2000.
_FIRST_PODCAST = 978_307_200
_SHRUNK = 0.2
_JUMPED = 5
_NOTES_MATTER = 200

Episodes = list[tuple["Episode", "Episode"]]


def reasons(pair: Pair) -> Iterator[Reason]:
    """Yield what happens to the episodes both feeds have, and to those that come."""
    yield from _lost(pair)
    yield from _moved(pair)
    yield from _text(pair)
    yield from _come(pair)
    were = pair.before is not None and _in_order(pair.before.episodes)
    if were and not _in_order(pair.after.episodes):
        yield Reason(code="order", sentence="The episodes are no longer newest first.")


def _lost(pair: Pair) -> Iterator[Reason]:
    """Yield what not even one episode may lose, then what many may not."""
    for path, code, name in (
        ("title", "element-lost", "its title"),
        ("pubDate", "element-lost", "its date"),
        ("enclosure@url", "enclosure-lost", "its audio"),
        ("enclosure@type", "enclosure-lost", "the type of its audio"),
    ):
        lost = [b for a, b in pair.altered if _get(a, path) and not _get(b, path)]
        if lost:
            yield Reason(code=code, sentence=f"An episode would lose {name}: {_titles(lost)}.")
    for path, code, name in (
        ("itunes:image@href", "artwork-lost", "artwork"),
        ("itunes:duration", "element-lost", "durations"),
        ("enclosure@length", "element-lost", "audio sizes"),
        ("podcast:transcript@url", "element-lost", "transcripts"),
        ("podcast:chapters@url", "element-lost", "chapters"),
        ("itunes:episode", "element-lost", "numbers"),
        ("itunes:season", "element-lost", "season numbers"),
        ("link", "element-lost", "web pages"),
    ):
        lost = [b for a, b in pair.altered if _has(a, path) and not _has(b, path)]
        had = sum(_has(a, path) for a, _ in pair.kept) if lost else 0
        if pair.thresholds.moved(len(lost), had):
            yield Reason(
                code=code,
                sentence=f"{len(lost)} of {had} episodes lose their {name}: {_titles(lost)}.",
            )


def _moved(pair: Pair) -> Iterator[Reason]:
    for path, code, name in (
        ("pubDate", "dates-moved", "the release date"),
        ("enclosure@url", "enclosures-moved", "the audio URL"),
        ("enclosure@type", "enclosures-moved", "the audio type"),
        ("itunes:season", "numbers-moved", "the season number"),
        ("itunes:episode", "numbers-moved", "the episode number"),
    ):
        moved = _where(pair, _changes(path))
        if pair.thresholds.moved(len(moved), len(pair.kept)):
            yield _told(pair, code, f"change {name}", moved)
    together = _moved_to_one_date(pair)
    if together and not pair.thresholds.moved(
        len(_where(pair, _changes("pubDate"))), len(pair.kept)
    ):
        yield Reason(
            code="dates-moved",
            sentence=f"{len(together)} episodes would get one and the same release date: "
            f"{_titles(together)}.",
        )
    hidden = _where(pair, lambda a, b: _blocked(b) and not _blocked(a))
    if pair.thresholds.moved(len(hidden), len(pair.kept)):
        yield _told(pair, "drastic", "are hidden from Apple Podcasts (itunes:block)", hidden)
    owner = {e.enclosure: e.guid for e in pair.on_air.values() if e.enclosure}
    swapped = [b for a, b in pair.kept if owner.get(b.enclosure, b.guid) != b.guid]
    swapped = [e for e in swapped if e.enclosure != pair.on_air[e.guid].enclosure]
    if swapped:
        yield Reason(
            code="enclosures-moved",
            sentence=f"An episode would play the audio of another: {_titles(swapped)}.",
        )
    early = [b for _, b in _where(pair, lambda a, b: _when(a) >= _FIRST_PODCAST > _when(b))]
    if early:
        yield Reason(
            code="date-implausible",
            sentence=f"A release date is older than podcasts are: {_titles(early)}.",
        )
    jumped = _where(pair, lambda a, b: _factor(a, b) >= _JUMPED)
    if pair.thresholds.moved(len(jumped), len(pair.kept)):
        yield _told(pair, "durations-jumped", "change their duration several times over", jumped)


def _moved_to_one_date(pair: Pair) -> list[Episode]:
    """Return the episodes whose date changes to one that others have too: no editor types that."""
    changed = _where(pair, _changes("pubDate"))
    dates = Counter(_get(e, "pubDate") for e in pair.to_come.values() if changed)
    moved = [b for _, b in changed if dates[_get(b, "pubDate")] > 1]
    return moved if len(moved) > 1 else []


def _blocked(episode: Episode) -> bool:
    return _get(episode, "itunes:block").lower() == "yes"


def _text(pair: Pair) -> Iterator[Reason]:
    titles = _where(pair, lambda a, b: a.title != b.title)
    if pair.thresholds.rewritten(len(titles), len(pair.kept)):
        yield _told(pair, "titles-rewritten", "change their title", titles)
    elif same := _one_title(pair):
        yield Reason(
            code="titles-rewritten",
            sentence=f"{same[1]} episodes would have the same title, “{same[0][:60]}”.",
        )
    shrunk = _where(pair, lambda a, b: len(_notes(b)) < _SHRUNK * len(_notes(a)))
    told = [(a, b) for a, b in shrunk if len(_notes(a)) > _NOTES_MATTER or not _notes(b)]
    if pair.thresholds.moved(len(told), len(pair.kept)):
        yield _told(pair, "notes-lost", "lose most of their notes", told)


def _come(pair: Pair) -> Iterator[Reason]:
    if pair.before is None:
        return
    if len(pair.added) > pair.thresholds.added_at_once:
        yield Reason(
            code="episodes-flood",
            sentence=f"{len(pair.added)} episodes would come at once, and apps announce each: "
            f"{_titles(list(pair.added))}.",
        )
    here = {(e.title, e.enclosure) for e in pair.on_air.values() if e.enclosure}
    twice = [e for e in pair.added if (e.title, e.enclosure) in here]
    twice = [e for e in twice if not _renamed(pair, e)]
    if twice:
        yield Reason(
            code="episode-twice",
            sentence=f"An episode would be there twice, under two guids: {_titles(twice)}.",
        )


def _renamed(pair: Pair, episode: Episode) -> bool:
    return any(c.kind == "guid" and c.new == episode.guid for c in pair.changes)


def _one_title(pair: Pair) -> tuple[str, int] | None:
    """Return a title that several episodes would get which had different ones."""
    got = Counter(b.title for a, b in pair.kept if a.title != b.title)
    title, count = next(iter(got.most_common(1)), ("", 0))
    return (title, count) if count > pair.thresholds.few else None


def _where(pair: Pair, differs: Callable[[Episode, Episode], bool]) -> Episodes:
    return [(a, b) for a, b in pair.altered if differs(a, b)]


def _changes(path: str) -> Callable[[Episode, Episode], bool]:
    """Return whether both episodes have something at `path`, and not the same."""
    return lambda a, b: bool(_get(a, path) and _get(b, path)) and _get(a, path) != _get(b, path)


def _told(pair: Pair, code: str, what: str, which: Episodes) -> Reason:
    return Reason(
        code=code,
        sentence=f"{len(which)} of {len(pair.kept)} episodes {what}: "
        f"{_titles([b for _, b in which])}.",
    )


def _titles(episodes: list[Episode]) -> str:
    return some([e.title or e.guid for e in episodes])


def _get(episode: Episode, path: str) -> str:
    return value(episode.elements, path)


def _has(episode: Episode, path: str) -> bool:
    return _get(episode, path) not in ("", "0")


def _notes(episode: Episode) -> str:
    return max(_get(episode, "description"), _get(episode, "content:encoded"), key=len)


def _when(episode: Episode) -> float:
    """Return the release date in seconds; the reading writes instants as "@seconds"."""
    text = episode.published
    return float(text[1:]) if text.startswith("@") else _FIRST_PODCAST


def _factor(old: Episode, new: Episode) -> float:
    """Return how many times longer or shorter an episode gets, 1 if that is unknown."""
    texts = (_get(old, "itunes:duration"), _get(new, "itunes:duration"))
    if not all(text.isdecimal() and int(text) for text in texts):
        return 1.0
    one, other = sorted(int(text) for text in texts)
    return other / one


def _in_order(episodes: tuple[Episode, ...]) -> bool:
    times = [_when(e) for e in episodes]
    return all(a >= b for a, b in pairwise(times))
