"""`feedgen publish`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from feedgen import config, night, outcome, state
from feedgen.art19.plan import PlannedRequest
from feedgen.cli.options import heard, json_option, project_option, run, say, shown
from feedgen.outcome import Outcome

_COLOURS = {"published": "green", "unchanged": None, "held": "yellow", "failed": "red"}


@click.command("publish")
@click.argument("series", nargs=-1)
@project_option
@click.option("--offline", is_flag=True, help="Read a hosted account from its last snapshot.")
@click.option(
    "--plan", is_flag=True, help="Print the requests a run would make, and why; do none."
)
@json_option
def command(
    series: tuple[str, ...],
    project: Path,
    offline: bool,
    plan: bool,
    as_json: bool,
) -> None:
    """Build, check and publish the feeds of all series or of those named.

    A feed is rendered, checked and only then swapped in, whole. Whatever goes wrong with a
    series, its last good feed stays and the other series go on.

    \b
    Examples:
      feedgen publish                 all series
      feedgen publish daily-news      one series, by slug or id
      feedgen publish --plan          what it would ask the API, and why
      feedgen publish --json          one JSON document for a program to read
    """
    settings, now = config.load(project), state.now()
    if plan:
        _tell_plan(run(night.planned(settings, now=now, wanted=series)), as_json)
        return
    outcomes = run(
        night.publish(
            settings,
            now=now,
            wanted=series,
            offline=offline,
            told=_quiet if as_json else heard(tell),
        )
    )
    if as_json:
        click.echo(json.dumps([each.as_json() for each in outcomes], indent=2, ensure_ascii=False))
    else:
        say(outcome.summary(outcomes))
    sys.exit(outcome.exit_code(outcomes))


def tell(what: Outcome) -> None:
    """Print one outcome: its line on stdout, what is odd about it on stderr."""
    word, colour = f"{what.result:<9}", _COLOURS[what.result]
    word = click.style(word, fg=colour) if colour else word
    click.echo(f"{word}  {what.slug}  {shown(what.place) or what.reason}".rstrip())
    if not what.on_air:
        for detail in what.details:
            say(f"  {detail}")
        say(f"hint: {what.hint}" if what.hint else "hint: the feed on air stays")
    for skipped in what.skipped if what.result != "unchanged" else ():
        say(f"  left out: “{skipped.title}”: {skipped.reason}")
    for finding in what.findings:
        if finding.severity != "info":
            place = f"line {finding.line}: " if finding.line else ""
            say(f"  {finding.severity} {finding.rule}: {place}{finding.message}")
    # What is true of the show is noted for each of its episodes; it is read once.
    for message in dict.fromkeys(note.message for note in what.notes):
        say(f"  note: {message}")


def _tell_plan(requests: tuple[PlannedRequest, ...], as_json: bool) -> None:
    """Print what a run would ask, in its order."""
    if as_json:
        found = [{"request": r.target, "ids": r.ids, "reason": r.reason} for r in requests]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for request in requests:
        target = request.target if len(request.target) <= 60 else f"{request.target[:59]}…"
        count = f"{request.ids} ids" if request.ids else "a page"
        click.echo(f"{target:<60}  {count:>8}  {request.reason}")
    say(f"{len(requests)} requests, as far as can be told before the answers")


def _quiet(_what: Outcome) -> None:
    """Say nothing; the document at the end says it all."""
