"""The image library, loaded when the first pixel is needed and shut except for three formats."""

from __future__ import annotations

import ctypes
import importlib.metadata
import logging
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from feedgen.artwork.refusal import ImageRefused
from feedgen.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels = Any
"""A `pyvips.Image`; the library ships no types."""

_LOADERS = ("VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp")
_GIF_LOADER = "VipsForeignLoadNsgif"
OUT_OF_MEMORY = "the picture needs more memory than there is"
_STARVED = ("out of memory", "insufficient memory", "cannot allocate", "error creating thread")
_PACKAGES = ("pyvips-binary", "pyvips")
_opening = threading.Lock()


def vips() -> Any:  # noqa: ANN401 - the library ships no types
    """Return the module pyvips, made safe; raise `MissingExtra` if it is not installed.

    Every loader but JPEG, PNG and WebP is blocked for the whole process, and nothing is cached:
    each picture is used once.
    """
    # One thread at a time: a second one must not find the three loaders still blocked.
    with _opening:
        return _opened()


@cache
def _opened() -> Any:  # noqa: ANN401 - the library ships no types
    # What goes wrong comes as an exception; the log repeats it, and tells of streams that were
    # closed on purpose before their end.
    logging.getLogger("pyvips").setLevel(logging.CRITICAL)
    try:
        import pyvips
    except (ImportError, OSError) as error:  # OSError: pyvips without the shared library
        raise MissingExtra("rendering image styles", "images") from error
    pyvips.cache_set_max(0)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        pyvips.operation_block_set(loader, False)
    return pyvips


def allow_gif() -> None:
    """Unblock the GIF loader, for a process whose settings accept GIF."""
    vips().operation_block_set(_GIF_LOADER, False)


def version() -> str:
    """Return the version of libvips in use, such as `8.18.7`."""
    library = vips()
    return ".".join(str(library.version(part)) for part in range(3))


def installed() -> str:
    """Return a word for the installed image library without loading it, `""` if there is none.

    With the bundled library this is the version of libvips; else only that of its binding.
    """
    for package in _PACKAGES:
        try:
            return f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


def give_memory_back() -> None:
    """Hand memory that is free again to the system, where the C library can (glibc).

    The lines of a large stream are many small pieces, which it would keep for later.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@contextmanager
def decoding() -> Iterator[None]:
    """Turn what the library says about broken pixels into a refusal.

    Memory it could not get is no fault of the pixels: that refusal is not lasting.
    """
    failure = vips().Error
    try:
        yield
    except failure as error:
        detail = (error.detail or str(error)).strip()
        if any(words in detail.lower() for words in _STARVED):
            raise ImageRefused("limit", OUT_OF_MEMORY, lasting=False) from error
        said = detail.partition("\n")[0].strip()
        raise ImageRefused("undecodable", f"the pixels can not be decoded: {said}") from error
