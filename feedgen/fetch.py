"""Files from the network, for commands that are told an address: bounded, and never a secret."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import IO

import httpx

from feedgen.errors import OutsideProblem
from feedgen.probe import ProbeProblem, probe_client

MOST_BYTES = 1 << 30
MOST_HOPS = 10


def fetch(
    url: str, path: Path, *, most_bytes: int = MOST_BYTES, allowed_hosts: tuple[str, ...] = ()
) -> None:
    """Write what lies at `url` to `path`; raises OutsideProblem and leaves no file if that fails.

    At most `most_bytes` are taken. Private, loopback and link-local addresses are refused unless
    the host is in `allowed_hosts`, at every hop of a redirect.
    """
    try:
        with path.open("wb") as file:
            asyncio.run(_fetch(url, file, most_bytes, allowed_hosts))
    except (httpx.HTTPError, httpx.InvalidURL, ProbeProblem, OSError) as error:
        path.unlink(missing_ok=True)
        raise OutsideProblem(
            f"{url} can not be fetched: {error}",
            hint="check the address, or save the file and name it instead",
        ) from error
    except OutsideProblem:
        path.unlink(missing_ok=True)
        raise


async def _fetch(
    url: str, file: IO[bytes], most_bytes: int, allowed_hosts: tuple[str, ...]
) -> None:
    async with probe_client(allowed_hosts=allowed_hosts) as client:
        client.max_redirects = MOST_HOPS
        async with client.stream("GET", url, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise OutsideProblem(
                    f"{url} answers {answer.status_code}", hint="check the address"
                )
            size = 0
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > most_bytes:
                    raise OutsideProblem(
                        f"{url} is larger than {most_bytes} bytes", hint="save the file yourself"
                    )
                file.write(piece)
