"""What a probe is told, what it finds, what it keeps and how it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from feedgen.errors import FeedgenError

if TYPE_CHECKING:
    from feedgen.model import Enclosure

Basis = Literal["read", "counted", "estimated", "given-up"]
Kind = Literal[
    "bad-url",
    "refused-address",
    "too-many-redirects",
    "unreachable",
    "forbidden",
    "gone",
    "not-media",
]

_HINTS: dict[Kind, str] = {
    "bad-url": "correct the episode's enclosure_url or the series' enclosure_template",
    "refused-address": "use a public address, or allow this host if it is your own",
    "too-many-redirects": "use fewer measurement prefixes, or look for a redirect in a circle",
    "unreachable": "try again later; if it stays so, ask whoever runs the media server",
    "forbidden": "podcast apps cannot log in: the file must be readable by everybody",
    "gone": "upload the file again, or correct the episode's enclosure_url",
    "not-media": "look at what this address delivers: it must be the audio or video file itself",
}


class ProbeProblem(FeedgenError):
    """A media file could not be examined.

    `kind` is `bad-url` (no http or https URL), `refused-address` (private, loopback, link-local
    or reserved, or not http at all), `too-many-redirects`, `unreachable` (network, time-out, 5xx,
    429: worth another try), `forbidden` (any other 4xx), `gone` (404, 410) or `not-media` (the
    bytes are no audio and no video).
    """

    def __init__(self, kind: Kind, message: str, *, url: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint or _HINTS[kind])
        self.kind = kind
        self.url = url


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the settings say of an enclosure; a value that is set wins over what is found."""

    type: str = ""
    length: int | None = None
    duration: int | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left to find out."""
        return bool(self.type and self.length and self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one probe may ask for; bytes and seconds.

    `requests`, `bytes` and `seconds` bound the ranged reads (`seconds` each), `whole_bytes` and
    `whole_seconds` each pass over a whole file: to count packets, or where a server ignores Range.
    `count` off leaves ffprobe alone; `ffprobe` names the program if it is not on the path.
    """

    hops: int = 10
    requests: int = 8
    bytes: int = 4 << 20
    seconds: float = 60.0
    whole_bytes: int = 1 << 30
    whole_seconds: float = 300.0
    count: bool = True
    ffprobe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A chapter mark of a media file: seconds from its start, and a title, `""` for none."""

    start: float
    end: float | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found of one file, as it is kept between runs.

    `sniffed` is the media type by the bytes, `content_type` the server's word. `duration` is in
    seconds and not rounded; `basis` says how it came about: `read` from the file's own tables,
    `counted` packet by packet, `estimated` where nothing could count, `given-up` where counting
    was tried and failed or would have passed the limits. `flaws` are codes of `FLAWS`. `marks` are
    kept by themselves, see `feedgen.probe.chapters`.
    """

    sniffed: str
    content_type: str = ""
    length: int | None = None
    duration: float | None = None
    basis: Basis = "read"
    flaws: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """An entry of the cache.

    `validator` is a strong ETag, else Last-Modified with the length (RFC 9110 §8.8); `""` if the
    server sends neither: such an entry is never reused while the server answers.
    """

    url: str
    validator: str
    facts: Facts


class ProbeCache(Protocol):
    """Where probes are kept between runs."""

    def get(self, url: str) -> Probed | None:
        """Return what was kept for `url`, `None` if nothing was."""

    def put(self, url: str, probed: Probed) -> None:
        """Keep `probed` in the place of what was kept for `url`."""


class MemoryCache:
    """A cache that lasts as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Probed] = {}

    def get(self, url: str) -> Probed | None:
        """Return what was kept for `url`, `None` if nothing was."""
        return self._kept.get(url)

    def put(self, url: str, probed: Probed) -> None:
        """Keep `probed` in the place of what was kept for `url`."""
        self._kept[url] = probed


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeNote:
    """Something a publisher should know of a file that can be published all the same."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The enclosure with everything worth saying about it.

    `stale` marks facts of an earlier run that could not be confirmed, because the server was
    unreachable; `cached` facts that were taken from the cache, confirmed or not.
    """

    enclosure: Enclosure
    notes: tuple[ProbeNote, ...] = ()
    cached: bool = False
    stale: bool = False


# What a media server must not do: podcast apps and Apple need HEAD and byte ranges.
# (Apple, A Podcaster's Guide to RSS.)
FLAWS = {
    "head-refused": "the server does not answer HEAD",
    "ranges-ignored": "the server ignores byte ranges",
    "encoded": "the server compresses the media file although it was asked not to",
    "varies": "the length changes from request to request",
    "insecure-hop": "a redirect leads from https to http",
}
