"""A feed as a listener meets it, from any bytes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.web.listen import Chapter, chapters_of, listen, web_address
from feedgen.web.show import Here

HEAD = (
    '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:psc="http://podlove.org/simple-chapters"><channel>'
)


def heard(body, here=Here("https://cdn.example.com", "")):  # noqa: B008 - a value
    return listen(f"{HEAD}{body}</channel></rss>".encode(), here=here)


def test_everything_a_listener_sees_is_read():
    """Channel and episode with their people, money, chapters, transcripts and audio."""
    found = heard(
        "<title>A &amp; B</title><link>https://www.example.com/</link><language>en</language>"
        "<itunes:author>C</itunes:author><itunes:type>serial</itunes:type>"
        '<itunes:explicit>yes</itunes:explicit><itunes:image href="https://cdn.example.com/c.jpg"/>'
        '<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>'
        '<podcast:funding url="https://pay.example.com">Help</podcast:funding>'
        "<item><title>One</title><guid>1</guid><pubDate>Sun, 01 Nov 2026 00:00:00 -0100</pubDate>"
        "<itunes:season>2</itunes:season><itunes:episode>3</itunes:episode>"
        "<itunes:episodeType>bonus</itunes:episodeType><itunes:duration>1:02:03</itunes:duration>"
        '<enclosure url="https://cdn.example.com/1.mp3" length="99" type="audio/mpeg"/>'
        '<podcast:chapters url="https://cdn.example.com/1.json" type="application/json+chapters"/>'
        '<podcast:transcript url="https://x.example.com/1.vtt" type="text/vtt" language="en"/>'
        '<podcast:person role="guest" href="https://p.example.com">P</podcast:person>'
        '<psc:chapters><psc:chapter start="00:01:02.5" title="Begin"/></psc:chapters></item>'
    )
    (episode,) = found.episodes

    assert (found.title, found.author, found.kind, found.explicit) == (
        "A & B",
        "C",
        "serial",
        True,
    )
    assert found.categories == ("Arts › Books",)
    assert found.cover == "/c.jpg"
    assert found.funding[0].url == "https://pay.example.com"
    assert episode.label == "S2 · E3 · Bonus"
    assert episode.seconds == 3723
    assert episode.published_at == datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert (episode.audio, episode.length) == ("/1.mp3", 99)
    assert episode.chapters == (Chapter(start=62.5, title="Begin"),)
    assert episode.chapters_url == "https://cdn.example.com/1.json"
    assert (episode.transcripts[0].text, episode.transcripts[0].kind) == ("text/vtt", "en")
    assert (episode.people[0].text, episode.people[0].kind) == ("P", "guest")


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example/x",
        "http://[",
        " javascript:x",
        "vbscript:x",
    ],
)
def test_no_address_leads_where_a_browser_must_not_go(bad):
    """Links, players and pictures of other schemes are left out."""
    found = heard(
        f'<link>{bad}</link><itunes:image href="{bad}"/><podcast:funding url="{bad}">x'
        f'</podcast:funding><item><title>t</title><link>{bad}</link><enclosure url="{bad}"/>'
        f'<podcast:transcript url="{bad}"/><podcast:person href="{bad}" img="{bad}">p'
        f'</podcast:person><podcast:chapters url="{bad}"/></item>'
    )
    (episode,) = found.episodes

    assert web_address(bad) == ""
    assert (found.page, found.cover, found.funding) == ("", "", ())
    assert (episode.page, episode.audio, episode.enclosure) == ("", "", "")
    assert (episode.transcripts, episode.chapters_url) == ((), "")
    assert (episode.people[0].url, episode.people[0].picture) == ("", "")


@pytest.mark.parametrize(
    "notes",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        "<style>*{display:none}</style>",
        "<iframe src=https://evil.example></iframe>",
        "<p style='position:fixed' onclick=x()>y</p>",
        "<form action=/logout method=post><button>z</button></form>",
        "<h1>big</h1>",
    ],
)
def test_notes_are_sanitised_again(notes):
    """What runs, loads, hides, posts or breaks the order of headings is not shown."""
    shown = heard(f"<item><description><![CDATA[{notes}]]></description></item>").episodes[0].notes

    for never in (
        "<script",
        "<img",
        "javascript:",
        "<svg",
        "<style",
        "<iframe",
        "onclick",
        "style=",
    ):
        assert never not in shown
    assert "<form" not in shown
    assert "<h1" not in shown
    assert "alert(1)</script" not in shown


def test_what_is_embedded_comes_from_here_or_by_https():
    """Published files are taken from this server, others by https, nothing by http."""
    here = Here("https://podcasts.example.com/a", "/a")

    assert here("https://podcasts.example.com/a/media/x.jpg") == "/a/media/x.jpg"
    assert here("https://podcasts.example.com/b/x.jpg") == "https://podcasts.example.com/b/x.jpg"
    assert here("http://podcasts.example.com/x.jpg") == ""
    assert here("") == ""
    assert (
        Here("https://p.example.com", None)("https://p.example.com/x") == "https://p.example.com/x"
    )


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"chapters":[{"startTime":1.5,"title":"a"}]}', (Chapter(start=1.5, title="a"),)),
        (b'{"chapters":[{"startTime":1,"toc":false}]}', ()),
        (b'{"chapters":[{"title":"no start"}]}', ()),
        (b'{"chapters":[{"startTime":"later"}]}', ()),
        (b'{"chapters":{}}', ()),
        (b'{"chapters":[1]}', ()),
        (b"[]", ()),
        (b"nonsense", ()),
        (b"", ()),
        (None, ()),
    ],
)
def test_chapters_are_read_or_there_are_none(data, found):
    """A chapters file that is none has no chapters, whatever is in it."""
    assert chapters_of(data) == found


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: f"{HEAD}{t}".encode()))
def test_any_bytes_can_be_looked_at(data):
    """What is no feed is said to be none; nothing raises."""
    found = listen(data, here=Here("https://cdn.example.com", ""))

    assert found.readable or not found.episodes


@given(
    title=st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&"), max_size=30
    ),
    date=st.text(
        st.characters(codec="ascii", exclude_characters="<&", categories=("L", "N", "P"))
    ),
    duration=st.text("0123456789:.-", max_size=12),
    length=st.text("0123456789-e", max_size=25),
)
def test_odd_values_are_left_out(title, date, duration, length):
    """Dates, durations and lengths that are none are unknown, not a failure."""
    (episode,) = heard(
        f"<item><title>{title}</title><pubDate>{date}</pubDate>"
        f"<itunes:duration>{duration}</itunes:duration>"
        f'<enclosure url="https://a.example/b.mp3" length="{length}"/></item>'
    ).episodes

    assert episode.published_at is None or episode.published_at.tzinfo is not None
    assert episode.seconds is None or episode.seconds >= 0
    assert episode.length >= 0


@pytest.mark.parametrize(
    ("language", "lang"),
    [
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("xx nonsense", ""),
        ('en" onload="x', ""),
        ("englisch", ""),
        ("", ""),
    ],
)
def test_a_language_is_said_of_a_part_only_if_it_is_one(language, lang):
    """What has not the form of a tag (RFC 5646) is shown and not used."""
    found = heard(f"<title>A</title><language>{language}</language>")

    assert (found.language, found.lang) == (language, lang)
