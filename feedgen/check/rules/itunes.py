"""The channel's itunes elements: artwork, categories, type, names, hiding, ending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, INFO, WARN, Hit, rule
from feedgen.check.rules.channel import blank
from feedgen.check.values import EMAIL, extension
from feedgen.check.vocabulary import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_EPISODE_NUMBER = re.compile(r"(?i)\b(?:ep|episode)\.?\s*\d+\b")
_OLD_EXPLICIT = frozenset(("yes", "no", "clean", "explicit"))
_LONGEST = 255


@rule(
    "A01",
    ERROR,
    "apple psp1 spotify",
    on="channel",
    title="The channel has artwork in itunes:image",
    why="A show without artwork is refused. The address stands in href; as text it is not seen.",
    good='<itunes:image href="https://cdn.example.com/show-3000.jpg"/>',
    bad=(
        "<itunes:image>https://cdn.example.com/show-3000.jpg</itunes:image>",
        "<!-- no itunes:image -->",
    ),
)
def artwork(channel: Node, _: Document) -> Complaints:
    """Return a sentence if there is no artwork with an address."""
    if channel.lacks("itunes:image"):
        return "channel has no <itunes:image>"
    found = list(channel.each("itunes:image"))
    if found and not any(node.get("href") for node in found):
        return Hit("itunes:image has no href", node=found[0])
    return None


@rule(
    "A02",
    ERROR,
    "apple psp1",
    on="itunes:image",
    title="Artwork ends in .jpg, .jpeg or .png",
    why="Apple takes JPEG and PNG, and goes by the name.",
    good='<itunes:image href="https://cdn.example.com/show.jpg?v=2"/>',
    bad='<itunes:image href="https://cdn.example.com/show.webp"/>',
)
def artwork_name(node: Node, _: Document) -> Complaints:
    """Return the address with another ending."""
    href = node.get("href")
    if not href or extension(href) in ("jpg", "jpeg", "png"):
        return None
    return Hit("the artwork's address does not end in .jpg, .jpeg or .png", value=href)


@rule(
    "A03",
    ERROR,
    "apple psp1",
    on="channel",
    title="The channel has a category",
    why="Without one a show is refused: directories would not know where to list it.",
    good='<itunes:category text="History"/>',
    bad="<!-- no itunes:category -->",
)
def some_category(channel: Node, _: Document) -> Complaints:
    """Return a sentence if there is no category."""
    return "channel has no <itunes:category>" if channel.lacks("itunes:category") else None


@rule(
    "A04",
    ERROR,
    "apple",
    on="channel/itunes:category",
    title="The category is one of Apple's, to the letter",
    why="Capitals count: `Kids & family` is not `Kids & Family`, and is refused.",
    good='<itunes:category text="Kids &amp; Family"/>',
    bad='<itunes:category text="Kids &amp; family"/>',
)
def category(node: Node, _: Document) -> Complaints:
    """Return the category Apple does not have."""
    value = node.attrs.get("text", "")
    if value in CATEGORIES:
        return None
    meant = next((name for name in CATEGORIES if name.lower() == value.strip().lower()), "")
    hint = f"; did you mean {meant!r}?" if meant else ""
    return Hit(f"{value!r} is no category of Apple Podcasts{hint}", value=value)


@rule(
    "A05",
    ERROR,
    "apple",
    on="itunes:category/itunes:category",
    title="A subcategory belongs to the category around it",
    why="`Documentary` exists in Society & Culture alone; elsewhere it is refused.",
    good='<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>',
    bad='<itunes:category text="Arts"><itunes:category text="Documentary"/></itunes:category>',
)
def subcategory(node: Node, _: Document) -> Complaints:
    """Return the subcategory its category does not have."""
    parent = node.parent.attrs.get("text", "") if node.parent is not None else ""
    value = node.attrs.get("text", "")
    if parent not in CATEGORIES or value in CATEGORIES[parent]:
        return None
    above = node.parent.parent if node.parent is not None else None
    if above is not None and above.name == "itunes:category":
        return None  # a third level: A06
    return Hit(f"{value!r} is no subcategory of {parent!r}", value=value)


@rule(
    "A06",
    WARN,
    "apple",
    on="itunes:category",
    title="Categories have two levels, one attribute and no text",
    why="The name stands in the attribute `text`; Apple knows no third level.",
    good='<itunes:category text="History"/>',
    bad=(
        "<itunes:category>History</itunes:category>",
        (
            '<itunes:category text="Arts"><itunes:category text="Books"><itunes:category '
            'text="Design"/></itunes:category></itunes:category>'
        ),
    ),
)
def category_form(node: Node, _: Document) -> Complaints:
    """Return what is wrong with the form."""
    above = node.parent.parent if node.parent is not None else None
    if above is not None and above.name == "itunes:category":
        return "a third level of itunes:category"
    if node.text.strip():
        return "itunes:category holds text"
    if set(node.attrs) != {"text"}:
        found = ", ".join(sorted(node.attrs)) or "none"
        return f"itunes:category has other attributes than text: {found}"
    return None


@rule(
    "A07",
    INFO,
    "apple",
    on="channel",
    title="One category with one subcategory is what Apple reads",
    why="Further ones are legal and read by others; the first is the one that counts.",
    good='<itunes:category text="History"/>',
    bad='<itunes:category text="History"/><itunes:category text="Arts"/>',
)
def further_categories(channel: Node, _: Document) -> Iterator[Hit]:
    """Yield each category and subcategory after the first."""
    found = list(channel.each("itunes:category"))
    for node in found[1:]:
        yield Hit("Apple reads the first category alone", node=node, value=node.get("text"))
    for parent in found:
        for node in list(parent.each("itunes:category"))[1:]:
            message = "Apple reads the first subcategory alone"
            yield Hit(message, node=node, value=node.get("text"))


@rule(
    "A08",
    ERROR,
    "apple psp1",
    on="channel",
    title="itunes:explicit of the channel is true or false",
    why="Apple requires it; a show whose content does not match is removed.",
    good="<itunes:explicit>false</itunes:explicit>",
    bad=("<itunes:explicit>no</itunes:explicit>", "<!-- no itunes:explicit -->"),
)
def explicit(channel: Node, doc: Document) -> Complaints:
    """Return what stands there instead."""
    missing = blank(channel, "itunes:explicit")
    if missing:
        return missing
    for node in channel.each("itunes:explicit"):
        hit = explicit_value(node, doc)
        if hit is not None:
            return hit
    return None


def explicit_value(node: Node, doc: Document) -> Hit | None:
    """Return the mark that is neither true nor false; art19-compat only mentions old words."""
    value = node.text.strip()
    if value in ("true", "false"):
        return None
    old = doc.profile == "art19-compat" and value in _OLD_EXPLICIT
    message = f"itunes:explicit is {value!r}, not true or false"
    return Hit(message, node=node, severity="info" if old else None)


@rule(
    "A09",
    ERROR,
    "apple psp1",
    on="channel/itunes:type",
    title="itunes:type is episodic or serial",
    why="Anything else, a capital included, is read as episodic: a serial is then told backwards.",
    good="<itunes:type>episodic</itunes:type>",
    bad="<itunes:type>Serial</itunes:type>",
)
def show_type(node: Node, _: Document) -> Complaints:
    """Return the type that is neither."""
    value = node.text.strip()
    if value in ("episodic", "serial"):
        return None
    return f"itunes:type is {value!r}, not episodic or serial"


@rule(
    "A11",
    ERROR,
    "spotify apple psp1",
    on="channel",
    title="The channel has an itunes:author",
    why="Spotify requires it; Apple and PSP-1 recommend it: it is the name under the title.",
    good="<itunes:author>Example Media</itunes:author>",
    bad="<!-- no itunes:author -->",
)
def author(channel: Node, _: Document) -> Complaints:
    """Return a sentence if there is none."""
    return blank(channel, "itunes:author")


@rule(
    "A12",
    WARN,
    "apple psp1",
    on="channel/title item/title itunes:title itunes:author itunes:owner/itunes:name "
    "channel/copyright channel/managingEditor itunes:subtitle itunes:keywords",
    title="Titles and names have at most 255 characters",
    why="Apple and PSP-1 set the limit; longer ones are cut or refused.",
    good="<title>Example Show</title>",
    bad=f"<title>{'A long title ' * 20}.</title>",
)
def short(node: Node, _: Document) -> Complaints:
    """Return the length that is too much."""
    if len(node.text) <= _LONGEST:
        return None
    # Line breaks and indentation are how the document is written, not what is read.
    length = len(" ".join(node.text.split()))
    return f"{node.name} has {length} characters" if length > _LONGEST else None


@rule(
    "A13",
    WARN,
    "apple",
    on="channel/itunes:owner",
    title="itunes:owner has one plain e-mail address",
    why="Apple ignores it today, but Spotify and YouTube send the code that proves ownership "
    "there.",
    good="<itunes:owner><itunes:email>a@example.com</itunes:email></itunes:owner>",
    bad="<itunes:owner><itunes:email>a@example.com?subject=Podcasts</itunes:email></itunes:owner>",
)
def owner(node: Node, _: Document) -> Complaints:
    """Return what stands in place of one address."""
    found = [child.text.strip() for child in node.each("itunes:email")]
    if len(found) != 1:
        said = f"{len(found)} itunes:email, not one" if found else "no itunes:email"
        return Hit(f"itunes:owner has {said}", value="")
    if not EMAIL.fullmatch(found[0]):
        return Hit("itunes:email is no bare address", value=found[0])
    return None


@rule(
    "A14",
    WARN,
    "apple psp1",
    on="itunes:block itunes:complete",
    title="itunes:block and itunes:complete are Yes or left out",
    why="Any other word does nothing; somebody thinks it does.",
    good="<itunes:block>Yes</itunes:block>",
    bad="<itunes:block>no</itunes:block>",
)
def yes_or_nothing(node: Node, _: Document) -> Complaints:
    """Return the word that does nothing."""
    value = node.text.strip()
    return None if value.lower() == "yes" else f"{node.name} is {value!r}; only Yes has an effect"


@rule(
    "A16",
    WARN,
    "apple",
    on="channel/title",
    title="The show's title is the name alone",
    why="Apple refuses titles stuffed with keywords, and episode numbers in them.",
    good="<title>Example Show</title>",
    bad="<title>Example Show | Travel | Explore</title>",
)
def bare_title(node: Node, _: Document) -> Complaints:
    """Return what makes the title more than a name."""
    if node.text.count("|") >= 2:
        return "the title looks like a list of keywords"
    match = _EPISODE_NUMBER.search(node.text)
    return f"the show's title holds an episode number: {match[0]!r}" if match else None


@rule(
    "A23",
    INFO,
    "apple",
    on="itunes:summary itunes:subtitle itunes:keywords itunes:order itunes:isClosedCaptioned "
    "channel/itunes:owner item/itunes:author",
    title="itunes elements Apple no longer documents are left out",
    why="Apple does not read them any more; some older apps and other directories do.",
    good='<itunes:image href="https://cdn.example.com/show-3000.jpg"/>',
    bad="<itunes:keywords>a,b</itunes:keywords>",
)
def legacy(node: Node, _: Document) -> Complaints:
    """Return a sentence for each of them."""
    return Hit(f"<{node.name}> is no longer documented by Apple", value="")
