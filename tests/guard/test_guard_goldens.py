"""The guard on the feeds that must come out, whatever profile and features they have."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from feedgen import guard
from feedgen.guard import Candidate, OnAirFeed, Thresholds
from feedgen.shipped import shipped

# A feed may have no items at all: then it has no episodes to lose.
FEEDS = sorted(
    path for path in shipped("golden_feeds").glob("*/feed.xml") if b"<item>" in path.read_bytes()
)


def judge(old: bytes, new: bytes) -> guard.Verdict:
    """Return the verdict on two versions of one feed."""
    made = Candidate(series_id="s", slug="show", data=new, name="show.xml", feed_url="")
    return guard.judge(OnAirFeed(data=old, name="show.xml"), made, thresholds=Thresholds())


@pytest.fixture(params=FEEDS, ids=[path.parent.name for path in FEEDS])
def feed(request) -> bytes:
    """One golden feed."""
    return request.param.read_bytes()


def test_a_feed_may_replace_itself(feed):
    """Nothing differs, nothing is held."""
    assert judge(feed, feed).decision == "go"


def test_a_title_may_be_corrected(feed):
    """The smallest edit of any feed goes."""
    edited = re.sub(rb"(<item>\s*<title>)", rb"\1New: ", feed, count=1)

    assert edited != feed
    assert judge(feed, edited).reasons == ()


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        (rb"(?s)<item>.*?</item>\s*", "guid-vanished"),
        (rb"(?s)<itunes:image [^>]*/>", "artwork-lost"),
        (rb"(?s)<enclosure [^>]*/>", "enclosure-lost"),
        (rb"(?s)<pubDate>.*?</pubDate>", "element-lost"),
        (rb"(?s)<language>.*?</language>", "element-lost"),
        (rb"(?s)<guid[^>]*>.*?</guid>", "guid-changed"),
    ],
)
def test_what_a_feed_must_have_may_not_go(feed, pattern, code):
    """Every feed is protected in the same way."""
    verdict = judge(feed, re.sub(pattern, b"", feed))

    assert code in {reason.code for reason in verdict.reasons}


def test_an_older_profile_is_measured_like_any_other(feed):
    """The path the feed lies under is part of what is on air."""
    made = Candidate(series_id="s", slug="show", data=feed, name="else.xml", feed_url="")
    verdict = guard.judge(
        OnAirFeed(data=feed, name="show.xml"), replace(made), thresholds=Thresholds()
    )

    assert [reason.code for reason in verdict.reasons] == ["path-moved"]
