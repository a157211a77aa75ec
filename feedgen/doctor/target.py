"""Where the feeds go: can it be written to, does it give back what it was given, is there room?"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from feedgen.doctor.diagnosis import Diagnosis, fail, failed, ok, warn
from feedgen.errors import TargetProblem
from feedgen.publish.local import LocalFolder
from feedgen.publish.opening import open_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feedgen.config import Config

# Seconds; a folder on another machine has that machine's clock.
_CLOCKS_MAY_DIFFER = 60
# Bytes free: below the first somebody should look, below the second a night may not fit.
FEW, TOO_FEW = 1 << 30, 100 << 20


def disk(config: Config, _now: datetime) -> Iterator[Diagnosis]:
    """Yield how much room is left where the feeds and the state lie."""
    seen = set()
    for folder in (config.publish_folder, config.state_folder, config.report_folder):
        if folder is None:
            continue
        there = nearest(folder)
        free = shutil.disk_usage(there).free
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        said = f"{free / 1e9:.1f} GB free at {there}"
        hint = "make room: what is written whole needs room beside the old one"
        if free < TOO_FEW:
            yield fail("disk", said, hint, exit_code=3)
        elif free < FEW:
            yield warn("disk", said, hint)
        else:
            yield ok("disk", said)


def writable(config: Config, *, offline: bool = False) -> Iterator[Diagnosis]:
    """Yield whether the target takes a file and gives it back; the file is removed again.

    Whether an object store heeds conditions is tried out and not assumed.
    """
    if config.publish_folder is not None:
        yield from _folder(config.publish_folder)
        return
    target = open_target(config)
    if offline:
        return
    from feedgen.publish.objectstore import ObjectStore

    assert isinstance(target, ObjectStore)  # noqa: S101 - what is no folder is a store
    name = f".feedgen-doctor-{secrets.token_hex(8)}.xml"
    try:
        target.read(name)
        conditions = target.conditions
    except TargetProblem as problem:
        yield failed("target", problem)
        return
    if conditions == "ignored":
        yield warn(
            "target",
            f"{target.url} takes files, but heeds no conditions",
            "two runs at the same moment could undo each other; let one machine publish alone",
        )
        return
    how = "" if conditions == "heeded" else ", without the quotes of an ETag"
    yield ok("target", f"{target.url} takes files, gives them back and heeds conditions{how}")


def _folder(folder: Path) -> Iterator[Diagnosis]:
    if not folder.exists():
        there = nearest(folder)
        if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
            yield ok("target", f"{folder} is not there yet; the first run makes it")
            return
        yield fail(
            "target",
            f"{folder} is not there and can not be made",
            f"look at {there}, and at [publish] folder",
            exit_code=3,
        )
        return
    target, name = LocalFolder(folder), f".feedgen-doctor-{secrets.token_hex(8)}.xml"
    try:
        target.write(name, secrets.token_bytes(64))
        apart = time.time() - (folder / name).stat().st_mtime
    except TargetProblem as problem:
        yield failed("target", problem)
        return
    finally:
        with contextlib.suppress(OSError):  # in a folder that takes no file there is none
            (folder / name).unlink(missing_ok=True)
    yield ok("target", f"{folder} takes files and gives them back")
    if abs(apart) > _CLOCKS_MAY_DIFFER:
        yield warn(
            "clock",
            f"files in {folder} are dated {apart:.0f} s differently from our clock",
            "the folder lies on another machine: keep the clocks of both by NTP",
        )


def nearest(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that is there."""
    return next(each for each in (path, *path.parents) if each.exists())
