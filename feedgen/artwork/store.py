"""Renditions on disk, by content: made once, then read without any image library.

    <folder>/records/<key>.json     what came of an upload and an area: the styles, or a refusal
    <folder>/files/<sha256>.<ext>   every file, named by its own content: new bytes, new name

The key is made of the upload's sha256, the area in whole pixels, the settings and the recipe;
the record says which image library it was made with, and another one makes it anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from feedgen.artwork import crop, engine, gate
from feedgen.artwork.encode import DEFAULT, RenditionSettings
from feedgen.artwork.picture import EXTENSION
from feedgen.artwork.refusal import Code, ImageRefused
from feedgen.artwork.renditions import RECIPE
from feedgen.artwork.workers import Limits, Workers

if TYPE_CHECKING:
    from types import TracebackType

    from feedgen.artwork.renditions import Rendition
    from feedgen.model import CropArea


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRendition:
    """One style of an image as a file on disk; its name is its sha256 and its type."""

    style: str
    path: Path
    sha256: str
    content_type: str
    width: int
    height: int
    file_size: int
    upscaled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Every style of one original, in the order of the table of styles."""

    box: crop.Box
    renditions: tuple[StoredRendition, ...]

    @property
    def original(self) -> StoredRendition:
        """The upload itself; width and height are upright."""
        return self.renditions[0]

    def get(self, style: str) -> StoredRendition | None:
        """Return the file of a style, `None` if the image has none."""
        return next((found for found in self.renditions if found.style == style), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A stored rendition as it is written down: without the folder."""

    style: str
    sha256: str
    content_type: str
    width: int
    height: int
    file_size: int
    upscaled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    library: str
    libvips: str = ""
    files: tuple[_File, ...] = ()
    code: Code | None = None
    message: str = ""


class RenditionStore:
    """The styles of every image, kept in one folder; safe to use from threads and processes.

    `processes` workers render, 0 means in this process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        processes: int = 0,
        settings: RenditionSettings = DEFAULT,
        limits: Limits | None = None,
    ) -> None:
        self._records = folder / "records"
        self._files = folder / "files"
        self._settings = settings
        self._workers = Workers(processes, limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        self._workers.close()

    def renditions(self, original: bytes, area: CropArea | None) -> Stored:
        """Return every style as a file; the second time without rendering anything.

        Raises `ImageRefused`, a remembered refusal with the same code and message;
        `MissingExtra` if something must be rendered and the image library is not installed.
        """
        picture = gate.read(original, gif=self._settings.gif)
        box = crop.resolve(area, *picture.upright)
        record = self._records / f"{self._key(original, box)}.json"
        known = self._known(record)
        if known is None:
            known = self._make(original, area, record)
        if known.code is not None:
            raise ImageRefused(known.code, known.message)
        return Stored(box=box, renditions=tuple(map(self._stored, known.files)))

    def _key(self, original: bytes, box: crop.Box) -> str:
        settings = msgspec.json.encode(self._settings).decode()
        content = hashlib.sha256(original).hexdigest()
        area = f"{box.left},{box.top},{box.width},{box.height}"
        return hashlib.sha256(f"{content}|{area}|{settings}|{RECIPE}".encode()).hexdigest()

    def _known(self, path: Path) -> _Record | None:
        """Return the record at `path` if it is whole and made by the library installed now.

        Without an image library any record is good: better yesterday's files than none.
        """
        try:
            record = msgspec.json.decode(path.read_bytes(), type=_Record)
        except (OSError, msgspec.DecodeError):
            return None
        library = engine.installed()
        if library and record.library != library:
            return None
        return record if all(map(self._is_there, record.files)) else None

    def _is_there(self, file: _File) -> bool:
        try:
            return self._path(file.sha256, file.content_type).stat().st_size == file.file_size
        except OSError:
            return False

    def _make(self, original: bytes, area: CropArea | None, path: Path) -> _Record:
        try:
            derived, libvips = self._workers.derive(original, area, settings=self._settings)
        except ImageRefused as refused:
            record = _Record(
                library=engine.installed(), code=refused.code, message=refused.message
            )
            if not refused.lasting:
                raise
        else:
            files = tuple(map(self._keep, derived.renditions))
            record = _Record(library=engine.installed(), libvips=libvips, files=files)
        _write(path, msgspec.json.encode(record))
        return record

    def _keep(self, rendition: Rendition) -> _File:
        file = _File(
            style=rendition.style,
            sha256=hashlib.sha256(rendition.data).hexdigest(),
            content_type=rendition.content_type,
            width=rendition.width,
            height=rendition.height,
            file_size=len(rendition.data),
            upscaled=rendition.upscaled,
        )
        if not self._is_there(file):
            _write(self._path(file.sha256, file.content_type), rendition.data)
        return file

    def _path(self, sha256: str, content_type: str) -> Path:
        return self._files / f"{sha256}{EXTENSION[content_type]}"

    def _stored(self, file: _File) -> StoredRendition:
        return StoredRendition(
            style=file.style,
            path=self._path(file.sha256, file.content_type),
            sha256=file.sha256,
            content_type=file.content_type,
            width=file.width,
            height=file.height,
            file_size=file.file_size,
            upscaled=file.upscaled,
        )


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
