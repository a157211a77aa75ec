"""The items of a document that is seen again: with their verdicts, or as elements to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.kept import Keys
from feedgen.check.node import LEEWAY, Names
from feedgen.check.slices import NUMBER, read

if TYPE_CHECKING:
    from feedgen.check.document import Document
    from feedgen.check.facts import Facts
    from feedgen.check.kept import Verdict, Verdicts
    from feedgen.check.slices import Sliced


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The slices of a document, by number: what is known of each, and what is not."""

    verdicts: Verdicts
    keys: tuple[bytes, ...]
    known: dict[int, Verdict]
    elements: dict[int, etree._Element]

    def number(self, element: etree._Element) -> int | None:
        """Return the number of the slice in whose place `element` stands, `None` if in none's."""
        number = element.get(NUMBER)
        return None if number is None else int(number)


def again(
    raw: bytes,
    verdicts: Verdicts,
    *,
    now: float,
    profile: str,
    facts: Facts,
    around: tuple[object, ...],
) -> tuple[Document, Again] | None:
    """Return the document in `raw` and what is known of its items; `None` if that is no help.

    `around` is what verdicts rest on beside profile, namespaces and the type of the show.
    """
    found = read(raw, now=now, profile=profile, facts=facts)
    if found is None:
        return None
    document, sliced = found
    show = _show_type(sliced)
    if show is None:
        return None
    spaces = sorted((prefix or "", uri) for prefix, uri in sliced.channel.nsmap.items())
    keys = Keys(profile, spaces, show, around).of(sliced.slices)
    known = {
        number: verdict
        for number, key in enumerate(keys)
        if (verdict := verdicts.find(key, now + LEEWAY)) is not None
    }
    elements = sliced.elements([n for n in range(len(keys)) if n not in known])
    if elements is None:
        return None
    return document, Again(verdicts=verdicts, keys=tuple(keys), known=known, elements=elements)


def _show_type(sliced: Sliced) -> str | None:
    """Return the first itunes:type of the channel, which rules about items read (A10).

    `None` if it comes behind an item: then it is another thing to those before it.
    """
    names = Names()
    for at, child in enumerate(sliced.channel):
        if names.of(child) == "itunes:type":
            shown = etree.tostring(child, encoding="unicode", with_tail=False)
            return shown if at < sliced.before else None
    return ""
