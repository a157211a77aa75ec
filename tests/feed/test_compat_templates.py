"""templates/rss/art19-compat: the shape of a feed that ART19 wrote."""

from lxml import etree

from feedgen.feed.model import Category, Notes
from tests.factories import (
    build_feed,
    make_artwork,
    make_episode,
    make_feed,
    make_item,
    make_series,
    make_settings,
)
from tests.feed.rendered import attributes, channel, first_item, names, root_of, texts

ITEM = make_item(
    notes=Notes(description="<p>x</p>", is_html=True),
    summary="x",
    season=1,
    number=2,
    image=make_artwork(),
    keywords=("river", "rain"),
    link="https://www.example.com/2",
)
CHANNEL = {
    "profile": "art19-compat",
    "generator": "ART19",
    "managing_editor": "owner@example.com (Owner)",
    "copyright": "© Example Media",
    "summary": "About maps & weather.",
    "keywords": ("maps",),
}


def test_the_root_declares_what_art19_declares():
    """Six namespaces less the podcast namespace, in ART19's spelling."""
    assert root_of(make_feed(ITEM, **CHANNEL)).nsmap == {
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "art19": "https://art19.com/xmlns/rss-extensions/1.0",
        "googleplay": "http://www.google.com/schemas/play-podcasts/1.0/",
    }


def test_the_channel_has_art19s_order():
    """Legacy elements included, no podcast namespace."""
    assert names(channel(ITEM, **CHANNEL)) == [
        *("title", "description", "managingEditor", "copyright", "generator", "atom:link"),
        *("link", "itunes:owner", "itunes:author", "itunes:summary", "language"),
        *("itunes:explicit", "itunes:category", "itunes:keywords", "itunes:type"),
        *("itunes:image", "image", "item"),
    ]


def test_the_item_has_art19s_order():
    """No link, the content always there."""
    assert names(first_item(ITEM, **CHANNEL)) == [
        *("title", "description", "itunes:title", "itunes:episodeType", "itunes:episode"),
        *("itunes:summary", "content:encoded", "itunes:season", "guid", "pubDate"),
        *("itunes:explicit", "itunes:image", "itunes:keywords", "itunes:duration", "enclosure"),
    ]


def test_values_are_spelt_as_art19_spells_them():
    """-0000, HH:MM:SS, yes and no, CDATA between line breaks."""
    item = first_item(ITEM, **CHANNEL)

    assert texts(item, "pubDate") == ["Thu, 05 Mar 2026 12:00:00 -0000"]
    assert texts(item, "itunes:duration") == ["00:43:32"]
    assert texts(item, "itunes:explicit") == ["no"]
    assert texts(item, "itunes:keywords") == ["river,rain"]
    assert texts(item, "description") == ["\n        <p>x</p>\n      "]
    assert list(attributes(item, "enclosure")[0]) == ["url", "type", "length"]


def test_plain_text_in_a_section_is_markup():
    """Readers take the section for markup; the summary is plain text and stays as it is."""
    episode = make_episode(
        description="3 < 4 & AT&T", description_is_html=False, description_plain="3 < 4"
    )
    untold = make_episode("e2", title="R&D", description="", description_plain="")
    series = make_series(episodes=(episode, untold), description="", description_plain="A & B")
    feed = build_feed(series, make_settings(profile="art19-compat")).feed
    channel = root_of(feed)[0]
    second, first = channel.findall("item")

    assert texts(first, "description")[0].strip() == "<p>3 &lt; 4 &amp; AT&amp;T</p>"
    assert texts(first, "content:encoded") == texts(first, "description")
    assert texts(first, "itunes:summary")[0].strip() == "3 < 4"
    assert texts(second, "description")[0].strip() == "<p>R&amp;D</p>"
    assert texts(channel, "description")[0].strip() == "<p>A &amp; B</p>"


def test_a_parent_category_may_hold_two_children():
    """As ART19 writes them."""
    found = channel(
        ITEM, **CHANNEL, categories=(Category(name="Arts", children=("Books", "Design")),)
    )

    assert attributes(found, "itunes:category/itunes:category") == [
        {"text": "Books"},
        {"text": "Design"},
    ]
    assert etree.QName(found[-1]).localname == "item"
