"""What a run knows of every enclosure: the settings, what was found before, or a probe now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.errors import SeriesProblem
from feedgen.feed.enclosures import enclosure_url, episode_settings
from feedgen.feed.log import Note
from feedgen.feed.model import NAMESPACES
from feedgen.model import Enclosure
from feedgen.probe import Facts, Hints, Probed, ProbeProblem, examine
from feedgen.probe import known as known_by_tag

if TYPE_CHECKING:
    from feedgen.make import Plan
    from feedgen.model import Episode
    from feedgen.probe import Examined, ProbeCache
    from feedgen.source import Source

AT_ONCE = 4
_DURATION = f"{{{NAMESPACES['itunes']}}}duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosures:
    """The enclosures of a series by episode id, and what is odd about them."""

    by_episode: Mapping[str, Enclosure]
    notes: tuple[Note, ...] = ()


class OnAirFacts:
    """A cache of probes that falls back to what the feed on air says of a file.

    Without it a lost state and a server that is down at the same time would put zeros on air.
    """

    def __init__(self, kept: ProbeCache, on_air: Callable[[], bytes | None]) -> None:
        self._kept = kept
        self._read = on_air
        self._items: Mapping[str, Facts] | None = None

    def get(self, url: str) -> Probed | None:
        """Return what was kept for `url`, else what is on air; that is never taken for fresh."""
        kept = self._kept.get(url)
        if kept is not None:
            return kept
        if self._items is None:
            self._items = _items(self._read())
        facts = self._items.get(url)
        return None if facts is None else Probed(url=url, validator="", facts=facts)

    def put(self, url: str, probed: Probed) -> None:
        """Keep `probed`."""
        self._kept.put(url, probed)


def _items(feed: bytes | None) -> dict[str, Facts]:
    """Return type, length and duration of every enclosure of `feed`, by its address."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(feed or b"", parser)
    except etree.XMLSyntaxError:
        return {}
    found = {}
    for item in root.iterfind("channel/item"):
        enclosure = item.find("enclosure")
        duration = item.findtext(_DURATION) or ""
        if enclosure is not None and (enclosure.get("length") or "").isdecimal():
            found[enclosure.get("url", "")] = Facts(
                sniffed=enclosure.get("type", ""),
                length=int(enclosure.get("length", "0")) or None,
                duration=float(duration) if duration.isdecimal() else None,
            )
    return found


async def find(plan: Plan, source: Source, cache: ProbeCache) -> Enclosures:
    """Return what is known of the enclosure of every episode of `plan`.

    Raises SeriesProblem naming the episode if a file that was never seen before can not be
    published: it is gone, no audio, or lies at an address podcast apps can not reach. A server
    that only fails for the moment costs the length, with a note, never the episode.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(episode: Episode) -> tuple[Enclosure, tuple[Note, ...]]:
        async with gate:
            return await _one(episode, plan, source, cache)

    known = {episode.id: _known(episode, plan, source, cache) for episode in plan.episodes}
    asked = [episode for episode in plan.episodes if known[episode.id] is None]
    tasks = [asyncio.ensure_future(one(episode)) for episode in asked]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    known |= {episode.id: each for episode, each in zip(asked, found, strict=True)}
    told = {id_: each for id_, each in known.items() if each is not None}
    return Enclosures(
        by_episode={id_: enclosure for id_, (enclosure, _) in told.items()},
        notes=tuple(note for _, notes in told.values() for note in notes),
    )


def _known(
    episode: Episode, plan: Plan, source: Source, cache: ProbeCache
) -> tuple[Enclosure, tuple[Note, ...]] | None:
    """Return what is known of a media file of our own that has not changed, without asking."""
    if plan.settings.probe_media is False:
        return None
    url = enclosure_url(episode, plan.settings)
    file = source.own_file(url)
    if file is None:
        return None
    _, etag = file
    found = known_by_tag(url, etag, cache=cache, hints=_hints(episode, plan))
    return None if found is None else (found.enclosure, _notes(found, episode))


async def _one(
    episode: Episode, plan: Plan, source: Source, cache: ProbeCache
) -> tuple[Enclosure, tuple[Note, ...]]:
    url = enclosure_url(episode, plan.settings)
    hints = _hints(episode, plan)
    said = Enclosure(url=url, type=hints.type, length=hints.length, duration=hints.duration)
    if plan.settings.probe_media is False:
        return said, ()
    try:
        examined = await examine(
            url, source.media, cache=cache, hints=hints, allowed_hosts=source.allowed_hosts
        )
    except ProbeProblem as problem:
        if problem.kind != "unreachable":
            raise SeriesProblem(
                f"the audio of “{episode.title}” can not be published: {problem.message}",
                hint=problem.hint,
            ) from problem
        note = Note(code="unreachable", message=problem.message, where=episode.guid)
        return said, (note,)
    return examined.enclosure, _notes(examined, episode)


def _hints(episode: Episode, plan: Plan) -> Hints:
    own = episode_settings(episode, plan.settings)
    return Hints(
        type=own.enclosure_type or "", length=own.enclosure_length, duration=own.duration_seconds
    )


def _notes(examined: Examined, episode: Episode) -> tuple[Note, ...]:
    return tuple(
        Note(code=each.code, message=each.message, where=episode.guid) for each in examined.notes
    )
