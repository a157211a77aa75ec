"""The fixtures the tests of the content service share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.house import House, make_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a catalogue with a service in front of it that no test changes."""
    made = make_house(tmp_path_factory.mktemp("house"))
    yield made
    made.images.close()


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """Give a catalogue with a service in front of it, for a test that changes something."""
    made = make_house(tmp_path)
    yield made
    made.darkroom.gate.set()
    made.images.close()
