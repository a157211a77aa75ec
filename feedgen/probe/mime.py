"""Which type an enclosure gets: bytes, extension and the server's word, reconciled (pure)."""

from __future__ import annotations

from posixpath import splitext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feedgen.probe.facts import ProbeNote

if TYPE_CHECKING:
    from collections.abc import Iterator

# extension → what is written, and what the bytes may be (Apple, A Podcaster's Guide to RSS:
# Apple Podcasts goes by the extension of the URL's path and knows these)
_LISTED = {
    "mp3": ("audio/mpeg", {"audio/mpeg"}),
    "m4a": ("audio/x-m4a", {"audio/mp4"}),
    "mp4": ("video/mp4", {"video/mp4", "audio/mp4"}),
    "m4v": ("video/x-m4v", {"video/mp4"}),
    "mov": ("video/quicktime", {"video/quicktime", "video/mp4"}),
}
_OTHER = {
    "mp2": {"audio/mpeg"},
    "m4b": {"audio/mp4"},
    "aac": {"audio/aac"},
    "ogg": {"audio/ogg", "video/ogg"},
    "oga": {"audio/ogg"},
    "ogv": {"video/ogg"},
    "opus": {"audio/ogg"},
    "flac": {"audio/flac"},
    "wav": {"audio/wav"},
    "aif": {"audio/aiff"},
    "aiff": {"audio/aiff"},
    "webm": {"video/webm"},
    "mkv": {"video/x-matroska"},
    "wma": {"audio/x-ms-wma"},
}
_WRITTEN = {
    "audio/mp4": "audio/x-m4a"
}  # the preferred spelling where the extension decides nothing
_SPELLINGS = (
    {"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mpeg", "audio/x-mp3", "audio/x-mpeg-3"},
    {"audio/x-m4a", "audio/m4a", "audio/mp4", "audio/x-m4b", "audio/mp4a-latm"},
    {"video/mp4", "audio/mp4", "video/x-m4v", "video/m4v"},
    {"audio/aac", "audio/aacp", "audio/x-aac"},
    {"audio/ogg", "audio/opus", "audio/vorbis", "application/ogg", "audio/x-ogg"},
    {"audio/flac", "audio/x-flac"},
    {"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"},
    {"audio/aiff", "audio/x-aiff"},
    {"video/webm", "audio/webm"},
)


def extension(url: str) -> str:
    """Return the extension of the URL's path in small letters without the dot, `""` if none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return splitext(path)[1][1:].lower()


def reconcile(url: str, sniffed: str, content_type: str) -> tuple[str, tuple[ProbeNote, ...]]:
    """Return the type to write and what does not fit together.

    The extension decides the spelling as long as the bytes agree with it; where they do not, the
    bytes win, for a player goes by them.
    """
    ext = extension(url)
    written, fitting = _LISTED.get(ext, (_WRITTEN.get(sniffed, sniffed), _OTHER.get(ext)))
    if fitting is not None and sniffed not in fitting:
        written = _WRITTEN.get(sniffed, sniffed)
    return written, tuple(_misfits(ext, sniffed, fitting, written, content_type))


def _misfits(
    ext: str, sniffed: str, fitting: set[str] | None, written: str, content_type: str
) -> Iterator[ProbeNote]:
    if fitting is not None and sniffed not in fitting:
        yield ProbeNote(
            code="extension-mismatch",
            message=f"the address ends in .{ext} but the bytes are {sniffed}",
        )
    elif ext not in _LISTED:
        yield ProbeNote(
            code="extension-unlisted",
            message=f"the address ends in {'.' + ext if ext else 'no extension'}; "
            "Apple Podcasts plays .mp3, .m4a, .mp4, .m4v and .mov only",
        )
    said = content_type.partition(";")[0].strip().lower()
    if said != written and not any(said in known and written in known for known in _SPELLINGS):
        yield ProbeNote(
            code="content-type-mismatch",
            message=f"the server says {said or 'no Content-Type'} where the bytes are {sniffed}",
        )
