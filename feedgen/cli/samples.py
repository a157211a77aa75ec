"""`feedgen samples`."""

from __future__ import annotations

from pathlib import Path

import click

from feedgen.errors import UsageProblem, did_you_mean

SAMPLES = Path(__file__).resolve().parent.parent / "deploy"


@click.command("samples")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="Only this file; repeatable.")
def command(folder: Path | None, only: tuple[str, ...]) -> None:
    """List the sample files for cron, systemd and containers, or copy them out.

    With FOLDER they are copied there, to be changed; a file that is there already is kept. Their
    README.md says where each goes.

    \b
    Examples:
      feedgen samples
      feedgen samples deploy
      feedgen samples /etc/systemd/system --only feedgen.service --only feedgen.timer
    """
    known = sorted(each.name for each in SAMPLES.iterdir())
    for name in only:
        if name not in known:
            raise UsageProblem(f"no sample {name!r}", hint=did_you_mean(name, known))
    for name in only or known:
        if folder is None:
            click.echo(SAMPLES / name)
        else:
            click.echo(f"{_copied(SAMPLES / name, folder / name)}  {folder / name}")


def _copied(sample: Path, path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(sample.read_bytes())
    except FileExistsError:
        return "kept   "
    except OSError as error:
        raise UsageProblem(
            f"can not write {path}: {error.strerror or error}",
            hint="name a folder that can be written to",
        ) from error
    return "written"
