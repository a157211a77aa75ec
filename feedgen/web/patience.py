"""Connections that are neither held for ever nor cut off too soon.

uvicorn limits how long an idle connection stays, not how slowly a request may come in. And it
closes at once behind an answer that was given before the request had been read: the client then
may never see that answer (RFC 9112 §9.6), which is the one that says what was wrong.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import BaseTransport

# How long a request may take to arrive, and how long what nobody wants any more is read.
SECONDS, LINGER = 30.0, 2.0
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 26\r\nconnection: close\r\n\r\nthe request came too slow\n"
)


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose requests, headers and body, arrive within `SECONDS` or not at all."""

    _deadline: asyncio.TimerHandle | None = None
    _lingering: asyncio.TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for the first request."""
        known = _Transport(cast("asyncio.Transport", transport), self)
        super().connection_made(cast("asyncio.Transport", known))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        if self._lingering is not None:
            self._lingering.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; go on waiting for what is missing, from when it began to come."""
        if self._lingering is not None:
            return
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._stop()

    def close_behind(self, transport: asyncio.Transport) -> None:
        """Close `transport`; while its client still sends, say first that nothing more comes."""
        unread = self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        if self._lingering is not None or not unread or not transport.can_write_eof():
            transport.close()
            return
        self._stop()
        self._lingering = self.loop.call_later(LINGER, transport.close)
        transport.write_eof()
        transport.resume_reading()

    @property
    def closes(self) -> bool:
        """Whether the end of the connection has been said."""
        return self._lingering is not None

    def _wait(self) -> None:
        if self._deadline is None and self._lingering is None:
            self._deadline = self.loop.call_later(SECONDS, self._too_slow)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE or self.conn.our_state is h11.SEND_RESPONSE:
            self.transport.write(_TOO_SLOW)
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
