"""`feedgen serve`."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedgen import config, state
from feedgen.cli.options import project_option, say
from feedgen.errors import MissingExtra, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from feedgen.config import Config
    from feedgen.web.viewer import LoginFor

CREDENTIAL, TOKEN = "FEEDGEN_SERVE_CREDENTIAL", "FEEDGEN_SERVE_TOKEN"
LOGIN = "FEEDGEN_SERVE_LOGIN"
# Short ones can be guessed, whatever the limit to guessing.
LEAST_LOGIN = 16


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
    "--login-for",
    type=click.Choice(("changes", "inside")),
    help="What needs the login token: changes alone, or also what goes on inside. "
    "Changes is the default on a loopback address, inside on any other.",
)
@click.option(
    "--publish/--no-publish",
    "publishes",
    default=None,
    help="Publish in the background what hooks report and what is due; the default with hooks.",
)
@click.option("--no-api", is_flag=True, help="Do not serve the catalogue as the Content API.")
@click.option(
    "--calls-per-minute",
    type=click.IntRange(min=1),
    metavar="N",
    help="Answer 429 to a credential of the API that asks more often; else there is no limit.",
)
@click.option("--strict-schema", is_flag=True, help="Leave every null out of the API's answers.")
@click.option("--lenient-pages", is_flag=True, help="Let the API take page[…] with ids[].")
def command(
    project: Path,
    host: str,
    port: int,
    login_for: LoginFor | None,
    publishes: bool | None,
    no_api: bool,
    calls_per_minute: int | None,
    strict_schema: bool,
    lenient_pages: bool,
) -> None:
    """Serve pages, feeds with their media, hooks, and a catalogue folder as the Content API.

    Pages are at the root, what is published under the path of its public URL, the API at /series
    and so on. It listens on this machine alone unless --host says otherwise. Stop it with Ctrl-C.

    Secrets come from the environment: FEEDGEN_SERVE_LOGIN for the pages, and for the API
    FEEDGEN_SERVE_CREDENTIAL with FEEDGEN_SERVE_TOKEN. What is not set is made for this run and
    shown. What feeds say is for everybody; what is held and why, for who is logged in and, on a
    loopback address, for this machine. Behind a proxy use --login-for inside.

    \b
    Examples:
      feedgen serve
      feedgen serve --project feedgen-demo --port 8080
      feedgen serve --host 0.0.0.0
      feedgen serve --calls-per-minute 60     to try a client against a rate limit
    """
    settings = config.load(project)
    login, login_made = _login()
    try:
        from feedgen.content.server import serve
        from feedgen.web.open import open_app
    except ModuleNotFoundError as error:
        raise MissingExtra("feedgen serve", "serve") from error

    credential, token, credential_made = _credential()
    with _api(
        settings,
        None if no_api else {credential: token},
        calls_per_minute=calls_per_minute,
        strict_schema=strict_schema,
        lenient_pages=lenient_pages,
    ) as api:
        app = open_app(
            settings,
            login=login,
            login_for=login_for or ("changes" if _is_loopback(host) else "inside"),
            api=api,
            publishes=publishes,
        )

        def listening(port: int) -> None:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            click.echo(address)
            for line in app.addresses(address.rstrip("/")):
                say(line)
            if not _is_loopback(host):
                say(
                    "warning    other machines reach this, and what they send is not encrypted: "
                    "put a proxy with TLS in front before anybody logs in from there"
                )
            if login_made:
                say(f"login      {login}  (for this run; set {LOGIN} to keep one)")
            if api is not None and credential_made:
                header = f'Authorization: Token token="{token}", credential="{credential}"'
                say("the credential of the API is for this run only; try:")
                say(f"  curl -H '{header}' -H 'Accept: application/vnd.api+json' {address}series")

        serve(app.asgi, host, port, listening=listening)


@contextlib.contextmanager
def _api(
    settings: Config,
    credentials: dict[str, str] | None,
    *,
    calls_per_minute: int | None,
    strict_schema: bool,
    lenient_pages: bool,
) -> Iterator[ASGIApp | None]:
    """Yield the Content API, `None` for a hosted account, which has its own."""
    if settings.catalogue_folder is None or credentials is None:
        yield None
        return
    from feedgen.embedded import content_service

    with content_service(
        settings,
        credentials,
        state.now,
        live=True,
        calls_per_minute=calls_per_minute,
        strict_schema=strict_schema,
        lenient_pages=lenient_pages,
    ) as served:
        for slug, mistakes in served.catalogue.problems.items():
            say(f"not served: {slug}: {mistakes.message}")
        yield served.app


def _login() -> tuple[str, bool]:
    """Return the token of the pages, and whether it was made up for this run."""
    login = os.environ.get(LOGIN, "")
    if not login:
        return secrets.token_urlsafe(), True
    if len(login) < LEAST_LOGIN:
        raise UsageProblem(
            f"{LOGIN} has {len(login)} characters, which can be guessed",
            hint=f"take at least {LEAST_LOGIN}, or unset it and one is made for each run",
        )
    return login, False


def _credential() -> tuple[str, str, bool]:
    """Return credential id, token, and whether they were made up for this run."""
    credential, token = os.environ.get(CREDENTIAL, ""), os.environ.get(TOKEN, "")
    if credential and token:
        return credential, token, False
    return credential or "local", token or secrets.token_urlsafe(), True


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
