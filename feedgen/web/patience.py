"""Connections that are neither held for ever nor cut off too soon.

uvicorn limits how long an idle connection stays, not how slowly a request may come in, nor how
slowly an answer is taken. It counts connections that wait for a request among those it has no
room for, so that a thousand that say nothing would shut out everybody else. And it closes at once
behind an answer that was given before the request had been read: the client then may never see
that answer (RFC 9112 §9.6), which is the one that says what was wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from feedgen.web.framing import StrictConnection

if TYPE_CHECKING:
    from asyncio import BaseTransport

    from uvicorn.config import Config
    from uvicorn.server import ServerState

# How long a request may take to arrive, how long a client may take nothing of its answer, and how
# long what nobody wants any more is read.
SECONDS, STALLED, LINGER = 30.0, 30.0, 2.0
# Connections that wait for a request, where uvicorn has no limit of its own; else half of that.
WAITING = 1000


@dataclass(slots=True)
class _Waiting:
    """The connections of one server that are not being answered, who waits longest first.

    Who was served already and has begun nothing new makes room before anybody else.
    """

    served: dict[PatientProtocol, None] = field(default_factory=dict)
    fresh: dict[PatientProtocol, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.served) + len(self.fresh)

    def first(self) -> PatientProtocol:
        return next(iter(self.served or self.fresh))


_waiting: WeakKeyDictionary[ServerState, _Waiting] = WeakKeyDictionary()


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose requests arrive within `SECONDS` or not at all, and can be read one way only.

    Where too many connections wait, the one that has waited longest makes room: an honest request
    is here within milliseconds.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Prepare a connection of one server."""
        super().__init__(config, server_state, app_state, _loop)
        most = config.h11_max_incomplete_event_size or 16 * 1024
        self.conn: StrictConnection = StrictConnection(h11.SERVER, most)
        self._others = _waiting.setdefault(server_state, _Waiting())
        self._room = config.limit_concurrency // 2 if config.limit_concurrency else WAITING
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._ended = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for the first request."""
        # asyncio does so itself only where the listening socket was made with the protocol's
        # number. Without it the second packet of an answer waits 40 ms for a delayed
        # acknowledgement of the first (RFC 9293 §3.7.4).
        if (opened := transport.get_extra_info("socket")) is not None:
            with contextlib.suppress(OSError):
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        known = _Transport(cast("asyncio.Transport", transport), self)
        super().connection_made(cast("asyncio.Transport", known))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._ended = True
        self._stop()
        for timer in (self._lingering, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; go on waiting for what is missing, from when it began to come."""
        if self._lingering is not None:
            return
        if self._idles:
            self._stop()
        super().data_received(data)
        self._look()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio.Protocol has it
        """Answer who only says that nothing more comes: what is here, or that it broke off."""
        self._ended = True
        if self.transport.is_closing():
            return False
        if self.conn.breaks_off:
            self._refuse(HTTPStatus.BAD_REQUEST, "The request broke off.")
            return True
        if self.cycle is None or self.cycle.response_complete:
            return False
        self.cycle.keep_alive = False
        return True

    def on_response_complete(self) -> None:
        """Wait for the next request, if one may come."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """Give a client that takes nothing of its answer a time to go on."""
        super().pause_writing()
        self._abort_later()

    def resume_writing(self) -> None:
        """Go on with an answer."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        if self.transport.is_closing():
            self._abort_later()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, with the status that fits."""
        error = self.conn.broken
        self._refuse(HTTPStatus(error.error_status_hint if error else 400), msg)

    def close_behind(self, transport: asyncio.Transport) -> None:
        """Close `transport`; while its client still sends, say first that nothing more comes."""
        unread = self.conn.their_state in (h11.SEND_BODY, h11.ERROR) and not self._ended
        if self._lingering is not None or not unread or not transport.can_write_eof():
            transport.close()
            if transport.get_write_buffer_size():
                self._abort_later()
            return
        self._stop()
        self._lingering = self.loop.call_later(LINGER, self._leave)
        transport.write_eof()
        transport.resume_reading()
        self._queue()

    @property
    def closes(self) -> bool:
        """Whether the end of the connection has been said."""
        return self._lingering is not None

    @property
    def _idles(self) -> bool:
        """Whether a request was answered and no other has begun to come."""
        return self.cycle is not None and not self.conn.breaks_off

    def _look(self) -> None:
        """Wait for a request, or stop waiting if one is here."""
        if self._lingering is not None:
            return
        if self.transport.is_closing() or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop()
        else:
            self._wait()

    def _wait(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(SECONDS, self._too_slow)
            self._queue()

    def _queue(self) -> None:
        """Stand among those that wait; whoever waits longest makes room if they are too many."""
        kept = self._others.served if self._idles or self.closes else self._others.fresh
        kept[self] = None
        if len(self._others) > self._room:
            first = self._others.first()
            if first.closes:
                first._leave()
            else:
                first._too_slow()

    def _stop(self) -> None:
        self._others.served.pop(self, None)
        self._others.fresh.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._stop()
        if self.transport.is_closing():
            return
        if self._idles:
            # Who is kept for another request would take a word for the answer to it.
            self.transport.close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.")

    def _refuse(self, status: HTTPStatus, said: str) -> None:
        """Say why the connection ends, unless an answer has begun, and end it."""
        text = f"{said}\n".encode()
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(text))),
            ("connection", "close"),
        ]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            reason = status.phrase.encode()
            events = (
                h11.Response(status_code=status, headers=headers, reason=reason),
                h11.Data(data=text),
                h11.EndOfMessage(),
            )
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            # Whoever was answering is told as if the client had left.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _abort_later(self) -> None:
        if self._stalled is None:
            left = self.transport.get_write_buffer_size()
            self._stalled = self.loop.call_later(STALLED, self._abort_if_still, left)

    def _abort_if_still(self, before: int) -> None:
        """Cut off who has taken nothing; an answer written in one go drains for long."""
        self._stalled = None
        if self.transport.get_write_buffer_size() < before:
            self._abort_later()
        else:
            self.transport.abort()

    def _leave(self) -> None:
        """Close a connection that was read on for a while."""
        self._ended = True
        self._stop()
        self.transport.close()


class _Transport:
    """A transport that is closed the way its protocol says, and else is as it was."""

    def __init__(self, transport: asyncio.Transport, protocol: PatientProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self._transport, name)

    def close(self) -> None:
        self._protocol.close_behind(self._transport)

    def is_closing(self) -> bool:
        return self._protocol.closes or self._transport.is_closing()
