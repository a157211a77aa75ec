"""`feedgen init`."""

from __future__ import annotations

from pathlib import Path

import click

from feedgen.cli.options import say
from feedgen.config import FILE_NAME
from feedgen.content import starter
from feedgen.errors import UsageProblem

PROJECT_FILE = """\
# What feedgen publishes, and where. 'feedgen publish' in this folder reads it.

# The shows: one folder for each, described in catalogue/README.md.
[catalogue]
folder = "catalogue"

# Instead of a folder, an ART19 account; the credential comes from the environment variables
# FEEDGEN_ART19_CREDENTIAL and FEEDGEN_ART19_TOKEN, or from a file.
# [art19]
# network = "00000000-0000-4000-8000-000000000000"   # only the series of this network
# series = ["my-show"]                               # only these
# credential_file = "credential.toml"

# Where the feeds are written, and the address under which that folder is served.
[publish]
folder = "feeds"
url = "https://podcasts.example.com"

# Settings for every show; a show's own stand in its series.toml.
# [feed]
# websub_hub = "https://hub.example.com/"

# Templates of your own, looked up before those that come with feedgen, and the golden feeds
# that judge them ('feedgen golden accept' writes the first ones).
# [templates]
# folder = "templates"
# [golden]
# folder = "golden_feeds"
"""


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Write a commented example project to begin with: settings and one show.

    Nothing is overwritten.

    \b
    Examples:
      feedgen init my-podcasts
      feedgen publish --project my-podcasts
    """
    settings = folder / FILE_NAME
    if settings.exists():
        raise UsageProblem(f"{settings} is there already", hint="name a new folder")
    written = starter.init(folder / "catalogue")
    settings.write_text(PROJECT_FILE, encoding="utf-8")
    for path in (settings, *written):
        click.echo(path)
    say(f"edit them, then: feedgen publish --project {folder}")
