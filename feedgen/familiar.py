"""Series that a run over all of them passes over, because nothing about them changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen import makers
from feedgen.art19.sync import SeriesRef
from feedgen.looks import digest

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.looks import Look, Looks
    from feedgen.outcome import Outcome
    from feedgen.publish import Target


log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Familiar:
    """What earlier looks are worth to a run at `now`; `makers` is the digest of its makers."""

    config: Config
    looks: Looks
    target: Target
    makers: str
    now: datetime
    found: dict[str, Look] = field(default_factory=dict)

    def look(self, mark: str) -> Look | None:
        """Return the look that still holds for data of this mark; `None`: look again.

        Raises TargetProblem if what is on air can not be read.
        """
        look = self.looks.marked(mark)
        if look is None or look.makers != self.makers:
            return None
        if look.said != said(self.config, look.outcome.slug, look.templates):
            return None
        if not look.holds(now=self.now, target=self.target):
            return None
        self.found[look.series_id] = look
        return look

    def ref(self, mark: str) -> SeriesRef | None:
        """Return the series whose look still holds for data of this mark."""
        look = self.look(mark)
        if look is None:
            return None
        return SeriesRef(id=look.series_id, slug=look.outcome.slug, title=look.outcome.title)

    def outcome(self, series_id: str) -> Outcome:
        """Return what to tell of a series whose look held: it is as it was left."""
        look = self.found[series_id]
        log.debug("run.unchanged series=%s", look.outcome.slug)
        return look.outcome


def said(config: Config, slug: str, templates: tuple[str, ...]) -> str:
    """Return the digest of what a project says of one series besides its data.

    `templates` are the folders that its variants have for themselves.
    """
    own = [makers.of_files(config.root / folder) for folder in templates]
    return digest(config.series.get(slug), own)
