"""The application on a real port."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from feedgen.content.server import serve
from feedgen.errors import OutsideProblem
from tests.content.house import AUTHORIZATION, JSON_API, House

PROGRAM = """
import sys
from pathlib import Path
from feedgen.content.server import serve
from tests.content.house import make_house
house = make_house(Path(sys.argv[1]))
serve(house.app(), "127.0.0.1", 0, listening=lambda port: print(port, flush=True))
house.images.close()
print("stopped")
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_server_answers_until_it_is_told_to_stop(
    stop: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Both signals end the server after it has answered, and what follows it still runs."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path_factory.mktemp("served"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        headers = {"Authorization": AUTHORIZATION, "Accept": JSON_API}
        response = httpx.get(
            f"http://127.0.0.1:{port}/series?page[number]=1&page[size]=1", headers=headers
        )
        process.send_signal(stop)
        said = process.stdout.read()
        assert process.wait(20) == 0
    assert response.status_code == 200
    assert response.json()["links"]["next"].startswith(f"http://127.0.0.1:{port}/series?")
    assert "server" not in response.headers
    assert said == "stopped\n"


def test_a_signal_that_comes_at_once_is_heard(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whoever stops the server as soon as it says where it is does not wait for ever."""
    program = PROGRAM.replace(
        "lambda port: print(port, flush=True)", "lambda port: os.kill(os.getpid(), 15)"
    )
    command = [sys.executable, "-c", f"import os{program}", str(tmp_path_factory.mktemp("s"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (0, "stopped\n")


def test_a_port_that_is_taken_is_said(house: House) -> None:
    """A port somebody else has, or that is no port, is a problem with a hint."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutsideProblem, match=f"can not listen on 127.0.0.1:{port}"):
            serve(house.app(), "127.0.0.1", port)
    with pytest.raises(OutsideProblem, match="can not listen"):
        serve(house.app(), "127.0.0.1", 99999)


def test_reading_a_catalogue_needs_no_server_and_no_image_library() -> None:
    """Catalogue, library and image states load without the extras `serve` and `images`."""
    program = (
        "import sys, feedgen.content.catalogue, feedgen.content.library, feedgen.content.server;"
        "print(sorted({'starlette', 'uvicorn', 'pyvips', 'httpx'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
