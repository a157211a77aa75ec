"""`feedgen serve`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from feedgen import config, state
from feedgen.cli.options import project_option, say
from feedgen.source import content_service

CREDENTIAL, TOKEN = "FEEDGEN_SERVE_CREDENTIAL", "FEEDGEN_SERVE_TOKEN"


@click.command("serve")
@project_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option(
    "--calls-per-minute",
    type=click.IntRange(min=1),
    metavar="N",
    help="Answer 429 to a credential that asks more often; without it there is no limit.",
)
@click.option("--strict-schema", is_flag=True, help="Leave out every null of an answer.")
@click.option("--lenient-pages", is_flag=True, help="Take page[…] together with ids[].")
def command(
    project: Path,
    host: str,
    port: int,
    calls_per_minute: int | None,
    strict_schema: bool,
    lenient_pages: bool,
) -> None:
    """Serve a catalogue folder as the Content API on a loopback port.

    The API answers at the root, pictures and audio under /media. The credential comes from
    FEEDGEN_SERVE_CREDENTIAL and FEEDGEN_SERVE_TOKEN; without them one is made for this run and
    shown. Stop it with Ctrl-C.

    \b
    Examples:
      feedgen serve
      feedgen serve --project feedgen-demo --port 8080
      feedgen serve --calls-per-minute 60     to try a client against a rate limit
    """
    settings = config.load(project)
    credential, token, made = _credential()
    with content_service(
        settings,
        {credential: token},
        state.now,
        live=True,
        calls_per_minute=calls_per_minute,
        strict_schema=strict_schema,
        lenient_pages=lenient_pages,
    ) as served:
        from feedgen.content.server import serve

        for slug, mistakes in served.catalogue.problems.items():
            say(f"not served: {slug}: {mistakes.message}")

        def listening(port: int) -> None:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            click.echo(address)
            if made:
                header = f'Authorization: Token token="{token}", credential="{credential}"'
                say("the credential is for this run only; try:")
                say(f"  curl -H '{header}' -H 'Accept: application/vnd.api+json' {address}series")

        serve(served.app, host, port, listening=listening)


def _credential() -> tuple[str, str, bool]:
    """Return credential id, token, and whether they were made up for this run."""
    credential, token = os.environ.get(CREDENTIAL, ""), os.environ.get(TOKEN, "")
    if credential and token:
        return credential, token, False
    return credential or "local", token or secrets.token_urlsafe(), True
