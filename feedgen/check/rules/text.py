"""Text: characters, escaping, white space, and elements nobody knows."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING

from feedgen.check.markup import markup
from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.values import INVISIBLE, SUSPECT
from feedgen.check.vocabulary import CHANNEL_TAGS, ITEM_TAGS, PODCAST_PARENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_BIDI = (("\u202a\u202b\u202d\u202e", "\u202c"), ("\u2066\u2067\u2068", "\u2069"))
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# Tags that occur in text pasted from a web page; `<Guest>` in a title is no HTML.
_TAG = re.compile(
    r"(?i)</?(?:a|b|big|blockquote|br|cite|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|q|s|small"
    r"|span|strike|strong|sub|sup|table|td|tr|tt|u|ul)(?:\s[^<>]*)?/?>"
)
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|br|a|ul|ol|li|b|i|em|strong)\b")

# Elements that hold plain text, and where.
_PLAIN = (
    "channel/title channel/copyright channel/itunes:author channel/itunes:title "
    "itunes:owner/itunes:name item/title item/itunes:title item/itunes:author podcast:person "
    "podcast:funding podcast:trailer podcast:soundbite podcast:location image/title"
)
_STRICT = frozenset(
    str.split("""guid link pubDate lastBuildDate language url itunes:explicit itunes:type
    itunes:episodeType itunes:episode itunes:season itunes:duration itunes:block itunes:complete
    itunes:new-feed-url itunes:email podcast:guid podcast:locked podcast:medium podcast:season
    podcast:episode podcast:block""")
)
_COMPAT_LOOSE = frozenset(("description", "itunes:summary", "content:encoded"))


def _texts(node: Node) -> Iterator[str]:
    if not node.children:
        yield node.text
    yield from node.attrs.values()


@rule(
    "X07",
    WARN,
    "w3c",
    on="odd",
    title="No text shows the traces of a wrong decoding",
    why="U+0080 to U+009F are nearly always Windows-1252 read as Latin-1 (U+0092 was meant to be "
    "an apostrophe), and U+FFFD says that a character is lost already.",
    good="<title>Don’t</title>",
    bad="<title>Don&#146;t</title>",
)
def decoded_rightly(node: Node, _: Document) -> Complaints:
    """Return the first suspicious character of an element."""
    for text in _texts(node):
        match = SUSPECT.search(text)
        if match:
            return Hit(f"U+{ord(match[0]):04X} in {node.name}: text decoded wrongly", value=text)
    return None


@rule(
    "X08",
    WARN,
    "w3c",
    on="odd",
    title="No text holds invisible characters that nobody meant",
    why="A zero-width space or byte order mark in a title or address can not be seen and makes "
    "comparison and search fail. Joiners, which scripts and emoji need, are not meant.",
    good="<title>Example Show</title>",
    bad="<title>&#xFEFF;Example Show</title>",
)
def no_invisible(node: Node, _: Document) -> Complaints:
    """Return the first invisible character of an element."""
    for text in _texts(node):
        match = INVISIBLE.search(text)
        if match:
            return Hit(f"the invisible U+{ord(match[0]):04X} in {node.name}", value=text)
    return None


@rule(
    "X09",
    WARN,
    "w3c",
    on="odd",
    title="Every change of writing direction is closed",
    why="An override that is not closed turns round whatever the app shows after it.",
    good="<title>&#x2067;שלום&#x2069; Show</title>",
    bad="<title>&#x202E;Show</title>",
)
def closed_directions(node: Node, _: Document) -> Complaints:
    """Return a sentence if openers and closers differ in number."""
    for text in _texts(node):
        for openers, closer in _BIDI:
            if sum(map(text.count, openers)) != text.count(closer):
                return Hit(f"an unclosed change of direction in {node.name}", value=text)
    return None


@rule(
    "X10",
    WARN,
    "w3c",
    on=_PLAIN,
    title="Plain text holds no entity",
    why="A reference that is still there after parsing was escaped twice, or is HTML in a field "
    "that is none: listeners see `&amp;`.",
    good="<itunes:author>Smith &amp; Sons</itunes:author>",
    bad="<itunes:author>Smith &amp;amp; Sons</itunes:author>",
)
def no_entity(node: Node, _: Document) -> Complaints:
    """Return the entity that is left."""
    if "&" not in node.text:
        return None
    for match in _ENTITY.finditer(node.text):
        if match[0][1] == "#" or match[0][1:] in html5:
            return f"{node.name} shows {match[0]!r} to listeners"
    return None


@rule(
    "X11",
    WARN,
    "w3c",
    on=_PLAIN,
    title="Plain text holds no HTML",
    why="Titles and names are shown as they are: tags appear as text.",
    good="<title>The Flood</title>",
    bad="<title>The &lt;em&gt;Flood&lt;/em&gt;</title>",
)
def no_html(node: Node, _: Document) -> Complaints:
    """Return the tag that is there."""
    if "<" in node.text and (match := _TAG.search(node.text)):
        return f"{node.name} shows {match[0]!r} to listeners"
    return None


@rule(
    "X12",
    ERROR,
    "w3c",
    on="channel/description item/description content:encoded",
    title="Markup of show notes is escaped once",
    why="Escaped twice, the notes show `<p>` and `</p>` as text in every app.",
    good="<description>&lt;p&gt;It starts.&lt;/p&gt;</description>",
    bad="<description>&amp;lt;p&amp;gt;It starts.&amp;lt;/p&amp;gt;</description>",
)
def escaped_once(node: Node, _: Document) -> Complaints:
    """Return the tag that is escaped still."""
    if "&lt;" not in node.text or markup(node.text).tags:
        return None  # among real tags it is a text about markup, as podcasts about podcasting have
    if match := _ESCAPED_TAG.search(node.text):
        return f"{node.name} is escaped twice: it holds {match[0]!r} after parsing"
    return None


@rule(
    "X13",
    ERROR,
    "apple psp1",
    on="spaced",
    title="Identifiers, URLs, dates, numbers and enumerations have no white space around them",
    why="Readers compare them character by character: ` yes` is not `yes`, and a guid with a "
    "space is another episode.",
    good='<guid isPermaLink="false">gid://x/V0/A</guid>',
    bad='<guid isPermaLink="false"> gid://x/V0/A </guid>',
)
def strict_space(node: Node, _: Document) -> Complaints:
    """Return a sentence if an exact value has white space around it."""
    if node.name not in _STRICT:
        return None
    return Hit(f"white space around the value of {node.name}", value=repr(node.text))


@rule(
    "X14",
    WARN,
    "apple psp1",
    on="spaced",
    title="Text has no white space around it",
    why="Some apps show it: a title that begins with an empty line, notes with a gap on top.",
    good="<itunes:author>Example Media</itunes:author>",
    bad="<itunes:author> Example Media</itunes:author>",
)
def loose_space(node: Node, doc: Document) -> Complaints:
    """Return a sentence if other text has white space around it."""
    if node.name in _STRICT:
        return None
    if doc.profile == "art19-compat" and node.name in _COMPAT_LOOSE:
        return None
    return Hit(f"white space around the text of {node.name}")


@rule(
    "X17",
    ERROR,
    "rss",
    on="unknown",
    title="Elements without a namespace are those of RSS 2.0, in their exact case",
    why="Names are case-sensitive: `pubdate` or `Guid` is unknown, and so the episode has no date "
    "or no identity.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<item><pubdate>Thu, 26 Feb 2026 07:00:00 +0000</pubdate></item>",
)
def known_elements(node: Node, _: Document) -> Complaints:
    """Return a sentence for an element RSS 2.0 does not have there."""
    parent = node.parent.name if node.parent is not None else ""
    known = CHANNEL_TAGS if parent == "channel" else ITEM_TAGS
    name = node.name
    meant = next((tag for tag in known if tag.lower() == name.lower()), "")
    hint = f"; did you mean <{meant}>?" if meant else ""
    return f"<{name}> is no element of {parent} in RSS 2.0{hint}"


@rule(
    "X18",
    WARN,
    "podcast-ns",
    on="podcast:*",
    title="Elements of the podcast namespace are ones it defines",
    why="Proposals that never made it (`podcast:follow`, `podcast:social`, …) are read by nobody.",
    good='<podcast:funding url="https://www.example.com/support">Support us</podcast:funding>',
    bad='<podcast:follow url="https://www.example.com/follow"/>',
)
def known_podcast_elements(node: Node, _: Document) -> Complaints:
    """Return a sentence for an element the namespace does not define."""
    if node.name[8:] in PODCAST_PARENTS:
        return None
    return f"<{node.name}> is not defined in the podcast namespace"
