"""A feed that ART19 wrote, written again in its profile: apps see the same.

Needs such feeds: FEEDGEN_REAL_FEEDS names a folder with them; those of other hosts are left out.
"""

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree

from feedgen.artwork.choose import choose
from feedgen.compare import compare
from feedgen.feed.build import Memory, build
from feedgen.feed.model import NAMESPACES
from feedgen.feed.render import Renderer
from feedgen.model import Classification, Episode, Image, MediaAsset, Series
from feedgen.settings import EpisodeSettings, SeriesSettings

FOLDER = Path(os.environ.get("FEEDGEN_REAL_FEEDS", ""))
REAL = [
    path
    for path in sorted(FOLDER.iterdir() if os.environ.get("FEEDGEN_REAL_FEEDS") else ())
    if path.is_file() and b"<generator>ART19<" in path.read_bytes()
]
# What apps take is all that is left of show notes, and white space is one space.
SANITISED = ("description", "show notes", "summary", "copyright", "keywords", "show type", "title")


def said(element, path):
    return (element.findtext(path, "", NAMESPACES) or "").strip()


def picture(element):
    url = element.find("itunes:image", NAMESPACES).get("href")
    asset = MediaAsset(
        id=url, style="square-3000", url=url, content_type="image/jpeg", width=3000, height=3000
    )
    return Image(id=url, assets=(asset,))


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def words(text):
    return tuple(each.strip() for each in text.split(",") if each.strip())


def episode(item):
    """Return the episode an item shows, and what the API does not carry of it."""
    guid, enclosure = said(item, "guid"), item.find("enclosure")
    return Episode(
        id=guid,
        guid=guid,
        title=said(item, "title"),
        description=said(item, "description"),
        description_is_html=True,
        description_plain=said(item, "itunes:summary"),
        itunes_type=said(item, "itunes:episodeType"),
        published=True,
        released_at=parsedate_to_datetime(said(item, "pubDate")).replace(tzinfo=UTC),
        cover=picture(item),
    ), EpisodeSettings(
        enclosure_url=enclosure.get("url"),
        enclosure_length=int(enclosure.get("length")) or None,
        enclosure_type=enclosure.get("type"),
        duration_seconds=seconds(said(item, "itunes:duration")),
        explicit=said(item, "itunes:explicit") == "yes",
        keywords=words(said(item, "itunes:keywords")),
        itunes_title=said(item, "itunes:title") or None,
        season=int(said(item, "itunes:season") or 0) or None,
        episode_number=int(said(item, "itunes:episode") or 0) or None,
    )


def genres(channel):
    for each in channel.findall("itunes:category", NAMESPACES):
        children = [child.get("text") for child in each]
        yield from (f"{each.get('text')}: {child}" for child in children)
        if not children:
            yield each.get("text")


def again(channel):
    """Return the channel as we write it from the same facts."""
    found = [episode(item) for item in channel.findall("item")]
    serial = said(channel, "itunes:type") == "serial"
    numbered = serial and all(facts.episode_number for _, facts in found)
    series = Series(
        id="series",
        slug="show",
        title=said(channel, "title"),
        description=said(channel, "description"),
        description_is_html=True,
        description_plain=said(channel, "itunes:summary"),
        rss_author=said(channel, "itunes:author"),
        rss_copyright=said(channel, "copyright"),
        rss_email=said(channel, "itunes:owner/itunes:email"),
        rss_owner=said(channel, "itunes:owner/itunes:name"),
        website_url=said(channel, "link"),
        cover=picture(channel),
        episodes=tuple(each for each, _ in found),
        classifications=tuple(
            Classification(type="Genre", value=path, value_path=path) for path in genres(channel)
        ),
    )
    settings = SeriesSettings(
        profile="art19-compat",
        feed_url=channel.find("atom:link", NAMESPACES).get("href"),
        language=said(channel, "language"),
        explicit=said(channel, "itunes:explicit") == "yes",
        # A serial show without numbers is refused; its shape is the same.
        itunes_type="serial" if numbered else "episodic",
        keywords=words(said(channel, "itunes:keywords")),
        episodes={each.guid: facts for each, facts in found},
    )
    images = [series.cover, *(each.cover for each in series.episodes)]
    built = build(
        series,
        settings,
        feed_url=settings.feed_url,
        artwork={image.id: choose(image) for image in images},
        enclosures={},
        memory=Memory(),
        now=datetime(2100, 1, 1, tzinfo=UTC),
    )
    return Renderer().render(built.feed)


def shape(element):
    """Return names and attributes in their order, down to the last child.

    Of items that came out in the same second the guids decide here, chance did there.
    """
    children = sorted(element, key=lambda each: said(each, "guid") if each.tag == "item" else "")
    return [element.tag, list(element.attrib), [shape(each) for each in children]]


@pytest.mark.skipif(not REAL, reason="FEEDGEN_REAL_FEEDS names no folder with a feed of ART19")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_feed_of_art19_comes_out_in_the_same_shape(path):
    """Every element and attribute in the same order, and no value that an app would miss."""
    raw = path.read_bytes()
    written = again(etree.fromstring(raw).find("channel"))
    changes = [
        change.sentence
        for change in compare(raw, written)
        if not any(f"{each} changed from" in change.sentence for each in SANITISED)
        and "in another order" not in change.sentence
    ]

    assert shape(etree.fromstring(written)) == shape(etree.fromstring(raw))
    assert changes == []
