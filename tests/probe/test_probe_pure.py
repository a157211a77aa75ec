"""The pure part of the probe: frames, pages, types and durations from bytes at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.probe import frames, ogg
from feedgen.probe.duration import Measured, measure, rounded
from feedgen.probe.mime import extension, reconcile
from feedgen.probe.sniff import audio_start, sniff
from feedgen.probe.window import BLOCK, MissingBytes, WindowedFile
from tests.probe import made

if TYPE_CHECKING:
    from collections.abc import Callable


def whole(data: bytes) -> WindowedFile:
    """A file of which everything has been fetched."""
    count = -(-len(data) // BLOCK)
    blocks = {index: data[index * BLOCK : (index + 1) * BLOCK] for index in range(count)}
    return WindowedFile(blocks, len(data))


def measured(data: bytes) -> Measured:
    """What the header of `data` says."""
    file = whole(data)
    return measure(file, sniff(file))


SAMPLES: dict[str, tuple[Callable[[], bytes], str, float, bool]] = {
    "cbr": (lambda: made.cbr_mp3(1000), "audio/mpeg", 1000 * made.FRAME_SECONDS, True),
    "cbr-tags": (
        lambda: made.id3v2(90_000) + made.cbr_mp3(1000, 64) + made.id3v1(),
        "audio/mpeg",
        1000 * made.FRAME_SECONDS,
        True,
    ),
    "xing": (
        lambda: made.xing(6000, len(made.vbr_mp3(1000, 4000))) + made.vbr_mp3(1000, 4000),
        "audio/mpeg",
        6000 * made.FRAME_SECONDS,
        True,
    ),
    "vbri": (
        lambda: made.vbri(600, len(made.vbr_mp3(100, 400))) + made.vbr_mp3(100, 400),
        "audio/mpeg",
        600 * made.FRAME_SECONDS,
        True,
    ),
    "m4a": (lambda: made.m4a(61.5), "audio/mp4", 61.5, True),
    "m4a-moov-first": (lambda: made.m4a(61.5, moov_last=False), "audio/mp4", 61.5, True),
    "ogg": (lambda: made.ogg(30.25), "audio/ogg", 30.25, True),
    "short-ogg": (lambda: made.ogg(1.25), "audio/ogg", 1.25, True),
    "adts-short": (lambda: made.adts(100), "audio/aac", 100 * 1024 / 44100, True),
    "adts-long": (lambda: made.adts(4000), "audio/aac", 4000 * 1024 / 44100, False),
    "wav": (lambda: made.wav(3.5), "audio/wav", 3.5, True),
    "flac": (lambda: made.flac(12.5), "audio/flac", 12.5, True),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_type_and_duration_come_from_the_bytes(name: str) -> None:
    """Each format gives its type, its duration and whether the duration needs counting."""
    make, kind, seconds, exact = SAMPLES[name]
    data = make()
    assert sniff(whole(data)) == kind
    found = measured(data)
    assert found.seconds == pytest.approx(seconds, abs=0.05)
    assert found.exact is exact


def test_quiet_beginning_does_not_pass_for_a_constant_bit_rate() -> None:
    """A VBR file without header whose first seconds have one bit rate is not taken for exact."""
    data = made.vbr_mp3(1000, 4000)
    found = measured(data)
    assert not found.exact
    assert found.seconds == pytest.approx(6000 * made.FRAME_SECONDS, rel=0.4)


def test_header_of_the_first_part_of_a_joined_file_is_not_believed() -> None:
    """A Xing header that counts fewer bytes than the file has is scaled and marked inexact."""
    part = made.cbr_mp3(500)
    found = measured(made.xing(500, len(part)) + part * 3)
    assert not found.exact
    assert found.seconds == pytest.approx(1500 * made.FRAME_SECONDS, rel=0.02)


def test_xing_header_without_counts_is_no_answer() -> None:
    """The two counts are optional; without them the frames themselves are looked at."""
    head = made.mp3_frame(128, body=b"\0" * 32 + b"Info" + b"\0" * 4)
    assert not frames.has_frame_count(head, frames.run(head)[0])
    assert measured(head + made.cbr_mp3(500)).seconds == pytest.approx(
        501 * made.FRAME_SECONDS, abs=0.05
    )


def test_chained_ogg_is_not_exact() -> None:
    """Two Ogg streams one behind the other can not be read from the ends of the file."""
    assert not measured(made.ogg(20) + made.ogg(10, serial=8)).exact
    assert not measured(made.ogg(20, end=False)).exact


def test_tables_that_do_not_fit_the_size_are_no_duration() -> None:
    """An MP4 header that promises a day in a few KB says nothing."""
    assert measured(made.m4a(86_400, media=5000)) == Measured(None, False)


@pytest.mark.parametrize(
    ("brand", "handlers", "kind"),
    [
        (b"isom", (b"soun",), "audio/mp4"),
        (b"isom", (b"soun", b"vide"), "video/mp4"),
        (b"M4A ", (b"soun", b"vide"), "audio/mp4"),
        (b"M4V ", (b"vide",), "video/mp4"),
        (b"qt  ", (b"vide", b"soun"), "video/quicktime"),
        (b"heic", (b"soun",), ""),
    ],
)
def test_mp4_brand_and_tracks_tell_audio_from_video(
    brand: bytes, handlers: tuple[bytes, ...], kind: str
) -> None:
    """The brand decides; where it is a general one, a video track makes a video."""
    assert sniff(whole(made.m4a(10, brand=brand, handlers=handlers))) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><html><title>Not found</title>" * 50,
        "Ein Text mit Umlauten äöü".encode("utf-16") * 500,
        b"\xff\xfb\x90\0 one stray sync word and then nothing" * 1,
        b"\xff" * 5000,
        b"ID3\x04\0\0\0\0\0\x10" + b"\0" * 5000,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 500,
        b"%PDF-1.7\n" + b"0 0 obj\n" * 500,
    ],
)
def test_what_is_no_media_has_no_type(data: bytes) -> None:
    """Text, pictures, an empty file and a tag with nothing behind it are not media."""
    assert sniff(whole(data)) == ""


def test_every_leading_tag_is_passed_over() -> None:
    """Two ID3v2 tags in a row, and one with a footer, do not hide the frames."""
    footer = bytearray(made.id3v2(20) + b"3DI\x04\0\x10\0\0\0\x14")
    footer[5] = 0x10
    data = made.id3v2(300) + bytes(footer) + made.cbr_mp3(40)
    assert audio_start(whole(data)) == 310 + 40
    assert sniff(whole(data)) == "audio/mpeg"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, None), (0.0, None), (0.2, 1), (1.49, 1), (1.5, 2), (2.5, 3), (3599.5, 3600)],
)
def test_seconds_are_rounded_half_up_and_never_zero(
    seconds: float | None, expected: int | None
) -> None:
    """A feed has whole seconds, and no duration rather than 0."""
    assert rounded(seconds) == expected


@pytest.mark.parametrize(
    ("url", "sniffed", "said", "written", "codes"),
    [
        ("https://a.example/x.mp3?u=1.m4a", "audio/mpeg", "audio/mpeg", "audio/mpeg", []),
        ("https://a.example/x.MP3", "audio/mpeg", "audio/mp3; a=b", "audio/mpeg", []),
        ("https://a.example/x.m4a", "audio/mp4", "audio/mp4", "audio/x-m4a", []),
        ("https://a.example/x.m4v", "video/mp4", "video/mp4", "video/x-m4v", []),
        ("https://a.example/x.mp4", "audio/mp4", "audio/mp4", "video/mp4", []),
        ("https://a.example/x.mov", "video/quicktime", "video/quicktime", "video/quicktime", []),
        (
            "https://a.example/x.mp3",
            "audio/mp4",
            "audio/mpeg",
            "audio/x-m4a",
            ["extension-mismatch", "content-type-mismatch"],
        ),
        (
            "https://a.example/x",
            "audio/mpeg",
            "application/octet-stream",
            "audio/mpeg",
            ["extension-unlisted", "content-type-mismatch"],
        ),
        ("https://a.example/x.ogg", "audio/ogg", "audio/ogg", "audio/ogg", ["extension-unlisted"]),
        (
            "https://a.example/x.m4b",
            "audio/mp4",
            "audio/mp4",
            "audio/x-m4a",
            ["extension-unlisted"],
        ),
        ("https://a.example/x.mp3", "audio/mpeg", "", "audio/mpeg", ["content-type-mismatch"]),
    ],
)
def test_type_written_reconciles_bytes_extension_and_server(
    url: str, sniffed: str, said: str, written: str, codes: list[str]
) -> None:
    """The extension decides the spelling, the bytes win a contradiction, each misfit is named."""
    kind, notes = reconcile(url, sniffed, said)
    assert kind == written
    assert [note.code for note in notes] == codes


def test_extension_is_that_of_the_path() -> None:
    """A dot in the host, the query or a folder is no extension, and no URL breaks it."""
    assert extension("https://a.example.mp3/file?x=y.m4a") == ""
    assert extension("https://p.example/x.m4a/https://a.example/b.mp3#t.ogg") == "mp3"
    assert extension("https://[::1/x.mp3") == ""


def test_window_says_which_blocks_are_missing() -> None:
    """A read over an absent block names whole blocks and cuts at the end of the file."""
    file = WindowedFile({0: b"a" * BLOCK}, BLOCK * 2 + 10)
    assert file.read_at(BLOCK - 3, 3) == b"aaa"
    with pytest.raises(MissingBytes):
        file.read_at(BLOCK - 3, BLOCK + 5)
    assert file.missing == (BLOCK, BLOCK * 2 + 10)
    with pytest.raises(OSError, match="before the start"):
        file.seek(-1)


@given(st.binary(max_size=300), st.integers(-5, 320), st.integers(-1, 320))
def test_window_reads_as_a_file_does(data: bytes, at: int, count: int) -> None:
    """Where everything is there, the window and an ordinary slice agree."""
    file = whole(data)
    if at < 0:
        with pytest.raises(OSError, match="before the start"):
            file.seek(at)
        return
    stop = None if count < 0 else at + count
    assert file.read_at(at, count) == data[at:stop]
    assert file.tell() == max(at, min(len(data), len(data) if stop is None else stop))


hostile = st.one_of(
    st.binary(max_size=2000),
    st.builds(
        lambda name, start, noise: SAMPLES[name][0]()[:start] + noise,
        st.sampled_from(sorted(SAMPLES)),
        st.integers(0, 3000),
        st.binary(max_size=2000),
    ),
    st.builds(
        lambda magic, noise: magic + noise,
        st.sampled_from(
            [
                b"ID3\x03\0\0\0\0\0\x0b",
                b"OggS\0\x02",
                b"fLaC",
                b"RIFF\0\0\0\0WAVEfmt ",
                b"FORM....AIFFCOMM",
                b"\0\0\0\x14ftypisom",
                b"\0\0\0\x08moov\0\0\0\x10mvhd",
                b"\xff\xf1\x50\x80",
                b"\xff\xfb\x90\x44",
                bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
            ]
        ),
        st.binary(max_size=1000),
    ),
)


@given(hostile)
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    """Whatever the bytes: a type or none, and a positive finite duration or none."""
    file = whole(data)
    kind = sniff(file)
    found = measure(file, kind)
    assert found.seconds is None or 0 < found.seconds <= len(data) / 250
    assert kind or found == Measured(None, False)


@given(st.binary(max_size=400), st.integers(0, 5))
def test_pages_never_overlap_nor_leave_the_data(noise: bytes, count: int) -> None:
    """Ogg pages follow one another and end within the data."""
    data = made.ogg_page(b"abc") * count + noise
    found = ogg.pages(data)
    assert len(found) >= count
    assert all(
        page.offset == sum(each.size for each in found[:index]) for index, page in enumerate(found)
    )
    assert sum(page.size for page in found) <= len(data)


@given(
    st.lists(st.sampled_from(made.LAYER_3[1:]), min_size=3, max_size=30), st.binary(max_size=50)
)
def test_run_finds_every_frame(rates: list[int], noise: bytes) -> None:
    """Frames of any bit rates are found one behind the other, also behind noise without 0xFF."""
    lead = noise.replace(b"\xff", b"\0")
    data = lead + b"".join(made.mp3_frame(rate) for rate in rates)
    found = frames.run(data)
    assert [frame.bitrate for frame in found] == rates
    assert found[0].offset == len(lead)
    assert found[-1].offset + found[-1].size == len(data)
