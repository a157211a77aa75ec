"""The program as its user runs it: a process of its own, its output, its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def feedgen(
    folder: Path, *arguments: str, terminal: bool = False, answer: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`; `terminal` gives it one, where `answer` is typed.

    On a terminal both streams come back as one, in `stdout`.
    """
    line = [sys.executable, "-m", "feedgen", *arguments]
    plain = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("FEEDGEN_") and key not in ("COLUMNS", "NO_COLOR")
    }
    if terminal:
        return _on_terminal(folder, line, answer, plain | environment)
    return subprocess.run(
        line,
        cwd=folder,
        env=plain | environment,
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )


def _on_terminal(
    folder: Path, line: list[str], answer: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    import pty

    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        line, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
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
    return subprocess.CompletedProcess(line, code, stdout=text, stderr="")
