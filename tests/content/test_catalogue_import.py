"""An existing feed becomes a catalogue that says the same."""

from __future__ import annotations

import calendar
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedgen.content.catalogue import Catalogue, load
from feedgen.content.feedshow import read_feed
from feedgen.content.importing import import_feed
from feedgen.content.sample import SAMPLE
from feedgen.errors import FeedgenError, OutsideProblem, Refused, UsageProblem
from tests.content.shows import linked, of, write

# Feeds of other people can not be shipped; whoever has some names their folder.
_FOLDER = os.environ.get("FEEDGEN_REAL_FEEDS")
REAL_FEEDS = [
    path
    for path in sorted(Path(_FOLDER).iterdir() if _FOLDER else ())
    if path.suffix in {".xml", ".rss"}
]

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel>
  <title>Tea &amp; Toast</title>
  <link>https://www.example.com/tea</link>
  <atom:link rel="self" href="https://feeds.example.com/example-show" type="application/rss+xml"/>
  <description><![CDATA[<p>Hot & dry.</p>]]></description>
  <language>en-gb</language>
  <copyright>2026 Tea House</copyright>
  <itunes:author>Tea House</itunes:author>
  <itunes:owner><itunes:name>Owner</itunes:name><itunes:email>o@example.com</itunes:email></itunes:owner>
  <itunes:explicit>false</itunes:explicit>
  <itunes:category text="Arts"><itunes:category text="Food"/></itunes:category>
  <itunes:category text="History"/>
  <itunes:type>serial</itunes:type>
  <itunes:image href="https://media.example.com/cover"/>
  <podcast:person img="https://media.example.com/ann.jpg">Ann Lee Ode</podcast:person>
  <podcast:funding url="https://www.example.com/pay" extra="x">Pay us</podcast:funding>
  <podcast:funding url="not an address">Pay them</podcast:funding>
  <podcast:locked owner="o@example.com">yes</podcast:locked>
  <podcast:podping usesPodping="true"/>
  <item>
    <title>One</title>
    <guid isPermaLink="false"> guid-1 </guid>
    <pubDate>Thu, 05 Mar 2026 08:00:00 +0100</pubDate>
    <description>Short.</description>
    <content:encoded><![CDATA[<p>Long, <em>much</em> longer.</p>]]></content:encoded>
    <enclosure url="https://media.example.com/1.mp3?a=1&amp;b=2" length="1234" type="audio/mpeg"/>
    <itunes:duration>1:02:03</itunes:duration>
    <itunes:season>2</itunes:season><podcast:season name="The River">2</podcast:season>
    <itunes:episode>1</itunes:episode>
    <itunes:explicit>yes</itunes:explicit>
    <itunes:image href="https://media.example.com/one.png"/>
    <link>https://www.example.com/tea/1</link>
    <podcast:person>Ann Lee Ode</podcast:person>
    <podcast:person role="guest">Bo</podcast:person>
    <podcast:transcript url="https://www.example.com/1.srt" type="text/srt"/>
    <podcast:chapters url="https://www.example.com/1.json" type="application/json+chapters"/>
    <podcast:soundbite startTime="1.5" duration="60.0">Sip</podcast:soundbite>
  </item>
  <item>
    <title>Trailer</title>
    <guid>guid-0</guid>
    <pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate>
    <itunes:episodeType>trailer</itunes:episodeType>
    <itunes:episode>9</itunes:episode>
    <enclosure url="https://media.example.com/0.m4a" length="0" type="audio/x-m4a"/>
    <podcast:person role="narrator" group="cast">Cy</podcast:person>
  </item>
  <item><title>Again</title><guid>guid-1</guid></item>
</channel></rss>
"""

_MEDIA = {
    "https://media.example.com/cover": SAMPLE / "wait-what-and-why" / "cover.png",
    "https://media.example.com/one.png": SAMPLE / "salt-and-signal" / "cover.jpg",
    "https://media.example.com/ann.jpg": SAMPLE / "people" / "mira-quist.jpg",
    "https://media.example.com/1.mp3?a=1&b=2": SAMPLE / "salt-and-signal/episodes/s1e1.mp3",
}


def fetch(url: str, path: Path) -> None:
    """Give the files the feed names, as a client would from their addresses."""
    if url not in _MEDIA:
        raise OutsideProblem(f"{url} answers 404")
    shutil.copyfile(_MEDIA[url], path)


@pytest.fixture
def imported(tmp_path: Path) -> Catalogue:
    """The catalogue the feed above becomes."""
    result = import_feed(FEED.encode(), tmp_path, fetch=fetch)
    assert (result.slug, result.episodes, result.pictures) == ("tea-toast", 2, 2)
    catalogue = load(tmp_path)
    assert catalogue.problems == {}
    return catalogue


def test_a_channel_becomes_a_series(imported: Catalogue) -> None:
    """Title, texts, owner, categories, language and rating of the channel are kept."""
    attributes = of(imported, "series")["attributes"]
    assert attributes["title"] == "Tea & Toast"
    assert attributes["description"] == "<p>Hot & dry.</p>"
    assert attributes["description_is_html"] is True
    assert attributes["rss_owner"] == "Owner"
    assert attributes["rss_email"] == "o@example.com"
    assert attributes["rss_author"] == "Tea House"
    assert attributes["rss_copyright"] == "2026 Tea House"
    assert attributes["website_url"] == "https://www.example.com/tea"
    paths = [
        (each["classification_type"], imported.resources["classifications", each_id])
        for each, each_id in (
            (resource["attributes"], resource["attributes"]["classification_id"])
            for (kind, _), resource in imported.resources.items()
            if kind == "classification_inclusions"
            and resource["attributes"]["classified_type"] == "Series"
        )
    ]
    assert [
        (kind, found["attributes"].get("value_path") or found["attributes"]["value"])
        for kind, found in paths
    ] == [
        ("Genre", "Arts: Food"),
        ("Genre", "History"),
        ("Language", "en-gb"),
        ("MediaRating", "clean"),
    ]


def test_items_become_episodes(imported: Catalogue) -> None:
    """Guid, date, kind, season and the longest notes of an item are kept."""
    attributes = of(imported, "episodes", title="One")["attributes"]
    assert attributes["rss_guid"] == "guid-1"
    assert attributes["released_at"] == "2026-03-05T07:00:00.000Z"
    assert attributes["description"] == "<p>Long, <em>much</em> longer.</p>"
    season = of(imported, "seasons")
    assert season["attributes"]["season_number"] == 2
    assert season["attributes"]["title"] == "The River"
    assert attributes["season_id"] == season["id"]
    assert of(imported, "episodes", title="Trailer")["attributes"]["itunes_type"] == "trailer"


def test_enclosures_stay_where_they_are(imported: Catalogue) -> None:
    """Address, size, type and duration of the media file become settings of the episode."""
    said = imported.settings["tea-toast"].episodes["guid-1"]
    assert said.enclosure_url == "https://media.example.com/1.mp3?a=1&b=2"
    assert said.enclosure_length == 1234
    assert said.enclosure_type == "audio/mpeg"
    assert said.duration_seconds == 3723
    assert imported.audio == {}
    live = [each.guid for each in imported.releases[of(imported, "series")["id"]]]
    assert live == ["guid-0", "guid-1"]


def test_what_the_api_has_no_field_for_becomes_settings(imported: Catalogue) -> None:
    """Numbers, links and tags of the podcast namespace are found in the settings."""
    said = imported.settings["tea-toast"]
    assert said.podcast_guid == "6f7eee44-887a-5582-8d86-77799ddee723"
    assert said.itunes_type == "serial"
    assert said.locked is True
    assert [each.label for each in said.funding] == ["Pay us"]
    one = said.episodes["guid-1"]
    assert one.episode_number == 1
    assert one.link == "https://www.example.com/tea/1"
    assert one.transcripts[0].type == "application/x-subrip"
    assert one.chapters_url == "https://www.example.com/1.json"
    assert (one.soundbites[0].start, one.soundbites[0].label) == (1.5, "Sip")
    assert said.episodes["guid-0"].episode_number is None


def test_people_become_credits_where_credits_can_hold_them(imported: Catalogue) -> None:
    """A role the API knows is a credit, with the avatar; any other stays in the settings."""
    ann = of(imported, "people", first_name="Ann Lee")
    assert ann["attributes"]["last_name"] == "Ode"
    assert linked(ann, "avatar") in imported.images
    one = of(imported, "episodes", title="One")
    kinds = [
        imported.resources["credits", each]["attributes"]["type"]
        for each in linked(one, "credits") or []
    ]
    assert kinds == ["HostCredit", "GuestCredit"]
    trailer = of(imported, "episodes", title="Trailer")
    assert linked(trailer, "credits") == []
    people = imported.settings["tea-toast"].episodes["guid-0"].people
    assert people is not None
    assert [(each.name, each.role) for each in people] == [("Cy", "narrator")]


def test_artwork_is_fetched_and_named_for_what_it_is(imported: Catalogue) -> None:
    """A picture gets the ending its bytes ask for, whatever its address says."""
    series, one = of(imported, "series"), of(imported, "episodes", title="One")
    cover, own = linked(series, "cover_image"), linked(one, "cover_image")
    assert isinstance(cover, str)
    assert isinstance(own, str)
    assert imported.images[cover].path.name == "cover.png"
    assert imported.images[own].path.suffix == ".jpg"
    assert (
        imported.images[own].path.read_bytes()
        == _MEDIA["https://media.example.com/one.png"].read_bytes()
    )


def test_what_could_not_be_kept_is_said(tmp_path: Path) -> None:
    """Each thing an import leaves out is one note that names it."""
    notes = "\n".join(import_feed(FEED.encode(), tmp_path, fetch=fetch).notes)
    assert "'Again' has the guid of another item" in notes
    assert "'not%20an%20address' is not an absolute https address" in notes
    assert "not taken over: podcast:podping (1 times)" in notes
    assert "locked" in notes
    assert "'Again' has no enclosure" not in notes


def test_audio_is_downloaded_on_request(tmp_path: Path) -> None:
    """With `download` the audio lies beside the episode; what fails stays at its address."""
    result = import_feed(FEED.encode(), tmp_path, fetch=fetch, download=True)
    catalogue = load(tmp_path)
    assert result.audio == 1
    (audio,) = catalogue.audio.values()
    assert audio.name == "2026-03-05-one.mp3"
    said = catalogue.settings["tea-toast"].episodes
    assert said["guid-1"].enclosure_url is None
    assert said["guid-0"].enclosure_url == "https://media.example.com/0.m4a"
    assert any("answers 404" in note for note in result.notes)


def test_without_a_fetch_artwork_stays_where_it_is(tmp_path: Path) -> None:
    """Artwork that is not fetched is named by its address in the settings."""
    import_feed(FEED.encode(), tmp_path)
    settings_ = load(tmp_path).settings["tea-toast"]
    assert settings_.image_url == "https://media.example.com/cover"


def test_a_picture_that_is_none_is_left_at_its_address(tmp_path: Path) -> None:
    """A web page in place of a picture becomes no file of the catalogue."""

    def page(_url: str, path: Path) -> None:
        path.write_text("<!doctype html>")

    result = import_feed(FEED.encode(), tmp_path, fetch=page)
    assert result.pictures == 0
    assert any("neither JPEG, PNG nor WebP" in note for note in result.notes)
    assert not list(tmp_path.rglob("*.part"))


def test_people_who_are_there_are_known_again(tmp_path: Path) -> None:
    """A person of the same name is not written twice, and people.toml keeps its comments."""
    write(tmp_path, "people.toml", '# mine\n[annie]\nfirst_name = "Ann Lee"\nlast_name = "Ode"\n')
    import_feed(FEED.encode(), tmp_path)
    text = (tmp_path / "people.toml").read_text(encoding="utf-8")
    assert text.startswith("# mine\n[annie]\n")
    assert text.count("Ann Lee") == 1
    assert set(load(tmp_path).people) == {"annie", "bo"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second import under the same slug is refused; under another slug it works."""
    import_feed(FEED.encode(), tmp_path)
    with pytest.raises(UsageProblem, match="has a folder 'tea-toast' already"):
        import_feed(FEED.encode(), tmp_path)
    import_feed(FEED.encode(), tmp_path, slug="second")
    assert set(load(tmp_path).shows) == {"second", "tea-toast"}
    with pytest.raises(UsageProblem, match="can not be a slug"):
        import_feed(FEED.encode(), tmp_path, slug="../x")


def test_a_failed_import_leaves_no_trace(tmp_path: Path) -> None:
    """If something breaks on the way, neither a folder nor a changed file remains."""
    write(tmp_path, "people.toml", '[a]\nfirst_name = "A"\n')

    def broken(_url: str, _path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OutsideProblem, match="No space left"):
        import_feed(FEED.encode(), tmp_path, fetch=broken)
    assert [path.name for path in tmp_path.iterdir()] == ["people.toml"]
    assert (tmp_path / "people.toml").read_text() == '[a]\nfirst_name = "A"\n'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<!doctype html><p>404",
        b"<feed xmlns='http://www.w3.org/2005/Atom'/>",
        b"<rss version='2.0'/>",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, raw: bytes) -> None:
    """Anything but an RSS document with a channel is refused and writes nothing."""
    with pytest.raises(Refused):
        import_feed(raw, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """A feed can not read files of this machine or grow without end through entities."""
    secret = write(tmp_path, "secret", "the-secret")
    raw = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">'
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        "<rss version='2.0'><channel><title>T &x; &b;</title></channel></rss>"
    )
    assert "the-secret" not in repr(read_feed(raw.encode()))
    assert "aaaaaaaaaa" not in repr(read_feed(raw.encode()))


def test_broken_xml_is_repaired_and_said(tmp_path: Path) -> None:
    """A feed with a mistake in its XML is read as far as it goes, with a note."""
    raw = FEED.replace("<title>Trailer</title>", "<title>Trailer & more</title>")
    result = import_feed(raw.encode(), tmp_path)
    assert result.episodes == 2
    assert result.notes[0].startswith("the XML of the feed is broken")


def test_a_serial_without_numbers_is_counted_by_date(tmp_path: Path) -> None:
    """A serial feed whose episodes lack numbers gets the setting that makes it valid."""
    raw = FEED.replace("<itunes:episode>1</itunes:episode>", "")
    import_feed(raw.encode(), tmp_path)
    assert load(tmp_path).settings["tea-toast"].number_by_date is True


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(FEED) - 1), max_size=4), st.text(max_size=4))
def test_no_damage_ends_in_a_traceback(places: list[int], junk: str) -> None:
    """A feed damaged anywhere is read or refused."""
    raw = FEED
    for place in places:
        raw = raw[:place] + junk + raw[place + 3 :]
    try:
        show = read_feed(raw.encode("utf-8", "replace"))
    except FeedgenError:
        return
    assert show.title


@pytest.mark.parametrize("feed", REAL_FEEDS or [None], ids=lambda feed: feed and feed.name)
def test_real_feeds_keep_their_identities(tmp_path: Path, feed: Path | None) -> None:
    """Of real feeds every guid, date and enclosure is kept, as another reader sees them."""
    if feed is None:
        pytest.skip("FEEDGEN_REAL_FEEDS names no folder with feeds")
    raw = feed.read_bytes()
    result = import_feed(raw, tmp_path)
    catalogue = load(tmp_path)
    assert catalogue.problems == {}
    judge = feedparser.parse(raw)
    assert result.episodes == len(judge.entries)
    said = catalogue.settings[result.slug].episodes
    releases = catalogue.releases[of(catalogue, "series")["id"]]
    found = {each.guid: each.released_at for each in releases}
    for entry in judge.entries:
        published = calendar.timegm(entry.published_parsed)
        assert found[entry.id] == datetime.fromtimestamp(published, UTC)
        assert said[entry.id].enclosure_url == entry.enclosures[0].href
