"""How a wrong answer of an API is written down: a function that changes documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.accidents.account import Asked, Document, Tamper
from tests.accidents.publisher import SHOWS


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way of answering wrongly; `hits` are the shows it is told of.

    `borne` says that the shows come through unharmed: what was read before is not given up for
    an answer like this.
    """

    name: str
    tamper: Tamper
    hits: tuple[str, ...]
    borne: bool = False


def recorder(cases: list[Case]) -> Callable[..., Callable[[Tamper], Tamper]]:
    """Return a decorator that adds a function to `cases`; without shows named all are hit."""

    def to(*hits: str, borne: bool = False) -> Callable[[Tamper], Tamper]:
        def record(tamper: Tamper) -> Tamper:
            assert tamper.__doc__, f"{tamper.__name__} does not say why it is realistic"
            cases.append(
                Case(name=tamper.__name__, tamper=tamper, hits=hits or SHOWS, borne=borne)
            )
            return tamper

        return record

    return to


def found(asked: Asked, document: Document, kind: str, slug: str = "") -> Iterator[dict[str, Any]]:
    """Yield the resources of a kind in an answer, all or those of one show."""
    for each in document["data"]:
        if each["type"] == kind and (not slug or asked.account.of(slug, each)):
            yield each


def attributes(asked: Asked, document: Document, kind: str, slug: str = "") -> Iterator[Document]:
    """Yield their attributes."""
    return (each["attributes"] for each in found(asked, document, kind, slug))


def listed(asked: Asked, document: Document, slug: str) -> Iterator[list[Document]]:
    """Yield the list of its episodes that a series has in an answer."""
    for each in found(asked, document, "series", slug):
        yield each["relationships"]["episodes"]["data"]


def without(document: Document, gone: set[str]) -> None:
    """Take resources out of an answer, and out of every list in it."""
    document["data"] = [each for each in document["data"] if each["id"] not in gone]
    for each in document["data"]:
        for relation in each.get("relationships", {}).values():
            if isinstance(relation.get("data"), list):
                relation["data"] = [to for to in relation["data"] if to["id"] not in gone]
