"""A hosted account over the network, with what was read of it before."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import stamina

from feedgen.art19.client import ContentApi
from feedgen.art19.credential import Credential
from feedgen.art19.pacer import START, Pacer
from feedgen.art19.store import SnapshotStore
from feedgen.errors import OutsideProblem
from feedgen.probe.addresses import probe_client
from feedgen.source import Known, Source

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config, HostedAccount

_log = logging.getLogger(__name__)

# Offline nothing is asked, so nothing has to be proved.
_NOBODY = Credential("offline", "offline")


@contextlib.asynccontextmanager
async def open_hosted(
    config: Config, account: HostedAccount, *, now: datetime, offline: bool, known: Known
) -> AsyncIterator[Source]:
    """Yield `account` as a source, with `offline` its last snapshot; see `open_source`."""
    file = config.root / account.credential_file if account.credential_file else None
    credential = _NOBODY if offline else Credential.find(file)
    stamina.instrumentation.set_on_retry_hooks([_tell_of_retry])
    with open_snapshots(config) as snapshots:
        pacer = Pacer(
            snapshots.pacer_memory(f"{credential.id} {account.url}"),
            start=account.requests_per_minute or START,
        )
        async with (
            ContentApi(account.url, credential, pacer=pacer) as api,
            probe_client(allowed_hosts=config.allowed_hosts) as media,
        ):
            yield Source(
                api=api,
                media=media,
                allowed_hosts=frozenset(config.allowed_hosts),
                problems=config.series_mistakes,
                snapshots=snapshots,
                only=account.series,
                networks=(account.network,) if account.network else (),
                offline=offline,
                known=known,
                now=now,
            )


def _tell_of_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """Log in a sentence that a call to the API is made again."""
    _log.info("%s; again in %.1f s", details.caused_by, details.wait_for)


@contextlib.contextmanager
def open_snapshots(config: Config) -> Iterator[SnapshotStore]:
    """Yield what was read of the account in earlier runs; raises OutsideProblem."""
    path = config.state_folder / "snapshot.sqlite3"
    try:
        config.state_folder.mkdir(parents=True, exist_ok=True)
        store = SnapshotStore(path)
    except (OSError, sqlite3.Error) as error:
        raise OutsideProblem(
            f"can not use the snapshot {path}: {error}",
            hint="check that its folder is writable; if the file is damaged, move it away",
        ) from error
    with store:
        yield store
