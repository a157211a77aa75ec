"""Addresses: the self link, and every URL of RSS, Atom and itunes elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.check.facts import Facts
from feedgen.check.rule import ERROR, WARN, Example, Hit, rule
from feedgen.check.values import is_http_url

if TYPE_CHECKING:
    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

# Where a URL of RSS, Atom or itunes stands: in the text, or in the attribute named.
_URLS = (
    "channel/link image/url image/link item/link item/comments item/enclosure itunes:image "
    "atom:link itunes:new-feed-url"
)
_ATTRIBUTE = {"enclosure": "url", "itunes:image": "href", "atom:link": "href"}
_PLAIN_ATTRIBUTES = ("url", "href")
_PODCAST_ATTRIBUTES = ("url", "href", "img", "feedUrl", "accountUrl", "uri")
_TYPE = "application/rss+xml"


def _url(node: Node) -> str:
    attribute = _ATTRIBUTE.get(node.name)
    return node.get(attribute) if attribute else node.text.strip()


def _is_self(node: Node) -> bool:
    return node.name == "atom:link" and node.get("rel") == "self"


@rule(
    "C17",
    ERROR,
    "psp1 rss",
    on="channel",
    title="The channel names its own address in one atom:link rel=self",
    why="Aggregators and WebSub subscribers follow it; a feed that was copied or moved can only "
    "be recognised by it.",
    good='<atom:link href="https://feeds.example.com/show" rel="self" '
    'type="application/rss+xml"/>',
    bad=(
        '<atom:link rel="self" href="/feed.xml" type="application/rss+xml"/>',
        "<!-- no atom:link -->",
        '<atom:link href="https://feeds.example.com/show" rel="self"/>',
    ),
)
def self_link(channel: Node, doc: Document) -> Complaints:
    """Return what is wrong with the self link."""
    found = [node for node in channel.each("atom:link") if _is_self(node)]
    if not found:
        return "the channel has no atom:link rel=self"
    if len(found) > 1:
        return Hit(f"there are {len(found)} atom:link rel=self, not one", node=found[1])
    node = found[0]
    href = node.get("href")
    if not href.lower().startswith("https://"):
        return Hit("the self link is not an absolute https URL", node=node, value=href)
    if node.get("type") != _TYPE:
        return Hit(f'the self link has no type="{_TYPE}"', node=node, value=node.get("type"))
    return None


@rule(
    "C18",
    WARN,
    "w3c",
    on="channel",
    title="The self link is the configured public URL, character for character",
    why="`http` or a slash too many is another feed to a subscriber.",
    good=Example(
        xml='<atom:link href="https://feeds.example.com/show" rel="self" '
        'type="application/rss+xml"/>',
        facts=Facts(feed_url="https://feeds.example.com/show"),
    ),
    bad=Example(
        xml='<atom:link href="https://feeds.example.com/show" rel="self" '
        'type="application/rss+xml"/>',
        facts=Facts(feed_url="https://feeds.example.com/show/"),
        text="self link https://feeds.example.com/show, configured …/show/",
    ),
)
def configured(channel: Node, doc: Document) -> Complaints:
    """Return the self link that is not the configured URL."""
    wanted = doc.facts.feed_url
    for node in channel.each("atom:link"):
        if wanted and _is_self(node) and node.get("href") and node.get("href") != wanted:
            return Hit(f"the self link is not {wanted}", node=node, value=node.get("href"))
    return None


@rule(
    "C19",
    ERROR,
    "w3c",
    on="atom:link",
    title="atom:link has an href and is empty",
    why="Its address is in the attribute; text inside is read by nobody.",
    good='<atom:link href="https://feeds.example.com/show" rel="self" '
    'type="application/rss+xml"/><atom:link rel="hub" href="https://hub.example.com/"/>',
    bad='<atom:link href="https://feeds.example.com/show" rel="self" '
    'type="application/rss+xml"/><atom:link rel="hub">https://hub.example.com/</atom:link>',
)
def empty_link(node: Node, _: Document) -> Complaints:
    """Return what the link lacks or holds."""
    if not node.get("href"):
        return "atom:link has no href"
    if node.text.strip() or node.children:
        return "atom:link is not empty"
    return None


@rule(
    "C20",
    ERROR,
    "w3c",
    on=_URLS,
    title="URLs are absolute and made of the characters RFC 3986 allows",
    why="A space, an accent or a lone percent sign is repaired by browsers but not by downloaders "
    "and media servers: the episode can not be fetched.",
    good="<link>https://www.example.com/%C3%A9pisode%201</link>",
    bad="<link>https://www.example.com/épisode 1</link>",
)
def well_formed_url(node: Node, _: Document) -> Complaints:
    """Return the URL that is none."""
    url = _url(node)
    if not url or is_http_url(url):
        return None
    if _is_self(node) and not url.lower().startswith("https://"):
        return None  # C17 tells of it
    return Hit(f"{node.name}: not an absolute http(s) URL in ASCII", value=url)


@rule(
    "C21",
    WARN,
    "apple spotify podcast-ns",
    on=_URLS,
    title="URLs begin with https",
    why="Apps block or rewrite plain http, and show a warning for it.",
    good="<link>https://www.example.com/1</link>",
    bad="<item><link>http://www.example.com/1</link></item>",
)
def secure_url(node: Node, _: Document) -> Complaints:
    """Return the URL that is plain http."""
    url = _url(node)
    if url[:7].lower() == "http://" and not _is_self(node):
        return Hit(f"{node.name} is plain http", value=url)
    return None


@rule(
    "C24",
    ERROR,
    "w3c",
    on=f"{_URLS} podcast:*",
    title="The ampersands of URLs are escaped once",
    why="Escaped twice, the server receives `&amp;` and answers with something else, or not.",
    good='<enclosure url="https://media.example.com/1.mp3?a=1&amp;b=2" length="41792992" '
    'type="audio/mpeg"/>',
    bad='<enclosure url="https://media.example.com/1.mp3?a=1&amp;amp;b=2" length="41792992" '
    'type="audio/mpeg"/>',
)
def ampersands(node: Node, _: Document) -> Complaints:
    """Return the first URL that still holds an entity."""
    names = _PODCAST_ATTRIBUTES if node.name.startswith("podcast:") else _PLAIN_ATTRIBUTES
    for name in names:
        url = node.attrs.get(name, "")
        if "&amp;" in url:
            return Hit(f"{node.name}: an ampersand is escaped twice", value=url)
    if names is _PLAIN_ATTRIBUTES and "&amp;" in node.text:
        return f"{node.name}: an ampersand is escaped twice"
    return None


@rule(
    "A15",
    WARN,
    "apple",
    on="channel",
    title="itunes:new-feed-url is the self link",
    why="It belongs in the feed at the new address and names that address. Anything else sends "
    "Apple's followers elsewhere, or round in a circle.",
    good="<itunes:new-feed-url>https://feeds.example.com/show</itunes:new-feed-url>",
    bad="<itunes:new-feed-url>https://other.example.com/show</itunes:new-feed-url>",
)
def new_address(channel: Node, _: Document) -> Complaints:
    """Return the new address if the feed's own is another."""
    node = channel.first("itunes:new-feed-url")
    own = [link.get("href") for link in channel.each("atom:link") if _is_self(link)]
    if node is None or not node.text.strip() or not own or node.text.strip() in own:
        return None
    return Hit("itunes:new-feed-url is not the self link of this feed", node=node)
