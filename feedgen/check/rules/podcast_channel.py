"""The podcast namespace about the show: identity, place, licence, rhythm, relations, services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.values import (
    EMAIL,
    GEO,
    HOST,
    ISO8601,
    MIME,
    OSM,
    POSITIVE,
    RRULE,
    UUID,
    UUID_V5,
    WHOLE,
    moment,
)
from feedgen.check.vocabulary import (
    CHAT_PROTOCOLS,
    COUNTRY_CODES,
    LICENCES,
    MEDIUMS,
    SERVICES,
    SOCIAL_PROTOCOLS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_BOOLEANS = ("true", "false")


@rule(
    "P07",
    ERROR,
    "podcast-ns psp1",
    on="podcast:guid",
    title="podcast:guid is a UUID, version 5",
    why="It is the show's identity, whatever its address. A show that has one keeps it; a valid "
    "UUID of another version is only warned about.",
    good="<podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid>",
    bad="<podcast:guid>y0ur-gu1d</podcast:guid>",
)
def guid(node: Node, _: Document) -> Complaints:
    """Return the guid that is none."""
    value = node.text.strip()
    if not value or UUID_V5.fullmatch(value):
        return None
    if UUID.fullmatch(value):
        return Hit("podcast:guid is a UUID, but not of version 5", severity="warn")
    return "podcast:guid is no UUID"


@rule(
    "P08",
    ERROR,
    "podcast-ns psp1",
    on="podcast:locked podcast:block",
    title="podcast:locked and podcast:block are yes or no",
    why="Another word leaves it to the other host whether it may import the show.",
    good='<podcast:locked owner="owner@example.com">yes</podcast:locked>',
    bad=(
        "<podcast:locked>true</podcast:locked>",
        '<podcast:locked owner="Example Media">yes</podcast:locked>',
    ),
)
def locked(node: Node, _: Document) -> Complaints:
    """Return the word that is neither, or the owner that is no address."""
    value = node.text.strip()
    if value and value not in ("yes", "no"):
        return f"{node.name} is {value!r}, not yes or no"
    owner = node.get("owner")
    if "owner" in node.attrs and not EMAIL.fullmatch(owner):
        return Hit("owner of podcast:locked is no e-mail address", value=owner)
    return None


@rule(
    "P09",
    WARN,
    "podcast-ns",
    on="channel",
    title="podcast:block names known services, each once",
    why="A service looks for its own slug; `googlepodcasts` blocks nobody.",
    good='<podcast:block id="google">yes</podcast:block>',
    bad='<podcast:block id="googlepodcasts">yes</podcast:block>',
)
def blocked(channel: Node, _: Document) -> Iterator[Hit]:
    """Yield the services that do not exist or are named twice."""
    seen: set[str] = set()
    for node in channel.each("podcast:block"):
        slug = node.get("id")
        if slug and slug not in SERVICES:
            yield Hit(f"podcast:block names the unknown service {slug!r}", node=node, value=slug)
        if slug in seen:
            named = f"for {slug}" if slug else "for everybody"
            yield Hit(f"podcast:block stands twice {named}", node=node)
        seen.add(slug)


@rule(
    "P12",
    ERROR,
    "podcast-ns",
    on="podcast:location",
    title="rel, geo, osm and country of a location have their forms",
    why="Apps draw a map from them; the longitude's sign is easily lost.",
    good='<podcast:location rel="subject" geo="geo:30.27,-97.74" osm="R113314" country="US">'
    "Austin</podcast:location>",
    bad=(
        '<podcast:location geo="30.27,-97.74">Austin</podcast:location>',
        '<podcast:location country="UK">London</podcast:location>',
    ),
)
def location(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes of another form."""
    attrs = node.attrs
    if "rel" in attrs and node.get("rel") not in ("subject", "creator"):
        yield Hit("rel of podcast:location is neither subject nor creator", value=node.get("rel"))
    if "geo" in attrs:
        match = GEO.fullmatch(node.get("geo"))
        if match is None:
            yield Hit("geo of podcast:location is no geo: URI", value=node.get("geo"))
        elif abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            yield Hit("geo of podcast:location is not on Earth", value=node.get("geo"))
    if "osm" in attrs and not OSM.fullmatch(node.get("osm")):
        yield Hit("osm of podcast:location is not N, W or R and a number", value=node.get("osm"))
    country = node.get("country")
    if "country" in attrs and country not in COUNTRY_CODES:
        known = country.upper() in COUNTRY_CODES
        said = "is not in upper case" if known else "is no ISO 3166-1 code"
        yield Hit(f"country of podcast:location {said}", value=country)


@rule(
    "P15",
    ERROR,
    "podcast-ns",
    on="podcast:trailer",
    title="pubdate, length, type and season of a trailer have their forms",
    why="The newest pubdate is played first; it is written as RFC 2822 has it, and the attribute "
    "all in lower case.",
    good='<podcast:trailer pubdate="Mon, 02 Feb 2026 10:00:00 +0000" length="1234567" '
    'url="https://media.example.com/t.mp3" type="audio/mpeg">Trailer</podcast:trailer>',
    bad='<podcast:trailer pubdate="2026-02-02" url="https://media.example.com/t.mp3">Trailer'
    "</podcast:trailer>",
)
def trailer(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes of another form."""
    date = node.get("pubdate")
    if date and moment(date) is None:
        yield Hit("pubdate of podcast:trailer is no RFC 2822 date", value=date)
    for name, pattern in (("length", WHOLE), ("season", POSITIVE), ("type", MIME)):
        if name in node.attrs and not pattern.fullmatch(node.get(name)):
            yield Hit(f"{name} of podcast:trailer is {node.get(name)!r}", value=node.get(name))


@rule(
    "P16",
    ERROR,
    "podcast-ns",
    on="podcast:license",
    title="A licence is a known one, or has a url",
    why="A name alone tells nobody what is allowed.",
    good="<podcast:license>cc-by-4.0</podcast:license>",
    bad="<podcast:license>my-licence</podcast:license>",
)
def licence(node: Node, _: Document) -> Complaints:
    """Return the licence nobody can look up."""
    value = node.text.strip()
    if not value or node.get("url") or value.lower() in LICENCES:
        return None
    return "the licence is none of the namespace's and has no url"


@rule(
    "P24",
    ERROR,
    "podcast-ns",
    on="document",
    title="podcast:medium is a known one, and lists and publishers refer instead of carrying",
    why="An app that meets a list expects remoteItem elements and no episodes.",
    good="<podcast:medium>podcast</podcast:medium>",
    bad=(
        "<podcast:medium>musicL</podcast:medium>",
        "<podcast:medium>radio</podcast:medium>",
        (
            '<podcast:podroll><podcast:remoteItem feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c" '
            'medium="radio"/></podcast:podroll>'
        ),
    ),
)
def medium(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield unknown mediums, and what a list or publisher feed holds or lacks."""
    channel = doc.channel
    if channel is None:
        return
    for node, value in _mediums(channel):
        # The last thing of a document that broke off may be half a word.
        if value not in MEDIUMS and not (doc.torn and node is channel.children[-1]):
            yield Hit(f"{value!r} is no medium of the podcast namespace", node=node, value=value)
    value = channel.value("podcast:medium")
    if value in MEDIUMS and (value.endswith("L") or value in ("mixed", "publisher")):
        own = channel.first("podcast:medium")
        if doc.entries:
            yield Hit(f"a feed of medium {value} has items", node=own)
        if not any(True for _node in channel.each("podcast:remoteItem")) and not doc.torn:
            yield Hit(f"a feed of medium {value} has no podcast:remoteItem", node=own)


def _mediums(channel: Node) -> Iterator[tuple[Node, str]]:
    holders = [channel, *channel.each("podcast:podroll"), *channel.each("podcast:publisher")]
    for node in channel.each("podcast:medium"):
        if node.text.strip():
            yield node, node.text.strip()
    for holder in holders:
        for node in holder.each("podcast:remoteItem"):
            if "medium" in node.attrs:
                yield node, node.get("medium")


@rule(
    "P26",
    ERROR,
    "podcast-ns",
    on="podcast:socialInteract",
    title="protocol and priority of socialInteract are known ones",
    why="The protocol tells an app how to show the comments; disabled stands alone.",
    good='<podcast:socialInteract protocol="activitypub" uri="https://social.example.com/@a/1"/>',
    bad=(
        '<podcast:socialInteract protocol="mastodon" uri="https://social.example.com/@a/1"/>',
        '<podcast:socialInteract protocol="disabled" uri="https://social.example.com/@a/1"/>',
    ),
)
def comments(node: Node, _: Document) -> Iterator[Hit]:
    """Yield what an app could not use."""
    protocol = node.get("protocol")
    if protocol and protocol not in SOCIAL_PROTOCOLS:
        yield Hit(f"protocol {protocol!r} of socialInteract is unknown", value=protocol)
    if "priority" in node.attrs and not WHOLE.fullmatch(node.get("priority")):
        yield Hit("priority of socialInteract is no whole number", value=node.get("priority"))
    if protocol == "disabled" and (len(node.attrs) > 1 or node.text.strip()):
        yield Hit("socialInteract is disabled and says more", value=", ".join(node.attrs))


@rule(
    "P27",
    ERROR,
    "podcast-ns",
    on="podcast:chat",
    title="protocol of chat is a known one, server a bare host name",
    why="An app adds scheme and path itself, by the protocol.",
    good='<podcast:chat server="irc.example.com" protocol="irc"/>',
    bad='<podcast:chat server="https://irc.example.com" protocol="irc"/>',
)
def chat(node: Node, _: Document) -> Iterator[Hit]:
    """Yield a protocol or server that is none."""
    protocol, server = node.get("protocol"), node.get("server")
    if protocol and protocol not in CHAT_PROTOCOLS:
        yield Hit(f"protocol {protocol!r} of chat is unknown", value=protocol)
    if server and not HOST.fullmatch(server):
        yield Hit("server of chat is no bare host name", value=server)


@rule(
    "P28",
    ERROR,
    "podcast-ns",
    on="podcast:remoteItem podcast:podroll podcast:publisher",
    title="References to other feeds are complete",
    why="A podroll refers to at least one feed, a publisher element to exactly one, by its guid.",
    good='<podcast:podroll><podcast:remoteItem feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"/>'
    "</podcast:podroll>",
    bad=(
        "<podcast:podroll/>",
        '<podcast:podroll><podcast:remoteItem feedGuid="podnews"/></podcast:podroll>',
        "<podcast:publisher/>",
    ),
)
def references(node: Node, _: Document) -> Complaints:
    """Return what the reference lacks."""
    if node.name == "podcast:remoteItem":
        value = node.get("feedGuid")
        if value and not UUID.fullmatch(value):
            return Hit("feedGuid of remoteItem is no UUID", value=value)
        return None
    found = list(node.each("podcast:remoteItem"))
    if node.name == "podcast:podroll":
        return None if found else "podroll refers to no feed"
    if len(found) != 1:
        return f"publisher refers to {len(found) or 'no'} feeds, not one"
    if found[0].get("medium") != "publisher":
        return Hit('the remoteItem of publisher has no medium="publisher"', node=found[0])
    return None


@rule(
    "P29",
    ERROR,
    "podcast-ns",
    on="podcast:updateFrequency",
    title="rrule, dtstart and complete of updateFrequency have their forms",
    why="The rule is one of RFC 5545, for machines; the text is for people.",
    good='<podcast:updateFrequency rrule="FREQ=WEEKLY">Weekly</podcast:updateFrequency>',
    bad=(
        '<podcast:updateFrequency rrule="weekly">Weekly</podcast:updateFrequency>',
        '<podcast:updateFrequency rrule="FREQ=WEEKLY;COUNT=5">Five</podcast:updateFrequency>',
    ),
)
def rhythm(node: Node, _: Document) -> Iterator[Hit]:
    """Yield the attributes of another form."""
    rrule = node.get("rrule")
    if "complete" in node.attrs and node.get("complete") not in _BOOLEANS:
        message = "complete of updateFrequency is not true or false"
        yield Hit(message, value=node.get("complete"))
    if "dtstart" in node.attrs and not ISO8601.fullmatch(node.get("dtstart")):
        yield Hit("dtstart of updateFrequency is no ISO 8601 date", value=node.get("dtstart"))
    if "rrule" in node.attrs:
        if not RRULE.fullmatch(rrule) or "FREQ=" not in rrule:
            yield Hit("rrule of updateFrequency is no RFC 5545 rule", value=rrule)
        elif "COUNT=" in rrule and not node.get("dtstart"):
            yield Hit("a rule with COUNT needs dtstart", value=rrule)


@rule(
    "P30",
    ERROR,
    "podcast-ns",
    on="podcast:podping podcast:txt",
    title="usesPodping, and a txt about ai-content, are true or false",
    why="Machines read them; another word is no answer.",
    good='<podcast:podping usesPodping="true"/>',
    bad=(
        '<podcast:podping usesPodping="yes"/>',
        '<podcast:txt purpose="ai-content">partly</podcast:txt>',
    ),
)
def true_or_false(node: Node, _: Document) -> Complaints:
    """Return the word that is neither."""
    if node.name == "podcast:podping":
        value = node.get("usesPodping")
        if value and value not in _BOOLEANS:
            return Hit(f"usesPodping is {value!r}, not true or false", value=value)
        return None
    if node.get("purpose") != "ai-content" or node.text.strip() in _BOOLEANS:
        return None
    return "podcast:txt about ai-content is not true or false"
