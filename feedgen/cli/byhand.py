"""What the commands share that act on what is on air: the state, the feed asked for, the actor."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feedgen.errors import UsageProblem

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.history import Version

F = TypeVar("F", bound=Callable[..., Any])


def feed_option(function: F) -> F:
    """Add `--feed`, one of the further feeds of a series."""
    return click.option(
        "--feed", metavar="NAME", default="", help="One of the series' further feeds, by its name."
    )(function)


def by_option(function: F) -> F:
    """Add `--by`, who is recorded to have done it."""
    return click.option(
        "--by",
        metavar="WHO",
        default=login,
        show_default="the login name",
        help="Who is recorded to have done it.",
    )(function)


def login() -> str:
    """Return the name of who runs the command; in a container there may be none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def need_state(settings: Config) -> None:
    """Raise UsageProblem if nothing was ever published: asking must not make the file."""
    if not has_state(settings):
        raise UsageProblem(
            f"nothing has been published from {settings.root} yet",
            hint="'feedgen publish' is the first to do so",
        )


def has_state(settings: Config) -> bool:
    """Return whether anything was ever recorded for a project."""
    return (settings.state_folder / "state.sqlite3").exists()


def moment(when: datetime) -> str:
    """Return a time for people."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def version_json(version: Version) -> dict[str, Any]:
    """Return a version as plain data; where it lies is left out, for that may be a key."""
    return {
        "number": version.number,
        "put_at": version.put_at.isoformat(),
        "how": version.how,
        "size": version.size,
        "sha256": version.sha256,
    }
