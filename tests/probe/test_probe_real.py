"""The probe against files of real encoders, with ffprobe as the judge and as the counter."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from feedgen.probe import Examined, Limits, MemoryCache, Probed, examine, packets, probe_client
from tests.probe import made

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.probe.conftest import MediaServer

SECONDS = 47.6
# a tone that comes and goes, so that a variable bit rate varies
SOUND = f"aevalsrc='if(lt(mod(t,8),4),0,0.4*sin(440*t*(1+mod(t,3)))+0.2*random(0))':d={SECONDS}"

needs_ffmpeg = pytest.mark.skipif(
    not shutil.which("ffmpeg") or not shutil.which("ffprobe"),
    reason="ffmpeg and ffprobe are not installed",
)
needs_ffprobe = pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")

# name: arguments for ffmpeg, type, how the duration is found if nothing counts packets
REAL = {
    "vbr-xing.mp3": (("-c:a", "libmp3lame", "-q:a", "4"), "audio/mpeg", "read"),
    "vbr-bare.mp3": (
        ("-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0"),
        "audio/mpeg",
        "estimated",
    ),
    "cbr-info.mp3": (("-c:a", "libmp3lame", "-b:a", "64k"), "audio/mpeg", "read"),
    "cbr-bare.mp3": (
        ("-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0", "-write_id3v1", "1"),
        "audio/mpeg",
        "read",
    ),
    "low.mp3": (("-c:a", "libmp3lame", "-b:a", "32k", "-ar", "22050"), "audio/mpeg", "read"),
    "end.m4a": (("-c:a", "aac"), "audio/x-m4a", "read"),
    "front.m4a": (("-c:a", "aac", "-movflags", "+faststart"), "audio/x-m4a", "read"),
    "pieces.m4a": (
        ("-c:a", "aac", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov"),
        "audio/x-m4a",
        "estimated",
    ),
    "raw.aac": (("-c:a", "aac", "-f", "adts"), "audio/aac", "estimated"),
    "vorbis.ogg": (("-c:a", "libvorbis"), "audio/ogg", "read"),
    "speech.opus": (("-c:a", "libopus", "-b:a", "24k"), "audio/ogg", "read"),
    "lossless.flac": (("-c:a", "flac"), "audio/flac", "read"),
    "plain.wav": (("-ar", "16000"), "audio/wav", "read"),
}


def encode(path: Path, *arguments: str) -> bytes:
    """Encode the sound and return the file."""
    quiet = ("ffmpeg", "-v", "error", "-y", "-f", "lavfi")
    subprocess.run([*quiet, "-i", SOUND, *arguments, str(path)], check=True)
    return path.read_bytes()


def judged(path: Path) -> float:
    """How long ffprobe says a file plays, packet by packet."""
    asked = ("-select_streams", "a:0", "-show_entries", "packet=duration_time", "-of", "csv=p=0")
    said = subprocess.run(
        ["ffprobe", "-v", "error", *asked, str(path)], check=True, capture_output=True, text=True
    )
    return sum(float(line.strip(",")) for line in said.stdout.split() if "N/A" not in line)


def look(url: str, *, count: bool, cache: MemoryCache | None = None, **more: Any) -> Examined:
    """Examine `url`, with ffprobe or without."""

    async def run() -> Examined:
        async with probe_client(allow_private=True) as client:
            return await examine(
                url,
                client,
                cache=cache or MemoryCache(),
                allow_private=True,
                limits=Limits(count=count, **more),
            )

    return asyncio.run(run())


@needs_ffmpeg
@pytest.mark.parametrize("name", REAL)
def test_real_files_agree_with_ffprobe(server: MediaServer, tmp_path: Path, name: str) -> None:
    """Type and duration agree with ffprobe; what is not read is counted, else an estimate."""
    arguments, kind, basis = REAL[name]
    data = encode(tmp_path / name, *arguments)
    true = judged(tmp_path / name)
    assert true == pytest.approx(SECONDS, abs=0.3)
    url, cache = server.add(f"/{name}", data), MemoryCache()

    found = look(url, count=False, cache=cache).enclosure
    assert (found.type, found.length) == (kind, len(data))
    kept = cache.get(url)
    assert kept is not None
    assert kept.facts.basis == basis
    if basis == "read":
        assert kept.facts.duration == pytest.approx(true, abs=0.15)
        assert found.duration == pytest.approx(SECONDS, abs=0.6)
        assert not found.estimated
    else:
        assert found.estimated is (found.duration is not None)

    counted = look(url, count=True, cache=cache).enclosure
    kept = cache.get(url)
    assert kept is not None
    assert kept.facts.basis == ("read" if basis == "read" else "counted")
    assert kept.facts.duration == pytest.approx(true, abs=0.15)
    assert not counted.estimated


@pytest.mark.skipif(not shutil.which("lame"), reason="lame is not installed")
@pytest.mark.parametrize(
    "arguments",
    [("-b", "128"), ("-V", "5"), ("--abr", "96"), ("-V", "5", "-t"), ("-b", "64", "-t")],
)
def test_files_of_lame_have_the_right_duration(
    server: MediaServer, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """LAME's constant, variable and average bit rates, with its header and (-t) without it."""
    sound, coded = tmp_path / "a.wav", tmp_path / "a.mp3"
    sound.write_bytes(made.wav(31.4))
    subprocess.run(["lame", "--quiet", *arguments, str(sound), str(coded)], check=True)
    url = server.add("/a.mp3", coded.read_bytes())
    found = look(url, count=bool(shutil.which("ffprobe"))).enclosure
    assert found.duration in (31, 32)
    assert found.type == "audio/mpeg"


@needs_ffprobe
def test_counting_finds_what_an_estimate_misses(server: MediaServer) -> None:
    """A bare VBR file that is quiet at both ends: the count is right where the estimate is not."""
    url = server.add("/a.mp3", made.vbr_mp3(1000, 4000))
    true = 6000 * made.FRAME_SECONDS
    estimate = look(url, count=False).enclosure
    assert estimate.estimated
    assert estimate.duration != pytest.approx(true, abs=2)
    counted = look(url, count=True).enclosure
    assert counted.duration == pytest.approx(true, abs=1)
    assert not counted.estimated


@needs_ffprobe
@pytest.mark.parametrize("how", [{"ranges": False}, {"ranges": False, "chunked": True}])
def test_counting_works_without_ranges(server: MediaServer, how: dict[str, bool]) -> None:
    """The whole file goes through ffprobe also where a server knows neither ranges nor length."""
    data = made.adts(4000)
    found = look(server.add("/a.aac", data, content_type="audio/aac", **how), count=True).enclosure
    assert (found.length, found.estimated) == (len(data), False)
    assert found.duration == round(4000 * 1024 / 44100)


@needs_ffprobe
def test_estimate_is_counted_once_ffprobe_is_there(server: MediaServer) -> None:
    """A cached estimate is replaced by a count; a count, or one that failed, is kept."""
    url, cache = server.add("/a.aac", made.adts(4000), headers={"ETag": '"1"'}), MemoryCache()
    assert look(url, count=False, cache=cache).enclosure.estimated
    assert look(url, count=False, cache=cache).cached
    counted = look(url, count=True, cache=cache)
    assert (counted.cached, counted.enclosure.estimated) == (False, False)
    assert look(url, count=True, cache=cache).cached

    cache = MemoryCache()
    given_up = look(url, count=True, cache=cache, whole_bytes=1000)
    assert given_up.enclosure.estimated
    assert look(url, count=True, cache=cache, whole_bytes=1000).cached


def test_missing_program_leaves_an_estimate(server: MediaServer) -> None:
    """Where ffprobe is not installed the estimate stands and says that it is one."""
    url = server.add("/a.aac", made.adts(4000))
    found = look(url, count=True, ffprobe="no-such-program")
    assert found.enclosure.estimated
    assert "estimated" in {note.code for note in found.notes}


def test_stuck_counter_is_ended(server: MediaServer, tmp_path: Path) -> None:
    """A program that never answers is killed when its time is up, and the estimate stands."""
    stuck = tmp_path / "stuck"
    stuck.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    stuck.chmod(0o755)
    url = server.add("/a.aac", made.adts(4000))
    found = look(url, count=True, ffprobe=str(stuck), whole_seconds=0.5)
    assert found.enclosure.estimated
    pid = int((tmp_path / "pid").read_text())
    assert subprocess.run(["kill", "-0", str(pid)], capture_output=True).returncode != 0


@needs_ffprobe
def test_playlist_opens_no_files(tmp_path: Path) -> None:
    """ffprobe is told the format, so a playlist sent as MP3 can not make it read local files."""
    secret = tmp_path / "secret.mp3"
    secret.write_bytes(made.cbr_mp3(400))
    text = f"#EXTM3U\n#EXTINF:10,\nfile://{secret}\n".encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield text

    ffprobe = packets.find()
    assert asyncio.run(packets.count(chunks(), "audio/mpeg", ffprobe=ffprobe, seconds=10)) is None


def test_cache_entries_survive_a_round_trip() -> None:
    """What a cache has to keep can be written as JSON and read back unchanged."""
    cache = MemoryCache()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"audio/flac"), (b"etag", b'"1"')]
        data = made.flac(12.5)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    async def run() -> None:
        import httpx

        mounts = {"https://a.example.com": httpx.ASGITransport(app)}
        async with probe_client(mounts=mounts) as client:
            await examine("https://a.example.com/a.flac", client, cache=cache)

    asyncio.run(run())
    kept = cache.get("https://a.example.com/a.flac")
    assert kept is not None
    assert (kept.validator, kept.facts.flaws) == ('etag "1"', ("ranges-ignored",))
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Probed) == kept
