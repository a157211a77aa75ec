"""`feedgen rollback`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedgen import aired, byhand, config, night, state
from feedgen.cli.byhand import by_option, feed_option, moment, need_state, version_json
from feedgen.cli.options import json_option, project_option, run, say
from feedgen.errors import TargetProblem
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.redact import unplaced
from feedgen.state import only_series

if TYPE_CHECKING:
    from feedgen.aired import AiredFeed
    from feedgen.byhand import Step
    from feedgen.config import Config
    from feedgen.history import Version
    from feedgen.onair import Desk


@click.command("rollback")
@click.argument("series")
@click.argument("to", required=False, default="")
@feed_option
@by_option
@click.option("--dry-run", is_flag=True, help="Say what would change on air; change nothing.")
@project_option
@json_option
def command(
    series: str, to: str, feed: str, by: str, dry_run: bool, project: Path, as_json: bool
) -> None:
    """Put an earlier version of a feed back on air, byte for byte.

    TO is the number of a version or the beginning of its SHA-256, as 'feedgen history' shows
    them; without it, the version before the newest. No run replaces what was put back: it holds
    every difference until it is approved, or until the data says the same again.

    \b
    Examples:
      feedgen rollback daily-news
      feedgen rollback daily-news 12
      feedgen rollback daily-news 12 --dry-run     what would change
      feedgen rollback daily-news --feed premium
    """
    settings = config.load(project)
    need_state(settings)
    run(_put_back(settings, series, to, feed, by, dry_run=dry_run, as_json=as_json))


async def _put_back(
    settings: Config, series: str, to: str, name: str, by: str, *, dry_run: bool, as_json: bool
) -> None:
    secrets = Secrets.from_environment()
    with night.open_desk(settings, now=state.now()) as desk:
        feed = aired.one(aired.of_series(desk.state, series), name)
        if dry_run:
            _tell_difference(byhand.steps(desk, feed, to), as_json)
            return
        async with only_series(settings.state_folder, feed.series_id):
            try:
                todo = byhand.steps(desk, feed, to)
                made = byhand.put_back(desk, todo, base=settings.publish_url, by=by)
            except TargetProblem as problem:
                raise TargetProblem(unplaced(problem.message), hint=problem.hint) from problem
        deliveries = await deliver(desk.state.outbox, secrets=secrets)
        if as_json:
            click.echo(json.dumps(_document(feed, todo, made), indent=2, ensure_ascii=False))
            return
        _tell(desk, feed, todo, made)
        for each in deliveries:
            if each.error:
                say(f"  {each.message.kind} was not told yet: {each.error}")


def _tell(desk: Desk, feed: AiredFeed, todo: tuple[Step, ...], made: tuple[Version, ...]) -> None:
    back = todo[0].version
    click.echo(
        f"{feed.said}: version {back.number} of {moment(back.put_at)} is on air again, "
        f"byte for byte, as version {made[0].number}"
    )
    for step, version in zip(todo[1:], made[1:], strict=True):
        document = version.key.rpartition("/")[2]
        click.echo(f"  {document}: version {step.version.number}, as version {version.number}")
    say("No run replaces it now: 'feedgen publish' holds what differs and shows it,")
    say(f"'feedgen approve {feed.slug}' lets it on air again.")


def _tell_difference(todo: tuple[Step, ...], as_json: bool) -> None:
    from feedgen.compare import BUILD_STAMPS, compare

    found: list[dict[str, Any]] = []
    for step in todo:
        changes = compare(step.on_air or b"", step.data, ignore=BUILD_STAMPS, meaning=True)
        document = step.version.key.rpartition("/")[2] if "/" in step.version.key else ""
        found.append(
            {
                "document": document,
                "to": version_json(step.version),
                "changes": [asdict(each) for each in changes],
            }
        )
        if not as_json:
            what = f"version {step.version.number} of {moment(step.version.put_at)}"
            click.secho(f"{document + ': ' if document else ''}back to {what}:", bold=True)
            for change in changes:
                click.echo(f"  {change.sentence}")
            if not changes:
                click.echo("  nothing but the way it is written")
    if as_json:
        click.echo(json.dumps({"steps": found}, indent=2, ensure_ascii=False))
    say("nothing was changed")


def _document(
    feed: AiredFeed, todo: tuple[Step, ...], made: tuple[Version, ...]
) -> dict[str, Any]:
    return {
        "series": feed.slug,
        "feed": feed.name,
        "documents": [
            {"back_to": version_json(step.version), "on_air": version_json(version)}
            for step, version in zip(todo, made, strict=True)
        ],
    }
