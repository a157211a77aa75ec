"""What the document itself can not tell: saved state, settings, API data, and what was fetched.

Rules stay pure: they take these values, `feedgen.check.network` and the caller fill them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """One episode as the API has it.

    `guid` is the API's rss_guid, verbatim; `guid_before` the guid the last build wrote for it;
    `enclosure_url` and `title` recognise its item should the guid differ.
    """

    id: str
    guid: str = ""
    guid_before: str = ""
    title: str = ""
    enclosure_url: str = ""
    published: bool = True
    released_at: datetime | None = None
    release_end_at: datetime | None = None
    premium_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtworkFacts:
    """One image used as artwork, as the API has it; sizes in pixels."""

    url: str
    status: str = "valid"
    width: int = 0
    height: int = 0
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer: `status` is 0 and `problem` says why if none came.

    Header names are lower case; `url` is where redirects led; `size` counts body bytes read.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    size: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What the bytes of an image say: format "jpeg", "png" or "", size in pixels, colour mode.

    `mode` is "RGB", "RGBA", "L", "LA", "P" or "CMYK"; `transparent` is true for a palette with
    transparency too.
    """

    format: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    transparent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFeed:
    """The feed's own URL: a plain GET, and the same GET with the validators of the first."""

    first: Answer
    again: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedArtwork:
    """An artwork URL: HEAD, its size in bytes (0 = unknown), and its pixels if they were read."""

    head: Answer
    size: int = 0
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedEnclosure:
    """An enclosure URL: HEAD, and a GET of its first two bytes."""

    head: Answer
    range: Answer | None = None
    dynamic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known beside the bytes; a rule whose facts are absent is not run.

    `feed_url`: the public URL the configuration gives. `podcast_guid_before`: what the last
    build wrote. `episodes`, `eligible`: the API's episodes and how many of them belong in the
    feed. `strings`: (where, text) of all text handed to the templates. `fingerprints` and
    `fingerprints_before`: URL → what identifies the bytes behind it, now and at the last build.
    """

    feed_url: str = ""
    podcast_guid_before: str = ""
    episodes: tuple[EpisodeFacts, ...] | None = None
    eligible: int | None = None
    artwork: tuple[ArtworkFacts, ...] = ()
    strings: tuple[tuple[str, str], ...] = ()
    feed: FetchedFeed | None = None
    images: Mapping[str, FetchedArtwork] = field(default_factory=dict)
    enclosures: Mapping[str, FetchedEnclosure] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    fingerprints_before: Mapping[str, str] = field(default_factory=dict)


NO_FACTS = Facts()
