"""`feedgen render`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from feedgen import config, preview, state
from feedgen.cli.options import at_option, project_option, run


@click.command("render")
@click.argument("series")
@click.option("--variant", metavar="NAME", default="", help="One of the series' further feeds.")
@click.option(
    "--document",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which document of a feed that is split (page_size).",
)
@project_option
@at_option
def command(series: str, variant: str, document: int, project: Path, at: datetime | None) -> None:
    """Print the feed of a series as it is now, or at any time; publish nothing.

    The feed is built and judged like one that is published: what breaks a rule is an error here
    too. Nothing is written and nothing is remembered.

    \b
    Examples:
      feedgen render daily-news > daily-news.xml
      feedgen render daily-news --at 2026-12-24T06:00:00Z
      feedgen render daily-news --variant early
    """
    work = preview.rendered(
        config.load(project), series, variant=variant, document=document, now=at or state.now()
    )
    sys.stdout.buffer.write(run(work))
