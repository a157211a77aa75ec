"""Elements of the podcast namespace that say in a feed what they say in the settings.

One class per element, its fields named as the attributes. The settings read them from TOML, the
templates write them; source of every limit: the namespace's document of the same name
(https://podcastindex.org/namespace/1.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from feedgen.errors import did_you_mean
from feedgen.feed.formats import (
    EMAIL,
    SRI,
    Country,
    Free,
    Geo,
    Host,
    Https,
    Label,
    Lang,
    Line,
    Mime,
    Osm,
    Ratio,
    RRule,
    Short,
    Table,
    Uri,
    Url,
    Uuid,
)
from feedgen.feed.urls import extension
from feedgen.feed.vocabulary import (
    LICENSES,
    MEDIUMS,
    ROLES,
    SERVICES,
    TRANSCRIPT_TYPES,
    ChatProtocol,
    SocialProtocol,
    TranscriptType,
)

Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(Table):
    """Where listeners can pay, and the words on the button."""

    url: Https
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Table):
    """Somebody who took part; group and role are a pair of the namespace's taxonomy."""

    name: Label
    group: str = "cast"
    role: str = "host"
    img: Https | None = None
    href: Https | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit, the pair of group and role included."""
        yield from Table.problems(self)
        yield from role_problems(self.group, self.role)


def role_problems(group: str, role: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a pair of group and role (podcast namespace: person)."""
    if group not in ROLES:
        yield "group", f"no group {group!r}; {did_you_mean(group, list(ROLES))}"
    elif role not in ROLES[group]:
        yield "role", f"no role {role!r} in {group!r}; {did_you_mean(role, ROLES[group])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Table):
    """A place the show is about (`subject`) or made at (`creator`)."""

    name: Label
    rel: Literal["subject", "creator"] | None = None
    geo: Geo | None = None
    osm: Osm | None = None
    country: Country | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class License(Table):
    """A listed licence, or one's own with the address of its text."""

    id: Label
    url: Https | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; a licence that is not listed needs an address."""
        yield from Table.problems(self)
        if self.url is None and self.id.lower() not in LICENSES:
            yield "url", f"is missing; only {', '.join(sorted(LICENSES))} go without an address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer(Table):
    """A preview of the show; `length` is bytes."""

    title: Label
    url: Https
    pubdate: Instant
    length: Count | None = None
    type: Mime | None = None
    season: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFrequency(Table):
    """How often episodes come, in words and as a recurrence rule (RFC 5545)."""

    label: Label
    rrule: RRule | None = None
    dtstart: Instant | None = None
    complete: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; a rule that counts needs a beginning."""
        yield from Table.problems(self)
        if self.rrule and "COUNT=" in self.rrule and self.dtstart is None:
            yield "dtstart", "is missing; a rule with COUNT needs a beginning"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteItem(Table):
    """Another feed, or one item of it."""

    feed_guid: Uuid
    feed_url: Https | None = None
    item_guid: Line | None = None
    medium: str | None = None
    title: Line | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; the medium must be a listed one."""
        yield from Table.problems(self)
        if self.medium is not None and self.medium not in MEDIUMS:
            yield "medium", f"no medium {self.medium!r}; {did_you_mean(self.medium, _mediums())}"


def _mediums() -> list[str]:
    return sorted(MEDIUMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher(Table):
    """The feed of the publisher this show belongs to; that feed must point back."""

    feed_guid: Uuid
    feed_url: Https | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialInteract(Table):
    """The post under which listeners talk; `disabled` allows no other attribute."""

    protocol: SocialProtocol
    uri: Uri | None = None
    account_id: Line | None = None
    account_url: Https | None = None
    priority: Count | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; every protocol but `disabled` needs an address."""
        yield from Table.problems(self)
        others = (self.uri, self.account_id, self.account_url, self.priority)
        if self.protocol == "disabled":
            if any(each is not None for each in others):
                yield "protocol", "disabled stands alone: leave the other keys out"
        elif self.uri is None:
            yield "uri", "is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat(Table):
    """The room where listeners talk while they listen."""

    server: Host
    protocol: ChatProtocol
    account_id: Line | None = None
    space: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Txt(Table):
    """Free text for a purpose, mostly a token that proves ownership."""

    value: Free
    purpose: Label | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; whether a machine spoke is said by true or false."""
        yield from Table.problems(self)
        if self.purpose == "ai-content" and self.value not in ("true", "false"):
            yield "value", f"{self.value!r} is neither true nor false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Table):
    """Whether a platform may take the feed; without `id` it is said to all."""

    value: Literal["yes", "no"]
    id: str | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield a service that is not listed."""
        if self.id is not None and self.id not in SERVICES:
            yield "id", f"no service {self.id!r}; {did_you_mean(self.id, sorted(SERVICES))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Table):
    """A picture beside the artwork; sizes are pixels, `purpose` tokens apart by spaces."""

    href: Https
    alt: Line | None = None
    aspect_ratio: Ratio | None = None
    width: Positive | None = None
    height: Positive | None = None
    type: Mime | None = None
    purpose: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript(Table):
    """A transcript; without `type` the ending of the address says it."""

    url: Https
    type: TranscriptType | None = None
    language: Lang | None = None
    rel: Literal["captions"] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; without a type the ending must be a known one."""
        yield from Table.problems(self)
        if self.type is None and extension(self.url) not in TRANSCRIPT_TYPES:
            yield (
                "type",
                "is missing, and the address ends in none of "
                + ", ".join(f".{ending}" for ending in TRANSCRIPT_TYPES),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundbite(Table):
    """A part worth quoting, in seconds; no label means the title of the episode."""

    start: Seconds
    duration: Annotated[float, Meta(gt=0)]
    label: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter(Table):
    """A chapter; `start` and `end` are seconds, `toc = false` leaves it out of the list."""

    start: Seconds
    title: Line | None = None
    url: Url | None = None
    img: Https | None = None
    end: Seconds | None = None
    toc: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Table):
    """Where an alternate enclosure lies; `content_type` if the address leads to another type."""

    uri: Uri
    content_type: Mime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity(Table):
    """A W3C integrity string (`sri`) or a signature in base64."""

    type: Literal["sri", "pgp-signature"]
    value: Line

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; an integrity string has a form of its own."""
        yield from Table.problems(self)
        if self.type == "sri" and not SRI.fullmatch(self.value):
            yield "value", f"{self.value!r} is not a W3C integrity string"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternateEnclosure(Table):
    """The same episode in another form; `length` bytes, `bitrate` bits a second."""

    type: Mime
    sources: tuple[Source, ...]
    length: Count | None = None
    bitrate: Seconds | None = None
    height: Positive | None = None
    lang: Lang | None = None
    title: Short | None = None
    rel: Short | None = None
    codecs: Line | None = None
    default: bool | None = None
    integrity: Integrity | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; an enclosure lies somewhere."""
        yield from Table.problems(self)
        if not self.sources:
            yield "sources", "is empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentLink(Table):
    """The same content elsewhere, a video page for example."""

    href: Https
    label: Line


_ADDRESS = {"node": re.compile("[0-9a-fA-F]{66}"), "lnaddress": EMAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Table):
    """Somebody who gets `split` shares of a payment."""

    type: Literal["node", "lnaddress"]
    address: Line
    split: Count
    name: Line | None = None
    custom_key: Line | None = None
    custom_value: Line | None = None
    fee: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; each type has its form of address."""
        yield from Table.problems(self)
        if not _ADDRESS[self.type].fullmatch(self.address):
            wanted = "66 hex digits" if self.type == "node" else "of the form name@example.com"
            yield "address", f"{self.address!r} is not {wanted}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit(Table):
    """Other recipients for a part of the episode: a remote item or a list, not both. Seconds."""

    start: Seconds
    duration: Seconds
    remote_start: Seconds | None = None
    remote_percentage: Annotated[int, Meta(ge=0, le=100)] | None = None
    remote_item: RemoteItem | None = None
    recipients: tuple[Recipient, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; exactly one kind of receiver is named."""
        if (self.remote_item is None) == (not self.recipients):
            yield "recipients", "name either one remote_item or at least one recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Table):
    """How listeners' payments are shared out."""

    recipients: tuple[Recipient, ...]
    type: Line = "lightning"
    method: Literal["keysend", "amp", "lnaddress"] = "keysend"
    suggested: Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?$")] | None = None
    time_splits: tuple[TimeSplit, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; somebody must receive."""
        yield from Table.problems(self)
        if not self.recipients:
            yield "recipients", "is empty"
