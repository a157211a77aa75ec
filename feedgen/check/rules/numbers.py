"""Items: duration, season, episode, type, explicit mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.rules.itunes import explicit_value
from feedgen.check.values import POSITIVE, seconds

if TYPE_CHECKING:
    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints


@rule(
    "A10",
    ERROR,
    "apple psp1",
    on="item",
    title="In a serial show every full episode has its number",
    why="Apple requires it: listeners are to hear them in order.",
    good="<itunes:type>serial</itunes:type><item><itunes:episode>1</itunes:episode></item>",
    bad="<itunes:type>serial</itunes:type><item><!-- no itunes:episode --></item>",
)
def numbered(item: Node, _: Document) -> Complaints:
    """Return a sentence if the number is missing."""
    channel = item.parent
    if channel is None or channel.value("itunes:type") != "serial":
        return None
    if (item.value("itunes:episodeType") or "full") != "full" or item.value("itunes:episode"):
        return None
    return "a full episode of a serial show has no itunes:episode"


@rule(
    "I20",
    ERROR,
    "apple psp1",
    on="item/itunes:duration",
    title="itunes:duration is whole seconds, MM:SS or HH:MM:SS, and not 0",
    why="Apple takes these three forms and advises seconds, PSP-1 allows seconds alone. Leave the "
    "element out if the duration is not known.",
    good="<itunes:duration>2612</itunes:duration>",
    bad=("<itunes:duration>1h 12m</itunes:duration>", "<itunes:duration>0</itunes:duration>"),
)
def duration(node: Node, doc: Document) -> Complaints:
    """Return the duration that is none."""
    value = node.text.strip()
    length = seconds(value)
    if length is None:
        return f"itunes:duration is {value!r}, not seconds, MM:SS or HH:MM:SS"
    if length == 0:
        # ART19 writes 00:00:00 where it does not know the duration yet.
        severity = WARN if doc.profile == "art19-compat" else None
        return Hit(f"itunes:duration is {value!r}", severity=severity)
    return None


@rule(
    "I21",
    WARN,
    "apple psp1",
    on="item",
    title="Every item has an itunes:duration",
    why="Apps show it in the list; without it they show nothing until the download.",
    good="<item><itunes:duration>2612</itunes:duration></item>",
    bad="<item><!-- no itunes:duration --></item>",
)
def some_duration(item: Node, _: Document) -> Complaints:
    """Return a sentence if there is none."""
    return "item has no <itunes:duration>" if item.lacks("itunes:duration") else None


@rule(
    "I22",
    ERROR,
    "apple psp1",
    on="item/itunes:episode item/itunes:season",
    title="Season and episode are whole numbers from 1",
    why="0, a sign, a decimal or a leading zero is not read: the episode then has no number.",
    good="<itunes:episode>1</itunes:episode>",
    bad="<itunes:episode>01</itunes:episode>",
)
def number(node: Node, _: Document) -> Complaints:
    """Return the number that is none."""
    value = node.text.strip()
    return None if POSITIVE.fullmatch(value) else f"{node.name} is {value!r}"


@rule(
    "I23",
    ERROR,
    "apple psp1",
    on="item/itunes:episodeType",
    title="itunes:episodeType is full, trailer or bonus",
    why="A capital or another word is not read: the trailer is then an ordinary episode.",
    good="<itunes:episodeType>full</itunes:episodeType>",
    bad="<itunes:episodeType>Full</itunes:episodeType>",
)
def episode_type(node: Node, _: Document) -> Complaints:
    """Return the type that is none of them."""
    value = node.text.strip()
    if value in ("full", "trailer", "bonus"):
        return None
    return f"itunes:episodeType is {value!r}, not full, trailer or bonus"


@rule(
    "I24",
    ERROR,
    "apple psp1",
    on="item/itunes:explicit",
    title="itunes:explicit of an item is true or false",
    why="Apple lists these two; other words leave it to the app what to think.",
    good="<item><itunes:explicit>true</itunes:explicit></item>",
    bad="<item><itunes:explicit>clean</itunes:explicit></item>",
)
def explicit(node: Node, doc: Document) -> Complaints:
    """Return the mark that is neither."""
    return explicit_value(node, doc)
