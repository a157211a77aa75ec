"""templates/rss/podcast.xml and live_item.xml."""

from feedgen.feed.model import ItemTags
from feedgen.feed.tags import (
    AlternateEnclosure,
    ContentLink,
    Integrity,
    Recipient,
    RemoteItem,
    Source,
    TimeSplit,
    Value,
)
from feedgen.settings import LiveEnclosure, LiveItem
from tests.factories import make_item, moment
from tests.feed.rendered import attributes, channel, find, first_item, names, texts

OTHER_FEED = "9b024349-ccf0-5f69-a609-6b82873eab3c"


def make_recipient(**fields: object) -> Recipient:
    return Recipient(**{"type": "node", "address": "02d5", "split": 90, "name": "Host"} | fields)


def make_value(**fields: object) -> Value:
    return Value(**{"recipients": (make_recipient(),), "suggested": "0.00000005"} | fields)


def make_live_item(**fields: object) -> LiveItem:
    values = {
        "title": "Live & loud",
        "guid": "live-1",
        "status": "pending",
        "start": moment(-1),
        "end": moment(-1.5),
        "enclosure": LiveEnclosure(url="https://stream.example.com/live", type="audio/mpeg"),
        "content_links": (ContentLink(href="https://www.example.com/live", label="Listen"),),
    }
    return LiveItem(**values | fields)


def tagged(**fields: object):
    return first_item(make_item(tags=ItemTags(**fields)))


def test_an_alternate_enclosure_has_sources_and_integrity():
    """At least one source lies inside it, and a checksum if it is said."""
    item = tagged(
        alternate_enclosures=(
            AlternateEnclosure(
                type="audio/opus",
                length=3,
                bitrate=32000.0,
                default=True,
                sources=(
                    Source(uri="ipfs://x"),
                    Source(uri="https://x.example/a", content_type="a/b"),
                ),
                integrity=Integrity(type="sri", value="sha384-x"),
            ),
        )
    )

    assert attributes(item, "podcast:alternateEnclosure") == [
        {"type": "audio/opus", "length": "3", "bitrate": "32000", "default": "true"}
    ]
    assert attributes(item, "podcast:alternateEnclosure/podcast:source") == [
        {"uri": "ipfs://x"},
        {"uri": "https://x.example/a", "contentType": "a/b"},
    ]
    assert attributes(item, "podcast:alternateEnclosure/podcast:integrity") == [
        {"type": "sri", "value": "sha384-x"}
    ]


def test_a_value_has_recipients_and_time_splits():
    """A split names either a remote item or recipients of its own."""
    split = {"start": 60, "duration": 30.5}
    item = tagged(
        value=(
            make_value(
                time_splits=(
                    TimeSplit(
                        **split, remote_item=RemoteItem(feed_guid=OTHER_FEED), remote_percentage=95
                    ),
                    TimeSplit(**split, recipients=(make_recipient(fee=True),)),
                )
            ),
        )
    )

    assert attributes(item, "podcast:value") == [
        {"type": "lightning", "method": "keysend", "suggested": "0.00000005"}
    ]
    recipient = {"name": "Host", "type": "node", "address": "02d5", "split": "90"}
    assert attributes(item, "podcast:value/podcast:valueRecipient") == [recipient]
    times = {"startTime": "60", "duration": "30.5"}
    assert attributes(item, "podcast:value/podcast:valueTimeSplit") == [
        {**times, "remotePercentage": "95"},
        times,
    ]
    assert attributes(item, "*/podcast:valueTimeSplit/podcast:remoteItem") == [
        {"feedGuid": OTHER_FEED}
    ]
    assert attributes(item, "*/podcast:valueTimeSplit/podcast:valueRecipient") == [
        {**recipient, "fee": "true"}
    ]


def test_content_links_have_a_label():
    """The same content elsewhere."""
    item = tagged(content_links=(ContentLink(href="https://v.example/2", label="Video & chat"),))

    assert attributes(item, "podcast:contentLink") == [{"href": "https://v.example/2"}]
    assert texts(item, "podcast:contentLink") == ["Video & chat"]


def test_a_live_item_is_an_item_with_a_status():
    """Title, guid, stream and a page to listen at; times in ISO 8601."""
    live = find(
        channel(live_items=(make_live_item(description="<p>x</p>", explicit=False),)),
        "podcast:liveItem",
    )

    assert dict(live.attrib) == {
        "status": "pending",
        "start": "2026-03-07T12:00:00Z",
        "end": "2026-03-08T00:00:00Z",
    }
    assert names(live) == [
        *("title", "description", "guid", "itunes:explicit", "enclosure", "podcast:contentLink")
    ]
    assert texts(live, "title") == ["Live & loud"]
    assert attributes(live, "enclosure") == [
        {"url": "https://stream.example.com/live", "length": "0", "type": "audio/mpeg"}
    ]
