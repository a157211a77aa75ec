"""One worker process: reads jobs from its standard input, writes answers to its output.

Each message is eight bytes of length and that many bytes of MessagePack. A worker uses one
thread of libvips and has a limit of memory for its life and of processor time for each job; the
system ends a worker that passes one.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from feedgen.artwork import engine, renditions
from feedgen.artwork.encode import RenditionSettings
from feedgen.artwork.refusal import Code, ImageRefused
from feedgen.artwork.renditions import Derived
from feedgen.model import CropArea

if TYPE_CHECKING:
    from typing import IO

try:
    import resource
except ImportError:  # a system without limits per process
    resource = None  # type: ignore[assignment] # the module exists on POSIX only

_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One original to make every style of."""

    original: bytes
    area: CropArea | None
    settings: RenditionSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a job: `derived` (without the bytes of the original), or a refusal."""

    derived: Derived | None = None
    libvips: str = ""
    code: Code | None = None
    message: str = ""
    lasting: bool = True


def read_message(stream: IO[bytes]) -> bytes | None:
    """Return the next message, `None` if the other side has gone."""
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    length = int.from_bytes(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_message(stream: IO[bytes], body: bytes) -> None:
    """Send one message."""
    stream.write(len(body).to_bytes(_LENGTH))
    stream.write(body)
    stream.flush()


def answer(job: Job) -> Answer:
    """Return what comes of one job in this process."""
    try:
        derived = renditions.derive(job.original, job.area, settings=job.settings)
    except ImageRefused as refused:
        return Answer(code=refused.code, message=refused.message, lasting=refused.lasting)
    except MemoryError:
        return Answer(code="limit", message=engine.OUT_OF_MEMORY, lasting=False)
    return Answer(derived=derived, libvips=engine.version())


def _limit_memory(most: int) -> None:
    if resource is not None and most:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_seconds(seconds: int) -> None:
    """Allow this many seconds of processor time from now on."""
    if resource is not None and seconds:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        until = int(spent.ru_utime + spent.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def main(memory: int, seconds: int) -> None:
    """Work until the other side closes the pipe; limits of 0 mean none."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody may print between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a closed pipe ends a worker, not Ctrl-C
    engine.vips()
    _limit_memory(memory)
    decoder = msgspec.msgpack.Decoder(Job)
    while (message := read_message(sys.stdin.buffer)) is not None:
        _limit_seconds(seconds)
        done = answer(decoder.decode(message))
        del message
        if done.derived is not None:
            done = replace(done, derived=_without_original(done.derived))
        write_message(output, msgspec.msgpack.encode(done))
        del done
        engine.give_memory_back()


def _without_original(derived: Derived) -> Derived:
    """Return the answer without the bytes the other side already has."""
    bare = replace(derived.original, data=b"")
    return replace(derived, original=bare, renditions=(bare, *derived.renditions[1:]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
