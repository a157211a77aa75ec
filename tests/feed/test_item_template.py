"""templates/rss/item.xml."""

from feedgen.feed.model import ItemTags, Notes
from feedgen.feed.tags import (
    AlternateEnclosure,
    Chapter,
    Chat,
    ContentLink,
    Funding,
    License,
    Location,
    Person,
    Picture,
    SocialInteract,
    Soundbite,
    Source,
    Transcript,
    Txt,
)
from tests.factories import make_artwork, make_item
from tests.feed.rendered import attributes, find, first_item, names, texts
from tests.feed.test_podcast_template import make_value

TAGS = ItemTags(
    transcripts=(
        Transcript(
            url="https://m.example.com/2.vtt", type="text/vtt", language="en", rel="captions"
        ),
    ),
    chapters_url="https://m.example.com/2.json",
    soundbites=(
        Soundbite(start=73.0, duration=60.25, label="The levee"),
        Soundbite(start=1, duration=2),
    ),
    people=(Person(name="Bo Li", role="guest"),),
    location=(Location(name="Here"),),
    license=License(id="mine", url="https://www.example.com/licence"),
    images=(Picture(href="https://cdn.example.com/2.jpg"),),
    srcset="https://cdn.example.com/2.jpg 3000w",
    alternate_enclosures=(
        AlternateEnclosure(type="audio/opus", sources=(Source(uri="ipfs://x"),)),
    ),
    content_links=(ContentLink(href="https://v.example/2", label="Video"),),
    social_interact=(
        SocialInteract(protocol="activitypub", uri="https://s.example/1", priority=1),
    ),
    chat=Chat(server="irc.example.com", protocol="irc"),
    txt=(Txt(value="true", purpose="ai-content"),),
    funding=(Funding(url="https://www.example.com/pay", label="Pay"),),
    value=(make_value(),),
)
EVERYTHING = make_item(
    notes=Notes(description="<p>short</p>", is_html=True, full="<p>short</p><p>long</p>"),
    link="https://www.example.com/2?a=1&b=2",
    image=make_artwork(),
    season=1,
    season_name="The River",
    number=2,
    episode_type="bonus",
    block=True,
    explicit=True,
    tags=TAGS,
    media=True,
    inline_chapters=True,
    chapters=(
        Chapter(start=0, title="Start"),
        Chapter(start=12.5, title="Silent", toc=False),
        Chapter(start=3600, title="More & more", url="https://www.example.com/c"),
    ),
)


def test_elements_come_in_the_recommended_order():
    """description before content:encoded, and everything always at one place."""
    assert names(first_item(EVERYTHING)) == [
        *("title", "description", "itunes:title", "itunes:episodeType", "itunes:season"),
        *("itunes:episode", "content:encoded", "guid", "pubDate", "link", "itunes:explicit"),
        *("itunes:image", "itunes:duration", "enclosure", "itunes:block", "podcast:season"),
        *("podcast:episode", "podcast:transcript", "podcast:chapters", "podcast:soundbite"),
        *("podcast:person", "podcast:location", "podcast:license", "podcast:image"),
        *("podcast:images", "podcast:alternateEnclosure", "podcast:contentLink"),
        *("podcast:socialInteract", "podcast:chat", "podcast:txt", "podcast:funding"),
        *("podcast:value", "media:content", "psc:chapters"),
    ]


def test_a_simple_item_has_only_what_is_known():
    """No empty elements."""
    assert names(first_item(make_item(duration=None))) == [
        *("title", "description", "itunes:title", "itunes:episodeType", "guid", "pubDate"),
        *("itunes:explicit", "enclosure"),
    ]


def test_values_are_written_as_readers_want_them():
    """Seconds as an integer, RFC 2822 dates, true and false in lower case."""
    item = first_item(EVERYTHING)

    assert texts(item, "itunes:duration") == ["2612"]
    assert texts(item, "pubDate") == ["Thu, 05 Mar 2026 12:00:00 +0000"]
    assert texts(item, "itunes:explicit") == ["true"]
    assert texts(item, "link") == ["https://www.example.com/2?a=1&b=2"]
    assert attributes(item, "guid") == [{"isPermaLink": "false"}]
    assert attributes(item, "enclosure") == [
        {"url": "https://media.example.com/guid-1.mp3", "length": "41792992", "type": "audio/mpeg"}
    ]


def test_the_uncut_notes_are_the_content():
    """content:encoded is there only if it says more than the description."""
    assert texts(first_item(EVERYTHING), "content:encoded") == ["<p>short</p><p>long</p>"]


def test_season_and_episode_are_said_twice_and_agree():
    """itunes for the directories, podcast for the name."""
    item = first_item(EVERYTHING)

    assert texts(item, "itunes:season") == texts(item, "podcast:season") == ["1"]
    assert texts(item, "itunes:episode") == texts(item, "podcast:episode") == ["2"]
    assert attributes(item, "podcast:season") == [{"name": "The River"}]


def test_podcast_elements_carry_their_attributes():
    """Transcript, chapters, soundbites, people, licence, comments and disclosure."""
    item = first_item(EVERYTHING)

    assert attributes(item, "podcast:transcript") == [
        {
            "url": "https://m.example.com/2.vtt",
            "type": "text/vtt",
            "language": "en",
            "rel": "captions",
        }
    ]
    assert attributes(item, "podcast:chapters") == [
        {"url": "https://m.example.com/2.json", "type": "application/json+chapters"}
    ]
    assert attributes(item, "podcast:soundbite") == [
        {"startTime": "73", "duration": "60.25"},
        {"startTime": "1", "duration": "2"},
    ]
    assert texts(item, "podcast:soundbite") == ["The levee", None]
    assert attributes(item, "podcast:person") == [{"group": "cast", "role": "guest"}]
    assert attributes(item, "podcast:license") == [{"url": "https://www.example.com/licence"}]
    assert attributes(item, "podcast:socialInteract") == [
        {"protocol": "activitypub", "uri": "https://s.example/1", "priority": "1"}
    ]
    assert texts(item, "podcast:txt") == ["true"]


def test_inline_chapters_are_podlove_simple_chapters():
    """Full play times, silent chapters left out."""
    item = first_item(EVERYTHING)

    assert attributes(item, "psc:chapters") == [{"version": "1.2"}]
    assert attributes(item, "psc:chapters/psc:chapter") == [
        {"start": "00:00:00.000", "title": "Start"},
        {"start": "01:00:00.000", "title": "More & more", "href": "https://www.example.com/c"},
    ]


def test_media_elements_repeat_the_enclosure():
    """Only on request."""
    item = first_item(EVERYTHING)

    assert attributes(item, "media:content") == [
        {
            "url": "https://media.example.com/guid-1.mp3",
            "type": "audio/mpeg",
            "fileSize": "41792992",
            "duration": "2612",
        }
    ]
    assert names(find(item, "media:content")) == ["media:title", "media:thumbnail"]
