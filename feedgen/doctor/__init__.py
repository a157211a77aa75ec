"""Would a run go through now, and is everything around it well? Looks, and changes nothing.

    examine(folder) ─► Diagnosis … one for each thing looked at, as soon as it is known

A check is a function that yields diagnoses; what it can not judge because something before it
failed, it says nothing about. What is written to try a target out is taken away again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from feedgen import config
from feedgen.doctor.diagnosis import Diagnosis, exit_code, failed, ok
from feedgen.errors import Bug, FeedgenError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from feedgen.config import Config

__all__ = ["Diagnosis", "examine", "exit_code"]


async def examine(
    folder: Path, *, now: datetime, offline: bool = False
) -> AsyncIterator[Diagnosis]:
    """Yield what is found in the project in `folder`; `offline` asks nothing of the network.

    Never raises: what goes wrong is a diagnosis.
    """
    from feedgen.doctor import memory, project, source, target

    settings: Config | None = None
    try:
        settings = config.load(folder)
        yield ok("configuration", f"{settings.root / config.FILE_NAME} is read whole")
    except FeedgenError as error:
        yield failed("configuration", error)
    # A single function that has a bug must not hide what the others find.
    for each in guarded("installation", partial(project.extras, settings)):
        yield each
    for each in guarded("templates", partial(project.templates, settings)):
        yield each
    if settings is None:
        return
    checks: list[tuple[str, Callable[[Config, datetime], Iterator[Diagnosis]]]] = [
        ("settings", project.series_settings),
        ("secrets", project.secrets),
        ("catalogue", source.catalogue),
        ("credential", source.credential),
        ("state", memory.memory),
        ("disk", target.disk),
    ]
    for subject, check in checks:
        for each in guarded(subject, partial(check, settings, now)):
            yield each
    if not offline:
        async for each in source.api(settings, now):
            yield each
    for each in guarded("target", partial(target.writable, settings, offline=offline)):
        yield each


def guarded(subject: str, check: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    """Yield what `check` finds; what it raises is a diagnosis as well."""
    try:
        yield from check()
    except FeedgenError as error:
        yield failed(subject, error)
    except Exception as error:
        # The others must still be heard.
        yield failed(subject, Bug(error))
