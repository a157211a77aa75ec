"""Does the show keep what it must have, and is its text still text?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.guard.pair import value
from feedgen.guard.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.compare import Change
    from feedgen.compare.reading import Element
    from feedgen.guard.pair import Pair

# RSS 2.0, Apple ("required" and "recommended" show tags) and PSP-1 (required).
_REQUIRED = {
    "title": "its title",
    "link": "its web page",
    "description": "its description",
    "language": "its language",
    "itunes:category@text": "its category",
    "itunes:explicit": "its explicit mark",
    "itunes:author": "its author",
    "itunes:owner/itunes:email": "its owner's address",
    "podcast:locked": "its lock against imports",
}
_ARTWORK = "itunes:image@href"
# The title stands in for these when the series has none.
_TITLE_STANDS_IN = ("description", "itunes:author")

# Apple: hides the show, sends its followers elsewhere, tells readers never to ask again.
_DRASTIC = {
    "itunes:block": "hides the show from Apple Podcasts",
    "itunes:new-feed-url": "moves all followers to another address",
    "itunes:complete": "tells apps that the show has ended",
    "podcast:block": "hides the show from directories",
}

_TEXTS = ("title", "description", "itunes:author", "copyright", "itunes:summary")
_ITEM_TEXTS = ("title", "itunes:title", "description", "content:encoded", "itunes:summary")
_LEFT_OVER = re.compile(
    r"\{\{|\{%|%\}|\}\}"
    r"|^\s*(?:none|null|undefined|nan|untitled|\[object object\]|lorem ipsum.*)\s*$",
    re.IGNORECASE,
)


def reasons(pair: Pair) -> Iterator[Reason]:
    """Yield what the show would lose or say wrongly."""
    yield from _text(pair)
    if pair.before is None:
        return
    was, now = pair.before.channel, pair.after.channel
    for path, name in _REQUIRED.items():
        if _has(was, path) and not _has(now, path):
            yield Reason(code="element-lost", sentence=f"The show would lose {name}.")
    if value(was, _ARTWORK) and not value(now, _ARTWORK):
        yield Reason(code="artwork-lost", sentence="The show would lose its artwork.")
    for path, effect in _DRASTIC.items():
        before, after = value(was, path), value(now, path)
        if after and after.lower() not in ("no", "false") and after != before:
            yield Reason(
                code="drastic", sentence=f"{path} becomes “{after}”, which {effect}; confirm it."
            )


def _has(channel: tuple[Element, ...], path: str) -> bool:
    """Return whether a show says something of its own at `path`."""
    found = value(channel, path)
    return bool(found) and not (path in _TITLE_STANDS_IN and found == value(channel, "title"))


def _text(pair: Pair) -> Iterator[Reason]:
    """Yield text that comes from a template or a wrong decoding and not from an editor."""
    for change in pair.changes:
        named = _ITEM_TEXTS if change.where == "item" else _TEXTS
        if change.element not in named or change.kind not in ("changed", "added"):
            continue
        whose = f"of “{change.title}”" if change.where == "item" else "of the show"
        if _garbled(change):
            yield Reason(
                code="garbled",
                sentence=f"The {change.element} {whose} was decoded wrongly: “{_around(change)}”.",
            )
        elif _LEFT_OVER.search(change.new) and not _LEFT_OVER.search(change.old):
            yield Reason(
                code="placeholder",
                sentence=f"The {change.element} {whose} holds what a program left there: "
                f"“{change.new[:60]}”.",
            )


def _garbled(change: Change) -> bool:
    """Return whether the new text is the old one in a wrong encoding, or has lost characters."""
    if "\ufffd" in change.new and "\ufffd" not in change.old:
        return True
    if change.new.isascii() or not change.old:
        return False
    for encoding in ("cp1252", "latin-1"):
        try:
            if change.new.encode(encoding).decode("utf-8") == change.old:
                return True
        except UnicodeError:
            continue
    return False


def _around(change: Change) -> str:
    pairs = enumerate(zip(change.old, change.new, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), 0)
    return change.new[max(0, at - 20) : at + 40]
