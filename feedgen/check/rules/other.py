"""Other namespaces: Podlove chapters, RFC 5005, Spotify, Media RSS, and those of the dead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, INFO, WARN, Hit, rule
from feedgen.check.values import COUNTRIES, NPT, POSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_PAGING = frozenset(("first", "last", "next", "prev", "previous", "prev-archive", "next-archive"))
_SELF = '<atom:link href="https://feeds.example.com/show" rel="self" type="application/rss+xml"/>'
_MEDIUMS = frozenset(("image", "audio", "video", "document", "executable"))


def _rels(channel: Node) -> list[str]:
    return [node.get("rel") for node in channel.each("atom:link")]


@rule(
    "O01",
    ERROR,
    "podcast-ns",
    on="psc:chapters",
    title="Podlove chapters have a start and a title, in ascending order",
    why="Players jump by the start and show the title; one out of order breaks the list.",
    good='<psc:chapters version="1.2"><psc:chapter start="00:00:00" title="Rain"/>'
    '<psc:chapter start="00:01:30" title="Flood"/></psc:chapters>',
    bad=(
        '<psc:chapters version="1.2"><psc:chapter start="0:00"/></psc:chapters>',
        (
            '<psc:chapters version="1.2"><psc:chapter start="00:01:30" title="Flood"/>'
            '<psc:chapter start="00:00:00" title="Rain"/></psc:chapters>'
        ),
    ),
)
def chapters(node: Node, _: Document) -> Iterator[Hit]:
    """Yield what a chapter lacks, and the first that is out of order."""
    found = list(node.each("psc:chapter"))
    if not found:
        yield Hit("psc:chapters holds no psc:chapter", value="")
    before = -1.0
    for chapter in found:
        start = chapter.get("start")
        if not chapter.get("title"):
            yield Hit("psc:chapter has no title", node=chapter, value=start)
        if not NPT.fullmatch(start) or len(start) > 16:
            yield Hit(f"start of psc:chapter is {start!r}", node=chapter, value=start)
            continue
        at = _seconds(start)
        if at < before:
            yield Hit("psc:chapter is earlier than the one before it", node=chapter, value=start)
        before = at


def _seconds(start: str) -> float:
    total = 0.0
    for part in start.split(":"):
        total = total * 60 + float(part)
    return total


@rule(
    "O02",
    ERROR,
    "w3c",
    on="channel",
    title="A complete feed has no further pages",
    why="RFC 5005, section 2: fh:complete says that this document holds every entry.",
    good="<fh:complete/>",
    bad=f'{_SELF}<fh:complete/><atom:link rel="next" href="https://feeds.example.com/show/2"/>',
)
def complete(channel: Node, _: Document) -> Complaints:
    """Return the link that leads to more."""
    node = channel.first("fh:complete")
    if node is None:
        return None
    more = [rel for rel in _rels(channel) if rel in _PAGING]
    return Hit(f"fh:complete beside atom:link rel={more[0]}", node=node) if more else None


@rule(
    "O03",
    WARN,
    "w3c",
    on="channel",
    title="An archive page links to the current feed and to its neighbours",
    why="RFC 5005, section 4: a reader that lands on it must find the way to the rest.",
    good=f'{_SELF}<fh:archive/><atom:link rel="current" href="https://feeds.example.com/c"/>'
    '<atom:link rel="prev-archive" href="https://feeds.example.com/1"/>',
    bad="<fh:archive/>",
)
def archive(channel: Node, _: Document) -> Complaints:
    """Return the link that is missing."""
    node = channel.first("fh:archive")
    if node is None:
        return None
    rels = _rels(channel)
    if "current" not in rels:
        return Hit("fh:archive without atom:link rel=current", node=node)
    if "prev-archive" not in rels and "next-archive" not in rels:
        return Hit("fh:archive without prev-archive or next-archive", node=node)
    return None


@rule(
    "O04",
    ERROR,
    "spotify",
    on="spotify:limit spotify:countryOfOrigin",
    title="spotify:limit and spotify:countryOfOrigin hold what Spotify reads",
    why="The limit is a count of episodes, the origin a list of two-letter country codes.",
    good="<spotify:countryOfOrigin>us ca</spotify:countryOfOrigin>",
    bad=(
        "<spotify:countryOfOrigin>USA</spotify:countryOfOrigin>",
        '<spotify:limit recentCount="0"/>',
    ),
)
def spotify(node: Node, _: Document) -> Complaints:
    """Return the value that is none."""
    if node.name == "spotify:limit":
        value = node.get("recentCount")
        if not POSITIVE.fullmatch(value):
            return Hit(f"recentCount of spotify:limit is {value!r}", value=value)
        return None
    if COUNTRIES.fullmatch(node.text.strip()):
        return None
    return "spotify:countryOfOrigin is no list of two-letter codes"


_BOOLEAN = re.compile(r"true|false")
_MEDIA = {
    "media:content": (
        ("medium", re.compile("|".join(sorted(_MEDIUMS)))),
        ("isDefault", _BOOLEAN),
        ("fileSize", POSITIVE),
    ),
    "media:restriction": (
        ("relationship", re.compile(r"allow|deny")),
        ("type", re.compile(r"country|uri|sharing")),
    ),
}


@rule(
    "O05",
    ERROR,
    "rss",
    on="media:content media:restriction",
    title="Media RSS attributes hold the words it defines",
    why="A restriction without allow or deny restricts nobody, or everybody.",
    good='<media:restriction relationship="allow" type="country">us</media:restriction>',
    bad=(
        '<media:restriction type="country">us</media:restriction>',
        '<media:content url="https://media.example.com/1.mp3" medium="sound"/>',
    ),
)
def media(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes that hold something else."""
    for name, pattern in _MEDIA[node.name]:
        if name in node.attrs and not pattern.fullmatch(node.get(name)):
            yield Hit(f"{name} of {node.name} is {node.get(name)!r}", value=node.get(name))
    if node.name == "media:restriction" and "relationship" not in node.attrs:
        yield Hit("media:restriction has no relationship", value="")


@rule(
    "O06",
    INFO,
    "w3c",
    on="googleplay:* rawvoice:*",
    title="No element is of a namespace nobody reads any more",
    why="Google Podcasts closed in 2024 and RawVoice has given way to the podcast namespace.",
    good="<itunes:author>Example Media</itunes:author>",
    bad="<googleplay:author>Example Media</googleplay:author>",
)
def alive(node: Node, _: Document) -> Complaints:
    """Return a sentence for each element of a dead namespace."""
    return f"<{node.name}> is read by no app any more"
