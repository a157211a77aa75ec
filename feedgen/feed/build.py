"""A series, its settings and a moment turned into a feed. Pure: same input, same feed.

series + settings + now ─► eligible ─► items ─┐
series + settings ─► channel ─────────────────┴─► Feed, with what is left to tell about it
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedgen.errors import SeriesProblem
from feedgen.feed import channel, lists, markup, notes, numbers, people, pictures
from feedgen.feed.dates import in_utc
from feedgen.feed.enclosures import enclosure_url
from feedgen.feed.guid import podcast_guid
from feedgen.feed.items import ItemMaker
from feedgen.feed.log import Log, Note, Place
from feedgen.feed.memory import Memory
from feedgen.feed.model import ALWAYS, NAMESPACES, Feed, Item
from feedgen.feed.selection import Skipped, eligible
from feedgen.feed.tags import Trailer, Txt
from feedgen.feed.text import LABEL, unescaped
from feedgen.feed.text import cut as cut_text
from feedgen.feed.urls import is_https
from feedgen.settings import DEFAULTS, overlay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from feedgen.artwork.choose import Decision
    from feedgen.feed.chapters import ChapterFile
    from feedgen.feed.tags import Chapter, Picture
    from feedgen.model import Artwork, Enclosure, Episode, Series
    from feedgen.settings import LiveItem, SeriesSettings

__all__ = [
    "Built",
    "Memory",
    "NoEpisodes",
    "Note",
    "Skipped",
    "build",
    "eligible",
    "enclosure_url",
]

# Without a version: an upgrade that changes nothing else leaves every feed as it is.
GENERATOR = "podcast-feedgen"


class NoEpisodes(SeriesProblem):
    """A feed has nothing to show at the moment; directories refuse such a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A feed and what is to be told about it.

    `memory` is to be kept once the feed is published, `files` are to be published beside it.
    `origins[guid][element]` says where a value came from; the channel's are under `""`.
    """

    feed: Feed
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]
    memory: Memory
    files: tuple[ChapterFile, ...]
    origins: Mapping[str, Mapping[str, str]]


def build(
    series: Series,
    settings: SeriesSettings,
    *,
    feed_url: str,
    artwork: Mapping[str, Decision],
    enclosures: Mapping[str, Enclosure],
    memory: Memory,
    now: datetime,
    unavailable: Mapping[str, str] | None = None,
    marks: Mapping[str, tuple[Chapter, ...]] | None = None,
) -> Built:
    """Return the feed of `series` as it is at `now`.

    `artwork` is by image id, `enclosures`, `unavailable` and `marks` by the API id of the
    episode; `unavailable` says in a sentence why an episode can not be published although it is
    due, `marks` are the chapters that were found in media files.
    Raise `SeriesProblem` if no valid feed can be made.
    """
    settings = overlay(DEFAULTS, settings)
    log = Log()
    place = log.at("")
    refers_to = lists.remote_items(series, settings, place)
    ready, skipped = _ready(series, settings, now, unavailable or {})
    title = channel.title(series, settings, place)
    link = channel.link(series, settings, place)
    image = pictures.of_series(series, settings.image_url, artwork, place)
    explicit = channel.explicit(series, settings, place)
    guids = _guids(ready, memory, log)
    numbered, last = dict(memory.numbers), dict(memory.last_numbers)
    if settings.number_by_date:
        # What was given before this memory kept the highest numbers counts as well.
        last = numbers.last_given(series.episodes, settings, numbered, last)
        numbered = numbers.by_date(series.episodes, ready, settings, numbered, last)
        last = numbers.last_given(series.episodes, settings, numbered, last)
    if settings.people is not None:
        named = place.from_("podcast:person", "setting people", settings.people)
    else:
        named = people.from_credits(series.credits, settings.credit_roles, place)
        place.from_("podcast:person", "API: Series.credits", named)
    maker = ItemMaker(
        series=series,
        settings=settings,
        artwork=artwork,
        enclosures=enclosures,
        numbers=numbered if settings.number_by_date else {},
        link=link,
        explicit=explicit,
        image=image,
        people=named,
        log=log,
        marks=marks or {},
        files={},
    )
    items = tuple(maker.item(episode, guids[episode.id]) for episode in ready)
    _must_be_numbered(items, series, settings)
    _note_repeats(items, log)
    if not explicit and any(item.explicit for item in items):
        place.note("explicit-episodes", "the show says it is clean but has explicit episodes")
    channel.note_origins(settings, place)
    owner = channel.owner(series, settings, place)
    identity = _podcast_guid(settings, memory, feed_url, place)
    feed = Feed(
        profile=settings.profile or "modern",
        namespaces={},
        self_url=feed_url,
        hub=settings.websub_hub or "",
        title=title,
        notes=channel.description(series, settings, title, link, place),
        summary=place.from_(
            "itunes:summary",
            "API: Series.description_plain",
            cut_text(unescaped(series.description_plain), notes.SUMMARY),
        ),
        managing_editor=channel.managing_editor(series, settings, owner, place),
        copyright=channel.copyright_line(series, settings, place),
        generator="ART19" if settings.profile == "art19-compat" else GENERATOR,
        last_build_date=_last_change(series, ready, items),
        link=link,
        language=channel.language_tag(series, settings, place),
        new_feed_url=settings.new_feed_url or "",
        block=bool(settings.block),
        complete=bool(settings.complete),
        apple_verify=settings.apple_verify or "",
        author=channel.author(series, settings, title, place),
        owner=owner,
        explicit=explicit,
        categories=channel.category_list(series, settings, place),
        itunes_type=settings.itunes_type or "episodic",
        image=image,
        keywords=settings.keywords,
        podcast_guid=identity,
        locked=settings.locked is not False,
        locked_owner=settings.locked_owner or (owner.email if owner else ""),
        medium=settings.medium or "",
        license=settings.license,
        funding=settings.funding,
        people=named,
        location=settings.location,
        images=_pictures(image, settings),
        srcset=pictures.srcset(series.cover) if settings.legacy_images else "",
        trailers=settings.trailers or _trailers(items),
        update_frequency=settings.update_frequency,
        podroll=settings.podroll,
        remote_items=refers_to,
        publisher=settings.publisher,
        social_interact=settings.social_interact,
        chat=settings.chat,
        txt=_txt(settings),
        podcast_block=settings.podcast_block,
        podping=bool(settings.podping),
        value=settings.value,
        spotify=settings.spotify,
        live_items=_live_items(settings, link),
        item_list=items[: settings.max_items],
    )
    return Built(
        feed=replace(feed, namespaces=_namespaces(feed)),
        skipped=skipped,
        notes=tuple(log.notes),
        memory=replace(
            memory,
            podcast_guid=identity,
            guids={**memory.guids, **guids},
            numbers=numbered,
            last_numbers=last,
        ),
        files=tuple(maker.files[item.guid] for item in feed.item_list if item.guid in maker.files),
        origins=log.origins,
    )


def _ready(
    series: Series, settings: SeriesSettings, now: datetime, unavailable: Mapping[str, str]
) -> tuple[tuple[Episode, ...], tuple[Skipped, ...]]:
    due, skipped = eligible(series, settings, now)
    ready = tuple(episode for episode in due if episode.id not in unavailable)
    skipped += tuple(
        Skipped(
            episode_id=episode.id,
            guid=episode.guid,
            title=episode.title,
            reason=unavailable[episode.id],
        )
        for episode in due
        if episode.id in unavailable
    )
    if not ready and not lists.refers(settings.medium):
        why = f"; {skipped[0].title!r}: {skipped[0].reason}" if skipped else ""
        raise NoEpisodes(
            f"series {series.slug!r} has no episode that can be published{why}",
            hint="publish an episode or a trailer; directories refuse a feed without one",
        )
    return ready, skipped


def _guids(ready: Sequence[Episode], memory: Memory, log: Log) -> dict[str, str]:
    """Return the guid of every episode, by API id; raise `SeriesProblem` if two share one."""
    guids: dict[str, str] = {}
    owners: dict[str, list[Episode]] = {}
    for episode in ready:
        remembered = memory.guids.get(episode.id, "")
        guid = episode.guid or remembered or episode.id
        if not episode.guid:
            kept = "the one published before" if remembered else "its API id"
            log.at(guid).note("guid-missing", f"the episode has no guid; it keeps {kept}")
        elif remembered and remembered != guid:
            log.at(guid).note(
                "guid-changed",
                f"the guid was {remembered!r}: listeners will see {episode.title!r} as new",
            )
        origin = "API: Episode.rss_guid" if episode.guid else "memory, else the episode's API id"
        guids[episode.id] = log.at(guid).from_("guid", origin, guid)
        owners.setdefault(guid, []).append(episode)
    for guid, sharing in owners.items():
        if len(sharing) > 1:
            names = " and ".join(f"{episode.title!r} ({episode.id})" for episode in sharing)
            raise SeriesProblem(
                f"{len(sharing)} episodes have the guid {guid!r}: {names}",
                hint="give each episode a guid of its own; apps drop all but one of them",
            )
    return guids


def _must_be_numbered(items: Iterable[Item], series: Series, settings: SeriesSettings) -> None:
    """Raise `SeriesProblem` if a full episode of a serial show has no number (Apple)."""
    if settings.itunes_type != "serial":
        return
    bare = [item.title for item in items if item.episode_type == "full" and item.number is None]
    if bare:
        shown = ", ".join(repr(title) for title in bare[:5]) + (", …" if len(bare) > 5 else "")
        raise SeriesProblem(
            f"series {series.slug!r} is serial, but these episodes have no number: {shown}",
            hint="set episode_number for each of them, or number_by_date = true",
        )


def _note_repeats(items: Iterable[Item], log: Log) -> None:
    """Note what readers would take for the same: one file twice, one number twice."""
    files: dict[str, Item] = {}
    places: dict[tuple[int | None, int], Item] = {}
    for item in items:
        first = files.setdefault(item.enclosure.url, item)
        if first is not item:
            log.at(item.guid).note(
                "enclosure-repeated",
                f"{item.title!r} has the same media file as {first.title!r}; Apple ignores one",
            )
        if item.number is not None and item.episode_type == "full":
            first = places.setdefault((item.season, item.number), item)
            if first is not item:
                log.at(item.guid).note(
                    "number-repeated", f"{item.title!r} has the same number as {first.title!r}"
                )


def _podcast_guid(settings: SeriesSettings, memory: Memory, feed_url: str, place: Place) -> str:
    identity = place.first(
        "podcast:guid",
        (
            ("setting podcast_guid", settings.podcast_guid),
            ("memory", memory.podcast_guid),
            ("rule: UUIDv5 of the feed's address", podcast_guid(feed_url)),
        ),
    )
    if memory.podcast_guid and identity != memory.podcast_guid:
        place.note("podcast-guid-changed", f"podcast:guid was {memory.podcast_guid}")
    return identity or ""


def _last_change(
    series: Series, ready: Iterable[Episode], items: Iterable[Item]
) -> datetime | None:
    """Return when the content changed last: an edit, or an episode that came out.

    Never the time of rendering: an unchanged show gives identical bytes.
    """
    moments = [series.updated_at, *(item.pub_date for item in items)]
    for episode in ready:
        moments.append(episode.updated_at)
        moments.append(episode.season.updated_at if episode.season else None)
    known = [moment for moment in moments if moment is not None]
    return in_utc(max(known)) if known else None


def _pictures(image: Artwork, settings: SeriesSettings) -> tuple[Picture, ...]:
    return (pictures.as_picture(image, settings.image_alt), *settings.images)


def _trailers(items: Iterable[Item]) -> tuple[Trailer, ...]:
    """Return the trailer episodes as podcast:trailer, for apps that preview a show with it."""
    return tuple(
        Trailer(
            title=cut_text(item.title, LABEL),
            url=item.enclosure.url,
            pubdate=item.pub_date,
            length=item.enclosure.length or None,
            type=item.enclosure.type,
            season=item.season,
        )
        for item in items
        if item.episode_type == "trailer" and is_https(item.enclosure.url)
    )


def _txt(settings: SeriesSettings) -> tuple[Txt, ...]:
    if not settings.apple_verify:
        return settings.txt
    return (*settings.txt, Txt(value=settings.apple_verify, purpose="applepodcastsverify"))


def _live_items(settings: SeriesSettings, base: str) -> tuple[LiveItem, ...]:
    return tuple(
        replace(
            live,
            description=markup.normal(live.description or "", base=base, limit=markup.LIMIT),
        )
        for live in settings.live_items
    )


def _namespaces(feed: Feed) -> dict[str, str]:
    """Return the namespaces to declare: those every feed has, and those in use."""
    used = set(ALWAYS)
    if any(item.inline_chapters for item in feed.item_list):
        used.add("psc")
    if any(item.media for item in feed.item_list):
        used.add("media")
    if feed.spotify is not None:
        used.add("spotify")
    if feed.history:
        used.add("fh")
    return {prefix: uri for prefix, uri in NAMESPACES.items() if prefix in used}
