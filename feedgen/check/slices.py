"""A feed with its items cut out as bytes, so that one that was judged before is not read again.

What stands between `<item>` and `</item>` is only taken for an item once the parser has agreed:

- the document with an empty, numbered item in place of each slice is well-formed, and all of them
  come out as children of the channel: so each slice stood where an item may stand;
- a slice that is read, is read behind the same beginning of the document and comes out as exactly
  one item: so nothing in it, no comment, CDATA or unclosed tag, reaches beyond its end.

Whatever does not fit is no matter of this module: the document is then read whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.document import DECLARED, Document, budget, first_undecodable, parser

if TYPE_CHECKING:
    from collections.abc import Collection

    from feedgen.check.facts import Facts

_OPEN, _CLOSE = b"<item>", b"</item>"
# The number of a slice, in an attribute no feed has.
NUMBER = "feedgen-slice"
_MARK = NUMBER.encode()
_END = b"</channel></rss>"
# Further down libxml2 guesses the line of an element by its neighbours, which are others here.
_MOST_LINES = 65_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """A document in which every slice is an empty item that bears its number.

    The empty items have as many lines as the slices, so that all others keep theirs. `head` is
    what stands before the first slice, `before` how many elements of the channel are in it.
    """

    root: etree._Element
    channel: etree._Element
    slices: tuple[bytes, ...]
    head: bytes
    before: int

    def elements(self, wanted: Collection[int]) -> dict[int, etree._Element] | None:
        """Return the slices of those numbers as elements; `None` if one is no item by itself."""
        parts = [self.head]
        for number in wanted:
            parts += (_empty(number, 0), self.slices[number])
        parts.append(_END)
        try:
            root = etree.fromstring(b"".join(parts), parser(recover=False))
        except etree.XMLSyntaxError:
            return None
        channel = _channel(root)
        if channel is None:
            return None
        found = list(channel)[self.before :]
        if len(found) != 2 * len(wanted):
            return None
        for number, mark, item in zip(wanted, found[::2], found[1::2], strict=True):
            if mark.get(NUMBER) != str(number) or len(mark) or item.tag != "item":
                return None
        return dict(zip(wanted, found[1::2], strict=True))


def slice_up(raw: bytes) -> Sliced | None:
    """Return `raw`, UTF-8 as is known already, without its items; `None` if it is not so plain."""
    declared = DECLARED.match(raw)
    foreign = declared is not None and declared[1].lower() not in (b"utf-8", b"utf8")
    plain = raw.startswith(b"<?xml") and not foreign and raw.count(b"\n") <= _MOST_LINES
    if not plain or _MARK in raw:
        return None
    slices: list[bytes] = []
    parts: list[bytes] = []
    at = 0
    while (start := raw.find(_OPEN, at)) >= 0:
        end = raw.find(_CLOSE, start)
        if end < 0:
            break
        end += len(_CLOSE)
        one = raw[start:end]
        # Own namespaces change what its names mean, and an item in an item is none of its slices.
        if b"xmlns" in one or one.find(_OPEN, len(_OPEN)) >= 0:
            parts.append(raw[at:end])
        else:
            parts += (raw[at:start], _empty(len(slices), one.count(b"\n")))
            slices.append(one)
        at = end
    if not slices:
        return None
    parts.append(raw[at:])
    return _sliced(b"".join(parts), tuple(slices))


def _sliced(thin: bytes, slices: tuple[bytes, ...]) -> Sliced | None:
    try:
        root = etree.fromstring(thin, parser(recover=False))
    except etree.XMLSyntaxError:
        return None
    channel = _channel(root)
    if channel is None or root.getroottree().docinfo.doctype:
        return None
    numbers = [child.get(NUMBER) for child in channel if child.tag == "item"]
    if [number for number in numbers if number is not None] != [*map(str, range(len(slices)))]:
        return None
    first = channel.find(f"item[@{NUMBER}]")
    assert first is not None  # noqa: S101 - there is at least one slice, and it was just found
    return Sliced(
        root=root,
        channel=channel,
        slices=slices,
        head=thin[: thin.index(b"<item " + _MARK)],
        before=channel.index(first),
    )


def _empty(number: int, lines: int) -> bytes:
    return b'<item %s="%d">%s</item>' % (_MARK, number, b"\n" * lines)


def _channel(root: etree._Element) -> etree._Element | None:
    """Return the first channel, if it is one without a namespace in a root called rss."""
    return root.find("channel") if root.tag == "rss" else None


def read(raw: bytes, *, now: float, profile: str, facts: Facts) -> tuple[Document, Sliced] | None:
    """Return the document in `raw` without its items; `None` if it must be read whole."""
    if budget(raw) is not None or first_undecodable(raw, cut=False) is not None:
        return None
    sliced = slice_up(raw)
    if sliced is None:
        return None
    document = Document(
        raw=raw,
        kind="rss",
        root=sliced.root,
        complaints=(),
        illegal=(),
        undeclared=frozenset(),
        undecodable=None,
        cut_at=None,
        now=now,
        profile=profile,
        facts=facts,
    )
    return document, sliced
