"""What may stand in the files of a catalogue: one dataclass for each table.

The names are those of the attributes of the API wherever it has one. `feedgen/sample/README.md`
explains the format with examples; `feedgen.content.show` reads it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from feedgen.settings import EpisodeSettings, SeriesSettings

Problems = Iterator[tuple[str, str]]
Moment = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1)]
Status = Literal["active", "inactive"]
CreditType = Literal[
    "AnchorCredit",
    "AssociateProducerCredit",
    "AuthorCredit",
    "CastCredit",
    "CoHostCredit",
    "ComposerCredit",
    "CreatorCredit",
    "Credit",
    "DirectorCredit",
    "EditorCredit",
    "EngineerCredit",
    "ExecutiveProducerCredit",
    "GuestCoHostCredit",
    "GuestCredit",
    "GuestHostCredit",
    "HeadWriterCredit",
    "HostCredit",
    "ProducerCredit",
    "ReporterCredit",
    "SeniorProducerCredit",
    "SidekickCredit",
    "VideoProducerCredit",
    "WriterCredit",
]

_SLUG = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")


def slug_problem(slug: str) -> str:
    """Return what is wrong with `slug` as a part of addresses and file names, `""` if nothing."""
    if _SLUG.fullmatch(slug) and len(slug) <= 100:
        return ""
    return f"{slug!r} can not be a slug: small letters a-z, digits and hyphens, at most 100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The part of a picture that is used, in upright pixels of the original."""

    left: float
    top: float
    width: float
    height: float

    def problems(self) -> Problems:
        """Name every side that is no number; what lies outside the picture shows when cutting."""
        for each in fields(self):
            if not math.isfinite(getattr(self, each.name)):
                yield each.name, "expected a finite number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture file, its path relative to the file that names it."""

    file: Text
    crop: Crop | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What every entry may say of itself; `feedgen.content.identity` fills the gaps."""

    id: UUID | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def problems(self) -> Problems:
        """Name every moment outside the years the API and RFC 2822 can write."""
        for each in fields(self):
            moment = getattr(self, each.name)
            if isinstance(moment, datetime) and not 1900 <= moment.year <= 9998:
                yield each.name, "the year must lie between 1900 and 9998"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described(Dated):
    """A description: written here, or in a text or HTML file beside."""

    description: str = ""
    description_is_html: bool | None = None
    description_file: Text | None = None

    def problems(self) -> Problems:
        """Name a description that stands in two places."""
        yield from Dated.problems(self)
        if self.description and self.description_file:
            yield "description_file", "give either description or description_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditEntry(Dated):
    """What a person did: `person` is a name of `people.toml`."""

    person: Text
    type: CreditType


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(Described):
    """A cover, credits and classifications: series, seasons and episodes may have them.

    A genre stands with its parents: `Comedy: Standup`. The first of each kind is the primary one.
    """

    cover: Picture | None = None
    credits: tuple[CreditEntry, ...] = ()
    genres: tuple[Text, ...] = ()
    industries: tuple[Text, ...] = ()
    alternate_feed_types: tuple[Text, ...] = ()
    language: Text | None = None
    rating: Text | None = None

    def classifications(self) -> Iterator[tuple[str, str]]:
        """Yield type and path of each classification, in the order of their positions."""
        yield from (("Genre", genre) for genre in self.genres)
        if self.language:
            yield "Language", self.language
        if self.rating:
            yield "MediaRating", self.rating
        yield from (("Industry", industry) for industry in self.industries)
        yield from (("AlternateFeedType", each) for each in self.alternate_feed_types)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkEntry(Described):
    """One table of `networks.toml`; `parent` is the name of another."""

    name: Text
    slug: str = ""
    copyright: str = ""
    parent: Text | None = None
    cover: Picture | None = None
    public_email: str = ""
    public_page_enabled: bool = False
    website_url: str = ""
    facebook_url: str = ""
    instagram_url: str = ""
    linkedin_url: str = ""
    tumblr_url: str = ""
    twitter_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry(Dated):
    """One table of `people.toml`."""

    first_name: str = ""
    last_name: str = ""
    biography: str = ""
    public_email: str = ""
    born: date | None = None
    died: date | None = None
    from_country: str = ""
    from_locality: str = ""
    from_region: str = ""
    avatar: Picture | None = None

    def problems(self) -> Problems:
        """Name a person nobody could name."""
        yield from Dated.problems(self)
        if not (self.first_name or self.last_name):
            yield "", "needs a first_name or a last_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonEntry(Attached):
    """One `[[seasons]]`: episodes refer to its `number`, or to its `key` if it has no number."""

    number: Annotated[int, Meta(ge=1, le=9999)] | None = None
    key: Text | None = None
    title: str = ""
    status: Status = "active"

    @property
    def place(self) -> str:
        """The name of the season in its series, for ever."""
        return self.key or str(self.number)

    def problems(self) -> Problems:
        """Name a season no episode could refer to."""
        yield from Attached.problems(self)
        if self.number is None and self.key is None:
            yield "number", "a season needs a number, or a key if it has none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesEntry(Attached):
    """A whole `series.toml`."""

    slug: str = ""
    title: Text
    public_title: str = ""
    status: Status = "active"
    network: Text | None = None
    rss_author: str = ""
    rss_copyright: str = ""
    rss_email: str = ""
    rss_owner: str = ""
    website_url: str = ""
    public_page_enabled: bool = True
    amazon_subscription_badge_enabled: bool | None = None
    itunes_subscription_badge_enabled: bool | None = None
    spotify_subscription_badge_enabled: bool | None = None
    stitcher_subscription_badge_enabled: bool | None = None
    amazon_subscription_url: str = ""
    castbox_subscription_url: str = ""
    facebook_url: str = ""
    google_subscription_url: str = ""
    iheart_subscription_url: str = ""
    instagram_url: str = ""
    itunes_subscription_url: str = ""
    linkedin_url: str = ""
    pocket_casts_subscription_url: str = ""
    podcast_subscription_url: str = ""
    radio_public_subscription_url: str = ""
    spotify_subscription_url: str = ""
    stitcher_subscription_url: str = ""
    tumblr_url: str = ""
    tune_in_subscription_url: str = ""
    twitter_url: str = ""
    seasons: tuple[SeasonEntry, ...] = ()
    feed: SeriesSettings = field(default_factory=SeriesSettings)

    def problems(self) -> Problems:
        """Name a slug that can not be one."""
        yield from Attached.problems(self)
        if self.slug and (problem := slug_problem(self.slug)):
            yield "slug", problem


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEntry(Attached):
    """A whole file in `episodes/`. Without `guid` the episode's id is its guid."""

    title: Text
    guid: str = ""
    published: bool = True
    released_at: Moment | None = None
    release_end_at: Moment | None = None
    premium_status: Literal["active", "inactive", "force-active", "force-inactive"] = "inactive"
    itunes_type: Literal["full", "bonus", "trailer"] = "full"
    status: Status = "active"
    season: int | str | None = None
    audio: Text | None = None
    file_name: str = ""
    feed: EpisodeSettings = field(default_factory=EpisodeSettings)

    def problems(self) -> Problems:
        """Name an end that lies before the beginning."""
        yield from Attached.problems(self)
        begin, end = self.released_at, self.release_end_at
        if begin and end and end <= begin:
            yield "release_end_at", "lies before released_at"
