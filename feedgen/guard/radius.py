"""How far a change of a template, of the configuration or of feedgen itself reaches at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedgen.guard.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Which feeds go first and which wait until those have been published and read back."""

    first: tuple[str, ...]
    waiting: tuple[str, ...] = ()


def wave(altered: Sequence[str], *, thresholds: Thresholds) -> Wave:
    """Return in which order the feeds go on air that a change of feedgen's own makers alters.

    `altered` are slugs whose data is what it was and whose feed is not. Up to `canary_above` of
    them nobody waits; above, the first `canaries` in the order given go alone.
    """
    if len(altered) <= thresholds.canary_above:
        return Wave(first=tuple(altered))
    count = thresholds.canaries
    return Wave(first=tuple(altered[:count]), waiting=tuple(altered[count:]))
