"""What a template sees: every value decided, cut to its limit and clean; only its place is open.

Text holds what XML allows, addresses are ASCII URIs, instants are aware and in UTC. Elements that
go from the settings into the feed unchanged keep their classes (`feedgen.feed.tags`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from feedgen.feed.tags import (
        AlternateEnclosure,
        Block,
        Chapter,
        Chat,
        ContentLink,
        Funding,
        License,
        Location,
        Person,
        Picture,
        Publisher,
        RemoteItem,
        SocialInteract,
        Soundbite,
        Trailer,
        Transcript,
        Txt,
        UpdateFrequency,
        Value,
    )
    from feedgen.model import Artwork
    from feedgen.settings import EpisodeType, LiveItem, Profile, Spotify

# Prefix → URI, compared as plain strings by readers.
NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "psc": "http://podlove.org/simple-chapters",
    "spotify": "http://www.spotify.com/ns/rss",
    "fh": "http://purl.org/syndication/history/1.0",
}
ALWAYS = ("itunes", "atom", "content", "podcast")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Show notes: what goes into `description`, and the whole of it for `content:encoded`.

    `description` takes at most 4,000 bytes; `is_html` says whether it is markup or plain text.
    `full` is markup, `""` if `description` says everything.
    """

    description: str
    is_html: bool = False
    full: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of Apple's with the subcategories named inside it."""

    name: str
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who owns the show."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link from one document of a feed to another (RFC 5005)."""

    rel: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """An enclosure: address, bytes (0 if unknown) and media type."""

    url: str
    length: int
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTags:
    """The podcast elements an item may have; one object, so that most items have none."""

    transcripts: tuple[Transcript, ...] = ()
    chapters_url: str = ""
    soundbites: tuple[Soundbite, ...] = ()
    people: tuple[Person, ...] = ()
    location: tuple[Location, ...] = ()
    license: License | None = None
    images: tuple[Picture, ...] = ()
    srcset: str = ""
    alternate_enclosures: tuple[AlternateEnclosure, ...] = ()
    content_links: tuple[ContentLink, ...] = ()
    social_interact: tuple[SocialInteract, ...] = ()
    chat: Chat | None = None
    txt: tuple[Txt, ...] = ()
    funding: tuple[Funding, ...] = ()
    value: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An episode in the feed; `duration` is whole seconds, `None` if unknown.

    `itunes_title` is `""` if it is the title.

    `inline_chapters` and `media` ask for elements of the psc and media namespaces.
    """

    episode_id: str
    title: str
    notes: Notes
    guid: str
    pub_date: datetime
    enclosure: MediaFile
    itunes_title: str = ""
    summary: str = ""
    link: str = ""
    explicit: bool = False
    image: Artwork | None = None
    duration: int | None = None
    episode_type: EpisodeType = "full"
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    block: bool = False
    keywords: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    inline_chapters: bool = False
    media: bool = False
    tags: ItemTags | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A whole feed; `item_list` is newest first."""

    profile: Profile
    namespaces: Mapping[str, str]
    self_url: str
    title: str
    notes: Notes
    generator: str
    last_build_date: datetime | None
    link: str
    language: str
    author: str
    explicit: bool
    categories: tuple[Category, ...]
    itunes_type: str
    image: Artwork
    podcast_guid: str
    item_list: tuple[Item, ...]
    summary: str = ""
    hub: str = ""
    pages: tuple[PageLink, ...] = ()
    history: Literal["", "complete", "archive"] = ""
    managing_editor: str = ""
    copyright: str = ""
    new_feed_url: str = ""
    block: bool = False
    complete: bool = False
    apple_verify: str = ""
    owner: Contact | None = None
    keywords: tuple[str, ...] = ()
    locked: bool = True
    locked_owner: str = ""
    medium: str = ""
    license: License | None = None
    funding: tuple[Funding, ...] = ()
    people: tuple[Person, ...] = ()
    location: tuple[Location, ...] = ()
    images: tuple[Picture, ...] = ()
    srcset: str = ""
    trailers: tuple[Trailer, ...] = ()
    update_frequency: UpdateFrequency | None = None
    podroll: tuple[RemoteItem, ...] = ()
    remote_items: tuple[RemoteItem, ...] = ()
    publisher: Publisher | None = None
    social_interact: tuple[SocialInteract, ...] = ()
    chat: Chat | None = None
    txt: tuple[Txt, ...] = ()
    podcast_block: tuple[Block, ...] = ()
    podping: bool = False
    value: tuple[Value, ...] = ()
    spotify: Spotify | None = None
    live_items: tuple[LiveItem, ...] = ()
