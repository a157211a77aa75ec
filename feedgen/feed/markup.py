"""HTML of show notes: what podcast apps accept, and cut without breaking a tag or a character.

nh3 takes out what must not be there; a flat walk over the events of the rest turns every block
into `p`, `ul`, `ol` or `li`, and makes links absolute. There is no recursion, so no nesting is
too deep. Sources: Apple, PSP-1 and Spotify on descriptions; 4,000 bytes is Apple's limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Literal
from urllib.parse import urljoin

import nh3
from lxml import etree

from feedgen.feed.text import cut_bytes
from feedgen.feed.urls import ascii_url, is_http
from feedgen.xmltext import clean, without_open_bidi

LIMIT = 4000

_INLINE = {"b", "i", "strong", "em"}
_LISTS = {"ul", "ol"}
_PARAGRAPHS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article"),
    *("header", "footer", "aside", "main", "figure", "figcaption", "address", "hr", "dl", "dt"),
    *("dd", "table", "tr"),
}
_CELLS = {"td", "th"}
# Their content is no text of the notes.
_DROPPED = {
    *("script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math"),
    *("title", "textarea", "select", "audio", "video", "canvas"),
}
_WHITE = re.compile(r"[ \t\n\r\f]+")

_SANITISER = nh3.Cleaner(
    tags=_INLINE | _LISTS | _PARAGRAPHS | _CELLS | {"a", "br", "li", "tbody", "thead", "tfoot"},
    attributes={"a": {"href"}},
    clean_content_tags=_DROPPED,
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
    strip_comments=True,
)

Kind = Literal["open", "close", "text", "break"]
Token = tuple[Kind, str, str]  # kind, tag ("" for text), the markup it stands for
_TEXT_BLOCKS = {"p", "li"}


# Every variant of a feed shows the same notes, and one hook those of the hooks before.
@lru_cache(maxsize=4096)
def normal(html: str, *, base: str = "", limit: int | None = None) -> str:
    """Return `html` as apps accept it, in at most `limit` bytes of UTF-8.

    Relative links are resolved against `base`. A text that is too long ends before the first
    paragraph or list entry that does not fit; if that is the very first, inside it, with `…`.
    Doing it twice is doing it once.
    """
    if not html.strip():
        return ""
    # cleaned twice: a reference such as &#11; becomes a character while it is sanitised
    safe = clean(_SANITISER.clean(clean(html)))
    if not safe.strip():
        return ""
    target = _Events(base)
    parser = etree.HTMLParser(target=target, huge_tree=True)
    etree.fromstring(f"<html><body>{safe}</body></html>", parser)
    return without_open_bidi(_written(target.tokens, limit))


def from_plain(text: str) -> str:
    """Return plain text as markup: blocks apart by blank lines as `p`, single newlines as `br`."""
    blocks = re.split(r"\n[ \t]*(?:\n[ \t]*)+", escape(text.strip(), quote=False))
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks)


@dataclass(slots=True)
class _Events:
    """The target of lxml's parser: turns its events into tokens of the few tags that stay."""

    base: str
    tokens: list[Token] = field(default_factory=list)
    _lists: list[str] = field(default_factory=list)  # open ul, ol and li
    _inline: list[tuple[str, str]] = field(default_factory=list)  # open tag, its opening markup
    _written_inline: int = 0  # how many of them have been opened in this run
    _data: list[str] = field(default_factory=list)
    _in_paragraph: bool = False
    _run_empty: bool = True
    _space: bool = False
    _breaks: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""
        self._flush()
        if tag == "br":
            self._breaks += 1
            self._space = False
        elif tag in _INLINE:
            self._inline.append((tag, f"<{tag}>"))
        elif tag == "a":
            # HTML has no link in a link: the outer one stays.
            inside = any(name == "a" and opening for name, opening in self._inline)
            self._inline.append(("a", "" if inside else self._anchor(attributes.get("href", ""))))
        elif tag in _LISTS:
            self._end_run()
            if self._lists and self._lists[-1] != "li":
                self._open("li")
            self._open(tag)
        elif tag == "li" and self._lists:
            self._end_run()
            if self._lists[-1] == "li":
                self._close()
            self._open("li")
        elif tag in _CELLS:
            self._space = True
        elif tag in _PARAGRAPHS or tag == "li":
            self._paragraph()

    def end(self, tag: str) -> None:
        """Take a closing tag."""
        self._flush()
        if tag in _INLINE or tag == "a":
            if self._inline:
                name, opening = self._inline.pop()
                if self._written_inline > len(self._inline):
                    self._written_inline -= 1
                    if opening:
                        self.tokens.append(("close", name, f"</{name}>"))
        elif tag in _LISTS and self._lists:
            self._end_run()
            if self._lists[-1] == "li":
                self._close()
            if self._lists:
                self._close()
        elif tag == "li" and self._lists and self._lists[-1] == "li":
            self._end_run()
            self._close()
        elif tag in _PARAGRAPHS or tag == "li":
            self._paragraph()

    def data(self, text: str) -> None:
        """Take a piece of text; entities arrive as pieces of their own."""
        self._data.append(text)

    def close(self) -> None:
        """Take the end of the document."""
        self._flush()
        self._end_run()
        while self._lists:
            self._close()

    def _anchor(self, href: str) -> str:
        href = href.strip()
        if not href:
            return ""
        try:
            absolute = href.startswith(("https://", "http://"))
            url = ascii_url(href if absolute else urljoin(self.base, href))
        except ValueError:
            return ""
        if not (is_http(url) or (url.startswith("mailto:") and "@" in url)):
            return ""
        return f'<a href="{escape(url)}">'

    def _flush(self) -> None:
        text = _WHITE.sub(" ", "".join(self._data))
        self._data.clear()
        if self._run_empty:
            text = text.lstrip()
        if not text:
            return
        if text == " ":
            self._space = True
            return
        self._begin()
        if self._space or (text[0] == " "):
            text = text.lstrip(" ")
            if not self._breaks and not self._run_empty:
                self.tokens.append(("text", "", " "))
        self._open_pending(self._breaks if not self._run_empty else 0)
        self._space = text.endswith(" ")
        self.tokens.append(("text", "", escape(text.rstrip(" "), quote=False)))
        self._run_empty = False

    def _begin(self) -> None:
        """Open the block that the text to come stands in."""
        if self._lists:
            if self._lists[-1] != "li":
                self._open("li")
        elif not self._in_paragraph:
            self.tokens.append(("open", "p", "<p>"))
            self._in_paragraph = True

    def _open_pending(self, breaks: int) -> None:
        self.tokens.extend([("break", "", "<br>")] * min(breaks, 2))
        self._breaks = 0
        for name, opening in self._inline[self._written_inline :]:
            if opening:
                self.tokens.append(("open", name, opening))
        self._written_inline = len(self._inline)

    def _paragraph(self) -> None:
        """End a paragraph; inside a list entry there are none, only new lines."""
        if self._lists and self._lists[-1] == "li":
            self._breaks = max(self._breaks, 1)
        else:
            self._end_run()

    def _end_run(self) -> None:
        """Close what is open in this run of text; inline tags open again in the next one."""
        for name, opening in reversed(self._inline[: self._written_inline]):
            if opening:
                self.tokens.append(("close", name, f"</{name}>"))
        self._written_inline, self._breaks, self._space = 0, 0, False
        self._run_empty = True
        if self._in_paragraph:
            self.tokens.append(("close", "p", "</p>"))
            self._in_paragraph = False

    def _open(self, tag: str) -> None:
        self._lists.append(tag)
        self.tokens.append(("open", tag, f"<{tag}>"))

    def _close(self) -> None:
        tag = self._lists.pop()
        self.tokens.append(("close", tag, f"</{tag}>"))


def _written(tokens: list[Token], limit: int | None) -> str:
    """Return the markup of `tokens`; blocks without text are left out."""
    writer = _Writer(limit)
    at = 0
    while at < len(tokens) and not writer.full:
        kind, tag, _ = tokens[at]
        if kind == "open" and tag in _LISTS | _TEXT_BLOCKS:
            writer.open_block(tag)
            at += 1
        elif kind == "close" and tag in _LISTS | _TEXT_BLOCKS:
            writer.close_block()
            at += 1
        else:
            end = at
            while end < len(tokens) and tokens[end][1] not in _LISTS | _TEXT_BLOCKS:
                end += 1
            writer.run(tokens[at:end])
            at = end
    return writer.finish()


class _Writer:
    """Writes blocks as long as they fit; opening tags wait until there is text for them."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.full = False
        self._parts: list[str] = []
        self._size = 0
        self._open: list[str] = []
        self._waiting = 0  # how many of the open blocks have not been written yet

    def open_block(self, tag: str) -> None:
        self._open.append(tag)
        self._waiting += 1

    def close_block(self) -> None:
        tag = self._open.pop()
        if self._waiting:
            self._waiting -= 1
        else:
            self._write(f"</{tag}>")

    def run(self, tokens: list[Token]) -> None:
        markup = "".join(token[2] for token in tokens)
        room = self._room()
        if room is not None and len(markup.encode()) > room:
            self.full = True
            if self._parts:
                return
            markup = _cut_run(tokens, room)
        for tag in self._open[len(self._open) - self._waiting :]:
            self._write(f"<{tag}>")
        self._waiting = 0
        self._write(markup)

    def finish(self) -> str:
        written = self._open[: len(self._open) - self._waiting]
        return "".join(self._parts) + "".join(f"</{tag}>" for tag in reversed(written))

    def _room(self) -> int | None:
        if self.limit is None:
            return None
        closing = sum(len(tag) + 3 for tag in self._open)
        opening = sum(len(tag) + 2 for tag in self._open[len(self._open) - self._waiting :])
        return self.limit - self._size - closing - opening

    def _write(self, markup: str) -> None:
        self._parts.append(markup)
        self._size += len(markup.encode())


def _cut_run(tokens: list[Token], room: int) -> str:
    """Return the start of a run of text that is too long by itself, its tags closed."""
    parts: list[str] = []
    open_tags: list[str] = []
    size = 0
    for kind, tag, markup in tokens:
        closing = sum(len(each) + 3 for each in open_tags)
        left = room - size - closing - len("…".encode())
        if kind == "open":
            if len(markup.encode()) + len(tag) + 3 > left:
                break
            open_tags.append(tag)
        elif kind == "close":
            open_tags.pop()
        elif len(markup.encode()) > left:
            if kind == "text" and left > 0:
                parts.append(_cut_escaped(markup, left + len("…".encode())))
            break
        parts.append(markup)
        size += len(markup.encode())
    text = "".join(parts)
    text = text if text.endswith("…") else text.rstrip() + "…"
    return text + "".join(f"</{tag}>" for tag in reversed(open_tags))


def _cut_escaped(markup: str, limit: int) -> str:
    """Return escaped text cut to `limit` bytes and an ellipsis in it, no reference cut in two."""
    # What would just fit is cut as well: more text follows, and the ellipsis needs its room.
    short = cut_bytes(markup, min(limit, len(markup.encode()) - 1))
    return re.sub(r"&[a-z]*…$", "…", short)
