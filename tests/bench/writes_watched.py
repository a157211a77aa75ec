"""Waiting for the moment at which a file is written in a folder, with Linux' inotify(7)."""

from __future__ import annotations

import ctypes
import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY = 0.1  # seconds
# inotify(7): IN_MODIFY, IN_MOVED_TO, IN_CREATE; a write of a feed is one of each, and a rename.
_WRITES = 0x2 | 0x80 | 0x100


def possible() -> bool:
    """Tell whether writes can be watched on this system."""
    return sys.platform == "linux"


def wait_for_writes(
    folder: Path, count: int, *, seconds: float, alive: Callable[[], bool]
) -> bool:
    """Return once `count` things have happened to files in `folder`.

    `False` after `seconds`, or when who writes is no longer `alive`. Begin before the writing
    does: what happened earlier is not counted.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init()
    try:
        if handle < 0 or libc.inotify_add_watch(handle, bytes(folder), _WRITES) < 0:
            raise OSError(ctypes.get_errno(), "inotify can not be used")
        until = time.monotonic() + seconds
        while count > 0:
            ready, _, _ = select.select([handle], [], [], _LOOK_EVERY)
            if ready:
                count -= _events(os.read(handle, 65536))
            elif time.monotonic() > until or not alive():
                return False
        return True
    finally:
        os.close(handle)


def _events(data: bytes) -> int:
    """Return how many events are in what was read: a head of 16 bytes, then a name."""
    found = at = 0
    while at < len(data):
        at += 16 + int.from_bytes(data[at + 12 : at + 16], sys.byteorder)
        found += 1
    return found
