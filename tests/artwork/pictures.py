"""Pictures for the tests, built from numbers: nothing is read from a file."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pyvips

from feedgen.artwork import engine

engine.vips()

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def photo(width: int, height: int | None = None, *, seed: int = 7) -> np.ndarray:
    """Return an RGB picture with soft shapes, fine detail and some noise."""
    height = height or width
    rng = np.random.default_rng(seed)
    total = np.full((height, width, 3), 128.0, np.float32)
    for band in range(3):
        rows, columns = [], []
        for step in range(16):
            most = 0.02 if step < 10 else 0.12
            down, across = rng.uniform(0.0005, most, 2) * 2 * np.pi
            strength = 60 / (1 + step) ** 0.7
            rows.append(strength * np.sin(down * np.arange(height) + rng.uniform(0, 6)))
            columns.append(np.sin(across * np.arange(width) + rng.uniform(0, 6)))
        total[..., band] += np.array(rows, np.float32).T @ np.array(columns, np.float32)
    total += rng.standard_normal((height, width, 1), np.float32) * 2
    return np.clip(total, 0, 255).astype(np.uint8)


def drawing(width: int, height: int | None = None) -> np.ndarray:
    """Return a picture of few flat colours, which PNG packs better than JPEG."""
    height = height or width
    picture = np.full((height, width, 3), (240, 240, 235), np.uint8)
    picture[height // 8 : height // 2, width // 6 : width // 2] = (200, 30, 60)
    picture[height // 2 : height - height // 8, width // 3 : width - width // 8] = (20, 60, 160)
    return picture


def image(pixels: np.ndarray) -> Any:
    """Return an array as an image of the library."""
    kind = {np.dtype("uint8"): ("b-w", "srgb"), np.dtype("uint16"): ("grey16", "rgb16")}
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    meaning = kind[pixels.dtype][0 if bands <= 2 else 1]
    return pyvips.Image.new_from_array(pixels, interpretation=meaning)


def jpeg(pixels: np.ndarray, **options: object) -> bytes:
    return image(pixels).jpegsave_buffer(**{"Q": 92, "keep": "none", **options})


def png(pixels: np.ndarray, **options: object) -> bytes:
    return image(pixels).pngsave_buffer(**{"compression": 3, "keep": "none", **options})


def webp(pixels: np.ndarray, **options: object) -> bytes:
    return image(pixels).webpsave_buffer(**{"lossless": True, "keep": "none", **options})


def pixels(data: bytes) -> np.ndarray:
    """Return what a decoder sees in a file, without turning or converting anything."""
    load = pyvips.Image.webpload_buffer
    if data.startswith(b"\xff\xd8"):
        load = pyvips.Image.jpegload_buffer
    elif data.startswith(PNG_MAGIC):
        load = pyvips.Image.pngload_buffer
    return load(data).numpy()


def profile(name: str) -> bytes:
    """Return a colour profile the library brings along: srgb, p3 or cmyk."""
    return bytes(pyvips.Operation.call("profile_load", name))


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one PNG chunk."""
    body = name + content
    return len(content).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def png_header(
    width: int, height: int, *, depth: int = 8, kind: int = 2, interlace: int = 0
) -> bytes:
    return PNG_MAGIC + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    )


def png_insert(data: bytes, *chunks: bytes) -> bytes:
    """Return a PNG with chunks right behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def segment(marker: int, content: bytes) -> bytes:
    """Return one JPEG segment."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


def jpeg_insert(data: bytes, *segments: bytes) -> bytes:
    """Return a JPEG with segments right behind its start."""
    return data[:2] + b"".join(segments) + data[2:]


def jpeg_profile(icc: bytes) -> bytes:
    return segment(0xE2, b"ICC_PROFILE\0\x01\x01" + icc)


def tiff(orientation: int, *, order: str = ">") -> bytes:
    """Return EXIF data that hold an orientation and a name."""
    entries = [
        struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack(order + "HHI4s", 0x013B, 2, 4, b"Ann\0"),
    ]
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    body = struct.pack(order + "H", len(entries)) + b"".join(entries)
    return head + body + b"\0\0\0\0"


def exif(orientation: int, *, order: str = ">") -> bytes:
    return segment(0xE1, b"Exif\0\0" + tiff(orientation, order=order))


def webp_chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) & 1)


def webp_file(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def webp_extended(data: bytes, flags: int, width: int, height: int, *chunks: bytes) -> bytes:
    """Return a simple WebP wrapped in the extended container, with chunks behind the picture."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    head = webp_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)
    return webp_file(head, data[12:], *chunks)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio in dB of two 8-bit pictures."""
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return stored pixels as a viewer shows them, by the definition of the tag."""
    flip = {2: (1,), 3: (0, 1), 4: (0,), 6: (0,), 7: (0, 1), 8: (1,)}.get(orientation, ())
    for axis in flip:
        pixels = np.flip(pixels, axis)
    return np.swapaxes(pixels, 0, 1) if orientation >= 5 else pixels


def scans(data: bytes, count: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated until there are `count`."""
    have = data.count(b"\xff\xda")
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (count - have) + data[-2:]
