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
        self._indexed: tuple[Catalogue, dict[str, Release]] | None = None

    def at(self, url: str, now: datetime) -> tuple[int, str] | None:
        """Return size and entity tag of the audio at `url` as it is answered, else `None`.

        Only of episodes that are public at `now`: what an early feed may have the service knows.
        """
        id_, _, extension = url.removeprefix(self._prefix).rpartition(".")
        catalogue = self._current()
        path = catalogue.audio.get(id_)
        if not url.startswith(self._prefix) or path is None:
            return None
        release = self._releases(catalogue).get(id_)
        if release is None or not release.live(now):
            return None
        if not str(path).lower().endswith(f".{extension.lower()}"):
            return None
        try:
            found = os.stat(path)
        except OSError:
            return None
        return (found.st_size, entity_tag(found)) if stat.S_ISREG(found.st_mode) else None

    def _releases(self, catalogue: Catalogue) -> dict[str, Release]:
        if self._indexed is None or self._indexed[0] is not catalogue:
            every = (each for group in catalogue.releases.values() for each in group)
            self._indexed = (catalogue, {each.id: each for each in every})
        return self._indexed[1]
