"""`[guard]` of feedgen.toml: how much may change in one run before a person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What still counts as an ordinary night.

    `gone_share`: of the episodes on air may leave at once, for reasons the data gives; one
    always may. `withdrawn_at_once`: episodes may be unpublished or made premium by hand.
    `moved_share`: of the episodes may get another date, audio URL or audio type; `few` always
    may. `rewritten_share`: of the episodes may get another title. `added_at_once`: episodes may
    come at once. `canary_above`: more feeds than this altered by a template, the configuration or
    another version of feedgen, and `canaries` of them go first.
    """

    gone_share: Share = 0.1
    withdrawn_at_once: Count = 1
    moved_share: Share = 0.1
    rewritten_share: Share = 0.5
    few: Count = 2
    added_at_once: Count = 20
    canary_above: Count = 5
    canaries: Annotated[int, msgspec.Meta(ge=1)] = 1

    def moved(self, count: int, total: int) -> bool:
        """Return whether `count` of `total` episodes is more than a correction."""
        return self._bulk(count, total, self.moved_share)

    def rewritten(self, count: int, total: int) -> bool:
        """Return whether so many titles are no longer the work of an editor."""
        return self._bulk(count, total, self.rewritten_share)

    def _bulk(self, count: int, total: int, share: float) -> bool:
        return count > max(self.few, share * total) or count == total > 1
