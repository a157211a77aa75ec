"""The sample catalogue that comes with the package: three invented shows, made for it.

`salt-and-signal` is a serial with two seasons and a square cover of 3000 pixels,
`zwischen-zaun-und-himmel` is in German and shows a part of a rectangular photo,
`wait-what-and-why` has a cover that is only large enough for the style `itunes`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from feedgen.errors import UsageProblem

SAMPLE = Path(__file__).resolve().parent.parent / "sample"


def copy_to(folder: Path) -> Path:
    """Copy the sample into `folder` and return it; raise `UsageProblem` if it holds anything."""
    claim(folder)
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    return folder


def claim(folder: Path) -> None:
    """Make `folder`; raise `UsageProblem` if it can not be made or already holds something."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = next(folder.iterdir(), None)
    except OSError as error:
        raise UsageProblem(
            f"{str(folder)!r} can not be made a folder: {error.strerror}",
            hint="name a folder that can be written",
        ) from error
    if taken is not None:
        raise UsageProblem(
            f"{str(folder)!r} is not empty: it holds {taken.name!r}",
            hint="name a new folder; nothing is overwritten",
        )
