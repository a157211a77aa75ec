"""`feedgen approve`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedgen import aired, byhand, config, night, report, state
from feedgen.cli.byhand import by_option, feed_option, has_state, moment, need_state
from feedgen.cli.history import decided, held_json
from feedgen.cli.options import json_option, project_option, say
from feedgen.cli.publish import published
from feedgen.errors import Refused, UsageProblem

if TYPE_CHECKING:
    from feedgen.aired import AiredFeed
    from feedgen.approvals import Held
    from feedgen.config import Config
    from feedgen.state import State

Waiting = list[tuple["AiredFeed", "Held"]]


@click.command("approve")
@click.argument("series", required=False, default="")
@click.argument("digest", required=False, default="")
@feed_option
@by_option
@click.option("--yes", is_flag=True, help="Approve what waits without being asked.")
@click.option("--publish", "at_once", is_flag=True, help="Publish the series at once as well.")
@project_option
@json_option
def command(
    series: str,
    digest: str,
    feed: str,
    by: str,
    yes: bool,
    at_once: bool,
    project: Path,
    as_json: bool,
) -> None:
    """Let a held difference on air, exactly as it was shown and once.

    Without SERIES it lists what waits; with SERIES it shows the difference and asks. DIGEST, or
    its beginning, names the difference that was looked at, for a script: if the data has changed
    since, nothing is approved. What is approved goes on air with the next run; a difference that
    is another one by then is held again. Who approved it, and when, stays in 'feedgen history'.

    \b
    Examples:
      feedgen approve                              what waits
      feedgen approve daily-news                   show the difference, ask, approve it
      feedgen approve daily-news --publish         and put it on air at once
      feedgen approve daily-news 3fa4c0de          for a script: this difference and no other
    """
    settings = config.load(project)
    if not series:
        _list(settings, as_json)
        return
    need_state(settings)
    with night.open_desk(settings, now=state.now()) as desk:
        chosen = _chosen(desk.state, series, digest, feed)
        open_ones = [(each, held) for each, held in chosen if held.approved_at is None]
        for each, held in () if as_json else chosen:
            _show(each, held)
        if open_ones:
            _confirm(open_ones, sure=yes or bool(digest), as_json=as_json)
        done = [
            (each, byhand.approve(desk.state, each.series_id, held, by=by, at=state.now()))
            for each, held in open_ones
        ]
        done += [(each, held) for each, held in chosen if held.approved_at is not None]
    slug, series_id = chosen[0][0].slug, chosen[0][0].series_id
    gone = all(reason.code == "series-gone" for _, held in chosen for reason in held.reasons)
    found = None
    if gone:
        say("approved; the feed stays on air as it is, and no run asks about it again")
    elif at_once:
        say("approved; publishing")
        found = published(settings, (series_id,), aloud=not as_json)
    else:
        say(
            f"approved; the next 'feedgen publish' puts it on air; at once: feedgen publish {slug}"
        )
    if as_json:
        told = {"approved": _listed(done), "run": report.document(found) if found else None}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    if found is not None:
        say(found.summary)
        sys.exit(found.exit_code)


def _list(settings: Config, as_json: bool) -> None:
    waiting: Waiting = []
    told = ""
    if has_state(settings):
        with night.open_desk(settings, now=state.now()) as desk:
            waiting = _waiting(desk.state, aired.feeds(desk.state))
            told = _canaries(desk.state, {each.slug for each, _ in waiting})
    if as_json:
        click.echo(json.dumps({"waiting": _listed(waiting)}, indent=2, ensure_ascii=False))
        return
    for each, held in waiting:
        said = f"held since {moment(held.held_at)}"
        if held.approved_at is not None:
            said = decided(held, waits=True)
        click.echo(f"{click.style(each.said, bold=True)}  {held.digest[:12]}  {said}")
        for reason in held.reasons:
            click.echo(f"  {reason.sentence}")
    if told:
        say(told)
    say(
        "'feedgen approve SERIES' shows what would change, and lets it through"
        if waiting
        else "nothing waits for an approval"
    )


def _chosen(known: State, series: str, digest: str, feed: str) -> Waiting:
    """Return what waits and is meant; raises UsageProblem if nothing is."""
    found = aired.of_series(known, series)
    if feed:
        found = (aired.one(found, feed),)
    waiting = _waiting(known, found)
    slug = found[0].slug
    if not waiting:
        raise UsageProblem(
            f"nothing of {slug} waits for an approval",
            hint=_canaries(known, set()) or "'feedgen publish' holds a difference and shows it",
        )
    meant = [(each, held) for each, held in waiting if held.digest.startswith(digest.lower())]
    if not meant:
        others = ", ".join(held.digest[:12] for _, held in waiting)
        raise UsageProblem(
            f"the difference that waits is {others}, not {digest[:12]}",
            hint=f"the data has changed since; look at it: feedgen approve {slug}",
        )
    return meant


def _waiting(known: State, feeds: tuple[AiredFeed, ...]) -> Waiting:
    found = ((each, known.approvals.waiting(key)) for each in feeds for key in each.documents)
    return [(each, byhand.to_show(known, each, held)) for each, held in found if held is not None]


def _canaries(known: State, shown: set[str]) -> str:
    """Return how many series are held without a difference of their own to approve."""
    others = [s for s in known.standings.unsolved() if s.result == "held" and s.slug not in shown]
    if not others:
        return ""
    return f"{len(others)} more held without a question: {others[0].slug}: {others[0].reason}"


def _show(feed: AiredFeed, held: Held) -> None:
    document = held.key.rpartition("/")[2] if held.key != feed.key else ""
    title = f"{feed.said}, {document}" if document else feed.said
    click.secho(f"{title}, held since {moment(held.held_at)}", bold=True)
    for reason in held.reasons:
        click.echo(f"  {click.style(reason.code, fg='yellow')}  {reason.sentence}")
    if held.sentences:
        click.echo("would change on air:")
    for sentence in held.sentences:
        click.echo(f"  {sentence}")
    click.echo(f"digest {held.digest[:12]}")
    if held.approved_at is not None:
        click.echo(decided(held, waits=True))


def _confirm(waiting: Waiting, *, sure: bool, as_json: bool) -> None:
    """Ask; raises Refused if the answer is no, UsageProblem if there is nobody to ask."""
    if sure:
        return
    if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        feed, held = waiting[0]
        raise UsageProblem(
            "nothing was approved: there is nobody to ask",
            hint=f"look at the difference, then: feedgen approve {feed.slug} {held.digest[:12]}",
        )
    what = "exactly this difference" if len(waiting) == 1 else f"exactly these {len(waiting)}"
    if not click.confirm(f"Let {what} on air, once?", err=True):
        raise Refused("nothing was approved", hint="the feed on air stays")


def _listed(waiting: Waiting) -> list[dict[str, Any]]:
    return [
        {
            "series": each.slug,
            "feed": each.name,
            "document": held.key.rpartition("/")[2] if held.key != each.key else "",
            **held_json(held),
        }
        for each, held in waiting
    ]
