"""Feeds named on the command line: a file, a URL, or - for stdin."""

from __future__ import annotations

import sys
from pathlib import Path

from feedgen.errors import UsageProblem


def is_url(name: str) -> bool:
    """Return whether `name` is to be fetched."""
    return name.lower().startswith(("http://", "https://"))


def local(name: str) -> bytes:
    """Return the bytes of a file or of stdin, at most a little more than are judged.

    Raises UsageProblem for a file that can not be read.
    """
    from feedgen.check.document import MAX_BYTES

    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageProblem(f"{name}: {reason}", hint="name a file, a URL, or -") from error
