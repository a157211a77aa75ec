"""Several feeds of one series: limited, delayed, filtered, with another face, or private."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feedgen.errors import SeriesProblem
from feedgen.feed.dates import shifted
from feedgen.feed.log import Note
from feedgen.feed.numbers import episode_type, season_number
from feedgen.feed.paging import beside
from feedgen.feed.tags import Block
from feedgen.settings import SeriesSettings, overlay

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from feedgen.feed.memory import Memory
    from feedgen.feed.model import Item
    from feedgen.model import Episode, Series
    from feedgen.settings import Variant

PRIVATE_FOLDER = "private"
_TOKEN_BYTES = 24  # 192 bits: as good as a key


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """What one feed is built from; the feed of the series itself has the name `""`.

    `file_name` is where it lies, relative to the target, if its address does not say. `templates`
    is a folder of its own, `""` for none.
    """

    name: str
    series: Series
    settings: SeriesSettings
    file_name: str = ""
    private: bool = False
    templates: str = ""


class UnknownFeed(SeriesProblem):
    """The series has no feed of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known) or "none but its own"
        super().__init__(f"the series has no feed {name!r}", hint=f"it has: {names}")


def plans(series: Series, settings: SeriesSettings, *, secret: str = "") -> tuple[FeedPlan, ...]:
    """Return the plan of the series' own feed, then those of its variants, by name.

    `secret` is what the addresses of private feeds without a feed_url are worked out from; see
    `needs_secret`. Raise `SeriesProblem` if a public feed would be early, or if two have one
    address: the later would lie where the earlier did.
    """
    found = [FeedPlan(name="", series=series, settings=settings, file_name=f"{series.slug}.xml")]
    for name, variant in sorted(settings.feeds.items()):
        found.append(_plan(name, variant, series, settings, secret))
    places: dict[str, str] = {}
    for plan in found:
        address = plan.settings.feed_url or ""
        if address in places:
            first = f"feed {places[address]!r}" if places[address] else "its own feed"
            raise SeriesProblem(
                f"series {series.slug!r} has feed {plan.name!r} and {first} at {address}",
                hint="give each feed a feed_url of its own, or leave it out",
            )
        places[address] = plan.name
    return tuple(found)


def needs_secret(settings: SeriesSettings) -> bool:
    """Tell whether a private feed has no address of its own, and nothing to work one out from."""
    open_ones = any(each.private and not each.feed_url for each in settings.feeds.values())
    return open_ones and not settings.private_secret


def recalled(name: str, memory: Memory) -> Memory:
    """Return the memory to build the feed `name` with: guids and numbers are the series' own."""
    return replace(memory, podcast_guid=memory.feeds.get(name, "")) if name else memory


def learned(feed: FeedPlan, built: Memory, memory: Memory) -> Memory:
    """Return the memory of the series after `feed` was built."""
    if not feed.name:
        return built
    return replace(
        built,
        podcast_guid=memory.podcast_guid,
        feeds={**memory.feeds, feed.name: built.podcast_guid},
        # The address of a private feed is its key and stands in no note.
        places={**memory.places, feed.name: _public_address(feed)},
    )


def _public_address(feed: FeedPlan) -> str:
    return "" if feed.private else feed.settings.feed_url or ""


def dropped(settings: SeriesSettings, memory: Memory) -> Mapping[str, str]:
    """Return the feeds that were made once and are not in the settings any more.

    By name, with their addresses, `""` where that was never kept. Nothing takes them down: they
    stay on air as they were, and people who subscribed to one wait for an episode in vain.
    """
    gone = sorted(memory.feeds.keys() - settings.feeds.keys())
    return {name: memory.places.get(name, "") for name in gone}


def note_dropped(name: str, address: str) -> Note:
    """Return what is to be told about a feed that is not in the settings any more."""
    where = f" at {address}" if address else ""
    return Note(
        code="feed-dropped",
        message=f"feed {name!r} is not in the settings any more, and what was published of it"
        f"{where} is not kept up; take it down, or put [feeds.{name}] back",
    )


def must_be_out(name: str, items: Iterable[Item], public: Collection[str]) -> None:
    """Raise `SeriesProblem` if a public feed holds an episode that is not in `public`, by API id.

    The second lock on that door: whatever a variant does, it shows in public only what the feed
    of the series may show at that moment.
    """
    for item in items:
        if item.episode_id not in public:
            raise SeriesProblem(
                f"feed {name!r} is public and would show {item.title!r}, which is not out",
                hint="set private = true for this feed",
            )


def _plan(
    name: str, variant: Variant, series: Series, settings: SeriesSettings, secret: str
) -> FeedPlan:
    if variant.delay_hours < 0 and not variant.private:
        raise SeriesProblem(
            f"feed {name!r} of series {series.slug!r} is public and would be early",
            hint="set private = true, or a delay_hours of 0 and more",
        )
    episodes = tuple(episode for episode in series.episodes if _is_in(episode, variant, settings))
    delay = timedelta(hours=variant.delay_hours)
    address, file_name = _place(name, variant, series, settings, secret)
    own = replace(settings, podcast_guid=variant.podcast_guid, feeds={})
    own = overlay(own, replace(_said(variant), feed_url=address))
    if variant.private:
        own = replace(
            own,
            block=True,
            podping=False,
            websub_hub=None,
            podcast_block=(Block(value="yes"),),
        )
    return FeedPlan(
        name=name,
        series=replace(series, episodes=tuple(_moved(each, delay) for each in episodes)),
        settings=_with_moved_dates(own, delay),
        file_name=file_name,
        private=variant.private,
        templates=variant.templates or "",
    )


def _place(
    name: str, variant: Variant, series: Series, settings: SeriesSettings, secret: str
) -> tuple[str, str]:
    """Return the address of a variant, and its file name if the address does not give it."""
    if not variant.private:
        address = variant.feed_url or beside(settings.feed_url or "", name)
        return address, beside(f"{series.slug}.xml", name)
    token = _token(settings.private_secret or secret, f"{series.id}/{name}")
    file_name = f"{PRIVATE_FOLDER}/{token}.xml"
    if variant.feed_url:
        return variant.feed_url, file_name
    if not token:
        raise SeriesProblem(
            f"the private feed {name!r} of series {series.slug!r} has no address",
            hint="set its feed_url, or private_secret",
        )
    return f"{(settings.feed_url or '').rpartition('/')[0]}/{file_name}", file_name


def _token(secret: str, what: str) -> str:
    """Return a name nobody can guess without `secret`, always the same; `""` without one."""
    if not secret:
        return ""
    digest = hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest()
    # letters and digits only, so that it is a safe name everywhere
    return base64.b32encode(digest[:_TOKEN_BYTES]).decode().rstrip("=").lower()


def _is_in(episode: Episode, variant: Variant, settings: SeriesSettings) -> bool:
    if variant.seasons and season_number(episode, settings) not in variant.seasons:
        return False
    return not variant.episode_types or episode_type(episode, settings) in variant.episode_types


def _said(variant: Variant) -> SeriesSettings:
    return SeriesSettings(
        profile=variant.profile,
        title=variant.title,
        description=variant.description,
        image_url=variant.image_url,
        footer=variant.footer,
        enclosure_prefix=variant.enclosure_prefix,
        max_items=variant.max_items,
        page_size=variant.page_size,
        paging=variant.paging,
    )


def _moved(episode: Episode, delay: timedelta) -> Episode:
    if episode.released_at is None:
        return episode
    return replace(episode, released_at=shifted(episode.released_at, delay))


def _with_moved_dates(settings: SeriesSettings, delay: timedelta) -> SeriesSettings:
    episodes = {
        key: replace(said, pub_date=shifted(said.pub_date, delay)) if said.pub_date else said
        for key, said in settings.episodes.items()
    }
    return replace(settings, episodes=episodes)
