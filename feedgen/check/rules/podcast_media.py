"""The podcast namespace about media: transcripts, enclosures, images, value, live items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.values import (
    DECIMAL,
    EMAIL,
    ISO8601,
    LANGUAGE,
    MIME,
    POSITIVE,
    PUBLIC_KEY,
    RATIO,
    SRCSET_PART,
    SRI,
    WHOLE,
    seconds,
)
from feedgen.check.vocabulary import TRANSCRIPT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_BOOLEANS = ("true", "false")
_SOUNDBITE = (15.0, 120.0)
_STATUSES = frozenset(("pending", "live", "ended"))
_KEY = "02" + "ab" * 32
_CHAPTERS = "application/json+chapters"
_PARTS = re.compile(r"(?<=[0-9]w)\s*,\s*|,\s+|,$")


def _odd(node: Node, forms: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[Hit]:
    for name, pattern in forms:
        if name in node.attrs and not pattern.fullmatch(node.get(name)):
            value = node.get(name)
            yield Hit(f"{name} of {node.name} is {value!r}", node=node, value=value)


@rule(
    "P17",
    ERROR,
    "podcast-ns apple",
    on="podcast:transcript",
    title="type, rel and language of a transcript are known ones",
    why="Apple reads VTT and SRT by their types; `vtt` alone is no type.",
    good='<podcast:transcript url="https://media.example.com/1.vtt" type="text/vtt"/>',
    bad='<podcast:transcript url="https://media.example.com/1.vtt" type="vtt"/>',
)
def transcript(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes nobody knows."""
    kind = node.get("type")
    if kind and kind.split(";")[0].strip().lower() not in TRANSCRIPT_TYPES:
        yield Hit(f"type {kind!r} is no type of a transcript", value=kind)
    if "rel" in node.attrs and node.get("rel") != "captions":
        yield Hit("rel of a transcript is captions or left out", value=node.get("rel"))
    yield from _odd(node, (("language", LANGUAGE),))


@rule(
    "P18",
    WARN,
    "podcast-ns apple",
    on="podcast:chapters",
    title=f"type of chapters is {_CHAPTERS}",
    why="Apps that go by the type take other JSON for something else.",
    good=f'<podcast:chapters url="https://media.example.com/1.json" type="{_CHAPTERS}"/>',
    bad='<podcast:chapters url="https://media.example.com/1.json" type="application/json"/>',
)
def chapters(node: Node, _: Document) -> Complaints:
    """Return the type that is another."""
    kind = node.get("type")
    return (
        Hit(f"type of chapters is {kind!r}", value=kind) if kind not in ("", _CHAPTERS) else None
    )


@rule(
    "P19",
    ERROR,
    "podcast-ns",
    on="podcast:soundbite",
    title="A soundbite lies inside its episode, in seconds",
    why="Times such as 01:13 are not read. 15 to 120 seconds are advised; other lengths are only "
    "warned about.",
    good='<podcast:soundbite startTime="73.0" duration="60.0">The levee</podcast:soundbite>',
    bad=(
        '<podcast:soundbite startTime="01:13" duration="60.0">The levee</podcast:soundbite>',
        '<podcast:soundbite startTime="2600" duration="60.0">The levee</podcast:soundbite>',
    ),
)
def soundbite(node: Node, _: Document) -> Iterator[Hit]:
    """Yield times that are none, or lie outside."""
    hits = list(_odd(node, (("startTime", DECIMAL), ("duration", DECIMAL))))
    yield from hits
    start, length = node.get("startTime"), node.get("duration")
    if hits or not start or not length or max(len(start), len(length)) > 16:
        return
    if float(length) == 0:
        yield Hit("the soundbite has no length", value=length)
        return
    whole = seconds(node.item.value("itunes:duration")) if node.item is not None else None
    if whole and float(start) + float(length) > whole:
        yield Hit("the soundbite ends after the episode", value=f"{start} + {length} > {whole}")
    if not _SOUNDBITE[0] <= float(length) <= _SOUNDBITE[1]:
        yield Hit("a soundbite of 15 to 120 seconds is advised", value=length, severity="warn")


@rule(
    "P20",
    ERROR,
    "podcast-ns",
    on="podcast:alternateEnclosure",
    title="An alternate enclosure is complete, and stands beside an enclosure",
    why="It is another form of the same episode, never the only one, and says where it lies in a "
    "podcast:source.",
    good='<podcast:alternateEnclosure type="audio/opus" length="100">'
    '<podcast:source uri="https://media.example.com/1.opus"/></podcast:alternateEnclosure>',
    bad='<podcast:alternateEnclosure type="audio/opus"/>',
)
def alternate(node: Node, _: Document) -> Iterator[Hit]:
    """Yield what it lacks, and attributes of another form."""
    if node.first("podcast:source") is None:
        yield Hit("alternateEnclosure has no podcast:source", value=node.get("type"))
    item = node.parent
    if item is not None and item.name == "item" and item.first("enclosure") is None:
        yield Hit("alternateEnclosure stands in an item without an enclosure", value="")
    forms = (("type", MIME), ("length", WHOLE), ("bitrate", DECIMAL), ("height", POSITIVE))
    yield from _odd(node, forms)
    if "default" in node.attrs and node.get("default") not in _BOOLEANS:
        yield Hit("default of alternateEnclosure is not true or false", value=node.get("default"))
    if node.get("default") == "true" and item is not None:
        defaults = [a for a in item.each("podcast:alternateEnclosure") if _is_default(a)]
        if defaults[0] is not node:
            yield Hit("the item has more than one default alternateEnclosure", value="true")


def _is_default(node: Node) -> bool:
    return node.get("default") == "true"


@rule(
    "P21",
    ERROR,
    "podcast-ns",
    on="podcast:integrity",
    title="integrity is an SRI hash or a PGP signature",
    why="Only these two are defined; a hash of another form can not be checked.",
    good='<podcast:alternateEnclosure type="audio/opus"><podcast:source '
    'uri="https://media.example.com/1.opus"/><podcast:integrity type="sri" '
    f'value="sha256-{"A" * 43}="/></podcast:alternateEnclosure>',
    bad='<podcast:alternateEnclosure type="audio/opus"><podcast:source '
    'uri="https://media.example.com/1.opus"/><podcast:integrity type="md5" value="abc"/>'
    "</podcast:alternateEnclosure>",
)
def integrity(node: Node, _: Document) -> Complaints:
    """Return the type or hash that is none."""
    kind = node.get("type")
    if kind and kind not in ("sri", "pgp-signature"):
        return Hit(f"type {kind!r} of integrity is neither sri nor pgp-signature", value=kind)
    value = node.get("value")
    if kind == "sri" and value and not SRI.fullmatch(value):
        return Hit("value of integrity is no SRI hash", value=value)
    return None


@rule(
    "P22",
    ERROR,
    "podcast-ns",
    on="podcast:value",
    title="A value block has recipients with shares and addresses",
    why="Money goes where it says: shares that add up to nothing, or an address that is none, "
    "lose it.",
    good='<podcast:value type="lightning" method="keysend"><podcast:valueRecipient type="node" '
    f'address="{_KEY}" split="100"/></podcast:value>',
    bad=(
        '<podcast:value type="lightning" method="keysend"/>',
        (
            '<podcast:value type="lightning" method="keysend"><podcast:valueRecipient type="node" '
            f'address="{_KEY}" split="0"/></podcast:value>'
        ),
    ),
)
def value_block(node: Node, _: Document) -> Iterator[Hit]:
    """Yield what is wrong with the block or a recipient."""
    yield from _odd(node, (("suggested", DECIMAL),))
    recipients = list(node.each("podcast:valueRecipient"))
    if not recipients:
        yield Hit("podcast:value has no valueRecipient", value="")
        return
    shares = 0
    for recipient in recipients:
        split = recipient.get("split")
        if split and not WHOLE.fullmatch(split):
            yield Hit(f"split {split!r} is no whole number", node=recipient, value=split)
        shares += split not in ("", "0")
        if "fee" in recipient.attrs and recipient.get("fee") not in _BOOLEANS:
            yield Hit("fee is not true or false", node=recipient, value=recipient.get("fee"))
        address, kind = recipient.get("address"), recipient.get("type")
        if address and kind == "lnaddress" and not EMAIL.fullmatch(address):
            yield Hit("an lnaddress has the form user@host", node=recipient, value=address)
        keyed = kind == "node" and node.get("type") == "lightning"
        if address and keyed and not PUBLIC_KEY.fullmatch(address):
            yield Hit("a node's address has 66 hex digits", node=recipient, value=address)
    if not shares:
        yield Hit("the shares of podcast:value add up to 0", value="0")


@rule(
    "P23",
    ERROR,
    "podcast-ns",
    on="podcast:valueTimeSplit",
    title="A time split goes to one remote item or to recipients, not both",
    why="An app that finds both, or neither, does not know whom to pay for that stretch.",
    good='<podcast:value type="lightning" method="keysend"><podcast:valueRecipient type="node" '
    f'address="{_KEY}" split="100"/><podcast:valueTimeSplit startTime="60" duration="10">'
    '<podcast:remoteItem feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"/>'
    "</podcast:valueTimeSplit></podcast:value>",
    bad='<podcast:value type="lightning" method="keysend"><podcast:valueRecipient type="node" '
    f'address="{_KEY}" split="100"/><podcast:valueTimeSplit startTime="60" duration="10"/>'
    "</podcast:value>",
)
def time_split(node: Node, _: Document) -> Iterator[Hit]:
    """Yield a target that is not one, and times of another form."""
    remote = sum(1 for _item in node.each("podcast:remoteItem"))
    recipients = sum(1 for _item in node.each("podcast:valueRecipient"))
    if not (remote == 1 and not recipients) and not (recipients and not remote):
        said = f"{remote} remoteItem and {recipients} valueRecipient"
        yield Hit(f"valueTimeSplit holds {said}", value=said)
    names = ("startTime", "duration", "remoteStartTime", "remotePercentage")
    yield from _odd(node, tuple((name, DECIMAL) for name in names))
    percentage = node.get("remotePercentage")
    if DECIMAL.fullmatch(percentage) and len(percentage) < 16 and float(percentage) > 100:
        yield Hit("remotePercentage is above 100", value=percentage)


@rule(
    "P25",
    ERROR,
    "podcast-ns",
    on="podcast:liveItem",
    title="A live item has a status, times, title, guid, a link and a stream",
    why="Apps announce it by them; one whose app can not play the stream is sent to the link.",
    good='<podcast:liveItem status="live" start="2026-03-05T20:00:00Z"><title>Live</title>'
    '<guid isPermaLink="false">live-1</guid><podcast:contentLink href="https://www.example.com/l">'
    'Watch</podcast:contentLink><enclosure url="https://media.example.com/live.mp3" length="0" '
    'type="audio/mpeg"/></podcast:liveItem>',
    bad='<podcast:liveItem status="live" start="2026-03-05T20:00:00Z"><title>Live</title>'
    '<guid isPermaLink="false">live-1</guid><enclosure url="https://media.example.com/live.mp3" '
    'length="0" type="audio/mpeg"/></podcast:liveItem>',
)
def live(node: Node, _: Document) -> Iterator[Hit]:
    """Yield what it lacks, and values of another form."""
    status = node.get("status")
    if status and status not in _STATUSES:
        yield Hit(f"status {status!r} of liveItem is none", value=status)
    yield from _odd(node, (("start", ISO8601), ("end", ISO8601)))
    for name in ("title", "guid"):
        if not node.value(name):
            yield Hit(f"liveItem has no <{name}>", value="")
    if node.first("podcast:contentLink") is None:
        yield Hit("liveItem has no <podcast:contentLink>", value="")
    if node.first("enclosure") is None and node.first("podcast:alternateEnclosure") is None:
        yield Hit("liveItem has no enclosure", value="")


@rule(
    "P31",
    ERROR,
    "podcast-ns",
    on="podcast:image",
    title="width, height, aspect-ratio and type of an image have their forms",
    why="Apps choose among several images by them, before they load one.",
    good='<podcast:image href="https://cdn.example.com/wide.jpg" aspect-ratio="16/9"/>',
    bad='<podcast:image href="https://cdn.example.com/wide.jpg" aspect-ratio="16:9"/>',
)
def image(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes of another form."""
    forms = (("width", POSITIVE), ("height", POSITIVE), ("aspect-ratio", RATIO), ("type", MIME))
    return _odd(node, forms)


@rule(
    "P32",
    WARN,
    "podcast-ns",
    on="podcast:images",
    title="podcast:images has given way to podcast:image",
    why="New apps read podcast:image. Where it is kept for old ones, srcset lists https URLs with "
    "their widths.",
    good='<podcast:image href="https://cdn.example.com/wide.jpg" aspect-ratio="16/9"/>',
    bad='<podcast:images srcset="a.jpg 300w"/>',
)
def images(node: Node, _: Document) -> Iterator[Hit]:
    """Yield that it is there, and each part of another form."""
    yield Hit("podcast:images is deprecated, podcast:image replaces it", value="")
    # As HTML has it: a comma inside an address does not end it, one behind a width does.
    for part in _PARTS.split(node.get("srcset")):
        if part.strip() and not SRCSET_PART.fullmatch(part.strip()):
            yield Hit("a part of srcset is not an https URL with a width", value=part.strip())
