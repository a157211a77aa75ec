"""The line on a terminal that says how far a run is."""

from __future__ import annotations

import asyncio
import logging

import pytest

from feedgen import logs
from feedgen.cli.progress import Progress
from feedgen.outcome import Outcome

CLEAR = "\r\x1b[K"


@pytest.fixture
def logged():
    """What sends the log to stderr as the program does; taken down again."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def set_up() -> logging.Logger:
        logs.set_up(level=logging.WARNING)
        return logging.getLogger("feedgen.x")

    yield set_up
    root.handlers[:], root.level = before, level


def test_the_seconds_go_on_while_nothing_ends(capsys):
    """Whoever waits for a slow API sees that something is still going on."""
    with Progress(shown=True, expected=3) as progress:
        assert asyncio.run(progress.ticking(asyncio.sleep(1.3, "done"))) == "done"
    drawn = capsys.readouterr().err.split(CLEAR)

    assert drawn[1] == "0 of 3 series    0 s  reading"
    assert drawn[2] == "0 of 3 series    1 s  reading"
    assert drawn[-1] == ""


def test_the_line_is_out_of_the_way_of_outcomes_and_log(capsys, logged):
    """Each begins a line of its own, and the progress is drawn again after it."""
    log = logged()
    with Progress(shown=True, expected=1) as progress:
        telling = progress.around(lambda what: print(what.slug))
        log.warning("a.b")
        telling(Outcome(slug="daily", result="published"))
        telling(Outcome(slug="one-more", result="published"))
    out, err = capsys.readouterr()

    assert out == "daily\none-more\n"
    assert f"{CLEAR}WARNING feedgen.x a.b\n" in err
    assert "2 of 2 series  published 2" in err
    assert err.endswith(CLEAR)


def test_where_it_is_not_shown_nothing_is_written(capsys, logged):
    """Not a byte, and nothing stands between a run and who hears of it."""

    def tell(_what: Outcome) -> None:
        pass

    logged()
    with Progress(shown=False) as progress:
        assert progress.around(tell) is tell
        asyncio.run(progress.ticking(asyncio.sleep(0)))

    assert capsys.readouterr() == ("", "")


def test_what_goes_wrong_leaves_a_clean_line(capsys):
    """The error is the first thing on its line."""

    async def failing() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Progress(shown=True) as progress:
        asyncio.run(progress.ticking(failing()))

    assert capsys.readouterr().err.endswith(CLEAR)
