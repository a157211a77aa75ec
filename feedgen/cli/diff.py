"""`feedgen diff`."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import click

from feedgen.cli.feeds import is_url, local
from feedgen.cli.options import run, say
from feedgen.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedgen.compare import Change

# So many episodes with the same change are one news, and a few examples of it enough.
_ALIKE, _SHOWN = 10, 5
_WORDS = {"guid": "changed", "order": "in another order"}
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
@click.option("--all", "every", is_flag=True, help="Show every change, however many are alike.")
def command(
    old: str,
    new: str,
    style: str,
    as_json: bool,
    ignore: tuple[str, ...],
    exact: bool,
    every: bool,
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
        for line in _lines(changes, most=len(changes) if every else _ALIKE):
            click.echo(line)
        say(_summary(changes))
    sys.exit(1 if changes else 0)


def _lines(changes: Sequence[Change], *, most: int) -> Iterator[str]:
    """Yield a line a change, and what apps do about it once for all that follow with the same.

    Of more than `most` alike a few are shown in their place, and the others counted at the end.
    """
    counts = Counter(map(_kind, changes))
    seen: Counter[tuple[str, str, str]] = Counter()
    shown: list[Change] = []
    for change in changes:
        alike = _kind(change)
        seen[alike] += 1
        if counts[alike] <= most or seen[alike] <= _SHOWN:
            shown.append(change)
    for effect, group in groupby(shown, key=lambda change: change.effect):
        for change in group:
            yield click.style(change.sentence, fg=_COLOURS.get(change.kind))
        if effect:
            yield click.style(f"  → {effect}", dim=True)
    for (where, kind, element), count in counts.items():
        if count > most:
            said = f"… and {count - _SHOWN} more: {element} {_WORDS.get(kind, kind)}"
            yield click.style(f"{said} ({where}); --all shows them", fg=_COLOURS.get(kind))


def _kind(change: Change) -> tuple[str, str, str]:
    return change.where, change.kind, change.element


def _summary(changes: Sequence[Change]) -> str:
    """Return how many changes there are, and how many episodes listeners would get again."""
    if not changes:
        return "no difference"
    again = sum(change.kind == "guid" for change in changes)
    said = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    if again:
        said += f"; listeners get {again} episode{'' if again == 1 else 's'} again: another guid"
    return said


def _read(name: str) -> bytes:
    if not is_url(name):
        return local(name)
    say(f"fetching {name}")
    return run(_fetched(name))


async def _fetched(url: str) -> bytes:
    from feedgen.check import network as edge

    async with edge.client(url) as http:
        return (await edge.fetch(url, http)).body
