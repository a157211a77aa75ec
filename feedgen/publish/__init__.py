"""Where feeds go on air: targets that are replaced whole or not at all."""

from __future__ import annotations

from typing import Protocol


class Target(Protocol):
    """A place files are published to; names are relative, with `/` between the parts."""

    def read(self, name: str) -> bytes | None:
        """Return what is on air under `name`, `None` if there is nothing; raises TargetProblem."""

    def size(self, name: str) -> int | None:
        """Return the size in bytes of what is on air under `name`, `None` if nothing is."""

    def write(self, name: str, data: bytes) -> None:
        """Replace `name` by `data`, whole, and read it back; raises TargetProblem."""

    def place(self, name: str) -> str:
        """Return where `name` lies, for people."""
