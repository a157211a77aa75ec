"""Who may change something: one token, sessions behind a cookie, and a limit to guessing.

Sessions live in memory: whoever is logged in logs in again after a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from feedgen.content.limits import RateLimit

LIFETIME = 12 * 3600.0
_MOST = 1000
_BUCKETS = 1024
# Attempts in a minute: of one address, and of all together.
_ATTEMPTS, _ATTEMPTS_OF_ALL = 10, 200
# A monitor sends the token with every call.
_CALLS = 60


class WrongToken(Exception):
    """That is not the token."""


class TooManyAttempts(Exception):
    """Somebody is guessing; `wait` is how many seconds until the next attempt is heard."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who gave the token; `csrf` stands in every form of theirs (OWASP: CSRF)."""

    name: str
    csrf: str
    ends_at: float

    def wrote(self, csrf: str) -> bool:
        """Return whether a form with this value came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


@dataclass(slots=True)
class Sessions:
    """The sessions of one server; `clock` counts seconds and never goes back."""

    token: str
    clock: Callable[[], float] = time.monotonic
    _open: OrderedDict[bytes, Session] = field(default_factory=OrderedDict)
    _one: RateLimit = field(init=False)
    _all: RateLimit = field(init=False)
    _calls: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        self._one = RateLimit(_ATTEMPTS, clock=self.clock)
        self._all = RateLimit(_ATTEMPTS_OF_ALL, clock=self.clock)
        self._calls = RateLimit(_CALLS, clock=self.clock)

    def log_in(self, token: str, *, name: str, client: str) -> str:
        """Return the cookie of a new session; raises TooManyAttempts, WrongToken.

        `client` is the address that tries. Addresses share counters, so that a flood from many
        costs no memory.
        """
        wait = self._one.spend(_bucket(client)) or self._all.spend("all")
        if wait is not None:
            raise TooManyAttempts(wait)
        if not self._is_token(token):
            raise WrongToken
        cookie = secrets.token_urlsafe(32)
        while len(self._open) >= _MOST:
            self._open.popitem(last=False)
        self._open[_key(cookie)] = Session(
            name=name, csrf=secrets.token_urlsafe(32), ends_at=self.clock() + LIFETIME
        )
        return cookie

    def bears(self, token: str, *, client: str) -> bool:
        """Return whether a program that sends `token` with a call may have its answer.

        Raises TooManyAttempts.
        """
        wait = self._calls.spend(_bucket(client))
        if wait is not None:
            raise TooManyAttempts(wait)
        return self._is_token(token)

    def _is_token(self, token: str) -> bool:
        """Return whether `token` is the one; takes as long for every wrong one."""
        return hmac.compare_digest(_key(token), _key(self.token))

    def of(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, `None` if there is none or it has ended."""
        found = self._open.get(_key(cookie)) if cookie else None
        return found if found is not None and self.clock() < found.ends_at else None

    def log_out(self, cookie: str | None) -> None:
        """End the session of a cookie."""
        if cookie:
            self._open.pop(_key(cookie), None)


def _bucket(client: str) -> str:
    return str(zlib.crc32(client.encode()) % _BUCKETS)


def _key(secret: str) -> bytes:
    """Return by what a secret is known: of one length, and no use to who reads the memory."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
