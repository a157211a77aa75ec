"""The channel: what RSS 2.0 asks of it, in number, order and value."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, INFO, WARN, Example, Hit, rule
from feedgen.check.values import EMAIL_AND_NAME, LANGUAGE, POSITIVE, moment
from feedgen.check.vocabulary import CHANNEL_ONCE, ITEM_ONCE, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_KINDS = {
    "atom": "this is an Atom feed; podcast directories read RSS 2.0 alone",
    "rdf": "this is an RSS 1.0 feed; podcast directories read RSS 2.0 alone",
    "html": "this is an HTML page, not a feed",
}
_WEEKDAYS = frozenset(str.split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"))
_HOUR = re.compile(r"(?:[01]?[0-9]|2[0-3])")
_YEAR_OR_SIGN = re.compile(r"(?i)copyright|©|\(c\)|\b(?:19|20)\d{2}\b")


def blank(parent: Node, name: str) -> str | None:
    """Return a sentence if `parent` has no `name`, or an empty one."""
    if parent.lacks(name):
        return f"{parent.name} has no <{name}>"
    if parent.value(name):
        return None
    if parent.first(name) is not None and not any(n.text.strip() for n in parent.each(name)):
        return f"<{name}> of {parent.name} is empty"
    return None


@rule(
    "C01",
    ERROR,
    "rss",
    on="bytes",
    title="The root is rss, version 2.0, with one channel",
    why="Directories take RSS 2.0 alone: Atom, RSS 1.0 and older versions are refused.",
    good=Example(raw=_DECLARED + b'<rss version="2.0"><channel/></rss>'),
    bad=(
        Example(raw=_DECLARED + b'<rss version="0.92"><channel/></rss>'),
        Example(raw=_DECLARED + b'<feed xmlns="http://www.w3.org/2005/Atom"/>'),
    ),
)
def root(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield what the root is instead."""
    if doc.root is None or doc.only_a_root:
        return
    element = doc.root
    line = element.sourceline
    if element.tag != "rss":
        said = _KINDS.get(doc.kind, f"the root is <{element.tag}>, not <rss>")
        yield Hit(said, line=line, value=str(element.tag))
        return
    if (element.get("version") or "").strip() != "2.0":
        value = element.get("version") or ""
        yield Hit(f'rss has version="{value}", not "2.0"', line=line, value=value)
    count = sum(1 for child in element if child.tag == "channel")
    if count > 1 or (not count and not doc.torn):
        yield Hit(f"rss holds {count or 'no'} channels, not one", line=line)


@rule(
    "C02",
    ERROR,
    "rss apple psp1 spotify",
    on="channel",
    title="The channel has a title",
    why="It is the name of the show wherever the show is listed.",
    good="<title>Example Show</title>",
    bad=("<!-- no title -->", "<title/>"),
)
def title(channel: Node, _: Document) -> Complaints:
    """Return a sentence if the title is missing or empty."""
    return blank(channel, "title")


@rule(
    "C03",
    ERROR,
    "rss apple psp1 spotify",
    on="channel",
    title="The channel has a link",
    why="It leads listeners to the show's web page; RSS 2.0 does without it as little as PSP-1.",
    good="<link>https://www.example.com/show</link>",
    bad=("<!-- no link -->",),
)
def link(channel: Node, _: Document) -> Complaints:
    """Return a sentence if the link is missing or empty."""
    return blank(channel, "link")


@rule(
    "C04",
    ERROR,
    "rss apple psp1 spotify",
    on="channel",
    title="The channel has a description",
    why="It is what a listener reads before following; directories refuse a show without one.",
    good="<description>Conversations about maps and weather.</description>",
    bad=("<description/>", "<!-- no description -->"),
)
def description(channel: Node, _: Document) -> Complaints:
    """Return a sentence if the description is missing or empty."""
    return blank(channel, "description")


@rule(
    "C05",
    ERROR,
    "apple spotify",
    on="document",
    title="The channel has at least one item",
    why="A show without an episode is refused; a trailer is enough. List and publisher feeds, "
    "which refer to other feeds, have none.",
    good="<item><title>Trailer</title></item>",
    bad=Example(xml="<!-- no item -->", text="<channel> … no item … </channel>"),
)
def some_item(doc: Document, _: Document) -> Complaints:
    """Return a sentence if there is no item where there should be."""
    channel = doc.channel
    if doc.entries or channel is None or doc.torn:
        return None
    medium = channel.value("podcast:medium")
    if medium.endswith("L") or medium in ("mixed", "publisher"):
        return None
    if channel.first("fh:archive") is not None:  # nobody subscribes to it, and links lead there
        return None
    return Hit("the channel has no item", node=channel)


@rule(
    "C06",
    WARN,
    "rss",
    on="document",
    title="Items come last in the channel",
    why="Some readers stop at the first item and never see what stands behind the last.",
    good="<itunes:type>serial</itunes:type>",
    bad=Example(
        raw=_DECLARED + b'<rss version="2.0"><channel><item><title>1</title></item>'
        b"<title>Show</title></channel></rss>",
        text="<item>…</item>\n<title>Show</title>",
    ),
)
def items_last(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each element of the channel that stands behind an item."""
    for node in doc.after_items:
        yield Hit(f"<{node.name}> stands behind an item", node=node, value="")


@rule(
    "C07",
    ERROR,
    "rss apple",
    on="channel item",
    title="What may stand once stands once",
    why="Of two titles or two explicit marks one reader takes the first, another the last.",
    good="<itunes:explicit>false</itunes:explicit>",
    bad="<itunes:explicit>false</itunes:explicit><itunes:explicit>true</itunes:explicit>",
)
def once(parent: Node, _: Document) -> Complaints:
    """Return every element that is repeated, at its second place."""
    if not parent.repeats:
        return None
    limited = ITEM_ONCE if parent.name == "item" else CHANNEL_ONCE
    names = [child.name for child in parent.children]
    hits = []
    for name, count in Counter(names).items():
        if count > 1 and name in limited:
            second = [child for child in parent.children if child.name == name][1]
            hits.append(Hit(f"<{name}> stands {count} times in {parent.name}", node=second))
    return hits or None


@rule(
    "C08",
    ERROR,
    "rss",
    on="channel/image",
    title="image has url, title and link",
    why="RSS 2.0 requires all three; readers that show the image need each.",
    good="<image><url>https://cdn.example.com/show-3000.jpg</url><title>Example Show</title>"
    "<link>https://www.example.com/show</link></image>",
    bad="<image><url>https://cdn.example.com/show-3000.jpg</url></image>",
)
def image(node: Node, _: Document) -> Complaints:
    """Return what the image lacks."""
    missing = [name for name in ("url", "title", "link") if not node.value(name)]
    return f"image has no {', no '.join(missing)}" if missing else None


@rule(
    "C09",
    WARN,
    "rss",
    on="channel/image",
    title="image repeats title and link of the channel",
    why="RSS 2.0 says so: they are the alternative text of the image and where it leads.",
    good="<image><url>https://cdn.example.com/show-3000.jpg</url><title>Example Show</title>"
    "<link>https://www.example.com/show</link></image>",
    bad="<image><url>https://cdn.example.com/show-3000.jpg</url><title>Logo</title>"
    "<link>https://www.example.com/show</link></image>",
)
def image_repeats(node: Node, _: Document) -> Iterator[Hit]:
    """Yield title and link where they differ."""
    channel = node.parent
    for name in ("title", "link"):
        own, theirs = node.value(name), channel.value(name) if channel is not None else ""
        if own and theirs and own != theirs:
            yield Hit(f"image/{name} differs from the {name} of the channel", value=own)


@rule(
    "C10",
    WARN,
    "rss w3c",
    on="image/width image/height",
    title="width and height of image keep the limits of RSS 2.0",
    why="RSS 2.0 allows 144 by 400 pixels. Podcast artwork is larger, so leave both out.",
    good="<image><url>https://cdn.example.com/88.png</url><title>Example Show</title>"
    "<link>https://www.example.com/show</link><width>88</width></image>",
    bad="<image><url>https://cdn.example.com/3000.png</url><title>Example Show</title>"
    "<link>https://www.example.com/show</link><width>3000</width></image>",
)
def image_size(node: Node, _: Document) -> Complaints:
    """Return the size that is out of range."""
    value = node.text.strip()
    most = 144 if node.name == "width" else 400
    if POSITIVE.fullmatch(value) and len(value) < 5 and int(value) <= most:
        return None
    return f"{node.name} is {value!r}, not a whole number from 1 to {most}"


@rule(
    "C11",
    ERROR,
    "apple psp1 spotify",
    on="channel",
    title="language is there and begins with a two-letter code",
    why="Directories list a show by language; Apple checks the code against ISO 639-1.",
    good="<language>pt-br</language>",
    bad=("<language>English</language>", "<language>xx</language>", "<!-- no language -->"),
)
def language(channel: Node, _: Document) -> Complaints:
    """Return what is wrong with the language."""
    missing = blank(channel, "language")
    if missing:
        return missing
    for node in channel.each("language"):
        value = node.text.strip()
        first = value.split("-")[0].lower()
        if not LANGUAGE.fullmatch(value) or first not in LANGUAGES:
            return Hit(f"{value!r} is no language code such as en or en-us", node=node)
    return None


@rule(
    "C12",
    ERROR,
    "rss apple",
    on="channel/pubDate channel/lastBuildDate item/pubDate",
    title="Dates are written as RFC 2822 has it",
    why="`2026-03-05` or `7/6/2014 1:00 PM` is no date to a podcast app: the episode lands at the "
    "end of the list, or nowhere.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<lastBuildDate>2026-03-05T07:08:09Z</lastBuildDate>",
)
def dates(node: Node, _: Document) -> Complaints:
    """Return the date that is none."""
    value = node.text.strip()
    if not value and node.name == "pubDate" and node.item is not None:
        return None  # an empty date of an episode is a missing one: I14
    if moment(value) is None:
        return f"{node.name} is {value!r}, not a date such as Thu, 05 Mar 2026 07:00:00 +0000"
    return None


@rule(
    "C13",
    ERROR,
    "w3c",
    on="channel/pubDate channel/lastBuildDate item/pubDate",
    title="The weekday agrees with the date",
    why="Strict readers refuse the date; it happens when a date was moved to another zone and the "
    "weekday was not.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<pubDate>Mon, 26 Feb 2026 07:00:00 +0000</pubDate>",
)
def weekday(node: Node, _: Document) -> Complaints:
    """Return a sentence if it is another day."""
    when = moment(node.text.strip())
    if when is not None and not when.weekday_agrees:
        return f"{node.name}: that date is no {node.text.strip()[:3]}"
    return None


@rule(
    "C14",
    INFO,
    "w3c",
    on="channel/pubDate channel/lastBuildDate item/pubDate",
    title="The zone of a date is a number, or GMT",
    why="EST and its like are ambiguous to some readers, and -0000 says that the zone is unknown.",
    good="<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>",
    bad="<pubDate>Thu, 26 Feb 2026 07:00:00 EST</pubDate>",
)
def zone(node: Node, _: Document) -> Complaints:
    """Return the zone that is not clear."""
    when = moment(node.text.strip())
    if when is None or when.zone == "GMT":
        return None
    if when.zone == "-0000" or when.zone.isalpha():
        return f"{node.name} has the zone {when.zone}"
    return None


@rule(
    "C15",
    WARN,
    "rss",
    on="channel/managingEditor channel/webMaster item/author",
    title="managingEditor, webMaster and author are an address and a name in brackets",
    why="RSS 2.0 defines the value as an e-mail address; readers take it apart.",
    good="<managingEditor>owner@example.com (Example Media)</managingEditor>",
    bad="<managingEditor>Example Media</managingEditor>",
)
def address(node: Node, _: Document) -> Complaints:
    """Return the value that is no address with a name."""
    value = node.text.strip()
    if value and EMAIL_AND_NAME.fullmatch(value):
        return None
    return f"{node.name} is {value!r}, not owner@example.com (Name)"


@rule(
    "C16",
    ERROR,
    "rss",
    on="channel/ttl channel/skipHours channel/skipDays",
    title="ttl, skipHours and skipDays hold what RSS 2.0 lists",
    why="They tell a reader when not to ask; a value out of range stops some of them for good.",
    good="<ttl>60</ttl>",
    bad=("<ttl>-1</ttl>", "<skipDays><day>Mon</day></skipDays>"),
)
def polling(node: Node, _: Document) -> Complaints:
    """Return the value that is none of those."""
    if node.name == "ttl":
        value = node.text.strip()
        return None if POSITIVE.fullmatch(value) else f"ttl is {value!r}, not whole minutes"
    hours = node.name == "skipHours"
    values = [child.text.strip() for child in node.each("hour" if hours else "day")]
    for value in values:
        if not (_HOUR.fullmatch(value) if hours else value in _WEEKDAYS):
            kind = "an hour from 0 to 23" if hours else "an English weekday"
            return Hit(f"{node.name} holds {value!r}, not {kind}", value=value)
    distinct = {int(value) for value in values} if hours else set(values)
    return f"{node.name} repeats a value" if len(distinct) != len(values) else None


@rule(
    "C22",
    INFO,
    "w3c",
    on="channel/textInput channel/rating channel/cloud",
    title="textInput, rating and cloud are left out",
    why="No podcast app reads them; WebSub does what cloud was for.",
    good="<ttl>60</ttl>",
    bad="<rating>(PICS-1.1)</rating>",
)
def forgotten(node: Node, _: Document) -> Complaints:
    """Return a sentence for each of them."""
    return f"<{node.name}> is read by no podcast app"


@rule(
    "C23",
    INFO,
    "psp1",
    on="channel/copyright",
    title="copyright names the holder alone",
    why="PSP-1 asks for the bare holder; word, sign and year are added by whoever shows it.",
    good="<copyright>Example Media</copyright>",
    bad="<copyright>© 2026 Example Media</copyright>",
)
def holder(node: Node, _: Document) -> Complaints:
    """Return what more there is than the holder."""
    match = _YEAR_OR_SIGN.search(node.text)
    return f"copyright holds {match[0]!r} beside the holder" if match else None
