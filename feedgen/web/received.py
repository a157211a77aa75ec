"""What the hooks were told, and what of it still waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.web.shows import every_show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feedgen.receipts import Receipt
    from feedgen.state import State
    from feedgen.waiting import Waiting

SHOWN = 200
# Of the shows that change by themselves, those that are next.
NEXT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The newest receipts, what waits, and which shows change by themselves.

    `more` counts those that change by themselves and are not listed; `titles` has the title of
    every show that has a page, by its slug.
    """

    receipts: tuple[Receipt, ...]
    waiting: tuple[Waiting, ...]
    asleep: tuple[Waiting, ...]
    more: int
    titles: Mapping[str, str]


def received(state: State) -> Received:
    """Return what was received last and what still waits."""
    every = state.waiting.all()
    asleep = [each for each in every if each.state == "asleep"]
    return Received(
        receipts=state.inbox.receipts(SHOWN),
        waiting=tuple(each for each in every if each.state != "asleep"),
        asleep=tuple(asleep[:NEXT]),
        more=max(0, len(asleep) - NEXT),
        titles={show.slug: show.title for show in every_show(state)},
    )
