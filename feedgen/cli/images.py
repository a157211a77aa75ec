"""`feedgen images`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from feedgen import config, night, state
from feedgen.artwork.choose import Decision
from feedgen.cli.options import at_option, json_option, project_option, run
from feedgen.config import Config
from feedgen.make import Plan


@click.command("images")
@click.argument("series")
@project_option
@at_option
@json_option
def command(series: str, project: Path, at: datetime | None, as_json: bool) -> None:
    """Say which artwork a series gets, and why nothing else.

    The rule is the API's: the asset of style square-3000, else the asset of style itunes; each
    is verified before it is taken.

    \b
    Examples:
      feedgen images daily-news
      feedgen images daily-news --json
    """
    plan, flaws = run(_plan(config.load(project), series, at or state.now()))
    if as_json:
        click.echo(json.dumps(_as_json(plan, flaws), indent=2, ensure_ascii=False))
    else:
        _print(plan, flaws)
    usable = plan.cover is not None and plan.cover.chosen is not None
    sys.exit(0 if usable or plan.settings.image_url else 1)


async def _plan(settings: Config, asked: str, now: datetime) -> tuple[Plan, Mapping[str, str]]:
    """Return the decisions of the series `asked`, and what is wrong with an original, by id."""
    async with night.open_run(settings, now=now) as opened:
        series, _ = await opened.source.one(asked)
        plan = opened.plan(series)
        flaws = {image_id: opened.source.flaw(image_id) for image_id in plan.artwork}
        return plan, {image_id: flaw for image_id, flaw in flaws.items() if flaw}


def _print(plan: Plan, flaws: Mapping[str, str]) -> None:
    click.echo(f"{plan.series.slug}: {plan.series.public_title or plan.series.title}")
    if plan.cover is None:
        click.echo("  the series has no cover image")
    if plan.settings.image_url:
        click.echo(f"  the setting image_url stands in its place: {plan.settings.image_url}")
    for image_id, decision in plan.artwork.items():
        click.echo(f"\n{_whose(plan, image_id)}  (image {image_id})")
        _print_decision(decision)
        if image_id in flaws:
            click.secho(f"  original  {flaws[image_id]}", fg="red")


def _print_decision(decision: Decision) -> None:
    art = decision.chosen
    if art is None:
        click.secho("  chosen    nothing", fg="red")
    else:
        size = f"{art.width} × {art.height}" if art.width else "size unknown"
        click.secho(f"  chosen    {art.style}, {size}, {art.content_type}", fg="green")
        click.echo(f"            {art.url}")
    click.echo(f"  because   {decision.reason}")
    for rejected in decision.rejected:
        click.echo(f"  rejected  {rejected.style}: {rejected.reason}")
    for warning in decision.warnings:
        if warning == decision.reason:
            continue
        click.secho(f"  warning   {warning}", fg="yellow")


def _whose(plan: Plan, image_id: str) -> str:
    if plan.series.cover is not None and plan.series.cover.id == image_id:
        return "cover of the series"
    own = [e.title for e in plan.series.episodes if e.cover is not None and e.cover.id == image_id]
    if own:
        return f"cover of the episode “{own[0]}”" + (
            f" and {len(own) - 1} more" if own[1:] else ""
        )
    return "cover of a season"


def _as_json(plan: Plan, flaws: Mapping[str, str]) -> dict[str, Any]:
    return {
        "series": plan.series.slug,
        "image_url": plan.settings.image_url or "",
        "images": [
            {
                "id": image_id,
                "of": _whose(plan, image_id),
                "original": flaws.get(image_id, ""),
                **_decision_json(decision),
            }
            for image_id, decision in plan.artwork.items()
        ],
    }


def _decision_json(decision: Decision) -> dict[str, Any]:
    art = decision.chosen
    return {
        "chosen": None
        if art is None
        else {"style": art.style, "url": art.url, "width": art.width, "height": art.height},
        "reason": decision.reason,
        "rejected": [{"style": r.style, "reason": r.reason} for r in decision.rejected],
        "warnings": list(decision.warnings),
    }
