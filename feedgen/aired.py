"""Which feeds of which series were ever on air or held, for commands that ask for one by name.

The state alone is asked: what is on air can be looked at and put back while the source is away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.errors import UnknownSeries, UsageProblem, did_you_mean
from feedgen.history import feed_key, key_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedgen.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class AiredFeed:
    """One feed; a series' own has the name `""`.

    `documents` are the keys of its history (`feedgen.history.feed_key`): its own first, then those
    of the documents it is split into.
    """

    series_id: str
    slug: str
    name: str
    documents: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key of its first document, the one that apps follow."""
        return self.documents[0]

    @property
    def said(self) -> str:
        """What people call it."""
        return f"{self.slug}, feed {self.name!r}" if self.name else self.slug


def feeds(state: State) -> tuple[AiredFeed, ...]:
    """Return every feed that was ever on air or is held, by slug and name."""
    slugs = {each.series_id: each.slug for each in state.history.identities(but="")}
    keys = {key for series_id in slugs for key in state.history.keys(series_id)}
    for held in state.approvals.all_waiting():
        series_id = key_parts(held.key)[0]
        slugs.setdefault(series_id, held.slug)
        keys.add(held.key)
    found: dict[tuple[str, str], list[str]] = {}
    for key in sorted(keys):
        series_id, name, document = key_parts(key)
        of_feed = found.setdefault((series_id, name), [feed_key(series_id, name)])
        of_feed += [key] if document else []
    return tuple(
        sorted(
            (
                AiredFeed(
                    series_id=series_id,
                    slug=slugs[series_id],
                    name=name,
                    documents=tuple(documents),
                )
                for (series_id, name), documents in found.items()
            ),
            key=lambda each: (each.slug, each.series_id, each.name),
        )
    )


def of_series(state: State, asked: str) -> tuple[AiredFeed, ...]:
    """Return the feeds of the series `asked`, by slug or id, its own first.

    Raises UnknownSeries if nothing of it was ever on air or held.
    """
    every = feeds(state)
    found = tuple(each for each in every if asked in (each.slug, each.series_id))
    if not found:
        raise NeverAired(asked, [each.slug for each in every])
    return found


def one(found: Sequence[AiredFeed], name: str) -> AiredFeed:
    """Return the feed `name` of a series; raises UsageProblem if it has none of that name."""
    for each in found:
        if each.name == name:
            return each
    names = [each.name for each in found if each.name]
    if not name:
        raise UsageProblem(
            f"the own feed of {found[0].slug} was never on air",
            hint=f"name another with --feed; {did_you_mean('', names)}",
        )
    raise UsageProblem(
        f"{found[0].slug} never had a feed {name!r} on air",
        hint=did_you_mean(name, names) if names else "leave --feed out: it has its own feed alone",
    )


class NeverAired(UnknownSeries):
    """Nothing of that series was ever on air."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(asked, {*known})
        self.message = f"no series {asked!r} was ever on air or held here"
        if not known:
            self.hint = "'feedgen publish' publishes what the catalogue holds"
