"""Examining a URL of the test server, in one line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from feedgen.probe import Examined, Limits, MemoryCache, ProbeProblem, examine, probe_client

HEADER_ONLY = Limits(count=False)


def look(url: str, *, limits: Limits = HEADER_ONLY, **how: Any) -> Examined:
    """Examine `url` with our own client, private addresses allowed."""

    async def run() -> Examined:
        async with probe_client(allow_private=True, timeout=5) as client:
            return await examine(
                url,
                client,
                cache=how.get("cache") or MemoryCache(),
                hints=how.get("hints"),
                allow_private=True,
                limits=limits,
            )

    return asyncio.run(run())


def codes(found: Examined) -> set[str]:
    """The codes of the notes, without the one for a type that a test did not care to set."""
    return {note.code for note in found.notes} - {"content-type-mismatch", "extension-unlisted"}


def problem(url: str, **how: Any) -> ProbeProblem:
    """Return the problem that a probe of `url` ends in."""
    with pytest.raises(ProbeProblem) as caught:
        look(url, **how)
    assert caught.value.message
    assert caught.value.hint
    return caught.value
