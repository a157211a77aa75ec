"""An application on a port, until it is told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING

from feedgen.errors import MissingExtra, OutsideProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from starlette.types import ASGIApp
    from uvicorn import Server

# Seconds: how long answers may still take after the signal, and how long an idle connection stays.
STOP_SECONDS, IDLE_SECONDS = 10, 15
# Connections at a time, the bytes of a request's headers, connections that wait to be taken.
CONNECTIONS, HEADER_BYTES, BACKLOG = 2000, 32 * 1024, 2048
# A connection, the file that is sent over it, and once more the file while it is being read.
_FILES_EACH = 4


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    access_log: bool = False,
    listening: Callable[[int], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests that are being answered.

    Who sends a request slowly, or headers without end, is cut off; more connections than
    `CONNECTIONS`, or than there are files for, are answered with 503. Port 0 takes a free one;
    `listening` is called with the port as soon as it is open. Raises `OutsideProblem` if the port
    can not be had, or the application can not begin.
    """
    try:
        import uvicorn

        from feedgen.web.patience import PatientProtocol
    except ImportError as error:
        raise MissingExtra("feedgen serve", "serve") from error
    most = _connections()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=access_log,
            log_level="info" if access_log else "warning",
            server_header=False,
            http=PatientProtocol,
            ws="none",
            h11_max_incomplete_event_size=HEADER_BYTES,
            limit_concurrency=most,
            # So many are taken at once, before the first of them is looked at.
            backlog=min(BACKLOG, most),
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    with _listen(host, port) as open_socket, _signals_that_only_stop(server):
        if listening:
            listening(open_socket.getsockname()[1])
        server.run(sockets=[open_socket])
    if not server.started:
        raise OutsideProblem(
            "the server could not begin", hint="the log says why; nothing was published"
        )


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise OutsideProblem(
            f"can not listen on {host}:{port}: no such port", hint="choose one from 1 to 65535"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OutsideProblem(
            f"can not listen on {host}:{port}: {error.strerror or error}",
            hint="choose another address or port",
        ) from error


def _connections() -> int:
    """Return how many connections there are files for, after asking for as many as it takes."""
    try:
        import resource
    except ImportError:  # there is no such limit on this system
        return CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_EACH * CONNECTIONS
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return CONNECTIONS
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(CONNECTIONS, soft // _FILES_EACH))


@contextlib.contextmanager
def _signals_that_only_stop(server: Server) -> Iterator[None]:
    """Take the signals that uvicorn raises again once it has stopped, so that we return.

    One that comes before uvicorn listens to them stops it as well.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
