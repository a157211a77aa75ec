"""Chapter marks of real files, made by ffmpeg and read back over HTTP."""

import asyncio
import shutil
import subprocess

import pytest

from feedgen.probe.addresses import probe_client
from feedgen.probe.chapters import chapter_marks
from feedgen.probe.facts import Limits, Mark, MemoryCache

pytestmark = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed"
)

MARKS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2500
title=Anfang & Ende
[CHAPTER]
TIMEBASE=1/1000
START=2500
END=6000
title=Wörter
"""
EXPECTED = (
    Mark(start=0.0, end=2.5, title="Anfang & Ende"),
    Mark(start=2.5, end=6.0, title="Wörter"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function that makes a file of an ending, with marks or without."""
    folder = tmp_path_factory.mktemp("chapters")
    (folder / "marks.txt").write_text(MARKS, encoding="utf-8")

    def make(ending, *options, marks=True):
        path = folder / f"{len(list(folder.iterdir()))}.{ending}"
        given = ["-i", str(folder / "marks.txt"), "-map_metadata", "1"] if marks else []
        subprocess.run(
            [
                *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono"),
                *(*given, "-t", "6", *options, str(path)),
            ],
            check=True,
        )
        return path.read_bytes()

    return make


def look(url, cache=None, **limits):
    """Return marks and codes of notes."""

    async def found():
        async with probe_client(allow_private=True) as client:
            return await chapter_marks(
                url,
                client,
                cache=MemoryCache() if cache is None else cache,
                allow_private=True,
                limits=Limits(**limits),
            )

    marks, notes = asyncio.run(found())
    return marks, [note.code for note in notes]


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("mp3", ("-id3v2_version", "3")),
        ("mp3", ("-id3v2_version", "4")),
        ("m4a", ()),
        ("m4a", ("-movflags", "+faststart")),
        ("mp4", ()),
    ],
)
def test_marks_are_read(made, server, ending, options):
    """ID3v2.3, ID3v2.4 and MP4, its index at the end or at the beginning."""
    data = made(ending, *options)

    marks, notes = look(server.add(f"/a.{ending}", data))

    assert notes == []
    assert [(m.start, m.title) for m in marks] == [(m.start, m.title) for m in EXPECTED]


@pytest.mark.parametrize("ending", ["mp3", "m4a", "ogg"])
def test_a_file_without_marks_is_not_fetched_whole(made, server, ending):
    """Its beginning, or its index, says that there are none."""
    url = server.add(f"/a.{ending}", made(ending, marks=False))

    assert look(url) == ((), [])


def test_a_file_is_looked_into_once(made, server):
    """After that a HEAD tells that it is the same; another file is read again."""
    cache = MemoryCache()
    url = server.add("/a.mp3", made("mp3"), headers={"ETag": '"1"'})
    first = look(url, cache)
    before = len(server.asked("GET"))

    assert look(url, cache) == first
    assert len(server.asked("GET")) == before

    server.add("/a.mp3", made("mp3", marks=False), headers={"ETag": '"2"'})
    assert look(url, cache) == ((), [])


def test_without_ffprobe_a_note_says_so(made, server):
    """A file with marks nobody can read is no file without marks."""
    url = server.add("/a.mp3", made("mp3"))

    assert look(url, ffprobe="no-such-program") == ((), ["chapters-unread"])


def test_a_tag_without_an_end_is_left_alone(server):
    """A header that promises more than the limits allow costs the chapters, nothing else."""
    tag = b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"CHAP" * 100_000

    marks, notes = look(server.add("/a.mp3", tag))

    assert marks == ()
    assert notes in ([], ["chapters-unread"])


def test_a_broken_tag_is_told(made, server):
    """Marks that make no sense end in a note or in fewer marks, never in an exception."""
    data = bytearray(made("mp3"))
    at = data.index(b"CHAP")
    data[at + 4 : at + 8] = b"\x7f\x7f\x7f\x7f"

    marks, notes = look(server.add("/a.mp3", bytes(data)))

    assert len(marks) < 2 or notes
