"""`feedgen demo`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from feedgen import config, night, state
from feedgen.cli.options import heard, run, say, shown
from feedgen.config import FILE_NAME
from feedgen.content import sample
from feedgen.errors import UsageProblem
from feedgen.outcome import Outcome, exit_code, summary

PROJECT_FILE = """\
# The demo of feedgen: a catalogue folder, published to a folder of feeds.

[catalogue]
folder = "catalogue"     # the shows; 'feedgen serve' serves it as the Content API

[publish]
folder = "feeds"         # upload this folder to a web server …
url = "https://podcasts.example.com"     # … and write here where it is served
"""


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="feedgen-demo")
def command(folder: Path) -> None:
    """Publish the sample catalogue into a folder and say what to do next.

    Three invented shows come with feedgen. They are copied into FOLDER (feedgen-demo if none is
    named), served by the embedded Content API, read through the same client as a hosted account,
    and published. Run it again after a change: only feeds that differ are written.

    \b
    Examples:
      feedgen demo
      feedgen demo my-first-feeds
    """
    _prepare(folder)
    settings = config.load(folder)
    outcomes = run(night.publish(settings, now=state.now(), told=heard(_tell))).outcomes
    click.echo(_next_steps(folder, outcomes))
    say(summary(outcomes))
    sys.exit(exit_code(outcomes))


def _prepare(folder: Path) -> None:
    """Copy the sample into `folder`, unless a demo is there already."""
    if (folder / FILE_NAME).is_file():
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageProblem(
            f"{folder} is not empty and holds no demo",
            hint="name another folder: feedgen demo my-first-feeds",
        )
    try:
        sample.copy_to(folder / "catalogue")
        (folder / FILE_NAME).write_text(PROJECT_FILE, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(
            f"can not write {folder}: {error.strerror or error}",
            hint="name a folder that can be written to: feedgen demo /tmp/feedgen-demo",
        ) from error


def _tell(what: Outcome) -> None:
    click.secho(what.title or what.slug, bold=True)
    if not what.on_air:
        click.echo(f"  {what.result:<8}  {what.reason}")
        for detail in what.details:
            click.echo(f"            {detail}")
        click.echo(f"  hint      {what.hint}\n")
        return
    click.echo(f"  feed      {shown(what.place)}  ({what.result}, {what.items} episodes)")
    art = what.artwork.chosen if what.artwork else None
    if what.artwork is not None and art is not None:
        click.echo(f"  artwork   {art.style}, {art.width} × {art.height}: {what.artwork.reason}")
        for rejected in what.artwork.rejected:
            click.echo(f"            not {rejected.style}: {rejected.reason}")
    for skipped in what.skipped:
        click.echo(f"  left out  “{skipped.title}”: {skipped.reason}")
    click.echo()


def _next_steps(folder: Path, outcomes: Sequence[Outcome]) -> str:
    slug = outcomes[0].slug if outcomes else "SERIES"
    steps = [
        (
            f"edit {folder / 'catalogue' / slug / 'series.toml'}",
            "or an episode, or a picture; then",
        ),
        (f"feedgen publish --project {folder}", "publish what changed, and only that"),
        (f"feedgen images {slug} --project {folder}", "see every artwork decision"),
        (f"feedgen serve --project {folder}", "look at the shows, serve the Content API"),
    ]
    width = max(len(command) for command, _ in steps)
    lines = [f"  {command:<{width}}  {what}" for command, what in steps]
    return "\n".join(["What to do next:", *lines])
