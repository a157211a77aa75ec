"""templates/rss/channel.xml."""

from feedgen.feed.model import Category, Contact, Notes, PageLink
from feedgen.feed.tags import (
    Block,
    Chat,
    Funding,
    License,
    Location,
    Person,
    Picture,
    Publisher,
    RemoteItem,
    SocialInteract,
    Trailer,
    Txt,
    UpdateFrequency,
)
from feedgen.settings import Spotify
from tests.factories import FEED_URL, make_artwork, moment
from tests.feed.rendered import attributes, channel, find, names, texts
from tests.feed.test_podcast_template import make_live_item, make_value

OTHER_FEED = "9b024349-ccf0-5f69-a609-6b82873eab3c"

EVERYTHING = {
    "hub": "https://hub.example.com/",
    "pages": (PageLink(rel="next", href=f"{FEED_URL}?page=2"),),
    "managing_editor": "owner@example.com (Owner)",
    "copyright": "Example Media",
    "new_feed_url": "https://feeds.example.com/new",
    "block": True,
    "complete": True,
    "apple_verify": "token",
    "locked_owner": "owner@example.com",
    "license": License(id="CC-BY-4.0"),
    "funding": (Funding(url="https://www.example.com/pay", label="Pay & listen"),),
    "people": (Person(name="Ana Díaz", href="https://www.example.com/ana"),),
    "location": (Location(name="Austin", geo="geo:30.27,-97.74", country="US"),),
    "images": (Picture(href="https://cdn.example.com/a.jpg", aspect_ratio="1/1", width=3000),),
    "srcset": "https://cdn.example.com/a.jpg 3000w",
    "trailers": (
        Trailer(
            title="T & T", url="https://m.example.com/t.mp3", pubdate=moment(), length=5, season=1
        ),
    ),
    "update_frequency": UpdateFrequency(label="Weekly", rrule="FREQ=WEEKLY", complete=False),
    "podroll": (
        RemoteItem(feed_guid=OTHER_FEED, feed_url="https://podnews.net/rss", title="Podnews"),
    ),
    "publisher": Publisher(feed_guid=OTHER_FEED),
    "social_interact": (SocialInteract(protocol="disabled"),),
    "chat": Chat(server="irc.example.com", protocol="irc", space="#show"),
    "txt": (Txt(value="token", purpose="verify"),),
    "podcast_block": (Block(value="yes", id="acast"), Block(value="no")),
    "podping": True,
    "value": (make_value(),),
    "spotify": Spotify(limit=20, country_of_origin=("US", "CA")),
    "live_items": (make_live_item(),),
}


def test_elements_come_in_the_recommended_order():
    """Stable diffs need one order, and items come last."""
    assert names(channel(**EVERYTHING)) == [
        *("title", "description", "managingEditor", "copyright", "generator", "lastBuildDate"),
        *("atom:link", "link", "language", "itunes:new-feed-url", "itunes:block"),
        *("itunes:complete", "itunes:applepodcastsverify", "itunes:author", "itunes:owner"),
        *("itunes:explicit", "itunes:category", "itunes:type", "itunes:image", "image"),
        *("podcast:guid", "podcast:locked", "podcast:medium", "podcast:license"),
        *("podcast:funding", "podcast:person", "podcast:location", "podcast:image"),
        *("podcast:images", "podcast:trailer", "podcast:updateFrequency", "podcast:podroll"),
        *("podcast:publisher", "podcast:socialInteract", "podcast:chat", "podcast:txt"),
        *("podcast:block", "podcast:podping", "podcast:value", "spotify:limit"),
        *("spotify:countryOfOrigin", "podcast:liveItem", "item"),
    ]


def test_what_is_not_said_is_not_there():
    """An empty element would be an invalid value to readers."""
    found = names(channel(owner=None))

    assert found == [
        *("title", "description", "generator", "lastBuildDate", "atom:link", "link", "language"),
        *("itunes:author", "itunes:explicit", "itunes:category", "itunes:type", "itunes:image"),
        *("image", "podcast:guid", "podcast:locked", "podcast:medium", "item"),
    ]


def test_the_feed_links_to_itself_its_hub_and_its_pages():
    """rel, href and type as RFC 4287 and WebSub want them."""
    rss = "application/rss+xml"

    assert attributes(channel(**EVERYTHING), "atom:link") == [
        {"href": FEED_URL, "rel": "self", "type": rss},
        {"href": "https://hub.example.com/", "rel": "hub"},
        {"href": f"{FEED_URL}?page=2", "rel": "next", "type": rss},
    ]


def test_a_plain_description_is_escaped_and_a_marked_up_one_is_not():
    """The text is the same once it is parsed."""
    plain = channel(notes=Notes(description="maps & <weather>"))
    marked = channel(notes=Notes(description="<p>maps &amp; weather</p>", is_html=True))

    assert texts(plain, "description") == ["maps & <weather>"]
    assert texts(marked, "description") == ["<p>maps &amp; weather</p>"]


def test_categories_hold_their_subcategory():
    """Apple counts the first category and its first subcategory."""
    found = channel(
        categories=(
            Category(name="Society & Culture", children=("Documentary",)),
            Category(name="Arts"),
        )
    )

    assert attributes(found, "itunes:category") == [
        {"text": "Society & Culture"},
        {"text": "Arts"},
    ]
    assert attributes(found, "itunes:category/itunes:category") == [{"text": "Documentary"}]


def test_the_image_repeats_artwork_title_and_link():
    """RSS wants the same title and link as the channel has."""
    found = channel(image=make_artwork(url="https://cdn.example.com/x.jpg"))

    assert attributes(found, "itunes:image") == [{"href": "https://cdn.example.com/x.jpg"}]
    assert [(child.tag, child.text) for child in find(found, "image")] == [
        ("url", "https://cdn.example.com/x.jpg"),
        ("title", "Example Show"),
        ("link", "https://www.example.com/show"),
    ]


def test_the_owner_has_an_address_and_perhaps_a_name():
    """Other platforms send a code to the address."""
    named = channel(owner=Contact(name="N", email="a@example.com"))
    bare = channel(owner=Contact(name="", email="a@example.com"))

    assert names(find(named, "itunes:owner")) == ["itunes:name", "itunes:email"]
    assert names(find(bare, "itunes:owner")) == ["itunes:email"]


def test_flags_are_words():
    """true and false, yes and no, each where its specification wants it."""
    found = channel(explicit=True, locked=False, block=True, complete=True)

    assert texts(found, "itunes:explicit") == ["true"]
    assert texts(found, "podcast:locked") == ["no"]
    assert texts(found, "itunes:block") == texts(found, "itunes:complete") == ["Yes"]


def test_podcast_elements_carry_their_attributes():
    """Names and values are those of the namespace, unsaid attributes are absent."""
    found = channel(**EVERYTHING)

    assert texts(found, "podcast:guid") == ["6f7eee44-887a-5582-8d86-77799ddee723"]
    assert attributes(found, "podcast:locked") == [{"owner": "owner@example.com"}]
    assert texts(found, "podcast:license") == ["cc-by-4.0"]
    assert texts(found, "podcast:funding") == ["Pay & listen"]
    assert attributes(found, "podcast:person") == [
        {"group": "cast", "role": "host", "href": "https://www.example.com/ana"}
    ]
    assert attributes(found, "podcast:location") == [{"geo": "geo:30.27,-97.74", "country": "US"}]
    assert attributes(found, "podcast:image") == [
        {"href": "https://cdn.example.com/a.jpg", "aspect-ratio": "1/1", "width": "3000"}
    ]
    assert attributes(found, "podcast:trailer") == [
        {
            "pubdate": "Fri, 06 Mar 2026 12:00:00 +0000",
            "url": "https://m.example.com/t.mp3",
            "length": "5",
            "season": "1",
        }
    ]
    assert attributes(found, "podcast:updateFrequency") == [
        {"rrule": "FREQ=WEEKLY", "complete": "false"}
    ]
    assert attributes(found, "podcast:podroll/podcast:remoteItem") == [
        {"feedGuid": OTHER_FEED, "feedUrl": "https://podnews.net/rss", "title": "Podnews"}
    ]
    assert attributes(found, "podcast:publisher/podcast:remoteItem") == [
        {"medium": "publisher", "feedGuid": OTHER_FEED}
    ]
    assert attributes(found, "podcast:socialInteract") == [{"protocol": "disabled"}]
    assert attributes(found, "podcast:chat") == [
        {"server": "irc.example.com", "protocol": "irc", "space": "#show"}
    ]
    assert attributes(found, "podcast:txt") == [{"purpose": "verify"}]
    assert attributes(found, "podcast:block") == [{"id": "acast"}, {}]
    assert texts(found, "podcast:block") == ["yes", "no"]
    assert attributes(found, "podcast:podping") == [{"usesPodping": "true"}]


def test_spotify_reads_countries_in_lower_case():
    """Most relevant first, apart by spaces."""
    assert texts(channel(**EVERYTHING), "spotify:countryOfOrigin") == ["us ca"]


def test_an_archive_document_says_so():
    """RFC 5005 marks frozen pages."""
    assert "fh:archive" in names(channel(history="archive"))


def test_a_list_feed_names_its_items_in_the_channel():
    """Remote items stand directly in the channel of list and publisher feeds."""
    found = channel(
        remote_items=(RemoteItem(feed_guid=OTHER_FEED, item_guid="x", medium="music"),)
    )

    assert attributes(found, "podcast:remoteItem") == [
        {"feedGuid": OTHER_FEED, "itemGuid": "x", "medium": "music"}
    ]
