"""The bodies of requests, read within a time and a size, and never for one sender alone.

Before its body is here nobody knows whether a request is signed. So there is always room for one
more: if too many are being read, or too much of them is kept, the one that has been coming for
the longest has to go. An honest one is here within milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

# Seconds for a whole body, and for the next piece of it.
WITHIN, PIECE_WITHIN = 20.0, 5.0
# How many are read at once, and how many bytes of them are kept: more than one body may have.
AT_ONCE, BYTES_AT_ONCE = 200, 64_000_000


class TooLarge(Exception):
    """The body has more bytes than it may."""


class TooSlow(Exception):
    """The body does not come."""


class Crowded(Exception):
    """Others needed the room."""


class Bodies:
    """Those that are being read at the moment, the one that began first at the front."""

    def __init__(self) -> None:
        self._kept: dict[asyncio.Timeout, int] = {}

    async def read(self, pieces: AsyncIterator[bytes], most: int) -> bytes:
        """Return the whole body; raises TooLarge, TooSlow, Crowded."""
        whole = asyncio.timeout(WITHIN)
        try:
            async with whole:
                self._kept[whole] = 0
                return await self._read(pieces, most, whole)
        except TimeoutError:
            raise TooSlow if whole in self._kept else Crowded from None
        finally:
            self._kept.pop(whole, None)

    async def _read(
        self, pieces: AsyncIterator[bytes], most: int, whole: asyncio.Timeout
    ) -> bytes:
        body = bytearray()
        self._make_room(whole)
        while True:
            async with asyncio.timeout(PIECE_WITHIN):
                piece = await anext(pieces, None)
            if piece is None:
                return bytes(body)
            body += piece
            if len(body) > most:
                raise TooLarge
            if whole in self._kept:
                self._kept[whole] = len(body)
                self._make_room(whole)

    def _make_room(self, newest: asyncio.Timeout) -> None:
        while len(self._kept) > AT_ONCE or sum(self._kept.values()) > BYTES_AT_ONCE:
            first = next((each for each in self._kept if each is not newest), None)
            if first is None:
                return
            del self._kept[first]
            if not first.expired():
                first.reschedule(asyncio.get_running_loop().time())
