"""The states of images and the files of their styles, rendered when first needed.

An image goes through the states of the API: `uploaded` until somebody picks it up, `processing`
while its styles are made, then `valid`, or `invalid` if the original can not be used. While a
new original is processed or has failed, the files of the last valid one stay. What is nobody's
picture's fault, such as a full disk, is no state: it is `failure`, and tried again later.

    <folder>/records/<image id>.json   what an image last came to, and from which original
    <folder>/files/<sha256>.<ext>      every file ever made, by content; served for ever
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from feedgen.artwork.picture import EXTENSION, MOST_BYTES
from feedgen.artwork.refusal import ImageRefused
from feedgen.errors import OutsideProblem

if TYPE_CHECKING:
    from feedgen.artwork.store import Stored, StoredRendition
    from feedgen.content.resources import ImageSource
    from feedgen.model import CropArea

Status = Literal["uploaded", "processing", "valid", "invalid"]

FILE_NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png|webp|gif)")
RETRY_SECONDS = 60.0
_logger = logging.getLogger("feedgen.content")


Render = Callable[[bytes, "CropArea | None"], "Stored"]


class ImageFile(msgspec.Struct, frozen=True, kw_only=True):
    """One style of an image; `name` is its file name, made of its content's sha256."""

    style: str
    name: str
    content_type: str
    width: int
    height: int
    file_size: int


class ImageState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an image: its status, and the files of the last original that was valid.

    `reason` is why it is invalid, `failure` why it could not be processed the last time.
    """

    status: Status
    files: tuple[ImageFile, ...] = ()
    reason: str = ""
    failure: str = ""


class OriginalLost(OutsideProblem):
    """The original is not the file it was when the catalogue was read; it may be again."""


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    made_from: str
    state: ImageState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """What kept an original from being processed, not to be tried again before `until`."""

    made_from: str
    message: str
    until: float

    def keeps_off(self, fingerprint: str) -> bool:
        return self.made_from == fingerprint and time.monotonic() < self.until


class Images:
    """The state of every image; safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        render: Render,
        *,
        workers: int = 2,
        recipe: str = "",
        closing: Callable[[], None] | None = None,
        loud: bool = True,
    ) -> None:
        """Keep records and files in `folder`; `recipe` names the way the styles are made.

        Another recipe makes every image anew, while the old files go on being served. `closing`
        is called when nothing is rendered any more. `loud` is for a service that runs by itself:
        what is wrong is logged as a warning, else only as a step, for whoever asks to tell.
        """
        self._level = logging.WARNING if loud else logging.INFO
        self._records = folder / "records"
        self._files = folder / "files"
        self._render = render
        self._recipe = recipe
        self._closing = closing
        self._lock = threading.Lock()
        self._known: dict[str, _Record] = {}
        self._jobs: dict[str, tuple[str, Future[None]]] = {}
        self._failures: dict[str, _Failure] = {}
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="images")

    def close(self) -> None:
        """Finish what is being rendered and drop the rest."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._closing:
            self._closing()

    def look(self, source: ImageSource) -> ImageState:
        """Return what the image is at this moment; starts nothing."""
        record = self._record(source.id)
        if record is not None and record.made_from == self._fingerprint(source):
            return record.state
        with self._lock:
            job = self._jobs.get(source.id)
            failed = self._failures.get(source.id)
        running = job is not None and job[1].running()
        current = failed is not None and failed.made_from == self._fingerprint(source)
        return ImageState(
            status="processing" if running else "uploaded",
            files=record.state.files if record else (),
            failure=failed.message if failed is not None and current else "",
        )

    def want(self, sources: Iterable[ImageSource]) -> tuple[Future[None], ...]:
        """Start the work that is needed for these images; return what is not done yet."""
        pending = []
        for source in sources:
            fingerprint = self._fingerprint(source)
            if self._is_made(source.id, fingerprint):
                continue
            with self._lock:
                job = self._jobs.get(source.id)
                if job is None or job[0] != fingerprint:
                    # Looked at again: it may have been made just before the lock was ours.
                    known = self._known.get(source.id)
                    if known is not None and known.made_from == fingerprint:
                        continue
                    failed = self._failures.get(source.id)
                    if failed is not None and failed.keeps_off(fingerprint):
                        continue
                    future = self._executor.submit(self._make, source, fingerprint)
                    job = self._jobs[source.id] = (fingerprint, future)
            pending.append(job[1])
        return tuple(pending)

    def file(self, name: str) -> Path | None:
        """Return the file of this name, `None` if there never was one."""
        if not FILE_NAME.fullmatch(name):
            return None
        path = self._files / name
        return path if path.is_file() else None

    def _is_made(self, image_id: str, fingerprint: str) -> bool:
        record = self._record(image_id)
        return record is not None and record.made_from == fingerprint

    def _fingerprint(self, source: ImageSource) -> str:
        crop = source.crop
        area = f"{crop.left},{crop.top},{crop.width},{crop.height}" if crop else ""
        return f"{source.sha256}|{area}|{self._recipe}"

    def _record(self, image_id: str) -> _Record | None:
        record = self._known.get(image_id)
        if record is None:
            try:
                raw = (self._records / f"{image_id}.json").read_bytes()
                record = msgspec.json.decode(raw, type=_Record)
            except (OSError, msgspec.DecodeError):
                return None
            if not all((self._files / each.name).is_file() for each in record.state.files):
                return None  # somebody emptied the folder of the files
            self._known[image_id] = record
        return record

    def _make(self, source: ImageSource, fingerprint: str) -> None:
        """Render one image and write down what came of it."""
        try:
            record = _Record(made_from=fingerprint, state=self._made(source))
            with self._lock:
                # A newer original may have come meanwhile: its job has the last word.
                if self._is_latest(source.id, fingerprint):
                    self._records.mkdir(parents=True, exist_ok=True)
                    _replace(self._records / f"{source.id}.json", msgspec.json.encode(record))
                    self._known[source.id] = record
                    del self._jobs[source.id]
                    self._failures.pop(source.id, None)
        except Exception as error:
            # A full disk, a worker that was stopped, a missing extra: nothing the image can
            # help. It stays as it is, and is tried again a little later.
            message = _in_words(error)
            _logger.log(
                self._level,
                "The picture %s can not be processed now: %s (image %s).",
                source.path,
                message,
                source.id,
                exc_info=_logger.isEnabledFor(logging.DEBUG),
            )
            with self._lock:
                if self._is_latest(source.id, fingerprint):
                    self._failures[source.id] = _Failure(
                        made_from=fingerprint,
                        message=message,
                        until=time.monotonic() + RETRY_SECONDS,
                    )
                    del self._jobs[source.id]

    def _is_latest(self, image_id: str, fingerprint: str) -> bool:
        job = self._jobs.get(image_id)
        return job is not None and job[0] == fingerprint

    def _made(self, source: ImageSource) -> ImageState:
        try:
            with source.path.open("rb") as file:
                original = file.read(MOST_BYTES + 1)
        except FileNotFoundError as error:
            raise OriginalLost("the file is not there any more") from error
        if hashlib.sha256(original).hexdigest() != source.sha256:
            # Kept under the name of the content it had, the wrong picture would never go away.
            raise OriginalLost("the file has changed while it was read")
        try:
            renditions = self._render(original, source.crop).renditions
        except ImageRefused as refused:
            if not refused.lasting:
                raise
            return self._invalid(source, f"{refused.code}: {refused.message}")
        if enlarged := [each.style for each in renditions if each.upscaled]:
            # What no series owns is an avatar, and those are never as large as a cover.
            _logger.log(
                logging.WARNING if source.bucket_type else logging.INFO,
                "The picture %s is small: it was enlarged for %s (image %s).",
                source.path,
                ", ".join(enlarged),
                source.id,
            )
        return ImageState(status="valid", files=tuple(map(self._keep, renditions)))

    def _invalid(self, source: ImageSource, reason: str) -> ImageState:
        _logger.log(
            self._level,
            "The picture %s can not be used: %s (image %s).",
            source.path,
            reason,
            source.id,
        )
        last = self._record(source.id)
        return ImageState(status="invalid", files=last.state.files if last else (), reason=reason)

    def _keep(self, rendition: StoredRendition) -> ImageFile:
        name = rendition.sha256 + EXTENSION[rendition.content_type]
        target = self._files / name
        if not target.is_file():
            self._files.mkdir(parents=True, exist_ok=True)
            _link_or_copy(rendition.path, target)
        return ImageFile(
            style=rendition.style,
            name=name,
            content_type=rendition.content_type,
            width=rendition.width,
            height=rendition.height,
            file_size=rendition.file_size,
        )


def _in_words(error: Exception) -> str:
    """Return one line on what went wrong; an error of the system names the file it met."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _link_or_copy(source: Path, target: Path) -> None:
    """Give a rendition, which nobody ever changes in place, its second name."""
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:
            _replace(target, source.read_bytes())


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def open_images(
    folder: Path, *, processes: int = 0, loud: bool = True, enlarge: bool = True
) -> Images:
    """Return the images kept in `folder`, rendered by `processes` processes, 0 for this one.

    `loud` is that of `Images`. Without `enlarge` a style larger than its original is left out.
    """
    from dataclasses import replace

    from feedgen.artwork import engine
    from feedgen.artwork.encode import DEFAULT
    from feedgen.artwork.renditions import RECIPE
    from feedgen.artwork.store import RenditionStore

    settings = replace(DEFAULT, enlarge=enlarge)
    store = RenditionStore(folder / "renditions", processes=processes, settings=settings)
    return Images(
        folder,
        store.renditions,
        workers=max(2, processes),
        recipe=f"{RECIPE}|{engine.installed()}" + ("" if enlarge else "|as it is"),
        closing=store.close,
        loud=loud,
    )
