"""`feedgen golden verify`, `accept`, `add` and `contract`."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from feedgen import capture, config, contract, golden, night, state
from feedgen.cli.options import at_option, json_option, project_option, run, say, shown
from feedgen.config import FILE_NAME, Config
from feedgen.errors import UsageProblem, did_you_mean
from feedgen.golden import Verdict
from feedgen.shipped import shipped

_FOLDER = "golden_feeds"


@click.group("golden")
def command() -> None:
    """Verify, accept or add the golden feeds that judge the templates.

    \b
    Examples:
      feedgen golden verify                  render every case and compare
      feedgen golden verify crop             one case
      feedgen golden accept crop             take what comes out as what must come out
      feedgen golden add mine --from SERIES  a case of your own, from a real series
    """


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[CASE]...")
@project_option
@json_option
def verify(names: tuple[str, ...], project: Path, as_json: bool) -> None:
    """Render the golden cases with the active templates and compare; exit 1 if one differs."""
    settings = _config(project)
    folder, renderer = night.goldens_for(settings), night.renderer_for(settings)
    verdicts = [golden.verify_case(case, renderer) for case in _chosen(folder, names)]
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in verdicts], indent=2, ensure_ascii=False))
    else:
        for verdict in verdicts:
            _tell(verdict)
        broken = sum(not verdict.passed for verdict in verdicts)
        say(f"{len(verdicts) - broken} as expected, {broken} different")
    sys.exit(0 if all(verdict.passed for verdict in verdicts) else 1)


@command.command("accept")
@click.argument("names", nargs=-1, metavar="[CASE]...")
@project_option
def accept(names: tuple[str, ...], project: Path) -> None:
    """Take what the active templates produce as what must come out from now on.

    Read the difference with 'feedgen golden verify' first, and commit it like code. Refused where
    CI is set. With [golden] in feedgen.toml the cases of that folder are rewritten; cases it lacks
    are copied from those that come with feedgen; the folder need not be there yet.
    """
    settings = _config(project)
    folder, renderer = night.goldens_for(settings), night.renderer_for(settings)
    golden.refuse_in_ci()
    copied: set[str] = set()
    if settings is not None and settings.own_goldens is not None:
        copied = _copy_missing(settings.own_goldens, names)
    elif settings is not None and settings.own_templates is not None:
        raise UsageProblem(
            "templates of your own are judged by golden feeds of your own, and there are none yet",
            hint=f'add [golden] folder = "golden_feeds" to {FILE_NAME} and run the command again',
        )
    for case in _chosen(folder, names):
        changed = golden.accept(case, renderer)
        word = "accepted" if changed else "copied" if case.name in copied else "unchanged"
        click.echo(f"{word:<9}  {case.name}")


@command.command("add")
@click.argument("name", metavar="CASE")
@click.option("--from", "series", required=True, metavar="SERIES", help="The series to take down.")
@click.option("--shows", default="", help="What the case shows, in one sentence.")
@project_option
@at_option
def add(name: str, series: str, shows: str, project: Path, at: datetime | None) -> None:
    """Take a series down as a new case: its API documents, settings and the feed they give.

    Signed and tracking parameters of addresses and private facts of persons are left out. The
    first case starts a folder golden_feeds of your own, which judges your templates from then on.
    """
    golden.refuse_in_ci()
    settings = config.load(project)
    folder = settings.own_goldens or settings.root / _FOLDER
    captured = run(night.take_down(settings, series, shows=shows, now=at or state.now()))
    case = capture.write(folder, name, captured)
    if settings.own_goldens is None:
        _name_folder(settings)
    golden.accept(case, night.renderer_for(settings))
    for path in sorted(case.rglob("*")):
        if path.is_file():
            click.echo(shown(str(path)))
    say("read them before you commit them; 'feedgen golden verify' renders the case again")


@command.command("contract")
@click.option("--write", is_flag=True, help="Write it beside your golden feeds.")
@project_option
def show_contract(write: bool, project: Path) -> None:
    """Print what all golden feeds have in common, the contract for every feed of a night.

    A feed that lacks something of the contract.toml beside the golden feeds is not published.
    What a feed on air does without is left out, if there are golden feeds of your own.
    """
    settings = _config(project)
    folder = night.goldens_for(settings)
    if not golden.cases(folder):
        raise golden.NoCases(folder)
    text = contract.text(contract.derive([*golden.feeds(folder), *_on_air(settings)]))
    click.echo(text, nl=False)
    if write:
        if settings is None or settings.own_goldens is None:
            raise UsageProblem(
                "there is no golden folder of your own to write to",
                hint="'feedgen golden add CASE --from SERIES' starts one",
            )
        path = settings.own_goldens / contract.FILE
        with _told_as_usage(path):
            path.write_text(text, encoding="utf-8")
        say(f"written to {shown(str(path))}; edit it freely")


def _on_air(settings: Config | None) -> Iterator[bytes]:
    """Yield what the shows of a project have on air: no single case can speak for all of them."""
    if (
        settings is None
        or settings.own_goldens is None
        or not (settings.state_folder / "state.sqlite3").is_file()
    ):
        return
    with night.open_desk(settings, now=state.now()) as desk:
        for version in desk.state.history.last():
            data = desk.target.read(version.identity.name)
            if data is not None:
                yield data


def _name_folder(settings: Config) -> None:
    """Name the folder for the user's own cases in feedgen.toml."""
    path = settings.root / FILE_NAME
    with _told_as_usage(path), path.open("a", encoding="utf-8") as file:
        file.write(f'\n[golden]\nfolder = "{_FOLDER}"\n')
    say(f"added [golden] to {shown(str(path))}")


@contextlib.contextmanager
def _told_as_usage(path: Path) -> Iterator[None]:
    """Raise UsageProblem in place of an OSError: `path` is one the user has named."""
    try:
        yield
    except OSError as error:
        raise UsageProblem(
            f"can not write {path}: {error.strerror or error}",
            hint="name a folder of your own that can be written to",
        ) from error


def _config(project: Path) -> Config | None:
    """Return the configuration, `None` in a folder without one: ours are judged then."""
    return config.load(project) if (project / FILE_NAME).is_file() else None


def _chosen(folder: Path, names: tuple[str, ...]) -> list[Path]:
    known = {case.name: case for case in golden.cases(folder)}
    if not known:
        raise golden.NoCases(folder)
    for name in names:
        if name not in known:
            raise UsageProblem(
                f"no golden case {name!r} in {folder}", hint=did_you_mean(name, sorted(known))
            )
    return [known[name] for name in names] if names else list(known.values())


def _copy_missing(folder: Path, names: tuple[str, ...]) -> set[str]:
    """Copy the shipped cases that `folder` lacks, each whole or not at all; return their names."""
    copied = set()
    for case in golden.cases(shipped("golden_feeds")):
        target, part = folder / case.name, folder / f".{case.name}.part"
        if (not names or case.name in names) and not target.exists():
            with _told_as_usage(target):
                shutil.rmtree(part, ignore_errors=True)
                shutil.copytree(case, part)
                part.rename(target)
            copied.add(case.name)
    return copied


def _tell(verdict: Verdict) -> None:
    if verdict.passed:
        click.echo(f"{click.style('ok        ', fg='green')}{verdict.name}: {verdict.shows}")
        return
    click.echo(f"{click.style('different ', fg='red')}{verdict.name}: {verdict.shows}")
    if verdict.problem:
        click.echo(f"  {verdict.problem}")
    for change in verdict.differences:
        click.echo(f"  {change.sentence}")


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "case": verdict.name,
        "shows": verdict.shows,
        "passed": verdict.passed,
        "problem": verdict.problem,
        "differences": [asdict(change) for change in verdict.differences],
    }
