"""One defect goes into a good feed, and exactly the rule for it comes out."""

from datetime import timedelta

import pytest

from feedgen import check
from feedgen.check import profiles
from feedgen.check.facts import (
    Answer,
    ArtworkFacts,
    EpisodeFacts,
    Facts,
    FetchedArtwork,
    FetchedEnclosure,
    FetchedFeed,
    Pixels,
)
from tests.check.show import FEED, KEY, NOW, OTHER

LONG = "It rains on the quay. " * 190
# (rule, what stands in the feed, what is put in its place), once per error rule and more.
DEFECTS = [
    ("X01", "Fog &amp; Bells", "Fog & Bells"),
    ("X01", "<title>Cast Off</title>", "<title>Cast Off</titel>"),
    ("X01", ' xmlns:spotify="http://www.spotify.com/ns/rss"', ""),
    ("X02", '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>'),
    ("X02", "<?xml", "\n<?xml"),
    ("X04", b"Keep us afloat", b"Gardez le caf\xe9"),
    ("X05", "<rss version", '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>\n<rss version'),
    ("X06", "Keep us afloat", "Keep us\x0b afloat"),
    ("X06", "Keep us afloat", "Keep us &#x1; afloat"),
    ("X12", "<![CDATA[<p>The first night.</p>]]>", "&amp;lt;p&amp;gt;It starts.&amp;lt;/p&amp;"),
    ("X13", ">ferry-0000-0001<", "> ferry-0000-0001 <"),
    ("X15", "http://www.itunes.com/dtds", "https://www.itunes.com/dtds"),
    ("X15", "mrss/", "mrss"),
    ("X16", ' xmlns:content="http://purl.org/rss/1.0/modules/content/"', ""),
    ("X17", "<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>", "<pubdate>x</pubdate>"),
    ("C01", 'rss version="2.0"', 'rss version="0.92"'),
    ("C02", "<title>Night Ferry</title>\n    <desc", "<desc"),
    ("C03", "<link>https://ferry.example/night</link>\n    <lang", "<lang"),
    ("C04", "<p>Crossings &amp; conversations after dark.</p>", " "),
    ("C07", "<ttl>60</ttl>", "<ttl>60</ttl><ttl>30</ttl>"),
    ("C07", "<itunes:type>", "<itunes:type>serial</itunes:type><itunes:type>"),
    ("C08", "<title>Night Ferry</title>\n      <link>https://ferry.example/night</link>\n", ""),
    ("C11", ">en-gb<", ">English<"),
    ("C11", ">en-gb<", ">xx<"),
    ("C12", "Thu, 05 Mar 2026 08:00:00 +0000", "2026-03-05T08:00:00Z"),
    ("C13", "Thu, 26 Feb", "Mon, 26 Feb"),
    ("C16", "<ttl>60", "<ttl>-1"),
    ("C17", 'href="https://feeds.ferry.example/night"', 'href="/night"'),
    ("C17", ('<atom:link href="https://feeds.ferry.example/night" rel="self" '
     'type="application/rss+xml"/>'), ""),
    ("C19", '<atom:link href="https://hub.ferry.example/" rel="hub"/>',
     '<atom:link rel="hub">https://hub.ferry.example/</atom:link>'),
    ("C20", "https://ferry.example/night/1", "https://ferry.example/night/un è 1"),
    ("C24", "https://audio.ferry.example/1.mp3", "https://audio.ferry.example/1.mp3?a=1&amp;amp;b=2"),
    ("A01", '<itunes:image href="https://img.ferry.example/night-3000.jpg"/>',
     "<itunes:image>https://img.ferry.example/night-3000.jpg</itunes:image>"),
    ("A02", "2-3000.png", "2-3000.webp"),
    ("A03", ('<itunes:category text="Society &amp; Culture">\n      <itunes:category '
     'text="Documentary"/>\n    </itunes:category>'), ""),
    ("A04", "Society &amp; Culture", "Society &amp; culture"),
    ("A05", 'text="Documentary"', 'text="Books"'),
    ("A08", "<itunes:explicit>false</itunes:explicit>\n    <itunes:cat",
     "<itunes:explicit>no</itunes:explicit>\n    <itunes:cat"),
    ("A09", ">serial<", ">Episodic<"),
    ("A10", "<itunes:episode>1</itunes:episode>", ""),
    ("A11", "<itunes:author>Night Ferry Crew</itunes:author>", ""),
    ("A18", "<p>The first night.</p>", LONG.strip()),
    ("A20", "<p>The first night.</p>", '<p onclick="x()">The first night.</p>'),
    ("A20", "<p>The first night.</p>", "<p>It starts.</p><script>x()</script>"),
    ("I01", "<title>Cast Off</title>", "<title/>"),
    ("I03", ('<enclosure url="https://audio.ferry.example/1.mp3" length="24000000" '
     'type="audio/mpeg"/>'), ""),
    ("I04", ' length="24000000"', ""),
    ("I05", 'length="24000000"', 'length="24 MB"'),
    ("I07", "ferry.example/1.mp3", "ferry.example/one"),
    ("I08", 'length="24000000" type="audio/mpeg"', 'length="24000000" type="audio/mp3"'),
    ("I09", "ferry.example/1.mp3", "ferry.example/2.mp3"),
    ("I10", '<guid isPermaLink="false">ferry-0000-0001</guid>', ""),
    ("I11", "ferry-0000-0001", "ferry-0000-0002"),
    ("I12", '<guid isPermaLink="false">ferry-0000-0001', "<guid>ferry-0000-0001"),
    ("I14", "<pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>", ""),
    ("I15", "Thu, 26 Feb 2026", "Thu, 26 Feb 2099"),
    ("I20", ">1500<", ">1h 12m<"),
    ("I20", ">1500<", ">0<"),
    ("I22", "<itunes:episode>1<", "<itunes:episode>01<"),
    ("I23", "<itunes:episodeType>full", "<itunes:episodeType>Full"),
    ("I24", "<itunes:explicit>false</itunes:explicit>\n      <itunes:duration>1500",
     "<itunes:explicit>clean</itunes:explicit>\n      <itunes:duration>1500"),
    ("P01", "<itunes:duration>1500", "<podcast:locked>no</podcast:locked><itunes:duration>1500"),
    ("P02", "<podcast:medium>", "<podcast:medium>podcast</podcast:medium><podcast:medium>"),
    ("P03", 'url="https://ferry.example/help"', 'url="http://ferry.example/help"'),
    ("P04", 'url="https://audio.ferry.example/2.vtt" type="text/vtt"',
     'url="https://audio.ferry.example/2.vtt"'),
    ("P06", '<podcast:person role="host">Mo Abara<', '<podcast:person role="host"><'),
    ("P07", "6f7eee44-887a-5582-8d86-77799ddee723", "n1ght-f3rry"),
    ("P08", ">yes</podcast:locked>", ">true</podcast:locked>"),
    ("P12", 'geo="geo:51.12,1.31"', 'geo="51.12,1.31"'),
    ("P13", '<podcast:episode display="Two">2', '<podcast:episode display="Two">two'),
    ("P15", 'pubdate="Mon, 02 Feb 2026 10:00:00 +0000"', 'pubdate="2026-02-02"'),
    ("P16", "cc-by-4.0", "our-licence"),
    ("P17", 'type="text/vtt"', 'type="vtt"'),
    ("P19", 'startTime="73.0"', 'startTime="01:13"'),
    ("P20", '        <podcast:source uri="https://audio.ferry.example/2.opus"/>\n', ""),
    ("P21", 'type="sri"', 'type="md5"'),
    ("P22", f'      <podcast:valueRecipient type="node" address="{KEY}" split="100"/>\n', ""),
    ("P23", f'="10">\n        <podcast:remoteItem feedGuid="{OTHER}"/>', '="10">'),
    ("P24", "<podcast:medium>podcast", "<podcast:medium>radio"),
    ("P25", 'status="pending"', 'status="soon"'),
    ("P26", 'protocol="activitypub"', 'protocol="mastodon"'),
    ("P27", 'server="irc.ferry.example"', 'server="https://irc.ferry.example"'),
    ("P28", f'<podcast:podroll><podcast:remoteItem feedGuid="{OTHER}"/></podcast:podroll>',
     "<podcast:podroll/>"),
    ("P29", 'rrule="FREQ=WEEKLY"', 'rrule="weekly"'),
    ("P30", 'usesPodping="true"', 'usesPodping="yes"'),
    ("P31", 'aspect-ratio="16/9"', 'aspect-ratio="16:9"'),
    ("O01", 'title="Bells"', ""),
    ("O02", '"https://hub.ferry.example/" rel="hub"', '"https://hub.ferry.example/" rel="next"'),
    ("O04", "<spotify:countryOfOrigin>gb", "<spotify:countryOfOrigin>GBR"),
    ("O05", ' relationship="allow"', ""),
]  # fmt: skip

ART = "https://img.ferry.example/night-3000.jpg"
MP3 = "https://audio.ferry.example/1.mp3"
DATED = {"last-modified": "Thu, 05 Mar 2026 07:00:00 GMT"}
JPEG = Answer(status=200, headers={"content-type": "image/jpeg", **DATED})
AUDIO = Answer(status=200, headers={"content-type": "audio/mpeg"})
PART = Answer(status=206, headers={"content-range": "bytes 0-1/24000000"})
HTML = Answer(status=200, headers={"content-type": "text/html", "etag": '"1"'})
SQUARE = Pixels(format="jpeg", width=3000, height=3000, mode="RGB")
SMALL = Pixels(format="jpeg", width=1200, height=1200, mode="RGB")


def episode(number: int, **facts: object) -> EpisodeFacts:
    """Return what the API has of the first or second episode."""
    named = {
        "id": str(number),
        "guid": f"ferry-0000-000{number}",
        "enclosure_url": f"https://audio.ferry.example/{number}.mp3",
        "released_at": NOW - timedelta(days=3),
    }
    return EpisodeFacts(**{**named, **facts})  # type: ignore[arg-type]


KNOWN = [
    ("S01", Facts(episodes=(episode(1, released_at=NOW + timedelta(days=1)), episode(2)))),
    ("S02", Facts(episodes=(episode(1, guid="ferry-1"), episode(2)))),
    ("S03", Facts(artwork=(ArtworkFacts(url=ART, width=1200, height=1200),))),
    ("S04", Facts(eligible=3)),
    ("I27", Facts(episodes=(episode(1, guid_before="ferry-1"), episode(2)))),
    ("I27", Facts(podcast_guid_before=OTHER)),
    ("X06", Facts(strings=(("the title of episode 1", "Part\x0b2"),))),
    ("N01", Facts(feed=FetchedFeed(first=HTML))),
    ("N03", Facts(images={ART: FetchedArtwork(head=Answer(status=405))})),
    ("N04", Facts(images={ART: FetchedArtwork(head=JPEG, pixels=SMALL)})),
    ("N06", Facts(enclosures={MP3: FetchedEnclosure(head=AUDIO, range=Answer(status=200))})),
]
GOOD_FACTS = Facts(
    feed_url="https://feeds.ferry.example/night",
    podcast_guid_before="6f7eee44-887a-5582-8d86-77799ddee723",
    episodes=(episode(1, guid_before="ferry-0000-0001"), episode(2)),
    eligible=2,
    artwork=(ArtworkFacts(url=ART, width=3000, height=3000, content_type="image/jpeg"),),
    images={ART: FetchedArtwork(head=JPEG, size=300_000, pixels=SQUARE)},
    enclosures={MP3: FetchedEnclosure(head=AUDIO, range=PART)},
)


def found(raw: bytes, facts: Facts | None = None, profile: str = "modern") -> set[str]:
    """Return the ids of the rules `raw` breaks."""
    report = check.run(raw, now=NOW, facts=facts, profile=profile)
    return {finding.rule for finding in report.findings}


def planted(rule: str, good: str | bytes, bad: str | bytes) -> bytes:
    """Return the good feed with one defect in it."""
    good, bad = (part.encode() if isinstance(part, str) else part for part in (good, bad))
    assert good in FEED
    raw = FEED.replace(good, bad, 1)
    return raw.replace(b"content:encoded", b"itunes:note") if rule == "X16" else raw


def test_the_good_feed_breaks_no_rule():
    """The feed the defects go into is clean, notes included, with and without facts."""
    assert found(FEED) == set()
    assert found(FEED, GOOD_FACTS) == set()


@pytest.mark.parametrize(("rule", "good", "bad"), DEFECTS, ids=[rule for rule, *_ in DEFECTS])
def test_one_defect_yields_exactly_its_rule(rule, good, bad):
    """A single slip is told once, by the rule it breaks, and draws no others along."""
    assert found(planted(rule, good, bad)) == {rule}


@pytest.mark.parametrize("profile", profiles.PROFILES)
def test_in_every_profile_a_defect_yields_its_rule_if_it_is_asked(profile):
    """What is planted comes out alone wherever its rule is asked, and nothing where it is not."""
    for rule, good, bad in DEFECTS:
        asked = profiles.severity_of(profiles.find(rule), profile) is not None
        assert found(planted(rule, good, bad), profile=profile) == ({rule} if asked else set())
    for rule, facts in KNOWN:
        asked = profiles.severity_of(profiles.find(rule), profile) is not None
        assert found(FEED, facts, profile) == ({rule} if asked else set())


@pytest.mark.parametrize(("rule", "facts"), KNOWN, ids=[rule for rule, _ in KNOWN])
def test_one_fact_yields_exactly_its_rule(rule, facts):
    """What only the network, the API or the last build knows is told by its rule alone."""
    assert found(FEED, facts) == {rule}


def test_a_feed_without_items_yields_its_rule():
    """A channel without an episode is told once."""
    start, end = FEED.index(b"    <item>"), FEED.index(b"  </channel>")

    assert found(FEED[:start] + FEED[end:]) == {"C05"}


def test_every_error_rule_is_planted():
    """No rule that can keep a feed off the air goes without its planted defect."""
    those = {rule for rule, *_ in (*DEFECTS, *KNOWN)} | {"C05"}

    assert {rule.id for rule in profiles.rules() if rule.severity == "error"} == those
