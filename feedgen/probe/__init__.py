"""What the API does not carry of an episode's media file: length, type and duration.

    found = await examine(url, client, cache=cache)     # Examined: enclosure, notes, stale
    enclosure = await probe(url, client, cache=cache)   # the enclosure alone

`probe_client()` makes the client: it checks every address at the moment it connects.
The names below are loaded on first use, because the network libraries are slow to import.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedgen.probe.addresses import probe_client
    from feedgen.probe.enclosure import examine, known, probe
    from feedgen.probe.facts import (
        Examined,
        Facts,
        Hints,
        Limits,
        MemoryCache,
        ProbeCache,
        Probed,
        ProbeNote,
        ProbeProblem,
    )

__all__ = [
    "Examined",
    "Facts",
    "Hints",
    "Limits",
    "MemoryCache",
    "ProbeCache",
    "ProbeNote",
    "ProbeProblem",
    "Probed",
    "examine",
    "known",
    "probe",
    "probe_client",
]

_ADDRESSES = {"probe_client"}
_ENCLOSURE = {"examine", "known", "probe"}


def __getattr__(name: str) -> object:
    """Return a public name from the module that defines it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "addresses" if name in _ADDRESSES else "enclosure" if name in _ENCLOSURE else "facts"
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
