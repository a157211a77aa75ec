"""Show notes: which text is shown, as plain text or markup, cut and whole."""

from __future__ import annotations

import re

from feedgen.feed import markup
from feedgen.feed.model import Notes
from feedgen.feed.text import cut_bytes, unescaped

SUMMARY = 4000  # characters; itunes:summary


# Apps read a description as HTML, marked as such or not: `<on purpose>` would vanish from it.
_NEEDS_MARKUP = re.compile(
    r"\n|</?[A-Za-z][^<>]*>|&(?:[A-Za-z][A-Za-z0-9]*|#[0-9]+|#[xX][0-9A-Fa-f]+);"
)
_SPECIAL = re.compile("[&<>]")


def show_notes(
    text: str, *, is_html: bool, base: str, footer: str = "", section: bool = False
) -> Notes:
    """Return the notes of `text`; their description is `""` if nothing of it can be shown.

    Markup is normalised. Plain text of one line stays plain text; of several lines, or with
    something in it that an app would take for markup, it becomes paragraphs. `full` is empty if
    the description holds everything. `footer` is markup that follows every text. With `section`
    the notes will stand in a CDATA section whatever they are, which readers take for markup, so
    that plain text with an ampersand in it becomes a paragraph too.
    """
    if footer and text.strip():
        return _marked_up((text if is_html else markup.from_plain(unescaped(text))) + footer, base)
    if is_html:
        return _marked_up(text, base)
    text = unescaped(text).strip()
    if _NEEDS_MARKUP.search(text) or (section and _SPECIAL.search(text)):
        return _marked_up(markup.from_plain(text), base)
    short = cut_bytes(text, markup.LIMIT)
    return Notes(description=short, full="" if short == text else markup.from_plain(text))


def _marked_up(html: str, base: str) -> Notes:
    full = markup.normal(html, base=base)
    if len(full.encode()) <= markup.LIMIT:
        return Notes(description=full, is_html=True)
    short = markup.normal(full, limit=markup.LIMIT)
    return Notes(description=short, is_html=True, full=full)
