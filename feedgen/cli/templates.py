"""`feedgen templates list` and `feedgen templates eject`."""

from __future__ import annotations

from pathlib import Path

import click

from feedgen import config
from feedgen.cli.options import project_option, say
from feedgen.config import FILE_NAME, Config
from feedgen.errors import UsageProblem, did_you_mean
from feedgen.shipped import shipped

_RSS = "rss"


@click.group("templates")
def command() -> None:
    """List the templates of a feed, or copy them out to change them.

    Elements of your own need no copy: define them in additions.xml, which is empty as it ships.
    A template of yours is judged by your golden feeds; see 'feedgen golden accept --help'.

    \b
    Examples:
      feedgen templates list
      feedgen templates eject templates --only additions.xml
      feedgen templates eject templates
    """


@command.command("list")
@project_option
def list_templates(project: Path) -> None:
    """Say of each template whether yours or the shipped one is used."""
    settings = _config(project)
    own = settings.own_templates / _RSS if settings and settings.own_templates else None
    names = _names(shipped("templates") / _RSS)
    further = [name for name in _names(own) if name not in names] if own else []
    for name in [*names, *further]:
        mine = own is not None and (own / name).is_file()
        word = click.style("yours  ", fg="green") if mine else "shipped"
        click.echo(f"{word}  {(own if mine and own else shipped('templates') / _RSS) / name}")


@command.command("eject")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="templates")
@click.option(
    "--only", "only", multiple=True, metavar="NAME", help="Only this template, e.g. item.xml."
)
@project_option
def eject(folder: Path, only: tuple[str, ...], project: Path) -> None:
    """Copy the shipped templates into FOLDER (templates if none is named) to change them.

    FOLDER counts from the folder of the project. A file that is there already is kept. What you
    do not change you may delete again: the shipped template is used in its place, and stays up to
    date.
    """
    settings = _config(project)
    root = shipped("templates") / _RSS
    known = _names(root)
    for name in only:
        if name not in known:
            raise UsageProblem(f"no template {name!r}", hint=did_you_mean(name, known))
    target = project / folder / _RSS
    for name in only or known:
        path = target / name
        if path.exists():
            click.echo(f"kept      {path}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((root / name).read_bytes())
        except OSError as error:
            raise UsageProblem(
                f"can not write {path}: {error.strerror or error}",
                hint="name a folder that can be written to",
            ) from error
        click.echo(f"written   {path}")
    if settings is None or settings.own_templates != (project / folder).resolve():
        say(f'hint: add [templates] folder = "{folder}" to {FILE_NAME} to use them')


def _config(project: Path) -> Config | None:
    """Return the configuration, `None` in a folder without one."""
    return config.load(project) if (project / FILE_NAME).is_file() else None


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*.xml"))
