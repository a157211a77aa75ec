"""The program as its user runs it: arguments, environment, output, exit code.

Without a terminal it runs in this process, which saves starting one: the same `main`, with stdin,
stdout, stderr, folder, environment and log of its own. `tests/cli/test_program.py` starts it as a
process.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedgen.cli import main


def feedgen(
    folder: Path, *arguments: str, terminal: bool = False, answer: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`; `terminal` gives it one, where `answer` is typed.

    On a terminal both streams come back as one, in `stdout`.
    """
    if terminal:
        return _on_terminal(folder, arguments, answer, _plain() | environment)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code = 0
    with _log_kept(), pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        for name in os.environ.keys() - _plain().keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", io.StringIO(answer))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            main(list(arguments))
        except SystemExit as leave:
            code = int(leave.code or 0)
        for stream in (out, err):
            stream.flush()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(
        ["feedgen", *arguments], code, stdout=said[0], stderr=said[1]
    )


def _plain() -> dict[str, str]:
    """Return the environment without what changes what is said."""
    odd = ("COLUMNS", "NO_COLOR")
    return {k: v for k, v in os.environ.items() if not k.startswith("FEEDGEN_") and k not in odd}


@contextlib.contextmanager
def _log_kept() -> Iterator[None]:
    """Give the log back as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        yield
    finally:
        for handler in root.handlers:
            if handler not in before:
                handler.close()
        root.handlers[:], root.level = before, level


def _on_terminal(
    folder: Path, arguments: tuple[str, ...], answer: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    import pty

    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "feedgen", *arguments],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the last one on the other side has gone
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    code = program.wait()
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    return subprocess.CompletedProcess(list(arguments), code, stdout=text, stderr="")
