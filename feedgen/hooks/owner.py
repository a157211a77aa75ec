"""Who holds a lease: one process of one machine, and whether it can still be at work."""

from __future__ import annotations

import os
import secrets
import socket

_ours: set[str] = set()


def new_owner() -> str:
    """Return a name for this process that no other has had or will have."""
    owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"
    _ours.add(owner)
    return owner


def alive(owner: str) -> bool:
    """Return whether `owner` may still be at work; of another machine nobody here can tell.

    A process of another name under our own number is one that is gone: in a container every
    process has the same.
    """
    machine, _, rest = owner.partition("/")
    number = rest.partition("/")[0]
    if machine != socket.gethostname() or not number.isdecimal():
        return True
    if int(number) == os.getpid():
        return owner in _ours
    if os.name != "posix":  # the signal 0 is none elsewhere
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
