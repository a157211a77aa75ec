"""The folders that lie at the top level of the project and inside the installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder `name` (`templates`, `golden_feeds`) of this installation.

    A wheel carries it inside the package, a checkout beside the package.
    """
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
