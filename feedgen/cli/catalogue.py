"""`feedgen catalogue check` and `feedgen catalogue import`."""

from __future__ import annotations

import functools
import json
import sys
import tempfile
from pathlib import Path

import click

from feedgen import config
from feedgen.cli.options import json_option, project_option, say
from feedgen.content import importing
from feedgen.content.catalogue import load
from feedgen.errors import UsageProblem
from feedgen.fetch import fetch

MOST_FEED = 100 << 20


@click.group("catalogue")
def command() -> None:
    """Check a catalogue folder, or begin one from a feed that exists.

    \b
    Examples:
      feedgen catalogue check
      feedgen catalogue import https://feeds.example.com/my-show.xml
      feedgen catalogue import my-show.xml --slug my-show --download
    """


@command.command("check")
@project_option
@json_option
def check(project: Path, as_json: bool) -> None:
    """Read the whole folder and print every mistake with file, line and field.

    Exit 1 if there is one.
    """
    catalogue = load(_folder(project))
    mistakes = [each for problem in catalogue.problems.values() for each in problem.mistakes]
    if as_json:
        found = [
            {"file": m.file, "line": m.line, "field": m.field, "problem": m.problem}
            for m in mistakes
        ]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    for mistake in () if as_json else mistakes:
        click.echo(mistake)
    say(f"{len(catalogue.shows)} shows can be served, {len(mistakes)} mistakes")
    sys.exit(1 if mistakes else 0)


@command.command("import")
@click.argument("feed", metavar="FEED")
@project_option
@click.option("--slug", default="", help="The name of the show's folder; else from its title.")
@click.option("--feed-url", default="", help="Where the feed is served, if FEED is a file.")
@click.option("--download", is_flag=True, help="Fetch the audio too; else it stays where it is.")
@click.option("--no-artwork", is_flag=True, help="Ask nothing of the network for the pictures.")
@click.option(
    "--allow-host", multiple=True, metavar="HOST", help="May have a private address; repeatable."
)
def import_(
    feed: str,
    project: Path,
    slug: str,
    feed_url: str,
    download: bool,
    no_artwork: bool,
    allow_host: tuple[str, ...],
) -> None:
    """Turn a feed into a show of the catalogue; guids, dates and enclosures stay as they are.

    FEED is a file, - for stdin, or an address. The show's folder appears whole or not at all, and
    nothing is overwritten.
    """
    catalogue = _folder(project)
    get = functools.partial(fetch, allowed_hosts=allow_host)
    is_url = feed.startswith(("https://", "http://"))
    imported = importing.import_feed(
        _fetched(feed, allow_host) if is_url else _read(feed),
        catalogue,
        fetch=None if no_artwork else get,
        slug=slug,
        feed_url=feed_url or (feed if is_url else ""),
        download=download,
    )
    click.echo(catalogue / imported.slug)
    for note in imported.notes:
        say(f"  note: {note}")
    say(
        f"{imported.episodes} episodes, {imported.pictures} pictures, {imported.audio} audio files"
    )
    say(f"next: feedgen publish {imported.slug}")


def _folder(project: Path) -> Path:
    folder = config.load(project).catalogue_folder
    if folder is None:
        raise UsageProblem(
            "feedgen.toml names a hosted account, not a catalogue folder",
            hint="'feedgen init FOLDER' makes a project with a catalogue folder",
        )
    return folder


def _fetched(url: str, allowed_hosts: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "feed.xml"
        fetch(url, path, most_bytes=MOST_FEED, allowed_hosts=allowed_hosts)
        return path.read_bytes()


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageProblem(
            f"{name} can not be read: {error.strerror or error}", hint="name a file or an address"
        ) from error
