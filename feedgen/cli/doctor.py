"""`feedgen doctor`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from feedgen import doctor, state
from feedgen.cli.options import json_option, project_option, run, say
from feedgen.doctor import Diagnosis

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@project_option
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@json_option
def command(project: Path, offline: bool, as_json: bool) -> None:
    """Examine the project and everything it needs; change nothing.

    Configuration, settings, credential, API, catalogue, templates and golden feeds, target, state,
    disk, clock, the last run, series that wait, notifications that nobody took. A file that tries
    the target out is removed again. The exit code is that of the gravest failure, as
    'feedgen publish' would end with it; a warning is none.

    \b
    Examples:
      feedgen doctor
      feedgen doctor --offline        nothing is asked of the API or an object store
      feedgen doctor --json           for a monitor
    """
    found = run(_examined(project, offline=offline, aloud=not as_json))
    code = doctor.exit_code(found)
    if as_json:
        document = {"exit_code": code, "diagnoses": [each.as_json() for each in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    levels: list[str] = [each.level for each in found]
    say(", ".join(f"{level} {levels.count(level)}" for level in _COLOURS))
    sys.exit(code)


async def _examined(project: Path, *, offline: bool, aloud: bool) -> list[Diagnosis]:
    found = []
    async for each in doctor.examine(project, now=state.now(), offline=offline):
        found.append(each)
        if aloud:
            _print(each)
    return found


def _print(what: Diagnosis) -> None:
    word = click.style(f"{what.level:<4}", fg=_COLOURS[what.level])
    click.echo(f"{word}  {what.subject:<13}  {what.sentence}")
    for detail in what.details:
        click.echo(f"      {'':<13}  {detail}")
    if what.hint:
        click.secho(f"      {'':<13}  → {what.hint}", dim=True)
