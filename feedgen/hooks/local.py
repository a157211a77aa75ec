"""A hook without a network: the same inbox, the same work, done by the process that was called.

A server that runs on the same project may be quicker to take the series: then its outcome is
waited for. Either way a change that was accepted is in the inbox before anything else is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from feedgen.errors import UnknownSeries, UsageProblem, did_you_mean
from feedgen.hooks import owner
from feedgen.hooks.attend import attend, rehearse
from feedgen.hooks.meant import Said, meant
from feedgen.hooks.register import Register
from feedgen.hooks.standby import Standby
from feedgen.notify.deliver import deliver
from feedgen.notify.requests import Secrets
from feedgen.state import State
from feedgen.state import now as whole_seconds
from feedgen.transaction import usable

if TYPE_CHECKING:
    from feedgen.config import Config
    from feedgen.hooks.settings import HookSettings
    from feedgen.inbox import Changed, Inbox, Work
    from feedgen.receipts import Receipt
    from feedgen.report import Told

NAME = "command"
_LOOK_EVERY, _RENEW_EVERY = 0.1, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What changed, as it was said on a command line; `body` is the payload, if there was one."""

    hook: str
    said: Said
    key: str = ""
    body: bytes = b""


def settings_of(config: Config, name: str) -> tuple[str, HookSettings]:
    """Return name and settings of the hook `name`, `""` for the only one there is, if any.

    Raises UsageProblem if there is none of that name, or several to choose from.
    """
    from feedgen.hooks.settings import HookSettings

    if name and name not in config.hooks:
        raise UsageProblem(
            f"there is no hook {name!r}", hint=did_you_mean(name, sorted(config.hooks))
        )
    if not name and len(config.hooks) > 1:
        names = ", ".join(sorted(config.hooks))
        raise UsageProblem("there are several hooks", hint=f"choose with --hook: {names}")
    found = name or next(iter(config.hooks), "")
    if not found:
        return NAME, HookSettings(secret_env="UNUSED")  # noqa: S106 - no secret: nothing is signed
    return found, config.hooks[found]


def read_payload(
    body: bytes, name: str, settings: HookSettings, *, key: str = ""
) -> Report | None:
    """Return what a payload reports, `None` if it is not about a feed.

    Raises UsageProblem for what is no JSON, MissingExtra without the extra.
    """
    from feedgen.hooks.mapping import Mapping

    if len(body) > settings.body_limit:
        raise UsageProblem(
            f"the payload has more than {settings.body_limit} bytes",
            hint="raise body_limit of the hook if that is as it should be",
        )
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(
            f"what came on stdin is not JSON: {error}",
            hint="give the payload on stdin, or name the series",
        ) from error
    said = Mapping.of(settings).said(payload)
    return None if said is None else Report(hook=name, said=said, key=key, body=body)


async def rehearsed(config: Config, report: Report) -> tuple[Told, ...]:
    """Return what publishing the series of `report` would do; nothing is written.

    Raises UnknownSeries, GoldensBroken and what opening everything raises.
    """
    async with _standby(config) as standby:
        changed = await _known(report, standby)
        return tuple([await rehearse(each.slug, standby) for each in changed])


async def reported(config: Config, report: Report, *, wait: bool) -> Receipt:
    """Return the receipt of a report, without `wait` before it is done.

    Raises UnknownSeries, GoldensBroken and what opening everything raises: then nothing was
    accepted. KeyReused if the key was used for another payload.
    """
    async with _standby(config) as standby:
        changed = await _known(report, standby)
        with usable(), State(config.state_folder / "state.sqlite3") as state:
            inbox = state.inbox
            accepted = inbox.accept(
                changed,
                hook=report.hook,
                now=datetime.now(UTC),
                key=report.key,
                body=hashlib.sha256(report.body or repr(report.said.names).encode()).hexdigest(),
            )
            if not wait:
                return accepted.receipt
            done = await _done(accepted.receipt, inbox, standby)
            await deliver(state.outbox, secrets=Secrets.from_environment())
            # Where no server runs nobody else does.
            inbox.prune(now=datetime.now(UTC))
            return done


@contextlib.asynccontextmanager
async def _standby(config: Config) -> AsyncIterator[Standby]:
    standby = Standby(config.root, whole_seconds)
    try:
        # What keeps everything from being published is said before anything is accepted.
        async with standby.run():
            yield standby
    finally:
        await standby.aclose()


async def _known(report: Report, standby: Standby) -> tuple[Changed, ...]:
    said = report.said
    async with standby.run() as run:
        before = run.state.inbox.documents.series_of(report.hook, said.document)
        found = await Register().look_up((*said.names, *before), standby)
        try:
            return meant(said, before, found)
        except UnknownSeries as unknown:
            await run.source.list_series((unknown.asked,))  # raises, and says what was meant
            raise


async def _done(receipt: Receipt, inbox: Inbox, standby: Standby) -> Receipt:
    """Return the receipt once it is done, by us or by whoever was quicker."""
    me = owner.new_owner()
    while (found := inbox.receipt(receipt.id) or receipt).state != "done":
        # What failed and rests is tried at once, but once: then its part is done.
        open_ = tuple(part.series for part in found.parts if part.state != "done")
        now = datetime.now(UTC)
        work = inbox.take(me, now=now, alive=owner.alive, only=open_, rested=True)
        if work is None:
            await asyncio.sleep(_LOOK_EVERY)
            continue
        keeping = asyncio.create_task(_keep(inbox, work))
        try:
            await attend(work, standby, inbox, now=lambda: datetime.now(UTC))
        except BaseException:
            # Somebody pressed Ctrl-C: the next who looks takes it up again.
            with contextlib.suppress(sqlite3.Error):
                inbox.give_back(work)
            raise
        finally:
            keeping.cancel()
    return found


async def _keep(inbox: Inbox, work: Work) -> None:
    while True:
        await asyncio.sleep(_RENEW_EVERY)
        inbox.renew([work], now=datetime.now(UTC))


def outcomes(receipts: Sequence[Receipt]) -> list[dict[str, object]]:
    """Return the outcomes of what is done, as plain data."""
    return [
        part.outcome for receipt in receipts for part in receipt.parts if part.outcome is not None
    ]
