"""Settings of a series."""

from datetime import UTC, datetime

import pytest

from feedgen.errors import Mistakes
from feedgen.feed.tags import Person
from feedgen.schema import Reader, TomlSource
from feedgen.settings import DEFAULTS, EpisodeSettings, Owner, SeriesSettings, Spotify, overlay

EVERY_KEY = """
feed_url = "https://feeds.example.com/example-show"
podcast_guid = "6F7EEE44-887A-5582-8D86-77799DDEE723"
new_feed_url = "https://feeds.example.com/new"
profile = "art19-compat"
title = "Title"
description = "About"
author = "Author"
owner = {name = "Owner", email = "owner@example.com"}
managing_editor = "owner@example.com (Owner)"
copyright = "Holder"
link = "https://www.example.com/épisode 1"
language = "pt-BR"
explicit = false
categories = ["Society & Culture > Documentary", "History"]
image_url = "https://cdn.example.com/a.jpg"
image_alt = "A logo"
images = [{href = "https://cdn.example.com/b.jpg", aspect_ratio = "16/9", purpose = "banner"}]
keywords = ["maps", "weather"]
people = [{name = "Ana", role = "guest", href = "https://www.example.com/ana"}]
credit_roles = {EditorCredit = ["writing", "editor"], CastCredit = []}
itunes_type = "serial"
number_by_date = true
complete = true
block = true
apple_verify = "token"
enclosure_template = "https://media.example.com/{id}.{ext}"
enclosure_prefix = "https://prefix.example.com/"
probe_media = false
chapters_template = "https://media.example.com/{id}.json"
item_link_template = "https://www.example.com/{slug}"
legacy_images = true
inline_chapters = true
media_elements = true
locked = false
locked_owner = "owner@example.com"
medium = "audiobook"
license = {id = "my-licence", url = "https://www.example.com/licence"}
funding = [{url = "https://www.example.com/pay", label = "Pay"}]
location = [
  {name = "Austin", rel = "creator", geo = "geo:30.27,-97.74", osm = "R113314", country = "us"},
]
trailers = [{title = "T", url = "https://media.example.com/t.mp3", pubdate = 2026-02-02T10:00:00Z}]
update_frequency = {label = "Weekly", rrule = "FREQ=WEEKLY;BYDAY=TH"}
podroll = [{feed_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c", title = "Podnews"}]
remote_items = [{feed_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c", medium = "music"}]
publisher = {feed_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c"}
social_interact = [{protocol = "activitypub", uri = "https://social.example.com/1"}]
chat = {server = "irc.example.com", protocol = "irc"}
txt = [{purpose = "verify", value = "token"}]
podcast_block = [{id = "acast", value = "yes"}, {value = "no"}]
websub_hub = "https://hub.example.com/"
podping = true
max_items = 100
page_size = 50
paging = "archived"
private_secret = "correct horse battery staple"
chapters_from_media = true
footer = "<p>Thanks.</p>"
feeds = {early = {feed_url = "https://feeds.example.com/x9", private = true, delay_hours = -24}}
spotify = {country_of_origin = ["us", "ca"], limit = 20}

[[value]]
recipients = [{type = "lnaddress", address = "host@example.com", split = 90}]
[[value.time_splits]]
start = 60
duration = 30
remote_item = {feed_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c"}

[[live_items]]
title = "Live"
guid = "live-1"
status = "pending"
start = 2026-03-10T18:00:00Z
enclosure = {url = "https://stream.example.com/live", type = "audio/mpeg"}
content_links = [{href = "https://www.example.com/live", label = "Listen"}]

[episodes."gid://art19-episode-locator/V0/BBBB"]
title = "T"
episode_number = 2
season = 1
season_name = "The River"
episode_type = "bonus"
explicit = true
pub_date = 2026-03-05T07:00:00Z
link = "https://www.example.com/2"
enclosure_url = "https://media.example.com/ep2.mp3"
enclosure_length = 41792992
enclosure_type = "audio/mpeg"
duration_seconds = 2612
image_url = "https://cdn.example.com/ep2.jpg"
block = true
keywords = ["river"]
people = []
transcripts = [{url = "https://media.example.com/ep2.vtt", language = "en", rel = "captions"}]
chapters_url = "https://media.example.com/ep2.json"
chapters = [{start = 0, title = "Start"}, {start = 12.5, title = "More", toc = false}]
soundbites = [{start = 73.0, duration = 60.0, label = "The levee breaks"}]
alternate_enclosures = [{type = "audio/opus", length = 3, sources = [{uri = "ipfs://x"}]}]
content_links = [{href = "https://video.example.com/2", label = "Video"}]
license = {id = "CC-BY-4.0"}
"""


def read(text: str) -> SeriesSettings:
    source = TomlSource.parse(text, name="show.toml")
    reader = Reader(source)
    settings = reader.read(SeriesSettings, source.data)
    reader.finish()
    assert settings is not None
    return settings


def mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        read(text)
    return [str(each) for each in caught.value.mistakes]


def test_a_file_may_use_every_key():
    """Every key of a series is read, and none of them is refused or forgotten."""
    settings = read(EVERY_KEY)
    unsaid = SeriesSettings()

    left = [
        name
        for name in SeriesSettings.__slots__
        if getattr(settings, name) == getattr(unsaid, name)
    ]
    assert left == []


def test_values_are_brought_into_shape():
    """Addresses become URIs, codes get their case, instants are aware."""
    settings = read(EVERY_KEY)
    episode = settings.episodes["gid://art19-episode-locator/V0/BBBB"]

    assert settings.link == "https://www.example.com/%C3%A9pisode%201"
    assert settings.podcast_guid == "6f7eee44-887a-5582-8d86-77799ddee723"
    assert settings.location[0].country == "US"
    assert episode.pub_date == datetime(2026, 3, 5, 7, tzinfo=UTC)


def test_an_empty_file_says_nothing():
    """All keys are optional."""
    assert read("") == SeriesSettings()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('feed_url = "feeds.example.com"', "not an absolute http(s) address"),
        ('image_url = "http://cdn.example.com/a.jpg"', "not an absolute https address"),
        ('podcast_guid = "x"', "not a UUID"),
        ('language = "xx"', "no language tag"),
        ('medium = "podcst"', "did you mean 'podcast'"),
        ('categories = ["Society & Culture > Documentaries"]', "did you mean 'Documentary'"),
        ('categories = ["Kids & family"]', "did you mean 'Kids & Family'"),
        ('owner = {email = "nobody"}', "owner.email: 'nobody' is not an e-mail address"),
        ('people = [{name = "A", role = "hosts"}]', "people[0].role: no role 'hosts'"),
        ('credit_roles = {EditorCredit = ["writing"]}', "needs [group, role]"),
        ('enclosure_template = "https://x.example/{idd}.mp3"', "unknown field {idd}"),
        ('item_link_template = "https://x..example/{id}"', "is not an absolute http(s) address"),
        ('enclosure_template = "https://x.example/{id.mp3"', "a brace without its partner"),
        ('enclosure_prefix = "https://x.example/p"', "does not end in a slash"),
        ('location = [{name = "x", country = "XX"}]', "'XX' is not a country code"),
        ('location = [{name = "x", geo = "geo:91,0"}]', "is not of the form geo:"),
        ('chat = {server = "https://irc.example", protocol = "irc"}', "is not a host name"),
        ('txt = [{value = "maybe", purpose = "ai-content"}]', "neither true nor false"),
        ('people = [{name = "A", href = "http://x.example/"}]', "not an absolute https address"),
        ('episodes.g.social_interact = [{protocol = "nostr", uri = "x"}]', "not an absolute add"),
        (
            'episodes.g.transcripts = [{url = "https://x.example/a.vtt", language = "engl"}]',
            "'engl' is not a language tag",
        ),
        ('license = {id = "mine"}', "license.url: is missing"),
        ('update_frequency = {label = "x", rrule = "weekly"}', "not a recurrence rule"),
        ('update_frequency = {label = "x", rrule = "FREQ=DAILY;COUNT=3"}', "dtstart: is missing"),
        ('social_interact = [{protocol = "activitypub"}]', "uri: is missing"),
        ('social_interact = [{protocol = "disabled", uri = "at://x"}]', "disabled stands alone"),
        ('podcast_block = [{id = "nobody", value = "yes"}]', "no service 'nobody'"),
        ("podcast_block = [{value = true}]", "expected str"),
        ("value = [{recipients = []}]", "recipients: is empty"),
        (
            'feeds = {a = {feed_url = "https://x.example/a", delay_hours = -1}}',
            "feeds.a.delay_hours: is less than 0, and only a private feed may be early",
        ),
        ("feeds = {a = {delay_hours = 90000}}", "feeds.a.delay_hours: expected float <= 87660"),
        ("feeds = {a = {delay_hours = nan}}", "feeds.a.delay_hours: nan is no finite number"),
        ("episodes.g.soundbites = [{start = inf, duration = 1}]", "inf is no finite number"),
        ('txt = [{value = "  "}]', "txt[0].value: '' is longer than 4,000 characters or empty"),
        ('feeds = {"A b" = {title = "x"}}', "feeds: 'A b' is no name for a feed"),
        ("feeds = {page-2 = {max_items = 1}}", "feeds: 'page-2' is no name for a feed"),
        ('private_secret = "short"', "private_secret: expected str of length >= 16"),
        (
            'value = [{recipients = [{type = "node", address = "02d5", split = 1}]}]',
            "'02d5' is not 66 hex digits",
        ),
        ("episodes.g.pub_date = 2026-03-05T07:00:00", "with a timezone"),
        ("episodes.g.episode_number = 0", "expected int >= 1"),
        ("episodes.g.chapters = [{start = 2}, {start = 1}]", "not in the order"),
        ('episodes.g.transcripts = [{url = "https://x.example/a"}]', "type: is missing"),
        ('episodes.g.titel = "x"', "unknown key; did you mean 'title'"),
    ],
)
def test_each_mistake_is_named_with_its_line_and_field(line, problem):
    """A value that can not stand in a feed is refused where it was written."""
    found = mistakes(f"\n{line}\n")

    assert len(found) == 1
    assert found[0].startswith("show.toml:2: ")
    assert problem in found[0]


def test_all_mistakes_are_named_at_once():
    """A wrong nested table does not hide what is wrong beside it."""
    assert (
        len(mistakes('language = "xx"\nowner = {email = "x"}\nmedium = "y"\nexplicit = "no"')) == 4
    )


def test_what_a_later_layer_says_wins():
    """Unsaid keys let the lower layer show through, false and an empty list of people do not."""
    base = SeriesSettings(title="Below", author="Below", explicit=True, people=(Person(name="A"),))
    over = SeriesSettings(title="Above", explicit=False, people=())

    assert overlay(base, over) == SeriesSettings(
        title="Above", author="Below", explicit=False, people=()
    )


def test_tables_with_keys_of_their_own_are_overlaid_key_by_key():
    """Owner, Spotify and the facts of an episode are completed, not replaced."""
    base = SeriesSettings(
        owner=Owner(name="A"),
        spotify=Spotify(limit=3),
        episodes={"x": EpisodeSettings(season=1), "y": EpisodeSettings(season=2)},
    )
    over = SeriesSettings(
        owner=Owner(email="a@example.com"), episodes={"x": EpisodeSettings(episode_number=4)}
    )
    both = overlay(base, over)

    assert both.owner == Owner(name="A", email="a@example.com")
    assert both.spotify == Spotify(limit=3)
    assert both.episodes["x"] == EpisodeSettings(season=1, episode_number=4)
    assert both.episodes["y"] == EpisodeSettings(season=2)


def test_the_defaults_say_nothing_wrong():
    """The bottom layer passes its own checks."""
    assert list(DEFAULTS.problems()) == []
