"""How an accident, or an edit, is written down: a function that plants it, and whom it hits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.accidents.publisher import SHOWS

Plant = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One planted change; its docstring says who does such a thing, `hits` which shows it is."""

    name: str
    plant: Plant
    hits: tuple[str, ...]


def recorder(cases: list[Case]) -> Callable[..., Callable[[Plant], Plant]]:
    """Return a decorator that adds a function to `cases`; without shows named all are hit."""

    def to(*hits: str) -> Callable[[Plant], Plant]:
        def record(plant: Plant) -> Plant:
            assert plant.__doc__, f"{plant.__name__} does not say why it is realistic"
            cases.append(Case(name=plant.__name__, plant=plant, hits=hits or SHOWS))
            return plant

        return record

    return to
