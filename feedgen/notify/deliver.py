"""Sending what is due; the only part of notifying that touches the network."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import stamina

from feedgen.notify.requests import NotPossible, Secrets, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedgen.notify.message import Message
    from feedgen.notify.outbox import Outbox

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(10, connect=5)
# Nobody's night waits longer for receivers than this; what is left is due in the next run.
BUDGET = 60.0
_AT_ONCE = 8
# Client errors that another try may cure: a token being renewed, a limit, a slow start.
_MAY_PASS = {401, 403, 408, 425, 429}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one message; `error` is blank if it was taken.

    `next_at` is when it is tried again, `None` if it was taken or given up.
    """

    message: Message
    error: str = ""
    next_at: datetime | None = None


class _Passing(Exception):
    """A failure that may be over in a moment."""


class _Lasting(Exception):
    """A refusal; `final` if another try is of no use at all."""

    def __init__(self, said: str, *, final: bool) -> None:
        super().__init__(said)
        self.final = final


async def deliver(
    outbox: Outbox,
    *,
    secrets: Secrets,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: httpx.AsyncClient | None = None,
    budget: float = BUDGET,
    attempts: int = 3,
) -> tuple[Delivery, ...]:
    """Send what is due and return what became of each. Never raises for a receiver.

    `budget` is in seconds for all of it; `attempts` are made for one message before it has to
    wait for its next time.
    """
    due = outbox.due(now())
    if not due:
        return ()
    deliveries: list[Delivery] = []
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(message: Message, through: httpx.AsyncClient) -> None:
        async with gate:
            deliveries.append(await _one(message, outbox, through, secrets, now, attempts))

    async with client or httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as through:
        try:
            async with asyncio.timeout(budget):
                await asyncio.gather(*(one(message, through) for message in due))
        except TimeoutError:
            log.warning("notify.out_of_time sent=%s due=%s", len(deliveries), len(due))
    return tuple(sorted(deliveries, key=lambda each: each.message.id))


async def _one(
    message: Message,
    outbox: Outbox,
    client: httpx.AsyncClient,
    secrets: Secrets,
    now: Callable[[], datetime],
    attempts: int,
) -> Delivery:
    final = False
    try:
        async for attempt in stamina.retry_context(
            on=_Passing, attempts=attempts, timeout=20, wait_initial=0.2, wait_max=3
        ):
            with attempt:
                await _send(message, client, secrets, now())
    except (_Passing, _Lasting, NotPossible) as error:
        final = isinstance(error, _Lasting) and error.final
        said = str(error)
        again = outbox.failed(message, said, at=now(), final=final)
        log.warning("notify.failed kind=%s series=%s error=%s", message.kind, message.slug, said)
        return Delivery(message=message, error=said, next_at=again)
    outbox.delivered(message, at=now())
    log.info("notify.delivered kind=%s series=%s", message.kind, message.slug)
    return Delivery(message=message)


async def _send(
    message: Message, client: httpx.AsyncClient, secrets: Secrets, now: datetime
) -> None:
    made = request(message, secrets, now=now)
    try:
        answer = await client.request(
            made.method, made.url, headers=dict(made.headers), content=made.body
        )
    except httpx.InvalidURL as error:
        raise _Lasting(f"the address is no URL: {error}", final=True) from error
    except httpx.UnsupportedProtocol as error:
        raise _Lasting(str(error), final=True) from error
    except httpx.HTTPError as error:
        raise _Passing(f"{type(error).__name__}: {error}".rstrip(": ")) from error
    if answer.is_success:
        return
    said = f"answered {answer.status_code}"
    if answer.is_server_error:
        raise _Passing(said)
    raise _Lasting(said, final=answer.status_code not in _MAY_PASS)
