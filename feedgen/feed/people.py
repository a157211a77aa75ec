"""Credits turned into podcast:person: who, in which group and role, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.artwork.choose import avatar
from feedgen.feed.tags import Person
from feedgen.feed.text import LABEL, line
from feedgen.feed.urls import ascii_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feedgen.feed.log import Place
    from feedgen.model import Credit

# Content API, credit types → podcast namespace, person taxonomy. Where the taxonomy has no such
# role, the nearest: creator, guest co-host, head writer, sidekick, video producer.
ROLE_OF_CREDIT: dict[str, tuple[str, str]] = {
    "AnchorCredit": ("cast", "host"),
    "AssociateProducerCredit": ("creative direction", "associate producer"),
    "AuthorCredit": ("writing", "author"),
    "CastCredit": ("cast", "voice actor"),
    "CoHostCredit": ("cast", "co-host"),
    "ComposerCredit": ("audio post-production", "composer"),
    "CreatorCredit": ("creative direction", "creative director"),
    "DirectorCredit": ("creative direction", "director"),
    "EditorCredit": ("audio post-production", "audio editor"),
    "EngineerCredit": ("audio production", "audio engineer"),
    "ExecutiveProducerCredit": ("creative direction", "executive producer"),
    "GuestCoHostCredit": ("cast", "guest host"),
    "GuestCredit": ("cast", "guest"),
    "GuestHostCredit": ("cast", "guest host"),
    "HeadWriterCredit": ("writing", "writer"),
    "HostCredit": ("cast", "host"),
    "ProducerCredit": ("creative direction", "producer"),
    "ReporterCredit": ("cast", "reporter"),
    "SeniorProducerCredit": ("creative direction", "senior producer"),
    "SidekickCredit": ("cast", "co-host"),
    "VideoProducerCredit": ("creative direction", "producer"),
    "WriterCredit": ("writing", "writer"),
}
_GENERIC = "Credit"  # says nothing about what the person did
_STEADY = {"host", "co-host"}
_HOSTING = {"host", "co-host", "guest host"}


def from_credits(
    credits_: Iterable[Credit], roles: Mapping[str, tuple[str, ...]], place: Place
) -> tuple[Person, ...]:
    """Return the people of `credits_` in their order, each person and role once.

    `roles` overrides the group and role of a credit type; an empty pair leaves the type out.
    """
    found: dict[tuple[str, str, str], Person] = {}
    for credit in sorted(credits_, key=_order):
        pair = _role(credit.type, roles)
        if pair is None:
            if credit.type != _GENERIC and credit.type not in roles:
                place.note(
                    "credit-unknown", f"the credit type {credit.type!r} has no role in a feed"
                )
            continue
        name = line(credit.person.name, LABEL)
        if not name:
            place.note("person-nameless", f"a {credit.type} belongs to a person without a name")
            continue
        picture = avatar(credit.person.avatar)
        found.setdefault(
            (name, *pair),
            Person(
                name=name,
                group=pair[0],
                role=pair[1],
                img=ascii_url(picture.url) if picture else None,
            ),
        )
    return tuple(found.values())


def of_item(own: tuple[Person, ...], series: tuple[Person, ...]) -> tuple[Person, ...]:
    """Return the people of an item: its list replaces the channel's, so the hosts are repeated.

    They are not if the episode has a host of its own. Nobody named: the channel's list applies.
    Source: podcast namespace, `person`.
    """
    if not own or any(person.role in _HOSTING for person in own):
        return own
    return tuple(dict.fromkeys((*(each for each in series if each.role in _STEADY), *own)))


def _role(credit_type: str, roles: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    if credit_type in roles:
        pair = roles[credit_type]
        return (pair[0], pair[1]) if len(pair) == 2 else None
    return ROLE_OF_CREDIT.get(credit_type)


def _order(credit: Credit) -> tuple[bool, int, str, str]:
    name = credit.person.name
    return (credit.position is None, credit.position or 0, name.casefold(), credit.id)
