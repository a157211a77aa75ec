"""Episode numbers by date, for a serial show whose source has none; a number never shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.feed.enclosures import episode_settings
from feedgen.feed.selection import released

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feedgen.model import Episode
    from feedgen.settings import EpisodeType, SeriesSettings

_TYPES: dict[str, EpisodeType] = {"full": "full", "bonus": "bonus", "trailer": "trailer"}


def episode_type(episode: Episode, settings: SeriesSettings) -> EpisodeType:
    """Return `full`, `bonus` or `trailer`; blank and unknown words are `full`."""
    own = episode_settings(episode, settings).episode_type
    return own or _TYPES.get(episode.itunes_type.strip().casefold(), "full")


def season_number(episode: Episode, settings: SeriesSettings) -> int | None:
    """Return the number of the season, `None` if there is none or it is not positive."""
    own = episode_settings(episode, settings).season
    number = own or (episode.season.number if episode.season else None)
    return number if number is not None and number > 0 else None


def by_date(
    series: Sequence[Episode],
    ready: Sequence[Episode],
    settings: SeriesSettings,
    remembered: Mapping[str, int],
    last: Mapping[str, int],
) -> dict[str, int]:
    """Return the number of each full episode of `ready`, by API id, with all `remembered` ones.

    New episodes are counted on by date inside their season; a number once given stays, also if
    an older episode is added later, and is given to no other, also if its episode is deleted:
    `last` are those of `last_given`. Numbers in the settings are not given a second time.
    """
    numbers = dict(remembered)
    taken: dict[int | None, set[int]] = {}
    for episode in series:
        said = episode_settings(episode, settings).episode_number or numbers.get(episode.id)
        if said:
            taken.setdefault(season_number(episode, settings), set()).add(said)
    dated = sorted(ready, key=lambda episode: (_moment(episode, settings), episode.guid))
    for episode in dated:
        own = episode_settings(episode, settings).episode_number
        if own or episode.id in numbers or episode_type(episode, settings) != "full":
            continue
        season = season_number(episode, settings)
        used = taken.setdefault(season, set())
        numbers[episode.id] = max({last.get(_name(season), 0), *used}) + 1
        used.add(numbers[episode.id])
    return numbers


def last_given(
    series: Sequence[Episode],
    settings: SeriesSettings,
    numbers: Mapping[str, int],
    before: Mapping[str, int],
) -> dict[str, int]:
    """Return the highest number that was ever given by date in each season, `before` included."""
    last = dict(before)
    for episode in series:
        if episode.id in numbers:
            name = _name(season_number(episode, settings))
            last[name] = max(last.get(name, 0), numbers[episode.id])
    return last


def _name(season: int | None) -> str:
    return "" if season is None else str(season)


def _moment(episode: Episode, settings: SeriesSettings) -> float:
    moment = released(episode, settings)
    return moment.timestamp() if moment else 0.0
