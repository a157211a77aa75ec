"""What a publisher has: series, seasons, episodes, credits and images.

The model knows nothing of RSS and nothing of JSON:API. Every value has been parsed and cleaned
at the boundary (`feedgen.art19.decode`): text holds only characters XML 1.0 allows, is NFC and
stripped; blank text is `""`; instants are aware and in UTC; unknown words of the API are kept as
text. Field meanings are those of the ART19 Content API; see its published description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAsset:
    """One file of an image in one style; sizes are pixels and bytes, `None` where not given."""

    id: str
    style: str
    url: str = ""
    content_type: str = ""
    file_size: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CropArea:
    """The part of an original that is used as cover, in upright pixels of the original."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture and its files; only `status == "valid"` promises all styles."""

    id: str
    status: str = "valid"
    crop: CropArea | None = None
    assets: tuple[MediaAsset, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a credit."""

    id: str
    first_name: str = ""
    last_name: str = ""
    avatar: Image | None = None

    @property
    def name(self) -> str:
        """The full name, blanks dropped; `""` if the API has none."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a person did for a series, season or episode; `type` is a word such as `HostCredit`."""

    id: str
    type: str
    position: int | None = None
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A genre, language or rating as it was attached, in the order of the attachments.

    `type` is one of AlternateFeedType, Genre, Industry, Language, MediaRating, or a newer word.
    `value_path` names a genre with its parents, for example `Comedy: Standup`.
    """

    type: str
    value: str
    value_path: str = ""
    position: int | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network a series belongs to."""

    id: str
    name: str = ""
    copyright: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season; `number` may be unknown."""

    id: str
    title: str = ""
    number: int | None = None
    status: str = "active"
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An episode as the API knows it: no enclosure, duration, explicit flag or number.

    `has_media` is false for one that is released and that its series does not list all the same.
    """

    id: str
    title: str = ""
    description: str = ""
    description_is_html: bool = False
    description_plain: str = ""
    guid: str = ""
    itunes_type: str = ""
    published: bool = False
    released_at: datetime | None = None
    release_end_at: datetime | None = None
    premium_status: str = "inactive"
    status: str = "active"
    file_name: str = ""
    has_media: bool = True
    season: Season | None = None
    cover: Image | None = None
    cascaded_cover: Image | None = None
    credits: tuple[Credit, ...] = ()
    classifications: tuple[Classification, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series with everything its feeds need."""

    id: str
    slug: str
    title: str = ""
    public_title: str = ""
    description: str = ""
    description_is_html: bool = False
    description_plain: str = ""
    rss_author: str = ""
    rss_copyright: str = ""
    rss_email: str = ""
    rss_owner: str = ""
    website_url: str = ""
    status: str = "active"
    network: Network | None = None
    cover: Image | None = None
    seasons: tuple[Season, ...] = ()
    episodes: tuple[Episode, ...] = ()
    credits: tuple[Credit, ...] = ()
    classifications: tuple[Classification, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """What a probe or the settings say of an episode's media file.

    `length` is bytes, `duration` whole seconds; `None` means unknown. `estimated` marks a
    duration that was computed from the bit rate and not counted.
    """

    url: str
    type: str
    length: int | None = None
    duration: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """A picture that has been chosen for a feed, with the style it came from."""

    url: str
    content_type: str
    style: str
    image_id: str
    width: int | None = None
    height: int | None = None
    asset_id: str = ""
