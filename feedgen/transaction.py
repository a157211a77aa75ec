"""All or nothing, in any of our SQLite files."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from feedgen.errors import OutsideProblem

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Make everything written in the block all or nothing; blocks may lie in one another.

    The outermost decides: what raises in it undoes all of them.
    """
    if db.in_transaction:
        yield
        return
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")


@contextlib.contextmanager
def usable() -> Iterator[None]:
    """Make what a disk or a file does to SQLite in the block an OutsideProblem, and no bug."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OutsideProblem(
            f"the state can not be used: {error}",
            hint="look at the disk and at the rights of the state folder",
        ) from error
