"""`feedgen hook`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from feedgen import config, outcome
from feedgen.cli.options import project_option, run, say

_MOST_BYTES = 50_000_000


@click.command("hook")
@click.argument("series", nargs=-1)
@project_option
@click.option("--hook", "name", metavar="NAME", default="", help="Whose payload is on stdin.")
@click.option("--key", default="", help="A key that came before starts nothing again.")
@click.option("--no-wait", is_flag=True, help="Leave the work to a 'feedgen serve' that runs.")
@click.option("--dry-run", is_flag=True, help="Say what would go on air; write nothing.")
def command(
    series: tuple[str, ...], project: Path, name: str, key: str, no_wait: bool, dry_run: bool
) -> None:
    """Publish what a CMS says has changed: its payload on stdin, or the series named.

    The change is kept on the disk first, so that it is not lost whatever happens. The outcomes
    are printed as JSON; with --no-wait the receipt is.

    \b
    Examples:
      feedgen hook daily-news                one series, by slug or id
      feedgen hook --hook cms < payload      a payload, read as [hooks.cms] says
      feedgen hook --no-wait daily-news      be back at once
      feedgen hook --dry-run daily-news      what would change on air
    """
    from feedgen.hooks import local
    from feedgen.hooks.meant import Said
    from feedgen.report import series_document

    settings = config.load(project)
    if series and name:
        raise click.UsageError("name series, or give a payload with --hook; not both")
    if series:
        said = Said(names=series)
        report: local.Report | None = local.Report(hook=local.NAME, said=said, key=key)
    else:
        report = local.read_payload(_stdin(), *local.settings_of(settings, name), key=key)
    if report is None:
        say("the payload is not about a feed; nothing is to be done")
        click.echo("[]")
        return
    if dry_run:
        told = run(local.rehearsed(settings, report))
        _print([series_document(each) for each in told])
        sys.exit(outcome.exit_code(each.outcome for each in told))
    receipt = run(local.reported(settings, report, wait=not no_wait))
    if no_wait:
        _print(receipt.as_json())
        return
    _print(local.outcomes([receipt]))
    sys.exit(receipt.exit_code)


def _stdin() -> bytes:
    if sys.stdin is None or sys.stdin.isatty():  # none at all if whoever called closed it
        raise click.UsageError("name a series, or give the payload of a CMS on stdin")
    return sys.stdin.buffer.read(_MOST_BYTES + 1)


def _print(told: object) -> None:
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))
