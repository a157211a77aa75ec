"""`feedgen history`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedgen import aired, byhand, config, night, state
from feedgen.cli.byhand import feed_option, moment, need_state, version_json
from feedgen.cli.options import json_option, project_option, say
from feedgen.errors import TargetProblem, UsageProblem
from feedgen.history import sha256_of
from feedgen.redact import unplaced

if TYPE_CHECKING:
    from feedgen.aired import AiredFeed
    from feedgen.approvals import Held
    from feedgen.history import Version
    from feedgen.onair import Desk


@click.command("history")
@click.argument("series")
@feed_option
@click.option("--show", metavar="N", default="", help="Write the bytes of version N to stdout.")
@click.option(
    "--diff",
    metavar="N[..M]",
    default="",
    help="Say what changed from version N to version M, or to the newest.",
)
@project_option
@json_option
def command(series: str, feed: str, show: str, diff: str, project: Path, as_json: bool) -> None:
    """Show what was on air, how it came there, and what was held.

    A version is published by a run, found on air by one, or rolled back to by a person. N is its
    number or the beginning of its SHA-256. With --diff the exit code is 1 if the two differ.

    \b
    Examples:
      feedgen history daily-news
      feedgen history daily-news --show 12 > feed.xml
      feedgen history daily-news --diff 12          from version 12 to the newest
      feedgen history daily-news --diff 11..12
    """
    settings = config.load(project)
    need_state(settings)
    with night.open_desk(settings, now=state.now()) as desk:
        found = aired.of_series(desk.state, series)
        if show:
            key = aired.one(found, feed).key
            data = desk.state.history.data(_version(desk, key, show))
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        if diff:
            sys.exit(_differ(desk, aired.one(found, feed), diff, as_json))
        chosen = (aired.one(found, feed),) if feed else found
        if as_json:
            told = {"series": found[0].slug, "feeds": [_as_json(desk, each) for each in chosen]}
            click.echo(json.dumps(told, indent=2, ensure_ascii=False))
            return
        for each in chosen:
            _print(desk, each)


def _version(desk: Desk, key: str, asked: str) -> Version:
    """Return a version that may be looked at: the newest as well."""
    newest = desk.state.history.newest(key)
    if newest is not None and not asked:
        return newest
    return desk.state.history.version(key, asked)


def _differ(desk: Desk, feed: AiredFeed, asked: str, as_json: bool) -> int:
    """Print what changed between two versions; return 1 if they differ."""
    from feedgen.compare import BUILD_STAMPS, compare

    one, _, other = asked.partition("..")
    if not one:
        raise UsageProblem(
            f"--diff {asked}: there is no version to begin with", hint="write --diff 11..12"
        )
    old, new = _version(desk, feed.key, one), _version(desk, feed.key, other)
    left, right = (desk.state.history.data(each) for each in (old, new))
    changes = compare(left, right, ignore=BUILD_STAMPS, meaning=True)
    if as_json:
        listed = [asdict(change) for change in changes]
        told = {"from": version_json(old), "to": version_json(new), "changes": listed}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    for change in () if as_json else changes:
        click.echo(change.sentence)
    say(f"version {old.number} to {new.number}: {len(changes)} differences")
    return 1 if changes else 0


def _print(desk: Desk, feed: AiredFeed) -> None:
    several = len(feed.documents) > 1
    for key in feed.documents:
        document = key.rpartition("/")[2] if key != feed.key else ""
        click.secho(f"{feed.said}, {document}" if document else feed.said, bold=True)
        versions = desk.state.history.versions(key)
        if not versions:
            click.echo("  was never on air")
        for version, said in _on_air(desk, versions):
            items = _items(desk, version)
            click.echo(
                f"  {version.number:>4}  {moment(version.put_at)}  {version.how:<11}  "
                f"{_size(version.size):>8}  {items:>13}  {version.sha256[:12]}  {said}".rstrip()
            )
        waiting = desk.state.approvals.waiting(key)
        for held in desk.state.approvals.record(key):
            codes = ", ".join(dict.fromkeys(reason.code for reason in held.reasons))
            click.echo(f"  held  {moment(held.held_at)}  {held.digest[:12]}  {codes}")
            click.echo(f"        {decided(held, waits=held == waiting)}")
        if several or document:
            click.echo()


def decided(held: Held, *, waits: bool) -> str:
    """Return in words what became of a held difference."""
    if held.approved_at is None:
        return "waits for an approval" if waits else "over: the data says something else now"
    by = f" by {held.approved_by}" if held.approved_by else ""
    used = f"published {moment(held.used_at)}" if held.used_at else ""
    rest = used or ("the next run publishes it" if waits else "over: never published")
    return f"approved{by} {moment(held.approved_at)}, {rest}"


def _on_air(desk: Desk, versions: tuple[Version, ...]) -> list[tuple[Version, str]]:
    """Return the versions, and of the newest what is known of it at this moment."""
    if not versions:
        return []
    newest = versions[0]
    try:
        there = desk.target.read(newest.identity.name)
    except TargetProblem as problem:
        said = "what is on air can not be read now"
        say(unplaced(problem.message))
    else:
        if there is None:
            said = "gone from the target"
        elif sha256_of(there) == newest.sha256:
            said = "on air"
        else:
            said = "something else is on air, which no run wrote"
    return [(newest, said), *((each, "") for each in versions[1:])]


def _items(desk: Desk, version: Version) -> str:
    count = items(desk.state.history.data(version))
    return "no feed" if count is None else f"{count} episode{'' if count == 1 else 's'}"


def items(data: bytes) -> int | None:
    """Return how many episodes a feed holds, `None` if the bytes are no feed."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return len(etree.fromstring(data, parser).findall("channel/item"))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _size(count: int) -> str:
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _as_json(desk: Desk, feed: AiredFeed) -> dict[str, Any]:
    return {
        "feed": feed.name,
        "documents": [
            {
                "document": key.rpartition("/")[2] if key != feed.key else "",
                "versions": [
                    {
                        **version_json(version),
                        "items": items(desk.state.history.data(version)),
                        "on_air": said == "on air",
                    }
                    for version, said in _on_air(desk, desk.state.history.versions(key))
                ],
                "held": [
                    {
                        **held_json(byhand.to_show(desk.state, feed, held)),
                        "waits": held == desk.state.approvals.waiting(key),
                    }
                    for held in desk.state.approvals.record(key)
                ],
            }
            for key in feed.documents
        ],
        "by_hand": [
            {"at": deed.at.isoformat(), "what": deed.what, "by": deed.by, "detail": deed.detail}
            for deed in desk.state.deeds.of(feed.series_id)
            if deed.key in feed.documents
        ],
    }


def held_json(held: Held) -> dict[str, Any]:
    """Return a held difference as plain data."""
    return {
        "digest": held.digest,
        "held_at": held.held_at.isoformat(),
        "held_because": [{"code": r.code, "sentence": r.sentence} for r in held.reasons],
        "changes": list(held.sentences),
        "approved_at": held.approved_at.isoformat() if held.approved_at else None,
        "approved_by": held.approved_by,
        "used_at": held.used_at.isoformat() if held.used_at else None,
    }
