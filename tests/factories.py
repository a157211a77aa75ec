"""Objects for tests, every field sensible, so that a test shows only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from feedgen.artwork.choose import choose
from feedgen.feed.build import Built, Memory, build
from feedgen.feed.model import NAMESPACES, Category, Contact, Feed, Item, MediaFile, Notes
from feedgen.model import (
    Artwork,
    Classification,
    Credit,
    Enclosure,
    Episode,
    Image,
    MediaAsset,
    Network,
    Person,
    Season,
    Series,
)
from feedgen.settings import SeriesSettings

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
FEED_URL = "https://feeds.example.com/example-show"
IMAGE_ID = "11111111-1111-4111-8111-111111111111"


def moment(days: float = 0) -> datetime:
    """Return an instant `days` before `NOW`."""
    return NOW - timedelta(days=days)


def make_asset(style: str = "square-3000", side: int = 3000, **fields: Any) -> MediaAsset:
    """Return a usable asset of a style."""
    values: dict[str, Any] = {
        "id": f"asset-{style}",
        "style": style,
        "url": f"https://cdn.example.com/art/{style}.jpg",
        "content_type": "image/jpeg",
        "width": side,
        "height": side,
    }
    return MediaAsset(**values | fields)


def make_image(**fields: Any) -> Image:
    """Return a valid image with the styles `square-3000` and `itunes`."""
    values: dict[str, Any] = {
        "id": IMAGE_ID,
        "assets": (make_asset(), make_asset("itunes", 1400)),
    }
    return Image(**values | fields)


def make_artwork(**fields: Any) -> Artwork:
    """Return artwork that has been chosen."""
    values: dict[str, Any] = {
        "url": "https://cdn.example.com/art/square-3000.jpg",
        "content_type": "image/jpeg",
        "style": "square-3000",
        "image_id": IMAGE_ID,
        "width": 3000,
        "height": 3000,
    }
    return Artwork(**values | fields)


def make_person(name: str = "Ana Díaz", **fields: Any) -> Person:
    """Return a person of that name."""
    first, _, last = name.partition(" ")
    values: dict[str, Any] = {"id": f"person-{name}", "first_name": first, "last_name": last}
    return Person(**values | fields)


def make_credit(type_: str = "HostCredit", name: str = "Ana Díaz", **fields: Any) -> Credit:
    """Return a credit of a person."""
    values: dict[str, Any] = {
        "id": f"credit-{type_}-{name}",
        "type": type_,
        "person": make_person(name),
    }
    return Credit(**values | fields)


def make_season(number: int | None = 1, **fields: Any) -> Season:
    """Return a season."""
    values: dict[str, Any] = {"id": f"season-{number}", "number": number, "title": "The River"}
    return Season(**values | fields)


def make_episode(id: str = "episode-1", **fields: Any) -> Episode:  # noqa: A002 - the field's name
    """Return a published episode that came out a day before `NOW`."""
    values: dict[str, Any] = {
        "id": id,
        "title": f"Title of {id}",
        "description": f"<p>Notes of {id}</p>",
        "description_is_html": True,
        "description_plain": f"Notes of {id}",
        "guid": f"guid-{id}",
        "published": True,
        "released_at": moment(1),
        "file_name": f"{id}.mp3",
        "updated_at": moment(1),
    }
    return Episode(**values | fields)


def make_classification(
    type_: str = "Genre", value: str = "History", **fields: Any
) -> Classification:
    """Return a classification."""
    return Classification(**{"type": type_, "value": value, "value_path": value} | fields)


def make_series(**fields: Any) -> Series:
    """Return a series with one episode that makes a valid feed."""
    values: dict[str, Any] = {
        "id": "series-1",
        "slug": "example-show",
        "title": "Example Show",
        "description": "<p>About maps &amp; weather.</p>",
        "description_is_html": True,
        "description_plain": "About maps & weather.",
        "rss_author": "Example Media",
        "rss_copyright": "Example Media",
        "rss_email": "owner@example.com",
        "rss_owner": "Example Media",
        "website_url": "https://www.example.com/show",
        "network": Network(id="network-1", name="Example Network"),
        "cover": make_image(),
        "episodes": (make_episode(),),
        "classifications": (
            make_classification(),
            make_classification("Language", "en"),
            make_classification("MediaRating", "clean"),
        ),
        "updated_at": moment(2),
    }
    return Series(**values | fields)


def make_enclosure(**fields: Any) -> Enclosure:
    """Return what a probe found: an MP3 of 1,801 seconds."""
    values: dict[str, Any] = {
        "url": "https://media.example.com/ep.mp3",
        "type": "audio/mpeg",
        "length": 28_000_000,
        "duration": 1801,
    }
    return Enclosure(**values | fields)


def make_settings(**fields: Any) -> SeriesSettings:
    """Return settings that say where media files lie."""
    values: dict[str, Any] = {
        "feed_url": FEED_URL,
        "enclosure_template": "https://media.example.com/episodes/{id}.{ext}",
    }
    return SeriesSettings(**values | fields)


def make_item(guid: str = "guid-1", **fields: Any) -> Item:
    """Return an item as a template sees it."""
    values: dict[str, Any] = {
        "episode_id": f"episode-{guid}",
        "title": "The Flood",
        "notes": Notes(description="<p>What the river took.</p>", is_html=True),
        "guid": guid,
        "pub_date": moment(1),
        "enclosure": MediaFile(
            url=f"https://media.example.com/{guid}.mp3", length=41_792_992, type="audio/mpeg"
        ),
        "duration": 2612,
    }
    return Item(**values | fields)


def make_feed(*item_list: Item, **fields: Any) -> Feed:
    """Return a feed as a template sees it; without items it gets one."""
    values: dict[str, Any] = {
        "profile": "modern",
        "namespaces": NAMESPACES,
        "self_url": FEED_URL,
        "title": "Example Show",
        "notes": Notes(description="<p>About maps &amp; weather.</p>", is_html=True),
        "generator": "podcast-feedgen",
        "last_build_date": moment(1),
        "link": "https://www.example.com/show",
        "language": "en-us",
        "author": "Example Media",
        "owner": Contact(name="Example Media", email="owner@example.com"),
        "explicit": False,
        "categories": (Category(name="Society & Culture", children=("Documentary",)),),
        "itunes_type": "episodic",
        "image": make_artwork(),
        "podcast_guid": "6f7eee44-887a-5582-8d86-77799ddee723",
        "medium": "podcast",
        "item_list": item_list or (make_item(),),
    }
    return Feed(**values | fields)


def build_feed(
    series: Series | None = None,
    settings: SeriesSettings | None = None,
    *,
    memory: Memory | None = None,
    enclosures: dict[str, Enclosure] | None = None,
    **others: object,
) -> Built:
    """Return what is built of a series whose images and media files are all there."""
    series = series or make_series()
    images = (
        [series.cover]
        + [e.cover for e in series.episodes]
        + [e.cascaded_cover for e in series.episodes]
    )
    return build(
        series,
        settings or make_settings(),
        feed_url=FEED_URL,
        artwork={image.id: choose(image) for image in images if image},
        enclosures={e.id: make_enclosure() for e in series.episodes} | (enclosures or {}),
        memory=memory or Memory(),
        now=NOW,
        **others,
    )
