"""`feedgen check`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedgen.cli.feeds import is_url, local
from feedgen.cli.options import Instant, project_option, run, say
from feedgen.errors import OutsideProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feedgen.check import Report
    from feedgen.check.facts import Facts
    from feedgen.check.rule import Rule

PROFILES = ("modern", "apple", "psp1", "spotify", "rss", "art19-compat")
FORMATS = ("text", "json", "sarif", "junit", "github")


def _named(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return rule names one by one: `--ignore X14,A23` is `--ignore X14 --ignore A23`."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


@click.command("check")
@click.argument("feeds", nargs=-1, metavar="FEED...")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="modern",
    show_default=True,
    help="Whose requirements to measure by.",
)
@click.option(
    "--select",
    multiple=True,
    callback=_named,
    metavar="RULE",
    help="Ask these rules alone; a letter stands for its family.",
)
@click.option(
    "--ignore", multiple=True, callback=_named, metavar="RULE", help="Leave these rules out."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to write the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--network",
    is_flag=True,
    help="Also fetch: the feed's own URL again, and the newest artwork and enclosures.",
)
@click.option("--explain", metavar="RULE", help="Print the page of a rule, or of 'all', and stop.")
@project_option
@click.option("--now", type=Instant(), hidden=True, help="Take this time for now.")
def command(
    feeds: tuple[str, ...],
    profile: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    style: str,
    as_json: bool,
    network: bool,
    explain: str | None,
    project: Path,
    now: datetime | None,
) -> None:
    """Judge feeds by named rules, each with its source.

    FEED is a file, a URL, or - for stdin. Rules are also selected and silenced by [check] in
    feedgen.toml, if there is one. Exit 1 if a feed has errors, 3 if a URL can not be fetched.
    Colour is for terminals; NO_COLOR turns it off.

    \b
    Examples:
      feedgen check feed.xml
      feedgen check --profile apple https://feeds.example.com/show
      feedgen check --ignore X14,A23 --format github feeds/*.xml
      feedgen check --network https://feeds.example.com/show
      feedgen check --explain I12
    """
    if explain:
        click.echo(_page(explain))
        return
    if not feeds:
        raise UsageProblem("no feed to check", hint="name a file, a URL, or - for stdin")
    from feedgen import check, config
    from feedgen.check import profiles
    from feedgen.config import FILE_NAME

    if (project / FILE_NAME).is_file():
        rules = config.load(project).rules
        select, ignore = select or rules.select, (*ignore, *rules.ignore)
    active = profiles.active(profile, select=select, ignore=ignore)
    when = now or datetime.now(UTC)
    reports: list[tuple[str, Report]] = []
    problems: list[OutsideProblem] = []
    for name in feeds:
        try:
            raw, facts = _read(name, network=network)
        except OutsideProblem as problem:
            # The other feeds are still judged; the exit code tells of this one.
            problems.append(problem)
            continue
        found = check.run(
            raw, now=when, profile=profile, facts=facts, select=select, ignore=ignore
        )
        reports.append(("stdin" if name == "-" else name, found))
    _write("json" if as_json else style, reports, [rule for rule, _ in active])
    for unreached in problems[1:]:
        say(f"error: {unreached.message}")
    if problems:
        raise problems[0]
    sys.exit(1 if any(report.total("error") for _, report in reports) else 0)


def _page(name: str) -> str:
    from feedgen.check import profiles, rulebook

    return rulebook.reference() if name == "all" else rulebook.page(profiles.find(name))


def _read(name: str, *, network: bool) -> tuple[bytes, Facts | None]:
    """Return the bytes of a feed, and what the network says about it if that was asked."""
    if is_url(name):
        say(f"fetching {name}")
        return run(_fetched(name, network=network))
    raw = local(name)
    return raw, run(_facts(raw)) if network else None


async def _fetched(url: str, *, network: bool) -> tuple[bytes, Facts | None]:
    from feedgen.check import network as edge

    async with edge.client(url) as http:
        fetched = await edge.fetch(url, http)
        facts = await edge.gather(fetched, fetched.body, url, http) if network else None
    return fetched.body, facts


async def _facts(raw: bytes) -> Facts:
    from feedgen.check import network as edge

    say("looking at artwork and enclosures")
    async with edge.client("") as http:
        return await edge.gather(None, raw, "", http)


def _write(style: str, reports: Sequence[tuple[str, Report]], rules: Sequence[Rule]) -> None:
    if style == "text":
        from feedgen.check.output.people import lines
        from feedgen.check.profiles import rules as every

        titles = {rule.id: rule.title for rule in every()}
        for name, report in reports:
            for line in lines(name, report, titles=titles, paint=_paint):
                click.echo(line)
        return
    from feedgen.check.output import machines

    writers: dict[str, Callable[..., str]] = {
        "json": machines.as_json,
        "sarif": machines.as_sarif,
        "junit": machines.as_junit,
        "github": machines.as_github,
    }
    text = writers[style](reports, rules)
    if text:
        click.echo(text)


def _paint(text: str, colour: str) -> str:
    """Return `text` styled; click takes the colour off again where stdout is no terminal."""
    return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)
