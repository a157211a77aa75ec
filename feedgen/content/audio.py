"""Audio of the catalogue, known by its address without asking the service for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING

from feedgen.content.identity import entity_tag

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.content.catalogue import Catalogue
    from feedgen.content.served import Release


class OwnAudio:
    """The audio files that the service answers below `media_url`, of the catalogue there is."""

    def __init__(self, current: Callable[[], Catalogue], *, media_url: str) -> None:
        self._current = current
        self._prefix = f"{media_url.rstrip('/')}/episodes/"
        self._indexed: tuple[Catalogue, dict[str, tuple[Release, str]]] | None = None

    def at(self, url: str, now: datetime) -> tuple[int, str] | None:
        """Return size and entity tag of the audio at `url` as it is answered, else `None`.

        Only of episodes that are public at `now`: what an early feed may have the service knows.
        """
        if not url.startswith(self._prefix):
            return None
        id_, _, extension = url.removeprefix(self._prefix).rpartition(".")
        release, path = self._files(self._current()).get(id_, (None, ""))
        if release is None or not release.live(now):
            return None
        if not path.lower().endswith(f".{extension.lower()}"):
            return None
        try:
            found = os.stat(path)
        except OSError:
            return None
        return (found.st_size, entity_tag(found)) if stat.S_ISREG(found.st_mode) else None

    def _files(self, catalogue: Catalogue) -> dict[str, tuple[Release, str]]:
        """Return release and path of every audio file of `catalogue`, by the episode's id."""
        if self._indexed is None or self._indexed[0] is not catalogue:
            audio = catalogue.audio
            every = (each for show in catalogue.shows.values() for each in show.releases)
            found = {each.id: (each, str(audio[each.id])) for each in every if each.id in audio}
            self._indexed = (catalogue, found)
        return self._indexed[1]
