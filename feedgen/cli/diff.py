"""`feedgen diff`."""

from __future__ import annotations

import dataclasses
import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING

import click

from feedgen.cli.feeds import is_url, local
from feedgen.cli.options import run, say
from feedgen.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedgen.compare import Change

_COLOURS = {"added": "green", "removed": "red", "guid": "red", "order": "cyan"}


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--format",
    "style",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to write the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--ignore", multiple=True, metavar="ELEMENT", help="Leave an element out, wherever it stands."
)
@click.option(
    "--exact",
    is_flag=True,
    help="Other spellings of one date, duration, language, address or mark are differences too, "
    "and so are build date and generator.",
)
def command(
    old: str, new: str, style: str, as_json: bool, ignore: tuple[str, ...], exact: bool
) -> None:
    """Compare two feeds in words a producer understands.

    OLD and NEW are files or URLs; one of them may be - for stdin. Formatting, attribute order,
    CDATA and namespace prefixes are no difference. Exit 1 if the feeds differ.

    \b
    Examples:
      feedgen diff yesterday.xml today.xml
      feedgen diff https://feeds.example.com/show public/show.xml     before a migration
      feedgen diff --ignore pubDate --json old.xml new.xml
    """
    from feedgen.compare import BUILD_STAMPS, compare

    if old == new == "-":
        raise UsageProblem("stdin can not be both feeds", hint="name a file for one of them")
    left, right = _read(old), _read(new)
    skipped = set(ignore) if exact else {*ignore, *BUILD_STAMPS}
    changes = compare(left, right, ignore=skipped, meaning=not exact)
    if as_json or style == "json":
        listed = [{**dataclasses.asdict(change), "where": change.where} for change in changes]
        click.echo(json.dumps({"changes": listed}, indent=2, ensure_ascii=False))
    else:
        for line in _lines(changes):
            click.echo(line)
        count = len(changes)
        say("no difference" if not count else f"{count} change{'' if count == 1 else 's'}")
    sys.exit(1 if changes else 0)


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield a line a change, and what apps do about it once for all that follow with the same."""
    for effect, group in groupby(changes, key=lambda change: change.effect):
        for change in group:
            yield click.style(change.sentence, fg=_COLOURS.get(change.kind))
        if effect:
            yield click.style(f"  → {effect}", dim=True)


def _read(name: str) -> bytes:
    if not is_url(name):
        return local(name)
    say(f"fetching {name}")
    return run(_fetched(name))


async def _fetched(url: str) -> bytes:
    from feedgen.check import network as edge

    async with edge.client(url) as http:
        return (await edge.fetch(url, http)).body
