"""Good feeds to try a rule's examples on: one defect in, one rule out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.namespaces import NS

if TYPE_CHECKING:
    from feedgen.check.rule import Example

# (name, element) in their usual order; an example replaces those of its name.
_CHANNEL = (
    ("title", "<title>Example Show</title>"),
    ("description", "<description><![CDATA[<p>Maps &amp; weather.</p>]]></description>"),
    (
        "atom:link",
        '<atom:link href="https://feeds.example.com/show" rel="self" type="application/rss+xml"/>',
    ),
    ("link", "<link>https://www.example.com/show</link>"),
    ("language", "<language>en-us</language>"),
    ("itunes:author", "<itunes:author>Example Media</itunes:author>"),
    ("itunes:explicit", "<itunes:explicit>false</itunes:explicit>"),
    ("itunes:category", '<itunes:category text="History"/>'),
    ("itunes:type", "<itunes:type>episodic</itunes:type>"),
    ("itunes:image", '<itunes:image href="https://cdn.example.com/show-3000.jpg"/>'),
)
_ITEM = (
    ("title", "<title>The Flood</title>"),
    ("description", "<description><![CDATA[<p>The river came.</p>]]></description>"),
    ("itunes:episodeType", "<itunes:episodeType>full</itunes:episodeType>"),
    ("guid", '<guid isPermaLink="false">gid://example/V0/AAAA</guid>'),
    ("pubDate", "<pubDate>Thu, 05 Mar 2026 07:00:00 +0000</pubDate>"),
    ("link", "<link>https://www.example.com/1</link>"),
    ("itunes:explicit", "<itunes:explicit>false</itunes:explicit>"),
    ("itunes:image", '<itunes:image href="https://cdn.example.com/1-3000.jpg"/>'),
    ("itunes:duration", "<itunes:duration>2612</itunes:duration>"),
    (
        "enclosure",
        '<enclosure url="https://media.example.com/1.mp3" length="41792992" type="audio/mpeg"/>',
    ),
)
_ITEM_ONLY = frozenset(
    str.split(
        """itunes:episodeType itunes:duration itunes:episode itunes:season enclosure guid pubDate
        content:encoded podcast:transcript podcast:chapters podcast:soundbite podcast:season
        podcast:episode podcast:alternateEnclosure podcast:contentLink psc:chapters media:content
        media:restriction comments author itunes:order itunes:isClosedCaptioned"""
    )
)
_NO = re.compile(r"<!-- no ([A-Za-z:]+) -->")
_OPEN = re.compile(r"<([A-Za-z][A-Za-z0-9:.\-]*)([^<>]*?)(/?)>")
_PREFIX = re.compile(r"</?([a-z]+):")
# Prefixes an example uses without declaring them, because that is the point of it.
_UNDECLARED = frozenset(("psc",))


def feed(example: Example) -> bytes:
    """Return the whole feed that `example` stands for.

    A snippet goes where its elements belong: `<item>…</item>` replaces the item's elements (two
    items make two), elements of an episode go into the item, all others into the channel, each
    in place of those with its name. `<!-- no NAME -->` takes an element away, and a snippet
    under `<channel>` is the channel's even if its elements could be an item's.
    """
    if example.raw is not None:
        return example.raw
    snippet = example.xml
    if snippet.startswith("<rss"):
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{snippet}'.encode()
    items = [inner for name, inner in _elements(snippet) if name == "item"]
    rest = "".join(
        whole for name, whole in _elements(snippet, whole=True) if name != "item"
    ) + "".join(f"<!-- no {name} -->" for name in _absent(snippet))
    if not items:
        names = {name for name, _ in _elements(snippet)} | set(_absent(snippet))
        if names & _ITEM_ONLY:
            items, rest = [snippet], ""
    first, *more = items or [""]
    built = [_filled(_ITEM, first), *(_second(one, n) for n, one in enumerate(more, 2))]
    channel = _filled(_CHANNEL, rest)
    body = "\n".join(f"<item>\n{one}\n</item>" for one in built)
    if "<!-- no item -->" in rest:
        body = ""
    document = f"<channel>\n{channel}\n{body}\n</channel>\n</rss>\n"
    prefixes = {"itunes", "atom", "podcast", "content"}
    prefixes |= {prefix for prefix in _PREFIX.findall(document) if prefix in NS}
    if "psc:chapter" in document and "psc:chapter " not in document:
        prefixes -= _UNDECLARED
    declared = " ".join(f'xmlns:{prefix}="{NS[prefix]}"' for prefix in sorted(prefixes))
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {declared}>\n'
    return (head + document).encode("utf-8", "surrogatepass")


def _second(snippet: str, number: int) -> str:
    """Return a further item, older and with its own identity unless the example gives one."""
    own = _filled(_ITEM, snippet)
    for old, new in (
        ("V0/AAAA", f"V0/AAAA{number}"),
        ("05 Mar 2026", f"{6 - number:02} Mar 2026"),
        ("Thu, 04", "Wed, 04"),
        ("Thu, 03", "Tue, 03"),
        ("example.com/1<", f"example.com/{number}<"),
        ("example.com/1.mp3", f"example.com/{number}.mp3"),
    ):
        if old not in snippet:
            own = own.replace(old, new)
    return own


def _filled(base: tuple[tuple[str, str], ...], snippet: str) -> str:
    given = _elements(snippet, whole=True)
    replaced = {name for name, _ in given} | set(_absent(snippet))
    kept = [xml for name, xml in base if name not in replaced]
    return "\n".join([*kept, *(xml for _, xml in given)])


def _absent(snippet: str) -> list[str]:
    return _NO.findall(snippet) if "<item>" not in snippet else []


def _elements(snippet: str, *, whole: bool = False) -> list[tuple[str, str]]:
    """Return (name, inner or whole text) of the top-level elements of a snippet.

    Snippets may be broken XML on purpose, so this looks for tags, not for a tree.
    """
    found: list[tuple[str, str]] = []
    position = 0
    while match := _OPEN.search(snippet, position):
        name = match[1]
        end = match.end()
        inner_end = end
        if not match[3]:
            depth = 1
            for tag in re.finditer(
                rf"<(/?){re.escape(name)}(?=[\s>/])[^<>]*?(/?)>", snippet[end:]
            ):
                depth += -1 if tag[1] else (0 if tag[2] else 1)
                if depth == 0:
                    inner_end = end + tag.start()
                    end = end + tag.end()
                    break
        text = snippet[match.start() : end] if whole else snippet[match.end() : inner_end]
        found.append((name, text))
        position = end
    return found
