"""What only the network can tell: the feed's own URL, artwork, enclosures; judged from facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.facts import (
    Answer,
    Facts,
    FetchedArtwork,
    FetchedEnclosure,
    FetchedFeed,
    Pixels,
)
from feedgen.check.rule import ERROR, INFO, WARN, Example, Hit, rule
from feedgen.check.values import WHOLE, extension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document

_FEED_TYPES = ("application/rss+xml", "application/xml", "text/xml")
_IMAGE_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
_LARGEST_ARTWORK = 512 * 1024
_ART = "https://cdn.example.com/show-3000.jpg"
_ARTWORK = f'<itunes:image href="{_ART}"/>'
_MP3 = "https://media.example.com/1.mp3"
_ENCLOSURE = f'<enclosure url="{_MP3}" length="41792992" type="audio/mpeg"/>'
_RANGED = Answer(status=206, headers={"content-range": "bytes 0-1/41792992"})


def _ok(content_type: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=200, headers={"content-type": content_type, **named})


def _image(head: Answer, *, size: int = 0, pixels: Pixels | None = None) -> Facts:
    return Facts(images={_ART: FetchedArtwork(head=head, size=size, pixels=pixels)})


def _audio(head: Answer, answer: Answer | None = _RANGED, *, dynamic: bool = False) -> Facts:
    return Facts(enclosures={_MP3: FetchedEnclosure(head=head, range=answer, dynamic=dynamic)})


def media_type(answer: Answer) -> str:
    """Return the media type of an answer, without parameters."""
    return answer.headers.get("content-type", "").split(";")[0].strip().lower()


def _said(answer: Answer) -> str:
    return answer.problem or f"answers {answer.status}"


@rule(
    "N01",
    ERROR,
    "apple",
    on="document",
    title="The feed's URL answers 200 with a type of XML",
    why="Directories fetch it without a password, and take an HTML page for an error.",
    good=Example(facts=Facts(feed=FetchedFeed(first=_ok("application/rss+xml; charset=utf-8")))),
    bad=Example(
        facts=Facts(feed=FetchedFeed(first=_ok("text/html"))), text="Content-Type: text/html"
    ),
)
def reachable(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield what the URL answers instead."""
    if doc.facts.feed is None:
        return
    first = doc.facts.feed.first
    if first.status != 200:
        yield Hit(f"the feed's URL {_said(first)}", value=first.url)
    elif media_type(first) not in _FEED_TYPES:
        found = media_type(first) or "missing"
        yield Hit(f"the Content-Type of the feed is {found}", value=found)


@rule(
    "N02",
    WARN,
    "apple spotify",
    on="document",
    title="The feed answers 304 to whoever has it already",
    why="Apps ask every hour. Without validators each of them loads the whole feed every time.",
    good=Example(
        facts=Facts(
            feed=FetchedFeed(
                first=_ok("application/rss+xml", etag='"a"'), again=Answer(status=304)
            )
        )
    ),
    bad=Example(
        facts=Facts(
            feed=FetchedFeed(
                first=_ok("application/rss+xml", etag='"a"'), again=Answer(status=200, size=9)
            )
        ),
        text="GET with If-None-Match answers 200",
    ),
)
def conditional(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield what is missing for a 304."""
    fetched = doc.facts.feed
    if fetched is None or fetched.first.status != 200:
        return
    headers = fetched.first.headers
    if "etag" not in headers and "last-modified" not in headers:
        yield Hit("the feed has neither ETag nor Last-Modified", value="")
    elif fetched.again is not None and fetched.again.status != 304:
        yield Hit(f"a GET with the validators {_said(fetched.again)}, not 304", value="")
    elif fetched.again is not None and fetched.again.size:
        yield Hit("the 304 has a body", value=str(fetched.again.size))


@rule(
    "N03",
    ERROR,
    "apple psp1",
    on="document",
    title="Artwork answers HEAD with 200 and the type its name says",
    why="Apple asks by HEAD before it loads an image. Last-Modified, without which it does not "
    "notice a change, is only warned about.",
    good=Example(
        xml=_ARTWORK,
        facts=_image(_ok("image/jpeg", last_modified="Thu, 05 Mar 2026 07:00:00 GMT")),
    ),
    bad=Example(
        xml=_ARTWORK, facts=_image(Answer(status=405)), text="HEAD of the artwork answers 405"
    ),
)
def artwork_head(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each artwork that answers otherwise."""
    for url, fetched in doc.facts.images.items():
        head, wanted = fetched.head, _IMAGE_TYPES.get(extension(url), "")
        if head.status != 200:
            yield Hit(f"HEAD of the artwork {_said(head)}", value=url)
        elif wanted and media_type(head) != wanted:
            found = media_type(head) or "missing"
            yield Hit(f"the Content-Type of the artwork is {found}, not {wanted}", value=url)
        elif "last-modified" not in head.headers:
            yield Hit("the artwork has no Last-Modified", value=url, severity="warn")


@rule(
    "N04",
    ERROR,
    "apple psp1",
    on="document",
    title="Artwork is square, 1400 to 3000 pixels, RGB, without transparency",
    why="Apple refuses other artwork; a shape that is not square is cut or framed.",
    good=Example(
        xml=_ARTWORK,
        facts=_image(
            _ok("image/jpeg", last_modified="Thu, 05 Mar 2026 07:00:00 GMT"),
            pixels=Pixels(format="jpeg", width=3000, height=3000, mode="RGB"),
        ),
    ),
    bad=Example(
        xml=_ARTWORK,
        facts=_image(
            _ok("image/jpeg", last_modified="Thu, 05 Mar 2026 07:00:00 GMT"),
            pixels=Pixels(format="png", width=1200, height=1200, mode="RGBA", transparent=True),
        ),
        text="a PNG of 1200 × 1200 with an alpha channel",
    ),
)
def artwork_pixels(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield what is wrong with the pixels."""
    for url, fetched in doc.facts.images.items():
        pixels = fetched.pixels
        if pixels is None:
            continue
        if not pixels.format:
            yield Hit("the artwork is neither JPEG nor PNG", value=url)
            continue
        wrong = []
        if pixels.width != pixels.height:
            wrong.append("not square")
        if not (1400 <= pixels.width <= 3000 and 1400 <= pixels.height <= 3000):
            wrong.append("not of 1400 to 3000 pixels")
        if pixels.transparent or pixels.mode in ("RGBA", "LA"):
            wrong.append("transparent")
        elif pixels.mode not in ("RGB", "P"):
            wrong.append(f"{pixels.mode}, not RGB")
        if wrong:
            shown = f"{pixels.width} × {pixels.height}"
            yield Hit(f"the artwork ({shown}) is {', '.join(wrong)}", value=url)


@rule(
    "N05",
    WARN,
    "advice",
    on="document",
    title="Artwork has at most 512 KB",
    why="Apps load it in lists of dozens; Apple publishes no limit, hosts advise this one.",
    good=Example(
        xml=_ARTWORK,
        facts=_image(_ok("image/jpeg", last_modified="x"), size=400_000),
    ),
    bad=Example(
        xml=_ARTWORK,
        facts=_image(_ok("image/jpeg", last_modified="x"), size=4_000_000),
        text="a JPEG of 4 MB",
    ),
)
def artwork_size(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each artwork that is larger."""
    for url, fetched in doc.facts.images.items():
        if fetched.size > _LARGEST_ARTWORK:
            yield Hit(f"the artwork has {fetched.size:,} bytes", value=url)


@rule(
    "N06",
    ERROR,
    "apple",
    on="document",
    title="Enclosures answer HEAD with 200 and a range with 206",
    why="Apps jump inside an episode by ranges; Apple refuses a server without them.",
    good=Example(xml=_ENCLOSURE, facts=_audio(_ok("audio/mpeg", content_length="41792992"))),
    bad=Example(
        xml=_ENCLOSURE,
        facts=_audio(_ok("audio/mpeg", content_length="41792992"), Answer(status=200)),
        text="Range: bytes=0-1 answers 200",
    ),
)
def enclosure_ranges(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each enclosure that answers otherwise."""
    for url, fetched in doc.facts.enclosures.items():
        if fetched.head.status != 200:
            yield Hit(f"HEAD of the enclosure {_said(fetched.head)}", value=url)
        elif fetched.range is not None and fetched.range.status != 206:
            yield Hit(f"a range of the enclosure {_said(fetched.range)}, not 206", value=url)
        elif fetched.range is not None and "content-range" not in fetched.range.headers:
            yield Hit("the 206 of the enclosure has no Content-Range", value=url)


@rule(
    "N07",
    WARN,
    "apple",
    on="document",
    title="The length of an enclosure is what the server sends",
    why="Apps show it as size and stop at it. Where ads are inserted as the file is sent it can "
    "only be near, and is merely mentioned.",
    good=Example(xml=_ENCLOSURE, facts=_audio(_ok("audio/mpeg", content_length="41792992"))),
    bad=Example(
        xml=f'<enclosure url="{_MP3}" length="28000000" type="audio/mpeg"/>',
        facts=_audio(_ok("audio/mpeg", content_length="41792992")),
        text='length="28000000", Content-Length: 41792992',
    ),
)
def enclosure_length(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each enclosure whose length is another."""
    for node_url, length, entry in doc.enclosures if doc.facts.enclosures else ():
        fetched = doc.facts.enclosures.get(node_url)
        if fetched is None or fetched.head.status != 200 or not WHOLE.fullmatch(length):
            continue
        sent = fetched.head.headers.get("content-length", "")
        if re.fullmatch(r"[0-9]{1,18}", sent) and len(length) < 19 and int(sent) != int(length):
            message = f"the length is {length}, the server sends {sent} bytes"
            severity = INFO if fetched.dynamic else None
            yield Hit(message, node=entry, value=node_url, severity=severity)


@rule(
    "N08",
    WARN,
    "apple spotify",
    on="document",
    title="New bytes have a new URL",
    why="Apple and Spotify fetch artwork and audio again only under another URL; the old picture "
    "stays for months.",
    good=Example(
        xml=_ARTWORK, facts=Facts(fingerprints={_ART: "a"}, fingerprints_before={_ART: "a"})
    ),
    bad=Example(
        xml=_ARTWORK,
        facts=Facts(fingerprints={_ART: "b"}, fingerprints_before={_ART: "a"}),
        text="the same artwork URL, other bytes behind it",
    ),
)
def new_bytes_new_url(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each URL behind which the bytes changed."""
    before = doc.facts.fingerprints_before
    for url, fingerprint in doc.facts.fingerprints.items():
        if url in before and before[url] != fingerprint:
            yield Hit("the bytes behind this URL changed, the URL did not", value=url)
