"""A show of twenty episodes on air, and what it would become after an edit or an accident."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from feedgen import guard
from feedgen.feed.build import Built, Memory
from feedgen.feed.guid import podcast_guid
from feedgen.feed.render import Renderer
from feedgen.guard import Candidate, Identity, Known, OnAirFeed, Thresholds, Verdict
from feedgen.model import Enclosure, Episode, Image, Series
from feedgen.settings import EpisodeSettings, SeriesSettings
from tests.factories import (
    FEED_URL,
    NOW,
    build_feed,
    make_asset,
    make_credit,
    make_enclosure,
    make_episode,
    make_image,
    make_season,
    make_series,
    make_settings,
    moment,
)

NAME = "example-show"
OTHER = Identity(
    series_id="series-2",
    slug="other-show",
    name="other-show",
    title="The Other Show",
    self_url="https://feeds.example.com/other-show",
    podcast_guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
    artwork="https://cdn.example.com/art/other-show.jpg",
)
NOTES = "<p>What the river took, who saw it go, and why the café on the quay never closed.</p>" * 4


@dataclass(frozen=True, kw_only=True)
class Show:
    """Everything a candidate is made of; `edits` replaces text in the bytes that come out."""

    series: Series
    settings: SeriesSettings
    memory: Memory
    known: Known
    enclosures: dict[str, Enclosure]
    name: str = NAME
    now: datetime = NOW
    read_at: datetime = NOW
    edits: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None

    def but(self, **fields: Any) -> Show:
        """Return the show with other fields; fields of the series are named series_<field>."""
        of_series = {k[7:]: v for k, v in fields.items() if k.startswith("series_")}
        rest = {k: v for k, v in fields.items() if not k.startswith("series_")}
        return replace(self, series=replace(self.series, **of_series), **rest)

    def set(self, **settings: Any) -> Show:
        """Return the show with other settings."""
        return replace(self, settings=replace(self.settings, **settings))

    def each(self, change: Any, only: slice = slice(None)) -> Show:
        """Return the show with the episodes of `only` changed; the newest comes first."""
        episodes = list(self.series.episodes)
        episodes[only] = [change(episode) for episode in episodes[only]]
        return self.but(series_episodes=tuple(episodes))

    def episodes(self, **fields: Any) -> Show:
        """Return the show with every episode changed; a function is asked for the value."""
        return self.each(lambda e: _with(e, fields))

    def episode(self, index: int, **fields: Any) -> Show:
        """Return the show with one episode changed."""
        return self.each(lambda e: _with(e, fields), slice(index, index + 1))

    def without(self, where: slice) -> Show:
        """Return the show without some episodes: the API does not have them."""
        episodes = list(self.series.episodes)
        del episodes[where]
        return self.but(series_episodes=tuple(episodes))

    def plus(self, *more: Episode) -> Show:
        """Return the show with more episodes."""
        return self.but(series_episodes=(*more, *self.series.episodes))

    def probed(self, **fields: Any) -> Show:
        """Return the show with other findings of the probe, for every episode."""
        found = {e.id: make_enclosure(**fields) for e in self.series.episodes}
        return replace(self, enclosures=found)

    def edited(self, *edits: tuple[str, str]) -> Show:
        """Return the show rendered by templates that an edit has broken."""
        return replace(self, edits=edits)

    def build(self) -> Built:
        """Return what is built of the show."""
        return build_feed(
            self.series, self.settings, memory=self.memory, enclosures=self.enclosures
        )

    def render(self) -> bytes:
        """Return the feed as bytes; every edit must hit something."""
        if self.raw is not None:
            return self.raw
        text = renderer().render(self.build().feed).decode()
        for old, new in self.edits:
            assert old in text, old
            text = text.replace(old, new)
        return text.encode()


def _with(episode: Episode, fields: dict[str, Any]) -> Episode:
    values = {k: v(episode) if callable(v) else v for k, v in fields.items()}
    return replace(episode, **values)


@cache
def renderer() -> Renderer:
    """Return the renderer with the templates that ship."""
    return Renderer([])


def image(name: str) -> Image:
    """Return a valid picture of its own."""
    url = f"https://cdn.example.com/art/{name}.jpg"
    return make_image(
        id=f"image-{name}",
        assets=(make_asset(url=url), make_asset("itunes", 1400, url=url)),
    )


@cache
def show(count: int = 20) -> Show:
    """Return a show of `count` episodes in two seasons, a week apart, all remembered."""
    episodes = tuple(
        make_episode(
            f"episode-{n}",
            title=f"Nº {n}: Brücken & Flüsse",
            description=NOTES + f"<p>Chapter {n}</p>",
            released_at=moment(1 + 7 * (count - n)),
            updated_at=moment(1 + 7 * (count - n)),
            season=make_season(1 if n <= count // 2 else 2),
            cover=image(f"episode-{n}"),
        )
        for n in range(count, 0, -1)
    )
    series = make_series(
        episodes=episodes, credits=(make_credit(),), description="<p>Über Brücken.</p>"
    )
    settings = make_settings(
        podcast_guid=podcast_guid(FEED_URL),
        author="Müller & Söhne",
        episodes={
            e.guid: EpisodeSettings(
                episode_number=int(e.id.split("-")[1]),
                chapters_url=f"https://media.example.com/{e.id}.json",
            )
            for e in episodes
        },
    )
    made = Show(
        series=series,
        settings=settings,
        memory=Memory(),
        known=Known(),
        enclosures={},
    )
    memory = made.build().memory
    known = Known(
        ledger={id_: (guid,) for id_, guid in memory.guids.items()},
        others=(OTHER,),
        foreign_guids={f"other-{n}": OTHER.slug for n in range(50)},
    )
    return replace(made, memory=memory, known=known)


def on_air(what: Show | None = None) -> OnAirFeed:
    """Return a show as it is on air."""
    what = what or show()
    return OnAirFeed(data=what.render(), name=what.name, read_at=what.read_at)


def candidate(what: Show) -> Candidate:
    """Return a show as it would go on air."""
    built = what.build() if what.raw is None and not what.edits else None
    memory = built.memory if built else what.memory
    here = {item.episode_id: item.guid for item in built.feed.item_list} if built else {}
    return Candidate(
        series_id=what.series.id,
        slug=what.series.slug,
        data=what.render(),
        name=what.name,
        feed_url=what.settings.feed_url or "",
        guids=here,
        departures=guard.departures(what.series, what.settings, now=NOW, guids=memory.guids),
        read_at=what.read_at,
    )


def judge(before: Show | None, after: Show, **thresholds: Any) -> Verdict:
    """Return what the guard says when `after` would replace `before`."""
    return guard.judge(
        on_air(before) if before else None,
        candidate(after),
        thresholds=Thresholds(**thresholds),
        known=after.known,
    )


__all__ = ["FEED_URL", "NOW", "OTHER", "Show", "candidate", "image", "judge", "on_air", "show"]
