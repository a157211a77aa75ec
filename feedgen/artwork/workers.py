"""Worker processes for deriving styles: as many pictures at a time, and no crash of ours.

    with Workers(2) as workers:
        derived = workers.derive(original, area)          # from any thread
        derived = await workers.derive_async(original, area)

A worker that dies or overruns costs its own picture a refusal; the next gets a new worker.
"""

from __future__ import annotations

import asyncio
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import msgspec

from feedgen.artwork import engine, gate
from feedgen.artwork.encode import DEFAULT, RenditionSettings
from feedgen.artwork.refusal import ImageRefused
from feedgen.artwork.worker import Answer, Job, answer, read_message, write_message

if TYPE_CHECKING:
    from types import TracebackType

    from feedgen.artwork.renditions import Derived
    from feedgen.model import CropArea

ENVIRONMENT = {"VIPS_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "1"}
"""What a worker finds in its environment: one thread each, and one heap for it."""

_ANSWER = msgspec.msgpack.Decoder(Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one worker may use: bytes of address space, seconds of processor and of wall time.

    The largest picture the gate lets through needs about 1 GB of address space and 20 seconds.
    """

    memory: int = 2 * 1024**3
    seconds: int = 60
    wall_seconds: float = 180.0


class Workers:
    """A pool of `processes` workers, started when first needed; 0 means: in this process.

    Safe to use from several threads; a call waits until a worker is free.
    """

    def __init__(self, processes: int, *, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._places: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        self._processes = processes
        for _ in range(processes):
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the workers finish what they do, then end them."""
        for _ in range(self._processes):
            worker = self._places.get()
            if worker is not None:
                worker.end()
        self._processes = 0

    def derive(
        self, original: bytes, area: CropArea | None, *, settings: RenditionSettings = DEFAULT
    ) -> tuple[Derived, str]:
        """Return every style of an upload and the version of libvips that made them.

        Raises `ImageRefused` as `renditions.derive` does, and with code `limit` if the worker
        died or overran; `MissingExtra` without the image library.
        """
        gate.read(original, gif=settings.gif)  # what is refused here costs no worker
        job = Job(original=original, area=area, settings=settings)
        done = self._answer(job) if self._processes else answer(job)
        if done.code is not None:
            raise ImageRefused(done.code, done.message, lasting=done.lasting)
        if done.derived is None:
            raise ImageRefused("limit", "the worker gave no answer", lasting=False)
        first = replace(done.derived.original, data=original)
        derived = replace(
            done.derived, original=first, renditions=(first, *done.derived.renditions[1:])
        )
        return derived, done.libvips

    async def derive_async(
        self, original: bytes, area: CropArea | None, *, settings: RenditionSettings = DEFAULT
    ) -> tuple[Derived, str]:
        """Return what `derive` does without holding up the event loop."""
        return await asyncio.to_thread(self.derive, original, area, settings=settings)

    def _answer(self, job: Job) -> Answer:
        engine.vips()  # said here, where the caller sees it, if the library is missing
        worker = self._places.get()
        try:
            if worker is not None and not worker.alive:
                worker.end()
                worker = None
            if worker is None:
                worker = _Process(self._limits)
            return worker.work(job)
        finally:
            self._places.put(worker)


class _Process:
    """One worker process and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        self._wall_seconds = limits.wall_seconds
        command = [sys.executable, "-m", worker_module(), str(limits.memory), str(limits.seconds)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def work(self, job: Job) -> Answer:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("both pipes were asked for")
        alarm = threading.Timer(self._wall_seconds, self._process.kill)
        alarm.start()
        try:
            write_message(stdin, msgspec.msgpack.encode(job))
            message = read_message(stdout)
        except OSError:
            message = None
        finally:
            alarm.cancel()
        if message is None:
            self.end()
            raise ImageRefused(
                "limit",
                "the worker for this picture was ended: it took too much time or memory",
                lasting=False,
            )
        return _ANSWER.decode(message)

    def end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # a pipe to a dead worker can not be flushed
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def worker_module() -> str:
    """Return the module a worker runs."""
    return Job.__module__
