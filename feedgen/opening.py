"""Opening the source that a configuration names."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from feedgen.config import Config, HostedAccount
from feedgen.embedded import open_embedded
from feedgen.hosted import open_hosted
from feedgen.source import Known, Source, nobody

if TYPE_CHECKING:
    from datetime import datetime


@contextlib.asynccontextmanager
async def open_source(
    config: Config,
    *,
    now: datetime,
    offline: bool = False,
    standing: bool = False,
    known: Known = nobody,
) -> AsyncIterator[Source]:
    """Yield the source that `config` names; raises MissingExtra, UsageProblem or Mistakes.

    `offline` reads a hosted account from its last snapshot; a folder is always at hand. A folder
    is taken as it is now; one that is `standing` is looked at anew by `Source.at`. `known` is as
    in `Source`.
    """
    if isinstance(config.source, HostedAccount):
        opened = open_hosted(config, config.source, now=now, offline=offline, known=known)
    else:
        opened = open_embedded(config, now=now, standing=standing, known=known)
    async with opened as source:
        yield source
