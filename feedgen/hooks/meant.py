"""Which series a report means: those it names, and those its document was part of before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedgen.errors import UnknownSeries, UsageProblem

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.inbox import Changed


class BadPayload(UsageProblem):
    """The payload does not say which series changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was reported: slugs or ids of series, and when they changed, if that was said.

    `document` is what changed in the CMS, `""` if it has no name. With `skip_unknown` a name may
    be that of something else.
    """

    names: tuple[str, ...]
    document: str = ""
    at: datetime | None = None
    skip_unknown: bool = False


def meant(
    said: Said, before: Collection[str], found: Mapping[str, Changed | None]
) -> tuple[Changed, ...]:
    """Return the series that changed.

    `before` are the ids of those the document was part of, `found` is what there is under each
    name and id. Raises UnknownSeries for a name that has to be one, BadPayload if none is left.
    """
    unknown = [name for name in said.names if found[name] is None]
    if unknown and not said.skip_unknown:
        raise UnknownSeries(unknown[0], ())
    changed: dict[str, Changed] = {}
    for name in said.names:
        if each := found[name]:
            changed[each.series] = replace(each, at=said.at, document=said.document)
    for id_ in before:
        if each := found[id_]:
            changed.setdefault(each.series, replace(each, at=said.at))
    if changed:
        return tuple(changed.values())
    if said.names:
        raise BadPayload(
            "none of the names in the payload is a series",
            hint="look at the expression `series` of the hook",
        )
    raise BadPayload(
        "the payload names no series",
        hint="look at the expression `series` of the hook: it has to find a slug or an id",
    )
