"""Descriptions and show notes: length, tags, links, what must never be in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.markup import markup, plain
from feedgen.check.node import is_cdata
from feedgen.check.rule import ERROR, WARN, Hit, rule

if TYPE_CHECKING:
    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_DESCRIPTIONS = "channel/description item/description"
_NOTES = f"{_DESCRIPTIONS} item/content:encoded"
_MOST_BYTES = 4000
_TAGS = frozenset(str.split("p br a ul ol li b i strong em"))
_ACTIVE = frozenset(str.split("script style iframe object embed form link meta"))
_ACTIVE_TAG = re.compile(r"(?i)<(?:script|style|iframe|object|embed|form|link|meta)\b")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_PLACEHOLDERS = frozenset(("new podcast weblog", "description goes here"))


@rule(
    "A17",
    WARN,
    "apple",
    on="channel/description",
    title="The channel's description says something",
    why="The title again, the author or the placeholder of a template is a ground for refusal.",
    good="<description>Conversations about maps and weather.</description>",
    bad="<description>Example Show</description>",
)
def says_something(node: Node, doc: Document) -> Complaints:
    """Return why the description says nothing."""
    text = plain(node.text).casefold()
    channel = node.parent
    if channel is None or not node.text.strip():
        return None  # an empty one is a missing one: C04
    if not text:
        return "the description holds tags but no text"
    for name in ("title", "itunes:author"):
        if text == channel.value(name).casefold():
            return f"the description only repeats the {name}"
    return "the description is a placeholder" if text.rstrip(".") in _PLACEHOLDERS else None


@rule(
    "A18",
    ERROR,
    "apple psp1",
    on=_DESCRIPTIONS,
    title="A description has at most 4000 bytes, markup included",
    why="Apple and PSP-1 set the limit. The full notes have their place in content:encoded.",
    good="<description>Conversations about maps and weather.</description>",
    bad=f"<item><description>{'It rains. ' * 401}</description></item>",
)
def short_enough(node: Node, _: Document) -> Complaints:
    """Return the size that is too much."""
    text = node.text.strip()
    if len(text) * 4 <= _MOST_BYTES:
        return None
    size = len(text.encode("utf-8", "surrogatepass"))
    return f"the description has {size:,} bytes" if size > _MOST_BYTES else None


@rule(
    "A19",
    WARN,
    "apple psp1 spotify",
    on=_DESCRIPTIONS,
    title="Descriptions use the tags apps show: p br a ul ol li b i strong em",
    why="Apple reads p, ol, ul, li and a, PSP-1 and Spotify a few more; others are shown as text "
    "or swallowed.",
    good="<description>&lt;p&gt;It &lt;em&gt;starts&lt;/em&gt;.&lt;/p&gt;</description>",
    bad="<description><![CDATA[<p><u>It starts.</u></p>]]></description>",
)
def known_tags(node: Node, _: Document) -> Complaints:
    """Return the tags apps do not show; active content is A20's."""
    odd = [tag for tag in markup(node.text).tags if tag not in _TAGS and tag not in _ACTIVE]
    if not odd:
        return None
    shown = ", ".join(f"<{tag}>" for tag in odd[:8])
    return Hit(f"{node.name} holds {shown}", value=shown)


@rule(
    "A20",
    ERROR,
    "w3c",
    on=_NOTES,
    title="Show notes hold no active content",
    why="Scripts, frames and handlers are a danger to whoever shows them; apps drop the notes.",
    good="<description><![CDATA[<p>It starts.</p>]]></description>",
    bad=(
        '<description><![CDATA[<p onclick="x()">It starts.</p>]]></description>',
        "<description><![CDATA[<script>x()</script>]]></description>",
    ),
)
def harmless(node: Node, _: Document) -> Complaints:
    """Return the first active thing."""
    if "<" not in node.text:
        return None
    match = _ACTIVE_TAG.search(node.text)
    if match:
        return Hit(f"{match[0]}> in {node.name}", value=match[0])
    for tag, name, value in markup(node.text).attributes:
        if name.startswith("on") and name.isalpha() and len(name) > 3:
            return Hit(f"the handler {name} in {node.name}", value=f"<{tag} {name}=…>")
        if value[:11].lower() == "javascript:":
            return Hit(f"a javascript: address in {node.name}", value=value)
    return None


@rule(
    "A21",
    WARN,
    "spotify w3c",
    on=_NOTES,
    title="Links in show notes are absolute and https",
    why="A relative link leads nowhere in an app; Spotify keeps https links alone.",
    good='<description><![CDATA[<a href="https://www.example.com/notes">N</a>]]></description>',
    bad='<description><![CDATA[<a href="/notes">Notes</a>]]></description>',
)
def secure_links(node: Node, _: Document) -> Complaints:
    """Return the links that are not, by their first."""
    links = [v for _, name, v in markup(node.text).attributes if name in ("href", "src")]
    bad = [link for link in links if not _is_secure(link)]
    if not bad:
        return None
    count = "a link" if len(bad) == 1 else f"{len(bad)} links"
    said = "not https" if _SCHEME.match(bad[0]) else "relative"
    verb = "is" if len(bad) == 1 else "are"
    return Hit(f"{count} in {node.name} {verb} {said}", value=bad[0])


@rule(
    "A22",
    WARN,
    "apple psp1",
    on=_NOTES,
    title="Show notes with tags are written as CDATA",
    why="Escaped tags are legal XML, but Apple and PSP-1 ask for CDATA, and some readers show "
    "escaped ones as text.",
    good="<description><![CDATA[<p>It starts.</p>]]></description>",
    bad="<description>&lt;p&gt;It starts.&lt;/p&gt;</description>",
)
def as_cdata(node: Node, doc: Document) -> Complaints:
    """Return a sentence if there are tags but no CDATA."""
    if not doc.escapes or "<" not in node.text or not markup(node.text).tags or is_cdata(node):
        return None
    return Hit(f"the markup of {node.name} is escaped, not in CDATA", value="")


def _is_secure(link: str) -> bool:
    start = link[:8].lower()
    return start == "https://" or start.startswith("mailto:")
