"""Small media files made byte by byte, each right in the one thing a test looks at."""

from __future__ import annotations

import io
import struct
import wave

LAYER_3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
FRAME_SECONDS = 1152 / 44100


def mp3_frame(bitrate: int = 128, *, padding: int = 0, body: bytes = b"") -> bytes:
    """One silent frame of MPEG 1 layer III at 44.1 kHz, stereo."""
    size = 144_000 * bitrate // 44100 + padding
    head = bytes((0xFF, 0xFB, LAYER_3.index(bitrate) << 4 | padding << 1, 0))
    return (head + body).ljust(size, b"\0")


def cbr_mp3(count: int, bitrate: int = 128) -> bytes:
    """Frames of one bit rate, padded as encoders do so that the average is exact."""
    made, spent = [], 0
    for index in range(1, count + 1):
        due = 144_000 * bitrate * index // 44100
        padding = due - spent - 144_000 * bitrate // 44100
        made.append(mp3_frame(bitrate, padding=padding))
        spent += len(made[-1])
    return b"".join(made)


def vbr_mp3(quiet: int, loud: int) -> bytes:
    """Frames of 32 kbit/s, then of 256 kbit/s and again of 32, and no header that says so."""
    return cbr_mp3(quiet, 32) + cbr_mp3(loud, 256) + cbr_mp3(quiet, 32)


def xing(frames: int, size: int, word: bytes = b"Xing") -> bytes:
    """The frame that says how many frames and bytes follow."""
    body = b"\0" * 32 + word + struct.pack(">III", 3, frames, size)
    return mp3_frame(128, body=body)


def vbri(frames: int, size: int) -> bytes:
    """The frame with the header of the Fraunhofer encoder."""
    return mp3_frame(
        128, body=b"\0" * 32 + b"VBRI" + struct.pack(">HHHII", 1, 0, 75, size, frames)
    )


def id3v2(size: int) -> bytes:
    """A tag of `size` bytes behind its header, as a large cover makes it."""
    safe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + safe + b"\0" * size


def id3v1() -> bytes:
    """The old tag at the end of a file."""
    return b"TAG".ljust(128, b"\0")


def adts(count: int, size: int = 200) -> bytes:
    """Frames of AAC-LC at 44.1 kHz, stereo; 1024 samples each."""
    word = 0xFFF << 44 | 1 << 40 | 1 << 38 | 4 << 34 | 2 << 30 | size << 13 | 0x7FF << 2
    silence = bytes.fromhex("210049900219002380")
    return (word.to_bytes(7, "big") + silence.ljust(size - 7, b"\0")) * count


def box(name: bytes, *parts: bytes) -> bytes:
    """One box of an MP4 file."""
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + name + data


def m4a(
    seconds: float,
    *,
    moov_last: bool = True,
    media: int = 200_000,
    brand: bytes = b"M4A ",
    handlers: tuple[bytes, ...] = (b"soun",),
) -> bytes:
    """An MP4 file whose movie box lies before or behind the media."""
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, round(seconds * 1000)), b"\0" * 80)
    tracks = [
        box(
            b"trak",
            box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13), box(b"minf", b"")),
        )
        for handler in handlers
    ]
    moov = box(b"moov", mvhd, *tracks)
    mdat = box(b"mdat", b"\xa5" * media)
    ftyp = box(b"ftyp", brand, b"\0\0\0\0", b"isom")
    return ftyp + (mdat + moov if moov_last else moov + mdat)


def ogg_page(data: bytes, *, granule: int = 0, serial: int = 7, flags: int = 0) -> bytes:
    """One page that holds `data` (at most 65,025 bytes) as one packet."""
    lacing = bytes([255] * (len(data) // 255)) + bytes([len(data) % 255])
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, serial, 0, 0)
    return head + bytes([len(lacing)]) + lacing + data


def ogg(seconds: float, *, serial: int = 7, end: bool = True) -> bytes:
    """A Vorbis stream of 48 kHz in pages of half a second."""
    identification = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 2, 48000, 0, 64000, 0, 0xB8, 1)
    comment = b"\x03vorbis" + struct.pack("<II", 0, 0) + b"\x01"
    made = [
        ogg_page(identification, serial=serial, flags=2),
        ogg_page(comment, serial=serial),
    ]
    total = round(seconds * 48000)
    for granule in [*range(24000, total, 24000), total]:
        flags = 4 if end and granule == total else 0
        made.append(ogg_page(b"\x5a" * 8000, granule=granule, serial=serial, flags=flags))
    return b"".join(made)


def wav(seconds: float) -> bytes:
    """Silence at 8 kHz, 8 bits, mono."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(8000)
        writer.writeframes(b"\x80" * round(seconds * 8000))
    return file.getvalue()


def flac(seconds: float, media: int = 100_000) -> bytes:
    """The header of a FLAC file at 44.1 kHz, 16 bits, stereo, and bytes behind it."""
    samples = round(seconds * 44100)
    packed = 44100 << 44 | 1 << 41 | 15 << 36 | samples
    info = struct.pack(">HH", 4096, 4096) + b"\0" * 6 + packed.to_bytes(8, "big") + b"\0" * 16
    return b"fLaC\x80\0\0\x22" + info + b"\x11" * media
