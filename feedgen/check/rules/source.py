"""The feed against its source: the API's episodes and images, and what the last build wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from feedgen.check.facts import ArtworkFacts, EpisodeFacts, Facts
from feedgen.check.rule import ERROR, Example, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.rule import Complaints

_ITEM = '<item><guid isPermaLink="false">gid://example/V0/AAAA</guid></item>'
_RELEASED = datetime(2026, 3, 5, 7, tzinfo=UTC)
_EPISODE = EpisodeFacts(
    id="1",
    guid="gid://example/V0/AAAA",
    title="The Flood",
    enclosure_url="https://media.example.com/1.mp3",
    released_at=_RELEASED,
)
_ARTWORK = '<itunes:image href="https://cdn.example.com/show-3000.jpg"/>'


def _withheld(episode: EpisodeFacts, now: float) -> str:
    """Return why an episode must not be in the feed, empty if it may."""
    if not episode.published:
        return "is not published"
    if episode.released_at is None or episode.released_at.timestamp() > now:
        return "is not released yet"
    if episode.release_end_at is not None and episode.release_end_at.timestamp() <= now:
        return "has expired"
    return "is for premium listeners alone" if episode.premium_only else ""


@rule(
    "S01",
    ERROR,
    "art19",
    on="document",
    title="Every item comes from an episode that is published, released and free",
    why="An episode that gets out too early can not be called back from the phones it is on.",
    good=Example(xml=_ITEM, facts=Facts(episodes=(_EPISODE,))),
    bad=Example(
        xml=_ITEM,
        facts=Facts(
            episodes=(
                EpisodeFacts(
                    id="1",
                    guid="gid://example/V0/AAAA",
                    released_at=_RELEASED + timedelta(days=2),
                ),
            )
        ),
        text="an item whose episode has released_at tomorrow",
    ),
)
def eligible(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each item without an episode, or with one that must not be there."""
    if doc.facts.episodes is None:
        return
    known: set[int] = set()
    for episode, entry in doc.paired:
        known.add(id(entry))
        reason = _withheld(episode, doc.now)
        if reason:
            yield Hit(f"the episode of this item {reason}", node=entry, value=episode.id)
    # Where a document broke off, the guid of an item may have been behind it.
    for entry in () if doc.torn else doc.entries:
        if id(entry) not in known:
            yield Hit("no episode of the API belongs to this item", node=entry, value=entry.guid)


@rule(
    "S02",
    ERROR,
    "art19",
    on="document",
    title="The guid of an item is the API's rss_guid, character for character",
    why="Apps know an episode by nothing else. Rebuilt from an id, a title or a URL it makes a "
    "new episode of an old one.",
    good=Example(xml=_ITEM, facts=Facts(episodes=(_EPISODE,))),
    bad=Example(
        xml='<item><guid isPermaLink="false">id-0000001</guid></item>',
        facts=Facts(episodes=(_EPISODE,)),
        text="rss_guid gid://example/V0/AAAA, in the feed id-0000001",
    ),
)
def verbatim_guid(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each item with another guid than its episode."""
    for episode, entry in doc.paired:
        wanted = episode.guid.strip()
        if wanted and entry.guid != wanted:
            yield Hit(f"the guid is not the API's {wanted}", node=entry, value=entry.guid)


@rule(
    "S03",
    ERROR,
    "art19",
    on="document",
    title="Artwork in use is a valid image, square, of 1400 to 3000 pixels, JPEG or PNG",
    why="The API promises its styles for a valid image alone; for any other keep the artwork "
    "published last.",
    good=Example(
        xml=_ARTWORK,
        facts=Facts(
            artwork=(
                ArtworkFacts(
                    url="https://cdn.example.com/show-3000.jpg",
                    width=3000,
                    height=3000,
                    content_type="image/jpeg",
                ),
            )
        ),
    ),
    bad=Example(
        xml=_ARTWORK,
        facts=Facts(
            artwork=(
                ArtworkFacts(
                    url="https://cdn.example.com/show-3000.jpg",
                    status="processing",
                    width=3000,
                    height=3000,
                    content_type="image/jpeg",
                ),
            )
        ),
        text="itunes:image of an Image whose status is processing",
    ),
)
def valid_artwork(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each artwork of the feed that the API would not vouch for."""
    known = {artwork.url: artwork for artwork in doc.facts.artwork}
    for url in doc.artwork if known else ():
        artwork = known.get(url)
        if artwork is None:
            continue
        if artwork.status != "valid":
            yield Hit(f"the status of the artwork is {artwork.status}", value=url)
        elif artwork.width != artwork.height or not 1400 <= artwork.width <= 3000:
            yield Hit(f"the artwork is {artwork.width} × {artwork.height} pixels", value=url)
        elif artwork.content_type not in ("image/jpeg", "image/png"):
            yield Hit(f"the artwork is {artwork.content_type or 'of no known type'}", value=url)


@rule(
    "S04",
    ERROR,
    "art19",
    on="document",
    title="There are as many items as eligible episodes",
    why="A page of the API that was not read takes a hundred episodes off the air.",
    good=Example(xml=_ITEM, facts=Facts(eligible=1)),
    bad=Example(xml=_ITEM, facts=Facts(eligible=1066), text="1 item of 1,066 episodes"),
)
def all_episodes(doc: Document, _: Document) -> Complaints:
    """Return the two counts if they differ."""
    eligible, count = doc.facts.eligible, len(doc.entries)
    if eligible is None or eligible == count or doc.torn:
        return None
    return f"{count:,} items of {eligible:,} eligible episodes"


@rule(
    "I27",
    ERROR,
    "apple",
    on="document",
    title="Guids are those of the last build",
    why="A changed guid makes every listener download the episode again; a changed podcast:guid "
    "makes another show of it.",
    good=Example(xml=_ITEM, facts=Facts(episodes=(_EPISODE,))),
    bad=Example(
        xml="<podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid>",
        facts=Facts(podcast_guid_before="917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        text="podcast:guid differs from the one of the last build",
    ),
)
def kept_guids(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each guid that is not the one written before."""
    before = doc.facts.podcast_guid_before
    channel = doc.channel
    if before and channel is not None and channel.value("podcast:guid") != before:
        node = channel.first("podcast:guid") or channel
        message = f"podcast:guid was {before} in the last build"
        yield Hit(message, node=node, value=channel.value("podcast:guid"))
    for episode, entry in doc.paired:
        if episode.guid_before and entry.guid != episode.guid_before:
            was = episode.guid_before
            yield Hit(f"the guid was {was} in the last build", node=entry, value=entry.guid)
