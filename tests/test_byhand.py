"""What a person does to a feed: which feeds there are, what is told of one that is put back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedgen import aired, byhand
from feedgen.errors import UnknownSeries, UsageProblem
from feedgen.guard import Identity, Verdict
from feedgen.history import Version, feed_key
from feedgen.state import State

AT = datetime(2026, 3, 5, 7, tzinfo=UTC)
FEED = """<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>T</title>{channel}
<image><url>https://e.com/media/images/a.jpg</url></image>
<itunes:image href="https://e.com/media/images/a.jpg"/>
<item><guid>g</guid><enclosure url="https://e.com/media/episodes/1.mp3" length="1" type="a/b"/>
<podcast:chapters url="https://e.com/chapters/1.json" type="application/json"/>
<podcast:transcript url="https://elsewhere.example.com/1.vtt" type="text/vtt"/></item>
</channel></rss>"""


def version(number: int = 1) -> Version:
    """Return a version of a feed."""
    identity = Identity(
        series_id="s1", slug="daily", name="daily.xml", title="T", self_url="https://e.com/daily"
    )
    return Version(
        key="s1", identity=identity, number=number, sha256="a", size=1, how="published", put_at=AT
    )


def announced(channel: str):
    """Return what is told of a feed with these elements."""
    return byhand.announcement(version(), FEED.format(channel=channel).encode())


def test_the_feed_itself_says_who_is_to_be_told():
    """Hub, Podping and medium as in the version that goes back on air, not as in the settings."""
    told = announced(
        '<atom:link rel="self" href="https://e.com/daily"/>'
        '<atom:link rel="hub" href="https://hub.example.com/"/>'
        '<podcast:podping usesPodping="true"/><podcast:medium>music</podcast:medium>'
    )

    assert (told.hub, told.podping, told.medium) == ("https://hub.example.com/", True, "music")
    assert (told.feed_url, told.slug, told.private) == ("https://e.com/daily", "daily", False)


@pytest.mark.parametrize(
    ("channel", "private"),
    [
        ("", False),
        ("<itunes:block>Yes</itunes:block>", True),
        ("<podcast:block>yes</podcast:block>", True),
        ('<podcast:block id="google">yes</podcast:block>', False),
        ("<itunes:block>No</itunes:block>", False),
    ],
)
def test_nobody_is_told_of_a_feed_that_is_blocked(channel, private):
    """A private feed is blocked everywhere; from its bytes nothing else can be told."""
    assert announced(channel).private is private


def test_nobody_is_told_of_what_is_no_feed():
    """Bytes that somebody else put there."""
    assert byhand.announcement(version(), b"no feed").private


def test_what_a_feed_points_to_is_found_by_the_address_of_the_target():
    """Pictures, audio and chapters of ours; not links between documents, not other hosts."""
    data = FEED.format(channel='<atom:link rel="next" href="https://e.com/page-2.xml"/>').encode()

    assert byhand.files(data, "https://e.com") == (
        "media/images/a.jpg",
        "media/episodes/1.mp3",
        "chapters/1.json",
    )
    assert byhand.files(b"no feed", "https://e.com") == ()


@pytest.fixture
def state(tmp_path):
    """A state in which one series has three feeds on air, and another one is only held."""
    with State(tmp_path / "state.sqlite3") as state:
        for key, name in (
            (feed_key("s1"), "daily.xml"),
            (feed_key("s1", "", "page-2"), "daily.page-2.xml"),
            (feed_key("s1", "premium"), "private/x.xml"),
            (feed_key("s1", "premium", "archive-1"), "private/x.archive-1.xml"),
        ):
            identity = Identity(series_id="s1", slug="daily", name=name)
            state.history.keep(key, identity, name.encode(), at=AT)
        verdict = Verdict(decision="hold", reasons=(), changes=(), digest="d")
        state.approvals.hold(feed_key("s2"), "weekly", verdict, at=AT)
        yield state


def test_feeds_are_known_by_series_and_name(state):
    """The own feed first, each with its documents; a series that is only held is one too."""
    found = aired.feeds(state)

    assert [(each.slug, each.name, each.documents) for each in found] == [
        ("daily", "", ("s1", "s1/page-2")),
        ("daily", "premium", ("s1#premium", "s1#premium/archive-1")),
        ("weekly", "", ("s2",)),
    ]
    assert aired.of_series(state, "s1") == aired.of_series(state, "daily") == found[:2]
    assert aired.one(found[:2], "premium").said == "daily, feed 'premium'"


def test_a_name_that_is_not_there_is_told_with_the_closest(state):
    """Series and feeds."""
    with pytest.raises(UnknownSeries) as series:
        aired.of_series(state, "dayly")
    with pytest.raises(UsageProblem) as feed:
        aired.one(aired.of_series(state, "daily"), "premum")
    with pytest.raises(UsageProblem) as only:
        aired.one(aired.of_series(state, "weekly"), "premium")

    assert series.value.hint == "did you mean 'daily'?"
    assert feed.value.hint == "did you mean 'premium'?"
    assert "leave --feed out" in only.value.hint


def test_approving_is_recorded_with_who_and_when(state):
    """In the approval itself and among the deeds; a second one finds it done."""
    held = state.approvals.waiting("s2")
    done = byhand.approve(state, "s2", held, by="Anna", at=AT)
    (deed,) = state.deeds.of("s2")

    assert (done.approved_by, done.approved_at) == ("Anna", AT)
    assert (deed.what, deed.by, deed.detail, deed.at) == ("approved", "Anna", "d", AT)


def test_another_difference_than_the_one_shown_is_not_approved(state):
    """It was replaced while somebody looked: nothing is recorded."""
    held = state.approvals.waiting("s2")
    other = Verdict(decision="hold", reasons=(), changes=(), digest="e")
    state.approvals.hold("s2", "weekly", other, at=AT)
    with pytest.raises(UsageProblem, match="the difference that waits is e"):
        byhand.approve(state, "s2", held, by="Anna", at=AT)

    assert state.deeds.of("s2") == ()
    assert state.approvals.waiting("s2").approved_at is None
