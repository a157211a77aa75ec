"""Facts of a series and its episodes that the Content API does not carry, and overrides.

Every key is optional: `None` or an empty list or table means "not said". What a later layer says
wins (`overlay`); `DEFAULTS` is the bottom layer. `feedgen.schema.Reader` fills these tables
from TOML and asks each for its `problems`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, cast

from msgspec import Meta

from feedgen.errors import did_you_mean
from feedgen.feed import categories as apple
from feedgen.feed import language as languages
from feedgen.feed.formats import (
    Country,
    Email,
    EmailName,
    Https,
    Label,
    Line,
    Mime,
    Table,
    Url,
    Uuid,
)
from feedgen.feed.tags import (
    AlternateEnclosure,
    Block,
    Chapter,
    Chat,
    ContentLink,
    Count,
    Funding,
    Instant,
    License,
    Location,
    Person,
    Picture,
    Positive,
    Publisher,
    RemoteItem,
    SocialInteract,
    Soundbite,
    Trailer,
    Transcript,
    Txt,
    UpdateFrequency,
    Value,
    role_problems,
)
from feedgen.feed.urls import ascii_url, is_http
from feedgen.feed.vocabulary import MEDIUMS

T = TypeVar("T")

Profile = Literal["modern", "art19-compat"]
EpisodeType = Literal["full", "trailer", "bonus"]
Paging = Literal["paged", "archived"]

# Whoever has it can work out the addresses of private feeds, so it is as long as a key.
Secret = Annotated[str, Meta(min_length=16)]
_FEED_NAME = re.compile(r"(?!(?:page|archive)-[0-9]+$)[a-z0-9]+(?:-[a-z0-9]+)*")

_DECADE = 87_660  # hours; an offset beyond it is a slip, and leads out of the calendar

# What may stand in braces in the address templates.
ENCLOSURE_FIELDS = frozenset({"id", "ext", "guid"})
CHAPTERS_FIELDS = frozenset({"id", "guid", "sha256"})
LINK_FIELDS = frozenset({"id", "ext", "guid", "slug", "series", "season", "number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Table):
    """Who owns the show (itunes:owner)."""

    name: Line | None = None
    email: Email | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotify(Table):
    """What only Spotify reads; `limit` is the number of newest episodes it shows."""

    country_of_origin: tuple[Country, ...] = ()
    limit: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEnclosure(Table):
    """The address of a stream; `length` is bytes, 0 for a stream."""

    url: Url
    type: Mime
    length: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveItem(Table):
    """A broadcast (podcast namespace: liveItem); a new `guid` means a new stream."""

    title: Line
    guid: Line
    status: Literal["pending", "live", "ended"]
    start: Instant
    end: Instant | None = None
    enclosure: LiveEnclosure
    content_links: tuple[ContentLink, ...]
    description: str | None = None
    link: Url | None = None
    explicit: bool | None = None
    image_url: Https | None = None
    people: tuple[Person, ...] = ()
    alternate_enclosures: tuple[AlternateEnclosure, ...] = ()
    social_interact: tuple[SocialInteract, ...] = ()
    chat: Chat | None = None
    value: tuple[Value, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; a broadcast needs a page and ends after it began."""
        yield from Table.problems(self)
        if not self.content_links:
            yield "content_links", "is empty; name at least one page where the broadcast runs"
        if self.end is not None and self.end <= self.start:
            yield "end", "is not after start"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSettings(Table):
    """Facts of one episode; `duration_seconds` is whole seconds, `enclosure_length` bytes.

    `itunes_title` is the bare title, if `title` carries a number or more (Apple shows it).
    """

    title: Line | None = None
    itunes_title: Line | None = None
    episode_number: Positive | None = None
    season: Positive | None = None
    season_name: Label | None = None
    episode_type: EpisodeType | None = None
    explicit: bool | None = None
    pub_date: Annotated[datetime, Meta(tz=True)] | None = None
    link: Url | None = None
    enclosure_url: Url | None = None
    enclosure_length: Positive | None = None
    enclosure_type: Mime | None = None
    duration_seconds: Positive | None = None
    image_url: Https | None = None
    image_alt: Line | None = None
    images: tuple[Picture, ...] = ()
    block: bool | None = None
    keywords: tuple[Line, ...] = ()
    people: tuple[Person, ...] | None = None
    transcripts: tuple[Transcript, ...] = ()
    chapters_url: Https | None = None
    chapters: tuple[Chapter, ...] = ()
    soundbites: tuple[Soundbite, ...] = ()
    alternate_enclosures: tuple[AlternateEnclosure, ...] = ()
    content_links: tuple[ContentLink, ...] = ()
    funding: tuple[Funding, ...] = ()
    location: tuple[Location, ...] = ()
    license: License | None = None
    social_interact: tuple[SocialInteract, ...] = ()
    chat: Chat | None = None
    txt: tuple[Txt, ...] = ()
    value: tuple[Value, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; chapters stand in the order of their times."""
        yield from Table.problems(self)
        starts = [chapter.start for chapter in self.chapters]
        if starts != sorted(starts):
            yield "chapters", "are not in the order of their start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Table):
    """A further feed of the same series: what is said here replaces what the series says.

    `delay_hours` moves every release; a feed that is early (less than 0) must be private.
    `seasons` and `episode_types` are those that stay in; empty means all. A private feed is
    blocked everywhere, has no hub and is not pinged: its address is its only key, and nobody can
    guess it unless a `feed_url` is set. `templates` is a folder as under `[templates]`, looked up
    before that; the golden feeds judge the templates of all feeds, those of one feed are judged
    by the rules and the contract when it is made. A podcast:guid is the feed's own unless
    `podcast_guid` says otherwise.
    """

    feed_url: Url | None = None
    podcast_guid: Uuid | None = None
    private: bool = False
    profile: Profile | None = None
    templates: str | None = None
    title: Line | None = None
    description: str | None = None
    image_url: Https | None = None
    footer: str | None = None
    enclosure_prefix: Url | None = None
    max_items: Positive | None = None
    page_size: Positive | None = None
    paging: Paging | None = None
    seasons: tuple[Positive, ...] = ()
    episode_types: tuple[EpisodeType, ...] = ()
    delay_hours: Annotated[float, Meta(ge=-_DECADE, le=_DECADE)] = 0

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what does not fit; nothing comes out early in public."""
        yield from Table.problems(self)
        if self.delay_hours < 0 and not self.private:
            yield "delay_hours", "is less than 0, and only a private feed may be early"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSettings(Table):
    """Facts of one series; `episodes` is keyed by the guid of an episode or its API id.

    `page_size` splits a feed that has grown too large into documents (RFC 5005), as `paging` says.
    `private_secret` is what the addresses of private feeds are worked out from.
    """

    # identity and moving
    feed_url: Url | None = None
    podcast_guid: Uuid | None = None
    new_feed_url: Url | None = None
    profile: Profile | None = None
    # in place of what the API says
    title: Line | None = None
    description: str | None = None
    author: Line | None = None
    owner: Owner | None = None
    managing_editor: EmailName | None = None
    copyright: Line | None = None
    link: Url | None = None
    language: str | None = None
    explicit: bool | None = None
    categories: tuple[str, ...] = ()
    image_url: Https | None = None
    image_alt: Line | None = None
    images: tuple[Picture, ...] = ()
    keywords: tuple[Line, ...] = ()
    people: tuple[Person, ...] | None = None
    credit_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # for Apple
    itunes_type: Literal["episodic", "serial"] | None = None
    number_by_date: bool | None = None
    complete: bool | None = None
    block: bool | None = None
    apple_verify: Line | None = None
    # media files
    enclosure_template: str | None = None
    enclosure_prefix: Url | None = None
    probe_media: bool | None = None
    item_link_template: str | None = None
    chapters_template: str | None = None
    chapters_from_media: bool | None = None
    legacy_images: bool | None = None
    inline_chapters: bool | None = None
    media_elements: bool | None = None
    # podcast namespace
    locked: bool | None = None
    locked_owner: Email | None = None
    medium: str | None = None
    license: License | None = None
    funding: tuple[Funding, ...] = ()
    location: tuple[Location, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    update_frequency: UpdateFrequency | None = None
    podroll: tuple[RemoteItem, ...] = ()
    remote_items: tuple[RemoteItem, ...] = ()
    publisher: Publisher | None = None
    social_interact: tuple[SocialInteract, ...] = ()
    chat: Chat | None = None
    txt: tuple[Txt, ...] = ()
    podcast_block: tuple[Block, ...] = ()
    value: tuple[Value, ...] = ()
    live_items: tuple[LiveItem, ...] = ()
    # delivery
    websub_hub: Url | None = None
    podping: bool | None = None
    max_items: Positive | None = None
    page_size: Positive | None = None
    paging: Paging | None = None
    footer: str | None = None
    private_secret: Secret | None = field(default=None, repr=False)
    feeds: Mapping[str, Variant] = field(default_factory=dict)
    spotify: Spotify | None = None
    episodes: Mapping[str, EpisodeSettings] = field(default_factory=dict)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield field and problem for everything that can not stand in a feed."""
        yield from Table.problems(self)
        if self.language is not None and languages.tag(self.language) is None:
            yield "language", f"{self.language!r} is no language tag such as en or pt-BR"
        if self.medium is not None and self.medium not in MEDIUMS:
            hint = did_you_mean(self.medium, sorted(MEDIUMS))
            yield "medium", f"no medium {self.medium!r}; {hint}"
        for problem in apple.problems(self.categories):
            yield "categories", problem
        for credit, pair in self.credit_roles.items():
            if pair and len(pair) != 2:
                yield "credit_roles", f"{credit} needs [group, role], or [] to leave it out"
            elif pair:
                for _, problem in role_problems(*pair):
                    yield "credit_roles", f"{credit}: {problem}"
        if self.enclosure_prefix and not self.enclosure_prefix.endswith("/"):
            yield "enclosure_prefix", "does not end in a slash"
        for name in self.feeds:
            if not _FEED_NAME.fullmatch(name):
                yield (
                    "feeds",
                    f"{name!r} is no name for a feed: take a-z, 0-9 and '-' between them",
                )
        said = [self.feed_url, *(variant.feed_url for variant in self.feeds.values())]
        addresses = [address for address in said if address]
        if len(set(addresses)) < len(addresses):
            yield "feeds", "two feeds have the same feed_url"
        yield from _template("enclosure_template", self.enclosure_template, ENCLOSURE_FIELDS)
        yield from _template("chapters_template", self.chapters_template, CHAPTERS_FIELDS)
        yield from _template("item_link_template", self.item_link_template, LINK_FIELDS)


DEFAULTS = SeriesSettings(
    profile="modern",
    itunes_type="episodic",
    enclosure_template="https://rss.art19.com/episodes/{id}.{ext}",
    probe_media=True,
    locked=True,
    medium="podcast",
)


def overlay(base: SeriesSettings, over: SeriesSettings) -> SeriesSettings:
    """Return `base` with everything that `over` says in its place.

    Tables with free keys (`episodes`, `credit_roles`) and the tables `owner` and `spotify` are
    overlaid key by key; lists and all other tables are replaced whole.
    """
    return _overlaid(base, over)


def _overlaid(base: T, over: T) -> T:
    changes: dict[str, Any] = {}
    for each in dataclasses.fields(cast("Any", base)):
        below, above = getattr(base, each.name), getattr(over, each.name)
        # an empty list of people is said on purpose: nobody is named
        if above or above is False or (each.name == "people" and above is not None):
            changes[each.name] = _merged(below, above)
    return dataclasses.replace(cast("Any", base), **changes) if changes else base


def _merged(below: object, above: object) -> object:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        both = below.keys() & above.keys()
        return {**below, **above, **{key: _merged(below[key], above[key]) for key in both}}
    if isinstance(below, (Owner, Spotify, EpisodeSettings)) and type(below) is type(above):
        return _overlaid(below, above)
    return above


def _template(name: str, text: str | None, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    if text is None:
        return
    for found in re.findall(r"\{([^{}]*)\}", text):
        if found not in known:
            yield name, f"unknown field {{{found}}}; {did_you_mean(found, sorted(known))}"
    bare = re.sub(r"\{[^{}]*\}", "x", text)
    if "{" in bare or "}" in bare:
        yield name, "has a brace without its partner"
    elif not is_http(ascii_url(bare)):
        yield name, "is not an absolute http(s) address"
