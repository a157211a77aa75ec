"""Plain text of a feed: one line, no entities, no longer than readers take."""

from __future__ import annotations

import html
import re

from feedgen.feed.formats import one_line
from feedgen.xmltext import clean, without_open_bidi

TITLE = 255  # characters; Apple, PSP-1
LABEL = 128  # characters; podcast namespace
# Only references that end as they should: "AT&notation" holds none.
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def unescaped(text: str) -> str:
    """Return `text` with its HTML references resolved once, cleaned.

    XML knows five entities; a title that comes as `AT&amp;T` or `caf&eacute;` was escaped by a
    web form and would be shown so.
    """
    if "&" not in text:
        return text
    return clean(_ENTITY.sub(lambda found: html.unescape(found.group()), text))


def line(text: str, limit: int = TITLE) -> str:
    """Return `text` as one line of at most `limit` characters, cut at a word."""
    return cut(one_line(unescaped(text)), limit)


def cut(text: str, limit: int) -> str:
    """Return `text` if it has at most `limit` characters, else its start and `…`."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return without_open_bidi(_at_word(head, text[limit - 1]) + "…")


def cut_bytes(text: str, limit: int) -> str:
    """Return `text` if it takes at most `limit` bytes of UTF-8, else its start and `…`."""
    data = text.encode()
    if len(data) <= limit:
        return text
    head = data[: max(limit - 3, 0)].decode(errors="ignore")
    return without_open_bidi(_at_word(head, text[len(head)]) + "…")


def _at_word(head: str, following: str) -> str:
    """Return `head` without the word that was cut, unless that would lose half of it."""
    if following.isspace():
        return head.rstrip()
    shorter = re.sub(r"\s+\S*$", "", head)
    return shorter if len(shorter) > len(head) // 2 else head.rstrip()
