"""`feedgen publish`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedgen import config, night, report, state
from feedgen.art19.plan import PlannedRequest
from feedgen.cli.options import heard, json_option, project_option, run, say, shown
from feedgen.cli.progress import Progress
from feedgen.outcome import Outcome
from feedgen.report import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedgen.config import Config
    from feedgen.outcome import PublishedFeed
    from feedgen.report import RunReport

log = logging.getLogger(__name__)
_COLOURS = {"published": "green", "unchanged": None, "held": "yellow", "failed": "red"}
# The same widths as the results themselves: a rehearsal has not done any of it.
_WOULD = {"published": "would go", "held": "would hold", "failed": "would fail"}
_SHOWN_CHANGES = 20


@click.command("publish")
@click.argument("series", nargs=-1)
@project_option
@click.option(
    "--dry-run", is_flag=True, help="Say what would change on air; write and record nothing."
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another run over all series to end.",
)
@click.option(
    "--report",
    "report_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report.html, report.json, feeds.opml and feedgen.prom there.",
)
@click.option("--offline", is_flag=True, help="Read a hosted account from its last snapshot.")
@click.option(
    "--plan", is_flag=True, help="Print the requests a run would make, and why; do none."
)
@json_option
def command(
    series: tuple[str, ...],
    project: Path,
    dry_run: bool,
    wait: float,
    report_folder: Path | None,
    offline: bool,
    plan: bool,
    as_json: bool,
) -> None:
    """Build, check and publish the feeds of all series or of those named.

    A feed is rendered, checked, compared with what is on air and only then swapped in, whole.
    Whatever goes wrong with a series, its last good feed stays and the other series go on. A
    difference that looks like an accident is held until 'feedgen approve' lets it through.

    With a folder under [report] of feedgen.toml, or --report, the run leaves a page, the same as
    JSON, a list of feeds and metrics there; a run over named series brings list and metrics of
    [report] up to date and leaves its page alone.

    \b
    Examples:
      feedgen publish                 all series
      feedgen publish daily-news      one series, by slug or id
      feedgen publish --dry-run       what would change on air
      feedgen publish --plan          what it would ask the API, and why
      feedgen publish --wait 600      for cron: let another run end first
      feedgen publish --json          one JSON document for a program to read
    """
    settings = config.load(project)
    if plan:
        _tell_plan(run(night.planned(settings, now=state.now(), wanted=series)), as_json)
        return
    found = published(
        settings, series, dry_run=dry_run, wait=wait, offline=offline, aloud=not as_json
    )
    if as_json:
        click.echo(json.dumps(report.document(found), indent=2, ensure_ascii=False))
    _leave_report(settings, found, asked=report_folder, whole=not series)
    for each in found.deliveries:
        if each.error:
            say(f"  {each.message.kind} of {each.message.slug} was not told yet: {each.error}")
    for waits in found.unsolved if not series else ():
        say(f"  still {waits.result}: {waits.slug}: {waits.reason}")
    say(found.summary)
    results: list[str] = [each.result for each in found.outcomes]
    log.info(
        "publish.ended published=%d unchanged=%d held=%d failed=%d seconds=%.3f exit_code=%d",
        *(results.count(word) for word in _COLOURS),
        found.seconds,
        found.exit_code,
    )
    sys.exit(found.exit_code)


def published(
    settings: Config,
    series: tuple[str, ...] = (),
    *,
    dry_run: bool = False,
    wait: float = 0.0,
    offline: bool = False,
    aloud: bool = True,
) -> RunReport:
    """Publish and return the report; with `aloud` every outcome is told as soon as it is known."""
    with Progress.on_terminal(settings, series, aloud=aloud) as progress:
        tell_one = heard(tell_rehearsal if dry_run else tell) if aloud else _quiet
        work = night.publish(
            settings,
            now=state.now(),
            wanted=series,
            offline=offline,
            dry_run=dry_run,
            wait=wait,
            told=_logged(progress.around(tell_one)),
        )
        return run(progress.ticking(work))


def _logged(tell: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
    """Return `tell` that also leaves a line with fields in the log."""

    def telling(what: Outcome) -> None:
        log.info(
            "publish.outcome series=%s result=%s items=%d reason=%s",
            what.slug,
            what.result,
            what.items,
            what.reason,
        )
        tell(what)

    return telling


def tell(what: Outcome) -> None:
    """Print one outcome: its line on stdout, what is odd about it on stderr."""
    _line(what, f"{what.result:<9}")
    for feed in what.feeds:
        if feed.result == "held":
            _held(what, feed)
    if not what.on_air:
        for detail in what.details:
            say(f"  {detail}")
        # How to let a difference through has been said for each feed that is held.
        if what.result != "held" or not what.digest:
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


def tell_rehearsal(what: Outcome) -> None:
    """Print what would happen: every difference that would go on air is the answer."""
    _line(what, f"{_WOULD.get(what.result, what.result):<10}")
    for feed in what.feeds:
        name = f"feed {feed.name!r}: " if feed.name else ""
        for reason in feed.reasons:
            click.echo(f"  {name}held: {reason.sentence}")
        for change in feed.changes:
            click.echo(f"  {name}{change.sentence}")
        if feed.result == "published" and not feed.changes:
            click.echo(f"  {name}is new, with {feed.items} episodes")
    if what.result == "failed":
        for detail in what.details:
            say(f"  {detail}")
        say(f"hint: {what.hint}")


def _line(what: Outcome, word: str) -> None:
    colour = _COLOURS[what.result]
    word = click.style(word, fg=colour) if colour else word
    said = shown(what.place) or what.reason
    if what.result == "held" and what.reasons:
        more = f" (and {len(what.reasons) - 1} more)" if what.reasons[1:] else ""
        said = f"{what.reasons[0].sentence}{more}"
    click.echo(f"{word}  {what.slug}  {said}".rstrip())


def _held(what: Outcome, feed: PublishedFeed) -> None:
    """Say why a feed is held, what would have changed, and how to let it."""
    name = f"feed {feed.name!r}: " if feed.name else ""
    for reason in feed.reasons:
        say(f"  {name}{reason.code}: {reason.sentence}")
    for change in feed.changes[:_SHOWN_CHANGES]:
        say(f"  {name}would change: {change.sentence}")
    if feed.changes[_SHOWN_CHANGES:]:
        say(f"  {name}and {len(feed.changes) - _SHOWN_CHANGES} differences more")
    if feed.digest:
        say(f"  {name}the feed on air stays; to let exactly this difference through:")
        say(f"    feedgen approve {what.slug} {feed.digest[:12]}")


def _leave_report(settings: Config, found: RunReport, *, asked: Path | None, whole: bool) -> None:
    """Write the files of the run where they are wanted."""
    if asked is not None or (settings.report_folder is not None and whole and not found.dry_run):
        files.write_report(asked or settings.report_folder, found, settings)  # type: ignore[arg-type]  # one of the two is there
    if found.dry_run:
        return
    for folder in {asked, settings.report_folder} - {None}:
        with night.open_desk(settings, now=found.ended_at) as desk:
            files.write_standing(folder, desk.state, settings, now=found.ended_at)  # type: ignore[arg-type]  # not None


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
