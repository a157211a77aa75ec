"""Options several commands share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from feedgen import logs

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
log = logging.getLogger(__name__)


def project_option(function: F) -> F:
    """Add `--project`, the folder of feedgen.toml."""
    return click.option(
        "--project",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        show_default="this folder",
        envvar="FEEDGEN_PROJECT",
        help="The folder of feedgen.toml.",
    )(function)


def json_option(function: F) -> F:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON on stdout instead of text."
    )(function)


def at_option(function: F) -> F:
    """Add `--at`, the time a run takes for now."""
    return click.option(
        "--at",
        type=Instant(),
        metavar="TIME",
        help="Take TIME (ISO 8601) for now, for example 2026-12-24T06:00:00Z.",
    )(function)


class Instant(click.ParamType[datetime]):
    """An ISO 8601 time; without a zone it is UTC."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time as an aware datetime in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            when = datetime.fromisoformat(str(value))
            when = when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time; write 2026-12-24T06:00:00Z", param, ctx)
        if not 1990 <= when.year <= 2200:
            self.fail(f"{value!r} is not a time in which there are podcasts", param, ctx)
        return when


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; the one place where the event loop starts."""
    return asyncio.run(work)


def heard(tell: Callable[[T], None]) -> Callable[[T], None]:
    """Return `tell` made deaf to a reader of stdout that has gone: a run goes on without it."""
    gone = False

    def safely(what: T) -> None:
        nonlocal gone
        if gone:
            return
        try:
            tell(what)
            sys.stdout.flush()
        except OSError:
            gone = True
            silence()

    return safely


def silence() -> None:
    """Lead stdout nowhere, so that nothing complains about a reader that has gone."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def shown(place: str) -> str:
    """Return `place` as people write it: from this folder, if it lies below."""
    try:
        return str(Path(place).relative_to(Path.cwd()))
    except ValueError:
        return place


def say(text: str) -> None:
    """Write a line of conversation to stderr, unless `-q` was given or JSON is written there."""
    if logs.handled_by() == "json":
        log.info("command.said: %s", text)
    elif not click.get_current_context().meta.get("feedgen.quiet"):
        click.echo(text, err=True)
