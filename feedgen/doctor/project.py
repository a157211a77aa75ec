"""The project's own files, and what is installed to work on them."""

from __future__ import annotations

import importlib.util
import platform
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError

from feedgen import __version__, golden, night
from feedgen.doctor.diagnosis import Diagnosis, fail, failed, ok, warn
from feedgen.errors import MissingExtra, UsageProblem
from feedgen.feed.templating import Sandbox, TemplateFolder
from feedgen.notify.requests import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.settings import SeriesSettings

# extra: the package that shows whether it is installed, and what it is for.
_EXTRAS = {
    "images": ("pyvips", "rendering the artwork of a catalogue folder"),
    "serve": ("starlette", "reading or serving a catalogue folder"),
    "s3": ("obstore", "publishing to an object store"),
}


def extras(config: Config | None) -> Iterator[Diagnosis]:
    """Yield which extras are installed; one that `config` needs and that is not there fails."""
    there = [name for name, (package, _) in _EXTRAS.items() if importlib.util.find_spec(package)]
    needed = []
    if config is not None and config.catalogue_folder is not None:
        needed += ["images", "serve"]
    if config is not None and config.publish_folder is None:
        needed.append("s3")
    for name in needed:
        if name not in there:
            yield failed("installation", MissingExtra(_EXTRAS[name][1], name))
    told = ", ".join(there) or "none"
    python = platform.python_version()
    yield ok("installation", f"feedgen {__version__} on Python {python}, extras: {told}")


def templates(config: Config | None) -> Iterator[Diagnosis]:
    """Yield whether every template compiles and every golden feed comes out as it must."""
    own = config.own_templates if config else None
    broken = [*_broken(own)] if own else []
    yield from broken
    if broken:
        return
    renderer = night.renderer_for(config)
    folder_of_cases = night.goldens_for(config)
    verdicts = tuple(golden.verify(folder_of_cases, renderer))
    if not verdicts:
        yield failed("golden feeds", golden.NoCases(folder_of_cases))
        return
    different = [each for each in verdicts if not each.passed]
    if different:
        yield fail(
            "golden feeds",
            f"{len(different)} of {len(verdicts)} do not come out as they must",
            "'feedgen golden verify' shows the differences; no run begins before they are solved",
            exit_code=1,
            details=(
                f"{each.name}: {each.problem or each.differences[0].sentence}"
                for each in different[:5]
            ),
        )
        return
    whose = f"templates of {own}" if own else "shipped templates"
    yield ok("golden feeds", f"{len(verdicts)} come out as they must with the {whose}")


def _broken(own: Path) -> Iterator[Diagnosis]:
    """Yield every template in a folder of the user's own that is none by its syntax.

    Some are needed by no golden feed, and what a page lacks shows when it is made.
    """
    for path in sorted([*own.rglob("*.xml"), *own.rglob("*.html")]):
        folder = TemplateFolder(path.parent)
        syntax = Sandbox(folder)
        try:
            syntax.parse(folder.get_source(syntax, path.name)[0])
        except TemplateSyntaxError as error:
            yield fail(
                "templates",
                f"{path}:{error.lineno}: {error.message}",
                "correct the template, or delete it to use the shipped one",
                exit_code=2,
            )


def series_settings(config: Config, _now: datetime) -> Iterator[Diagnosis]:
    """Yield every mistake in the settings of single series."""
    for mistakes in config.series_mistakes.values():
        yield fail(
            "settings",
            mistakes.message,
            f"{mistakes.hint}; this series fails until then",
            exit_code=4,
            details=mistakes.details,
        )
    if config.series and not config.series_mistakes:
        yield ok("settings", f"those of {len(config.series)} series are read whole")


def secrets(config: Config, _now: datetime) -> Iterator[Diagnosis]:
    """Yield which secret of the environment is missing or of no use."""
    try:
        found = Secrets.from_environment()
    except UsageProblem as problem:
        yield failed("secrets", problem)
        return
    if config.notify.webhook and not found.webhook_secret:
        yield warn(
            "secrets",
            "the webhook is told of feeds without a signature",
            "set FEEDGEN_WEBHOOK_SECRET to what the receiver checks signatures with",
        )
    for name, hook in config.hooks.items():
        try:
            hook.secrets(config.root)
        except UsageProblem as problem:
            yield warn("secrets", f"hook {name!r} takes nothing: {problem.message}", problem.hint)
    yield from podping((config.defaults, *config.series.values()), found)


def podping(settings: Iterable[SeriesSettings], found: Secrets) -> Iterator[Diagnosis]:
    """Yield that Podping is wanted in `settings` and that it will take nothing from us."""
    if any(each.podping for each in settings) and not found.podping_token:
        yield warn(
            "secrets",
            "Podping is wanted, and FEEDGEN_PODPING_TOKEN is not set",
            "set the token of podping.cloud, or podping = false",
        )
