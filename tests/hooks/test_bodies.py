"""Bodies that are read side by side: limits in size, time and number."""

import asyncio

import pytest

from feedgen.hooks import bodies
from feedgen.hooks.bodies import Bodies, Crowded, TooLarge, TooSlow
from feedgen.hooks.rate import LINES, Lines, Rate


async def pieces(*given, then=None):
    """Yield pieces, and wait for `then` before the end."""
    for each in given:
        yield each
        await asyncio.sleep(0)
    if then is not None:
        await then.wait()


def test_a_body_is_put_together():
    """Whatever pieces it comes in, up to the very last byte that it may have."""
    assert asyncio.run(Bodies().read(pieces(b"ab", b"", b"cd"), 4)) == b"abcd"
    assert asyncio.run(Bodies().read(pieces(), 4)) == b""


def test_a_body_with_a_byte_too_many_is_refused():
    """TooLarge, as soon as the byte is there."""
    with pytest.raises(TooLarge):
        asyncio.run(Bodies().read(pieces(b"abcd", b"e", then=asyncio.Event()), 4))


@pytest.mark.parametrize(("limit", "seconds"), [("PIECE_WITHIN", 0.05), ("WITHIN", 0.1)])
def test_a_body_that_does_not_come_is_given_up(monkeypatch, limit, seconds):
    """TooSlow if the next piece, or the whole, takes too long."""
    monkeypatch.setattr(bodies, limit, seconds)
    with pytest.raises(TooSlow):
        asyncio.run(Bodies().read(pieces(b"a", then=asyncio.Event()), 4))


@pytest.mark.parametrize(("limit", "most"), [("AT_ONCE", 3), ("BYTES_AT_ONCE", 30)])
def test_the_body_that_comes_for_the_longest_makes_room(monkeypatch, limit, most):
    """The first is Crowded out by the one too many; the others and the newest are read."""
    monkeypatch.setattr(bodies, limit, most)

    async def read():
        reading, rest = Bodies(), asyncio.Event()
        slow = []
        for _ in range(3):
            slow.append(asyncio.create_task(reading.read(pieces(b"x" * 10, then=rest), 30)))
            await asyncio.sleep(0.02)
        newest = await reading.read(pieces(b"n" * 10), 30)
        rest.set()
        return newest, await asyncio.gather(*slow, return_exceptions=True)

    newest, (first, *others) = asyncio.run(read())
    assert newest == b"n" * 10
    assert isinstance(first, Crowded)
    assert others == [b"x" * 10] * 2


def test_one_body_alone_has_all_the_room(monkeypatch):
    """Nobody is crowded out by themselves."""
    monkeypatch.setattr(bodies, "BYTES_AT_ONCE", 3)
    assert asyncio.run(Bodies().read(pieces(b"abcd", b"ef"), 30)) == b"abcdef"


def test_a_flood_has_few_lines_in_the_log():
    """The first ones of a minute, then now and then one that says how many were left out."""
    now = [0.0]
    lines = Lines(Rate(LINES, clock=lambda: now[0]))
    assert [lines.next() for _ in range(LINES + 70)] == [0] * LINES + [None] * 70
    now[0] = 60 / LINES
    assert [lines.next(), lines.next()] == [70, None]
    now[0] += 60
    assert [lines.next(), lines.next()] == [1, 0]
