"""Worker processes: same bytes, limits kept, and a dead worker costs one picture only."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from feedgen.artwork.refusal import ImageRefused
from feedgen.artwork.renditions import derive
from feedgen.artwork.workers import Limits, Workers
from feedgen.model import CropArea
from tests.artwork import pictures as p

ORIGINAL = p.jpeg(p.photo(300, 260))
OTHER = p.png(p.drawing(200))


def test_workers_give_the_same_bytes() -> None:
    """Two workers, asked from several threads, give what this process gives."""
    originals = [ORIGINAL, OTHER] * 3
    with Workers(2) as workers, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda data: workers.derive(data, None), originals))
    for original, (derived, libvips) in zip(originals, answers, strict=True):
        assert derived == derive(original, None)
        assert libvips.count(".") == 2


def test_workers_refuse_as_this_process_does() -> None:
    """Code and sentence of a refusal come back from a worker, and it goes on working."""
    broken = ORIGINAL[: len(ORIGINAL) // 2] + b"\xff\xd9"
    with Workers(1) as workers:
        with pytest.raises(ImageRefused) as there:
            workers.derive(broken, None)
        with pytest.raises(ImageRefused) as outside:
            workers.derive(ORIGINAL, CropArea(left=300, top=0, width=5, height=5))
        assert workers.derive(ORIGINAL, None)[0].get("thumb") is not None
    with pytest.raises(ImageRefused) as here:
        derive(broken, None)
    assert (there.value.code, there.value.message) == (here.value.code, here.value.message)
    assert there.value.lasting
    assert outside.value.code == "crop"


@pytest.mark.parametrize(
    "limits",
    [Limits(wall_seconds=0.01), Limits(memory=130 * 1024 * 1024)],
    ids=["time", "memory"],
)
def test_overrun_is_a_refusal(limits: Limits) -> None:
    """A picture that takes more time or memory than allowed is refused as `limit`, every time."""
    large = p.jpeg(p.photo(2600), interlace=True)
    with Workers(1, limits=limits) as workers:
        for _ in range(2):
            with pytest.raises(ImageRefused) as caught:
                workers.derive(large, None)
            assert caught.value.code == "limit"
            assert not caught.value.lasting


def test_next_picture_gets_a_new_worker() -> None:
    """After a worker was killed, the next picture is rendered by another."""
    with Workers(1, limits=Limits()) as workers:
        workers.derive(ORIGINAL, None)
        place = workers._places.get()
        assert place is not None
        place._process.kill()
        place._process.wait()
        workers._places.put(place)
        assert workers.derive(ORIGINAL, None)[0] == derive(ORIGINAL, None)


def test_event_loop_is_free_meanwhile() -> None:
    """While a worker renders, the event loop goes on."""

    async def both() -> int:
        ticks = 0
        with Workers(1) as workers:
            task = asyncio.create_task(workers.derive_async(ORIGINAL, None))
            while not task.done():
                ticks += 1
                await asyncio.sleep(0.005)
            derived, _ = await task
        assert derived.get("itunes") is not None
        return ticks

    assert asyncio.run(both()) > 3


def test_no_processes_means_here() -> None:
    """With 0 processes the work is done in this process."""
    with Workers(0) as workers:
        assert workers.derive(OTHER, None)[0] == derive(OTHER, None)
