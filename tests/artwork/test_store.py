"""Renditions on disk: made once, named by content, read without the image library."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from feedgen.artwork import engine
from feedgen.artwork.refusal import ImageRefused
from feedgen.artwork.renditions import RenditionSettings, derive
from feedgen.artwork.store import RenditionStore, Stored
from feedgen.errors import MissingExtra
from feedgen.model import CropArea
from tests.artwork import pictures as p

ORIGINAL = p.jpeg(p.photo(300, 260))
BROKEN = ORIGINAL[: len(ORIGINAL) // 2] + b"\xff\xd9"


def times(stored: Stored) -> dict[Path, int]:
    return {each.path: each.path.stat().st_mtime_ns for each in stored.renditions}


def test_files_hold_what_was_derived(tmp_path: Path) -> None:
    """Each style is a file named by its sha256 and type, with the bytes `derive` gives."""
    stored = RenditionStore(tmp_path).renditions(ORIGINAL, None)
    derived = derive(ORIGINAL, None)
    assert stored.box == derived.box
    for file, made in zip(stored.renditions, derived.renditions, strict=True):
        assert file.path.read_bytes() == made.data
        assert file.path.name == f"{hashlib.sha256(made.data).hexdigest()}.jpg"
        assert file.file_size == len(made.data)
        assert (file.style, file.width, file.height) == (made.style, made.width, made.height)
        assert (file.content_type, file.upscaled) == (made.content_type, made.upscaled)
    assert stored.original.path.read_bytes() == ORIGINAL
    assert stored.get("square-3000") is None
    assert not list(tmp_path.rglob("*.part"))


def test_second_call_reads_the_disk(tmp_path: Path) -> None:
    """The same upload and the same whole pixels are not rendered again."""
    store = RenditionStore(tmp_path)
    one = store.renditions(ORIGINAL, CropArea(left=1.4, top=2, width=200, height=200))
    before = times(one)
    two = store.renditions(ORIGINAL, CropArea(left=0.6, top=2, width=200.3, height=200))
    assert two == one
    assert times(two) == before


def test_other_area_or_settings_is_another_record(tmp_path: Path) -> None:
    """Another area or other settings give other files beside the first."""
    one = RenditionStore(tmp_path).renditions(ORIGINAL, None)
    two = RenditionStore(tmp_path).renditions(
        ORIGINAL, CropArea(left=0, top=0, width=200, height=200)
    )
    three = RenditionStore(tmp_path, settings=RenditionSettings(quality=50)).renditions(
        ORIGINAL, None
    )
    assert len({each.get("itunes").sha256 for each in (one, two, three)}) == 3  # type: ignore[union-attr]
    assert one.original == two.original == three.original


def test_lost_file_is_made_again(tmp_path: Path) -> None:
    """A file that is gone or cut short is made again."""
    store = RenditionStore(tmp_path)
    stored = store.renditions(ORIGINAL, None)
    stored.renditions[2].path.unlink()
    stored.renditions[3].path.write_bytes(b"x")
    again = store.renditions(ORIGINAL, None)
    assert again == stored
    for file in again.renditions:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256


def test_refusal_is_remembered(tmp_path: Path) -> None:
    """A refused upload is refused again with the same code and sentence, without decoding."""
    store = RenditionStore(tmp_path)
    with pytest.raises(ImageRefused) as first:
        store.renditions(BROKEN, None)
    (record,) = (tmp_path / "records").iterdir()
    record.write_bytes(record.read_bytes().replace(b"pixels", b"PIXELS"))
    with pytest.raises(ImageRefused) as second:
        store.renditions(BROKEN, None)
    assert second.value.code == first.value.code == "undecodable"
    assert second.value.message == first.value.message.replace("pixels", "PIXELS")


def test_damaged_record_is_made_again(tmp_path: Path) -> None:
    """A record that can not be read is as if there were none."""
    store = RenditionStore(tmp_path)
    stored = store.renditions(ORIGINAL, None)
    (record,) = (tmp_path / "records").iterdir()
    record.write_bytes(b"{")
    assert store.renditions(ORIGINAL, None) == stored


def test_other_library_makes_it_anew(tmp_path: Path) -> None:
    """Files made with another version of the image library are made again."""
    store = RenditionStore(tmp_path)
    stored = store.renditions(ORIGINAL, None)
    (record,) = (tmp_path / "records").iterdir()
    before = record.read_bytes()
    record.write_bytes(before.replace(engine.installed().encode(), b"another 1.0"))
    assert store.renditions(ORIGINAL, None) == stored
    assert record.read_bytes() == before


WITHOUT_LIBRARY = (
    "import sys, pathlib\n"
    "sys.modules['pyvips'] = None\n"
    "from feedgen.artwork import choose, styles\n"
    "from feedgen.artwork.store import RenditionStore\n"
    "from feedgen.errors import MissingExtra\n"
    "store = RenditionStore(pathlib.Path(sys.argv[1]))\n"
    "data = sys.stdin.buffer.read()\n"
    "try:\n"
    "    print(len(store.renditions(data, None).renditions))\n"
    "except MissingExtra as missing:\n"
    "    print(missing.extra, missing)\n"
)


def test_cached_renditions_need_no_library(tmp_path: Path) -> None:
    """A process without pyvips reads what is there, and names the extra for what is not."""
    RenditionStore(tmp_path).renditions(ORIGINAL, None)

    def ask(data: bytes) -> str:
        command = [sys.executable, "-c", WITHOUT_LIBRARY, str(tmp_path)]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()

    assert ask(ORIGINAL).strip() == "8"
    assert ask(p.jpeg(p.photo(50))).startswith("images rendering image styles needs the extra")


def test_missing_extra_is_a_usage_problem() -> None:
    """What is missing is said as the command line reports it."""
    assert MissingExtra("rendering image styles", "images").exit_code == 2
