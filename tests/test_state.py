"""What runs remember."""

import asyncio
import contextlib
import dataclasses
from datetime import UTC, datetime

import pytest

from feedgen.errors import OutsideProblem
from feedgen.feed.build import Memory
from feedgen.model import Artwork
from feedgen.probe import Facts, Probed
from feedgen.state import OnAir, State, only_run, only_series

ON_AIR = OnAir(
    series_id="s1",
    slug="daily",
    name="daily.xml",
    sha256="0" * 64,
    published_at=datetime(2026, 3, 5, 7, tzinfo=UTC),
    artwork=Artwork(
        url="https://cdn.example.com/a.jpg",
        content_type="image/jpeg",
        style="itunes",
        image_id="i1",
        width=1400,
        height=1400,
    ),
)
MEMORY = Memory(podcast_guid="g", guids={"e1": "guid-1"}, numbers={"e1": 1})


def test_what_was_remembered_is_there_in_the_next_run(tmp_path):
    """On air, memory and artwork survive closing and opening the file."""
    with State(tmp_path / "a" / "state.sqlite3") as state:
        state.remember(ON_AIR, MEMORY)
    with State(tmp_path / "a" / "state.sqlite3") as state:
        assert state.on_air("s1") == ON_AIR
        assert state.memory("s1") == MEMORY
        assert state.owner("daily.xml") == "s1"


def test_a_series_never_built_has_an_empty_memory(tmp_path):
    """Nothing is known of a series before its first publication."""
    with State(tmp_path / "state.sqlite3") as state:
        assert state.on_air("s1") is None
        assert state.memory("s1") == Memory()
        assert state.owner("daily.xml") is None


def test_the_guid_ledger_only_grows(tmp_path):
    """A guid that was published once stays in the ledger when another takes its place."""
    with State(tmp_path / "state.sqlite3") as state:
        state.remember(ON_AIR, MEMORY)
        state.remember(
            dataclasses.replace(ON_AIR, published_at=datetime(2026, 3, 6, tzinfo=UTC)),
            dataclasses.replace(MEMORY, guids={"e1": "guid-2", "e2": "guid-3"}),
        )

        assert state.ledger("s1") == {"e1": ("guid-1", "guid-2"), "e2": ("guid-3",)}


def test_a_probe_is_kept_by_its_address(tmp_path):
    """What was found of a file comes back as it was."""
    probed = Probed(url="u", validator='"v"', facts=Facts(sniffed="audio/mpeg", duration=1.5))
    with State(tmp_path / "state.sqlite3") as state:
        assert state.get("u") is None
        state.put("u", probed)
        assert state.get("u") == probed


def test_a_damaged_state_file_is_an_error_with_a_way_out(tmp_path):
    """A file that is no database ends in a clear message, not in a traceback."""
    (tmp_path / "state.sqlite3").write_bytes(b"no database " * 100)
    with pytest.raises(OutsideProblem, match="can not use the state file") as caught:
        State(tmp_path / "state.sqlite3")

    assert "move it away" in caught.value.hint


def test_only_one_run_publishes_at_a_time(tmp_path):
    """A second run is told so; when the first has ended, or died, the next may go."""

    async def runs() -> None:
        async with only_run(tmp_path):
            with pytest.raises(OutsideProblem, match="another run"):
                async with only_run(tmp_path):
                    pass
        async with only_run(tmp_path):
            pass

    asyncio.run(runs())


def test_who_waits_for_a_run_comes_when_it_has_ended(tmp_path):
    """The later of two runs waits as long as it was told to, and then does its work."""
    order: list[str] = []

    async def run(name: str, *, wait: float, work: float) -> None:
        async with only_run(tmp_path, wait):
            order.append(name)
            await asyncio.sleep(work)
            order.append(name)

    async def both() -> None:
        await asyncio.gather(run("first", wait=0, work=0.2), run("second", wait=30, work=0))

    asyncio.run(both())
    assert order == ["first", "first", "second", "second"]


def test_one_series_is_published_by_one_at_a_time(tmp_path):
    """Another series is not held up; the same one waits for its turn."""
    order: list[str] = []

    async def publish(series: str) -> None:
        async with only_series(tmp_path, series):
            order.append(f"{series} begins")
            await asyncio.sleep(0.1)
            order.append(f"{series} ends")

    async def three() -> None:
        await asyncio.gather(publish("a"), publish("a"), publish("b"))

    asyncio.run(three())
    told = [each for each in order if each.startswith("a")]
    assert told == ["a begins", "a ends"] * 2
    assert order.index("b begins") < order.index("a ends")


def test_a_guid_of_another_series_is_known_as_that(tmp_path):
    """The guard hears whose guid it is; a series' own guids are none of another."""
    other = dataclasses.replace(ON_AIR, series_id="s2", slug="weekly", name="weekly.xml")
    with State(tmp_path / "state.sqlite3") as state:
        state.remember(ON_AIR, MEMORY)
        state.remember(other, Memory(guids={"w1": "guid-w"}))

        assert state.foreign_guids("s2", ["guid-1", "guid-w", "new"]) == {"guid-1": "daily"}
        known = state.known("s2", ["guid-1"])
        assert known.ledger == {"w1": ("guid-w",)}
        assert known.foreign_guids == {"guid-1": "daily"}


def test_a_publication_is_recorded_whole_or_not_at_all(tmp_path):
    """What fails inside a transaction takes everything in it back, inner blocks as well."""
    with State(tmp_path / "state.sqlite3") as state:
        with contextlib.suppress(ZeroDivisionError), state.transaction():
            state.remember(ON_AIR, MEMORY)
            1 / 0  # noqa: B018 - any mistake in the block
        assert state.on_air("s1") is None

        with state.transaction():
            state.remember(ON_AIR, MEMORY)
        assert state.on_air("s1") == ON_AIR
