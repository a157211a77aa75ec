"""Items compared with one another and with the show: what must be distinct, and their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, INFO, WARN, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Entry


@rule(
    "I09",
    ERROR,
    "apple",
    on="document",
    title="No two items have the same enclosure",
    why="Apple ignores the second: the episode is missing.",
    good="<item><title>1</title></item><item><title>2</title></item>",
    bad='<item><title>1</title></item><item><enclosure url="https://media.example.com/1.mp3" '
    'length="41792992" type="audio/mpeg"/></item>',
)
def distinct_enclosures(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each item whose enclosure an earlier one has."""
    seen: set[str] = set()
    for entry in doc.entries:
        repeated = next((url for url in entry.enclosures if url in seen), None)
        seen.update(entry.enclosures)
        if repeated is not None:
            yield Hit("an earlier item has the same enclosure", node=entry, value=repeated)


@rule(
    "I11",
    ERROR,
    "apple psp1 spotify",
    on="document",
    title="No two items have the same guid",
    why="Apps take the second for the first, updated: one of the two is never seen.",
    good="<item><title>1</title></item><item><title>2</title></item>",
    bad='<item><title>1</title></item><item><guid isPermaLink="false">gid://example/V0/AAAA</guid>'
    "</item>",
)
def distinct_guids(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each item whose guid an earlier one has."""
    return _repeated(doc, lambda entry: entry.guid, "an earlier item has the same guid")


@rule(
    "I17",
    WARN,
    "rss",
    on="document",
    title="Items come newest first",
    why="Readers that fetch only the beginning of a feed expect the new ones there; apps sort a "
    "serial show themselves.",
    good="<item><title>1</title></item><item><title>2</title></item>",
    bad="<item><pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate></item>"
    "<item><pubDate>Thu, 05 Mar 2026 07:00:00 +0000</pubDate></item>",
)
def newest_first(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each item that is newer than the one before it."""
    before: float | None = None
    for entry in doc.entries:
        if entry.published is None or entry.leaked:
            continue
        if before is not None and entry.published > before:
            yield Hit("the item is newer than the one before it", node=entry)
        before = entry.published


@rule(
    "I25",
    WARN,
    "apple",
    on="document",
    title="No two full episodes share season and number",
    why="Apps then show one of them, or both in any order.",
    good="<item><itunes:episode>1</itunes:episode></item>"
    "<item><itunes:episode>2</itunes:episode></item>",
    bad="<item><itunes:episode>1</itunes:episode></item>"
    "<item><itunes:episode>1</itunes:episode></item>",
)
def distinct_numbers(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each full episode whose number an earlier one has."""
    seen: set[tuple[str, str]] = set()
    for entry in doc.entries:
        if not entry.episode or entry.kind != "full":
            continue
        key = (entry.season, entry.episode)
        if key in seen:
            season = f"season {entry.season}, " if entry.season else ""
            yield Hit(f"an earlier item is {season}episode {entry.episode} too", node=entry)
        seen.add(key)


@rule(
    "I26",
    WARN,
    "psp1",
    on="document",
    title="An item's link is its own page, not the media file",
    why='Apps offer it as "episode page"; a link to the file, or one link for all, helps nobody.',
    good="<item><link>https://www.example.com/1</link></item>",
    bad="<item><link>https://media.example.com/1.mp3</link></item>",
)
def own_page(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield items whose link is a media file, or is another item's."""
    files = {url for entry in doc.entries for url in entry.enclosures}
    seen: set[str] = set()
    for entry in doc.entries:
        if not entry.link:
            continue
        if entry.link in files:
            yield Hit("the link of the item is a media file", node=entry, value=entry.link)
        elif entry.link in seen:
            yield Hit("an earlier item has the same link", node=entry, value=entry.link)
        seen.add(entry.link)


@rule(
    "I28",
    INFO,
    "apple",
    on="document",
    title="An episode's title does not repeat the show's",
    why="Apps show the show's name beside it.",
    good="<item><title>The Flood</title></item>",
    bad="<item><title>Example Show: The Flood</title></item>",
)
def bare_title(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield items with the show's title in theirs, as whole words."""
    show = doc.show_title.casefold()
    if not 4 <= len(show) <= 255:  # a longer one is no name: A12
        return
    whole = re.compile(rf"(?<!\w){re.escape(show)}(?!\w)")
    for entry in doc.entries:
        if show in (folded := entry.title.casefold()) and whole.search(folded):
            yield Hit("the title repeats the show's title", node=entry, value=entry.title)


def _repeated(doc: Document, key: Callable[[Entry], str], message: str) -> Iterator[Hit]:
    seen: set[str] = set()
    for entry in doc.entries:
        value = key(entry)
        if value and value in seen:
            yield Hit(message, node=entry, value=value)
        seen.add(value)
