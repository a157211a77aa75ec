"""A feed that has grown too large, split into several documents (RFC 5005).

Paged: the subscription document holds the newest items, older ones follow page by page, and all
pages move when an item is added. Archived: full documents of the oldest items are frozen, and
only the subscription document changes, unless an episode is taken back. Apple is not known to
follow either: whole feeds are better.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from feedgen.feed.model import NAMESPACES, PageLink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feedgen.feed.model import Feed, Item
    from feedgen.settings import Paging

Archives = tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a feed; `kind` is `""` for the one that is subscribed to.

    `frozen` means that it was published before and must stay as it is.
    """

    feed: Feed
    kind: Literal["", "page", "archive"] = ""
    number: int = 0
    frozen: bool = False

    def name(self, feed_name: str) -> str:
        """Return the name of the document if its feed has the name `feed_name`."""
        return beside(feed_name, f"{self.kind}-{self.number}") if self.kind else feed_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The documents of a feed, the one that is subscribed to first, and what its archives hold."""

    documents: tuple[Document, ...]
    archives: Archives = ()


def split(
    feed: Feed, size: int | None, how: Paging, archives: Sequence[Mapping[str, str]] = ()
) -> Split:
    """Return the documents of `feed`; `archives` are those published before, oldest first."""
    if how == "archived" and (size or archives):
        return archived(feed, size or len(feed.item_list), archives)
    pages = paged(feed, size) if size else (feed,)
    further = (
        Document(feed=page, kind="page", number=number)
        for number, page in enumerate(pages[1:], start=2)
    )
    return Split(documents=(Document(feed=pages[0]), *further))


def paged(feed: Feed, size: int) -> tuple[Feed, ...]:
    """Return the pages of `feed`, newest first; the first has the address of the feed.

    Each repeats the channel and names itself. One page needs no links. Source: RFC 5005 § 3.
    """
    starts = range(0, len(feed.item_list), size)
    if len(starts) < 2:
        return (feed,)
    urls = [beside(feed.self_url, f"page-{number}") for number in range(1, len(starts) + 1)]
    urls[0] = feed.self_url
    pages = []
    for at, start in enumerate(starts):
        links = [PageLink(rel="first", href=urls[0])]
        if at > 0:
            links.append(PageLink(rel="prev", href=urls[at - 1]))
        if at + 1 < len(urls):
            links.append(PageLink(rel="next", href=urls[at + 1]))
        links.append(PageLink(rel="last", href=urls[-1]))
        items = feed.item_list[start : start + size]
        pages.append(replace(feed, self_url=urls[at], pages=tuple(links), item_list=items))
    return tuple(pages)


def archived(feed: Feed, size: int, before: Sequence[Mapping[str, str]] = ()) -> Split:
    """Return the subscription document and its archives, newest first.

    An archive is begun when `size` items are there for it, and then frozen: an item that
    was changed after that stands in the subscription document once more, where readers take the
    newer one, and no archive names its successor, which did not exist when it was written. Only
    one that holds an item that may no longer be shown is written again, without it: the RFC
    advises against that, but what was taken back must not stay on air. It may be empty then.
    Source: RFC 5005 § 4.
    """
    marks = {item.guid: mark(item) for item in feed.item_list}
    kept = [{guid: its for guid, its in each.items() if guid in marks} for each in before]
    as_before = [len(now) == len(then) for now, then in zip(kept, before, strict=True)]
    stored = {guid for each in kept for guid, its in each.items() if marks.get(guid) == its}
    loose = [item for item in feed.item_list if item.guid not in stored]
    oldest_first = loose[::-1]
    while len(oldest_first) > size:  # the subscription document keeps at least one item
        kept.append({item.guid: marks[item.guid] for item in oldest_first[:size]})
        oldest_first = oldest_first[size:]
    newest = tuple(oldest_first[::-1]) or feed.item_list[:1]
    if not kept:
        return Split(documents=(Document(feed=feed),))
    urls = [beside(feed.self_url, f"archive-{number}") for number in range(1, len(kept) + 1)]
    documents = [
        Document(
            feed=_archive(feed, urls, at, _held(feed, holds, marks)),
            kind="archive",
            number=at + 1,
            frozen=at < len(before) and as_before[at],
        )
        for at, holds in enumerate(kept)
    ]
    links = (PageLink(rel="prev-archive", href=urls[-1]),)
    current = Document(feed=replace(feed, pages=links, item_list=newest))
    return Split(documents=(current, *reversed(documents)), archives=tuple(kept))


def mark(item: Item) -> str:
    """Return a fingerprint of what a listener sees of an item; numbers a probe found do not count.

    It is kept for years: a field that is added here sends every archived item round again.
    """
    seen = [
        *(item.title, item.notes.description, item.notes.full, item.enclosure.url),
        *(item.pub_date.isoformat(), item.link, item.explicit, item.season, item.number),
        *(item.episode_type, item.block, item.image.url if item.image else ""),
    ]
    if item.itunes_title:
        seen.append(item.itunes_title)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def beside(name: str, what: str) -> str:
    """Return the address or name of a further document: `a.xml` → `a.page-2.xml`."""
    head, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    if not dot:
        stem, ending = last, ""
    return f"{head}{slash}{stem}.{what}{dot}{ending}"


def _archive(feed: Feed, urls: Sequence[str], at: int, items: tuple[Item, ...]) -> Feed:
    links = [PageLink(rel="current", href=feed.self_url)]
    if at > 0:
        links.append(PageLink(rel="prev-archive", href=urls[at - 1]))
    return replace(
        feed,
        self_url=urls[at],
        pages=tuple(links),
        history="archive",
        namespaces={**feed.namespaces, "fh": NAMESPACES["fh"]},
        item_list=items,
    )


def _held(feed: Feed, holds: Mapping[str, str], marks: Mapping[str, str]) -> tuple[Item, ...]:
    return tuple(i for i in feed.item_list if holds.get(i.guid) == marks[i.guid])
