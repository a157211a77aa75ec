"""Who is who for ever, and when it last changed, both from the catalogue alone.

**Ids.** A written `id` wins. Else the id is a UUIDv5 over the kind and the place: a series over
its slug, a season over its series and its key, an episode over its series and its file name
without `.toml`, a cover over its owner, a person or network over its name in `people.toml` or
`networks.toml`, a credit over owner, person and kind of credit. No id depends on a title, a date
or a text, so no edit of those changes one; and what belongs to a series hangs on the id of the
series, so that a written `id` there keeps all of them when the slug has to change.

**Times.** Neither the clock nor the file system is asked: a checkout or a copy of a catalogue
gives the same bytes. A written `created_at` or `updated_at` is taken as it is. Else an episode
counts as created one hour before it is released, a series or season one hour before its first
episode, everything else with its owner or with the year 2000; and `updated_at` lies inside the
hour after `created_at`, at a millisecond drawn from a digest of everything the resource says
(the bytes of its picture or audio file and its feed settings included). So an edit moves
`updated_at`, forwards or backwards: compare it for equality, never for order.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    import os
    from pathlib import Path

NAMESPACE = UUID("5f0c1a7e-52c6-4b0e-9d3b-0e6c7c1f8a42")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_HOUR = timedelta(hours=1)
_HOUR_IN_MILLISECONDS = 3_600_000
_WINDOW = 64 * 1024


def place_id(kind: str, place: str, *, within: str = "") -> str:
    """Return the id of what stands at `place`; `within` is the id of the owner, if it has one."""
    return str(uuid5(UUID(within) if within else NAMESPACE, f"{kind}/{place}"))


def media_asset_id(image_id: str, style: str) -> str:
    """Return the id of an image's file in one style; the same for every crop and every upload."""
    return place_id("media_asset", style, within=image_id)


def before_release(released_at: datetime) -> datetime:
    """Return the time something counts as created that has been released at `released_at`."""
    return released_at - _HOUR


def moved(created_at: datetime, content: object) -> datetime:
    """Return the `updated_at` of what was created at `created_at` and now says `content`.

    `content` is made of JSON types, datetimes and dataclasses.
    """
    text = json.dumps(content, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") % _HOUR_IN_MILLISECONDS
    return created_at + timedelta(milliseconds=drawn)


def timestamp(moment: datetime) -> str:
    """Return `moment` as the API writes it: RFC 3339, UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def picture_digest(path: Path) -> str:
    """Return the sha256 of the file, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def entity_tag(found: os.stat_result) -> str:
    """Return the entity tag of a media file, made of its size and time of change."""
    return f'"{found.st_size:x}-{found.st_mtime_ns:x}"'


def audio_digest(path: Path) -> str:
    """Return a digest of an audio file from its size, beginning, middle and end.

    Episodes are large and a catalogue holds thousands: reading 192 KiB of each notices a new
    encoding, new tags and a cut, and takes milliseconds.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for start in sorted({0, max(0, size // 2 - _WINDOW // 2), max(0, size - _WINDOW)}):
            file.seek(start)
            digest.update(file.read(_WINDOW))
    return digest.hexdigest()
