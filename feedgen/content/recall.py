"""What the last reading of a show brought, so that one edited episode is all that is read anew.

An episode is taken as it was if its own file and every file it names have the same mark, and
everything else it was made from is the same. What no mark can tell is never kept; but a file that
was changed a moment ago, which no mark can tell, may have the very bytes it had then.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from feedgen.content.resources import ImageSource, Key, Resource
from feedgen.content.walk import Mark, is_settled

if TYPE_CHECKING:
    from feedgen.content.show import FoundEpisode
    from feedgen.settings import EpisodeSettings

# The resources and images of an episode, and what the API has no field for.
Made = tuple[Mapping[Key, Resource], Mapping[str, ImageSource], "EpisodeSettings"]


@dataclass(slots=True)
class _Kept:
    """An episode; `own` marks its file, `raw` are its bytes for as long as that tells nothing."""

    own: Mark
    named: tuple[Mark, ...]
    within: object
    episode: FoundEpisode
    raw: bytes = b""
    made_with: object = None
    made: Made | None = None


@dataclass(slots=True)
class Recall:
    """The episodes of one show as they were read last; used for one reading after the other.

    `loops` are the links of the show to folders they lie in, `None` if nobody has looked.
    """

    loops: tuple[Path, ...] | None = None

    _before: dict[str, _Kept] = field(default_factory=dict)
    _now: dict[str, _Kept] = field(default_factory=dict)
    _by_id: dict[str, _Kept] = field(default_factory=dict)
    _marks: dict[str, Mark] = field(default_factory=dict)

    def begin(self, marks: Collection[Mark], loops: tuple[Path, ...]) -> None:
        """Begin a reading of the show, whose files have these marks now."""
        self.loops = loops
        self._before, self._now, self._by_id = self._now or self._before, {}, {}
        self._marks = {mark[0]: mark for mark in marks}

    def episode(self, path: Path, within: object) -> FoundEpisode | None:
        """Return the episode at `path` if it is the same as before; `within` is its surroundings.

        `None` if it has to be read.
        """
        kept = self._before.get(str(path))
        if kept is None or kept.within != within:
            return None
        if any(self._marks.get(mark[0]) != mark for mark in kept.named):
            return None
        if self._marks.get(kept.own[0]) != kept.own and not self._is_still(kept):
            return None
        self._now[str(path)] = self._by_id[kept.episode.id] = kept
        return kept.episode

    def _is_still(self, kept: _Kept) -> bool:
        """Return whether the episode's own file, which was just changed, has the bytes it had."""
        mark = self._marks.get(kept.own[0])
        if mark is None or not kept.raw or mark[1] != len(kept.raw):
            return False
        try:
            with open(kept.own[0], "rb") as file:
                same = file.read(len(kept.raw) + 1) == kept.raw
        except OSError:
            return False
        if same:
            # The mark is older than these bytes: if it tells anything, it tells of them.
            kept.own, kept.raw = mark, b"" if is_settled(mark) else kept.raw
        return same

    def keep(self, path: Path, within: object, episode: FoundEpisode, raw: bytes) -> None:
        """Remember an episode that was read from `raw`, if the marks tell of all it is made of."""
        entry = episode.entry
        if any(credit.id for credit in entry.credits) or (entry.cover and entry.cover.id):
            return  # written ids are compared over the whole show
        names = [entry.description_file, entry.audio, entry.cover.file if entry.cover else None]
        paths = [str(path), *(str(path.parent / os.path.normpath(n)) for n in names if n)]
        marks = [self._marks.get(os.path.normpath(each)) for each in paths]
        if all(marks):
            own, *named = (mark for mark in marks if mark is not None)
            kept = _Kept(own=own, named=tuple(named), within=within, episode=episode)
            kept.raw = b"" if is_settled(own) else raw
            self._now[str(path)] = self._by_id[episode.id] = kept

    def made(self, episode: FoundEpisode, made_with: object) -> Made | None:
        """Return what the service made of an episode that is the same, of the same things."""
        kept = self._by_id.get(episode.id)
        if kept is None or kept.episode is not episode or kept.made_with != made_with:
            return None
        return kept.made

    def keep_made(self, episode: FoundEpisode, made_with: object, made: Made) -> None:
        """Remember what was made of an episode."""
        kept = self._by_id.get(episode.id)
        if kept is not None and kept.episode is episode:
            kept.made_with, kept.made = made_with, made
