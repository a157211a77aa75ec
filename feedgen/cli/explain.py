"""`feedgen explain`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from feedgen import config, preview, state
from feedgen.cli.options import at_option, json_option, project_option, run
from feedgen.explain import Explanation, Standing, explain


@click.command("explain")
@click.argument("series")
@click.argument("guid", required=False, default="")
@click.argument("tag", required=False, default="")
@click.option("--tag", "only", metavar="TAG", default="", help="Only this element of the channel.")
@click.option("--variant", metavar="NAME", default="", help="One of the series' further feeds.")
@project_option
@at_option
@json_option
def command(
    series: str,
    guid: str,
    tag: str,
    only: str,
    variant: str,
    project: Path,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Say where each value of a feed came from, and why an episode is or is not in it.

    Without GUID it is about the channel and lists all episodes; GUID may also be the title of an
    episode or its id in the API. TAG is an element such as itunes:image. The exit code is 1 if
    the episode asked for is not in the feed, or if there is no feed.

    \b
    Examples:
      feedgen explain daily-news
      feedgen explain daily-news --tag language
      feedgen explain daily-news "The Flood"
      feedgen explain daily-news "The Flood" itunes:image
      feedgen explain daily-news "The Flood" --at 2026-12-24T06:00:00Z
    """
    subject = run(
        preview.subject(config.load(project), series, variant=variant, now=at or state.now())
    )
    found = explain(subject, guid=guid, tag=tag or only)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        _print(found, one=bool(guid), whole=not (tag or only))
    left_out = bool(guid) and not any(each.is_in for each in found.episodes)
    sys.exit(1 if found.problem or left_out else 0)


def _print(found: Explanation, *, one: bool, whole: bool) -> None:
    name = f"{found.series}, feed {found.feed!r}" if found.feed else found.series
    if whole and not one:
        click.secho(name, bold=True)
        click.echo(f"  {found.address}")
    if found.problem:
        click.secho(f"  There is no feed: {found.problem}", fg="red")
    for each in found.episodes if one else ():
        if whole or not each.is_in:  # who is out has no elements to show
            _standing(each)
    for value in found.values:
        click.echo(f"{click.style(value.element, bold=True)}  {value.says}")
        click.echo(f"    {value.sentence}")
    for note in found.notes if whole else ():
        click.secho(f"  note: {note.message}", fg="yellow")
    if not one and found.episodes:
        click.echo()
        for each in found.episodes:
            _standing(each)


def _standing(each: Standing) -> None:
    word = click.style("in ", fg="green") if each.is_in else click.style("out", fg="red")
    click.echo(f"{word}  “{each.title}”  {each.guid}\n     {each.reason}")
