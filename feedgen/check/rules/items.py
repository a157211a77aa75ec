"""Items: title, enclosure, guid, date, notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.node import LEEWAY
from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.rules.channel import blank
from feedgen.check.values import WHOLE, extension, is_http_url, moment
from feedgen.check.vocabulary import ENCLOSURE_TYPES

if TYPE_CHECKING:
    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_NUMBER_FIRST = re.compile(
    r"(?i)\s*(?:s(?:eason)?\s*\d+(?:\s*e(?:p(?:isode)?)?\.?\s*\d+)?|ep(?:isode)?\.?\s*\d+"
    r"|#\s*\d+)\b"
)
_ATTRIBUTES = ("url", "length", "type")
_OLDEST = 1990


@rule(
    "I01",
    ERROR,
    "rss apple psp1 spotify",
    on="item",
    title="Every item has a title",
    why="An episode without a title is not shown.",
    good="<item><title>The Flood</title></item>",
    bad="<item><title/></item>",
)
def title(item: Node, _: Document) -> Complaints:
    """Return a sentence if the title is missing or empty."""
    return blank(item, "title")


@rule(
    "I02",
    WARN,
    "apple psp1",
    on="item/title item/itunes:title",
    title="An episode's title does not begin with its number",
    why="Apps write the number themselves, from itunes:season and itunes:episode.",
    good="<item><title>The Flood</title></item>",
    bad="<item><title>Episode 2: The Flood</title></item>",
)
def no_number_first(node: Node, _: Document) -> Complaints:
    """Return the number that comes first."""
    match = _NUMBER_FIRST.match(node.text)
    return f"{node.name} begins with {match[0].strip()!r}" if match else None


@rule(
    "I03",
    ERROR,
    "apple psp1 spotify",
    on="item",
    title="Every item has an enclosure",
    why="It is the audio: an item without one is no episode.",
    good='<enclosure url="https://media.example.com/1.mp3" length="41792992" type="audio/mpeg"/>',
    bad="<item><!-- no enclosure --></item>",
)
def enclosure(item: Node, _: Document) -> Complaints:
    """Return a sentence if there is none."""
    return "item has no <enclosure>" if item.lacks("enclosure") else None


@rule(
    "I04",
    ERROR,
    "rss apple psp1 spotify",
    on="item/enclosure",
    title="An enclosure has url, length and type, and nothing else",
    why="RSS 2.0 requires all three and knows no other.",
    good='<enclosure url="https://media.example.com/1.mp3" length="41792992" type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/1.mp3" type="audio/mpeg"/>',
)
def enclosure_attributes(node: Node, _: Document) -> Complaints:
    """Return the attributes that are missing or too many."""
    missing = [name for name in _ATTRIBUTES if not node.get(name)]
    if missing:
        return Hit(f"enclosure has no {', no '.join(missing)}", value=node.get("url"))
    odd = [name for name in node.attrs if name not in _ATTRIBUTES]
    if odd:
        return Hit(f"enclosure has {', '.join(odd)}, which RSS 2.0 does not", value=", ".join(odd))
    return None


@rule(
    "I05",
    ERROR,
    "rss apple",
    on="item/enclosure",
    title="The length of an enclosure is a whole number of bytes",
    why="Apps show the size of the download from it, and check the download against it.",
    good='<enclosure url="https://media.example.com/1.mp3" length="27900000" type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/1.mp3" length="27.9 MB" type="audio/mpeg"/>',
)
def enclosure_length(node: Node, _: Document) -> Complaints:
    """Return the length that is none."""
    value = node.get("length")
    if value and not WHOLE.fullmatch(value):
        return Hit(f"the length of the enclosure is {value!r}, not bytes", value=value)
    return None


@rule(
    "I06",
    WARN,
    "apple",
    on="item/enclosure",
    title="The length of an enclosure is a real one",
    why="0 means unknown, and a few bytes are a placeholder: apps can not show the size.",
    good='<enclosure url="https://media.example.com/1.mp3" length="27900000" type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/1.mp3" length="0" type="audio/mpeg"/>',
)
def enclosure_size(node: Node, _: Document) -> Complaints:
    """Return the length that is too small to be true."""
    value = node.get("length")
    if WHOLE.fullmatch(value) and len(value) < 5 and int(value) < 1024:
        return Hit(f"the length of the enclosure is {value}", value=value)
    return None


@rule(
    "I07",
    ERROR,
    "apple",
    on="item/enclosure",
    title="The enclosure's path ends in a media extension",
    why="Apple goes by the extension of the path, whatever query follows it.",
    good='<enclosure url="https://media.example.com/1.mp3?a=1" length="27900000" '
    'type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/ep1" length="27900000" type="audio/mpeg"/>',
)
def enclosure_extension(node: Node, _: Document) -> Complaints:
    """Return the address without one."""
    url = node.get("url")
    if not url or extension(url) in ENCLOSURE_TYPES:
        return None
    known = ", ".join(f".{name}" for name in ENCLOSURE_TYPES)
    return Hit(f"the path of the enclosure does not end in {known}", value=url)


@rule(
    "I08",
    ERROR,
    "apple psp1",
    on="item/enclosure",
    title="The enclosure's type agrees with its extension",
    why="Apps choose the player by it; `audio/mp3` is no registered type.",
    good='<enclosure url="https://media.example.com/1.mp3" length="27900000" type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/1.mp3" length="27900000" type="audio/mp3"/>',
)
def enclosure_type(node: Node, _: Document) -> Complaints:
    """Return the type that does not agree."""
    value = node.get("type")
    wanted = ENCLOSURE_TYPES.get(extension(node.get("url")))
    if not value or wanted is None or value.lower() in wanted:
        return None
    return Hit(f"the type of the enclosure is {value!r}, not {wanted[0]}", value=value)


@rule(
    "I10",
    ERROR,
    "apple psp1 spotify",
    on="item",
    title="Every item has a guid",
    why="It is the identity of the episode: without it a changed title makes a new episode.",
    good='<item><guid isPermaLink="false">gid://example/V0/AAAA</guid></item>',
    bad=("<item><!-- no guid --></item>", "<item><guid/></item>"),
)
def guid(item: Node, _: Document) -> Complaints:
    """Return a sentence if it is missing or empty."""
    return blank(item, "guid")


@rule(
    "I12",
    ERROR,
    "rss",
    on="item/guid",
    title="A guid that is no web address says isPermaLink=false",
    why="Without the attribute RSS 2.0 reads a guid as a link to open in a browser.",
    good='<guid isPermaLink="false">gid://example/V0/AAAA</guid>',
    bad="<guid>gid://example/V0/AAAA</guid>",
)
def permalink(node: Node, _: Document) -> Complaints:
    """Return what is wrong with the attribute or the address."""
    value = node.attrs.get("isPermaLink", "true")
    if value not in ("true", "false"):
        return Hit(f"isPermaLink is {value!r}, not true or false", value=value)
    text = node.text.strip()
    if value == "true" and text and not is_http_url(text):
        return 'the guid is no web address, so it needs isPermaLink="false"'
    return None


@rule(
    "I13",
    WARN,
    "w3c",
    on="item/guid",
    title="A guid is no short number",
    why="`1` is not unique in the world, and is soon used again by the next system.",
    good='<guid isPermaLink="false">gid://example/V0/AAAA</guid>',
    bad='<guid isPermaLink="false">1</guid>',
)
def long_guid(node: Node, _: Document) -> Complaints:
    """Return the number that is too short."""
    value = node.text.strip()
    return f"the guid is the bare number {value}" if value.isdigit() and len(value) < 9 else None


@rule(
    "I14",
    ERROR,
    "spotify apple psp1",
    on="item",
    title="Every item has a pubDate",
    why="Spotify requires it; everywhere an episode without a date is sorted to the end.",
    good="<item><pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate></item>",
    bad="<item><!-- no pubDate --></item>",
)
def date(item: Node, _: Document) -> Complaints:
    """Return a sentence if it is missing or empty."""
    return blank(item, "pubDate")


@rule(
    "I15",
    ERROR,
    "w3c",
    on="item/pubDate",
    title="No item is dated in the future",
    why="Some apps publish it at once, others hide it: an episode has leaked either way.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<pubDate>Thu, 26 Feb 2099 07:00:00 +0000</pubDate>",
)
def released(node: Node, doc: Document) -> Complaints:
    """Return the date that is more than ten minutes ahead."""
    when = moment(node.text.strip())
    if when is not None and when.instant > doc.now + LEEWAY:
        return "the item is dated in the future"
    return None


@rule(
    "I16",
    WARN,
    "w3c",
    on="item/pubDate",
    title="No item is older than podcasts can be",
    why="1970 is a date that failed to be set.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate>",
)
def plausible(node: Node, _: Document) -> Complaints:
    """Return the year before 1990."""
    when = moment(node.text.strip())
    return f"the item is dated {when.year}" if when is not None and when.year < _OLDEST else None


@rule(
    "I18",
    WARN,
    "apple psp1 spotify",
    on="item",
    title="Every item has a description",
    why="It is what a listener reads before pressing play; Apple and PSP-1 recommend it.",
    good="<item><description>The river came.</description></item>",
    bad="<item><description/></item>",
)
def notes(item: Node, _: Document) -> Complaints:
    """Return a sentence if it is missing or empty."""
    return blank(item, "description")


@rule(
    "I19",
    WARN,
    "rss",
    on="item/content:encoded",
    title="content:encoded comes after description",
    why="Some readers keep the last of the two, and should keep the full notes.",
    good="<item><description>Short.</description><content:encoded>Long.</content:encoded></item>",
    bad="<item><content:encoded>Long.</content:encoded><description>Short.</description></item>",
)
def notes_after(node: Node, _: Document) -> Complaints:
    """Return a sentence if no description stands before it."""
    siblings = node.parent.children if node.parent is not None else []
    for sibling in siblings:
        if sibling is node:
            return Hit("content:encoded stands before description", value="")
        if sibling.name == "description":
            return None
    return None
