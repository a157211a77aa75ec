"""A feed as a listener meets it: read from the bytes on air, not from the catalogue.

A feed is input like any other here: addresses are shown only if a browser may open them, and its
HTML is sanitised again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from feedgen.check.values import seconds
from feedgen.compare.reading import read
from feedgen.feed import markup

if TYPE_CHECKING:
    from feedgen.compare.reading import Element, Episode

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646, well-formed


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One chapter; `start` in seconds."""

    start: float
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something a page links to: a transcript, a way to give money, a person's page."""

    url: str
    text: str
    kind: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardEpisode:
    """One episode; `audio` is blank if a page can not play it, `length` is in bytes.

    `written` are the notes as the feed has them, links in them relative to `base`, and never to be
    shown; `chapters_url` is where further chapters lie.
    """

    guid: str
    title: str
    published_at: datetime | None
    seconds: int | None
    label: str
    explicit: bool
    cover: str
    page: str
    written: str
    base: str
    enclosure: str
    audio: str
    media_type: str
    length: int
    chapters_url: str
    chapters: tuple[Chapter, ...]
    transcripts: tuple[Link, ...]
    people: tuple[Link, ...]

    @property
    def notes(self) -> str:
        """The notes as safe HTML; of a thousand episodes only those that are shown are cleaned."""
        return _notes(self.written, self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One feed; `readable` is false if what is on air is no feed at all."""

    readable: bool
    title: str = ""
    author: str = ""
    notes: str = ""
    page: str = ""
    cover: str = ""
    cover_alt: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    kind: str = ""
    explicit: bool = False
    complete: bool = False
    copyright: str = ""
    funding: tuple[Link, ...] = ()
    people: tuple[Link, ...] = ()
    episodes: tuple[HeardEpisode, ...] = ()

    @property
    def lang(self) -> str:
        """The language as a page may say it of a part (HTML, "lang"); blank if it is no tag."""
        return self.language if _LANGUAGE.fullmatch(self.language) else ""


def listen(data: bytes, *, here: Callable[[str], str]) -> Heard:
    """Return the feed in `data` as far as it can be read.

    `here` turns an address into one the pages may embed, `""` if they may not.
    """
    reading = read(data, ignore=frozenset(), meaning=False)
    if not reading.readable or reading.kind != "rss":
        return Heard(readable=False)
    channel = _Named(reading.channel)
    page = web_address(channel.text("link"))
    cover = channel.attribute("itunes:image", "href") or channel.child("image", "url")
    return Heard(
        readable=True,
        title=channel.text("title"),
        author=channel.text("itunes:author"),
        notes=_notes(channel.text("content:encoded") or channel.text("description"), page),
        page=page,
        cover=here(cover),
        cover_alt=channel.attribute("podcast:image", "alt"),
        language=channel.text("language"),
        categories=tuple(_categories(channel.all("itunes:category"))),
        kind=channel.text("itunes:type"),
        explicit=channel.says("itunes:explicit"),
        complete=channel.says("itunes:complete"),
        copyright=channel.text("copyright"),
        funding=tuple(_links(channel.all("podcast:funding"), "url")),
        people=tuple(_people(channel.all("podcast:person"), here)),
        episodes=tuple(_episode(each, page, here) for each in reading.episodes),
    )


def chapters_of(data: bytes | None) -> tuple[Chapter, ...]:
    """Return the chapters of a chapters file; nothing if it is none.

    Source: podcast namespace, "JSON Chapters" 1.2; `toc: false` is no entry of the list.
    """
    try:
        told = msgspec.json.decode(data or b"{}")
        entries = told.get("chapters", [])
        return tuple(
            Chapter(
                start=float(each["startTime"]),
                title=str(each.get("title") or ""),
                url=web_address(str(each.get("url") or "")),
            )
            for each in entries
            if each.get("toc", True) is not False
        )
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError):
        return ()


def web_address(address: str) -> str:
    """Return `address` if a browser may follow it, else nothing: no `javascript:` on a page."""
    try:
        parts = urlsplit(address.strip())
        return address.strip() if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _episode(episode: Episode, page: str, here: Callable[[str], str]) -> HeardEpisode:
    named = _Named(episode.elements)
    enclosure = named.first("enclosure")
    found: Mapping[str, str] = enclosure.attributes if enclosure else {}
    length = found.get("length", "")
    inline = named.first("psc:chapters")
    return HeardEpisode(
        guid=episode.guid,
        title=named.text("itunes:title") or episode.title,
        published_at=_moment(episode.published),
        seconds=seconds(named.text("itunes:duration")),
        label=_label(named),
        explicit=named.says("itunes:explicit"),
        cover=here(named.attribute("itunes:image", "href")),
        page=web_address(named.text("link")),
        written=named.text("content:encoded") or named.text("description"),
        base=page,
        enclosure=web_address(found.get("url", "")),
        audio=here(found.get("url", "")),
        media_type=found.get("type", ""),
        length=int(length) if length.isdecimal() and len(length) < 16 else 0,
        chapters_url=web_address(named.attribute("podcast:chapters", "url")),
        chapters=tuple(_inline(inline)) if inline else (),
        transcripts=tuple(
            Link(
                url=web_address(each.attributes.get("url", "")),
                text=each.attributes.get("type", "transcript"),
                kind=each.attributes.get("language", ""),
            )
            for each in named.all("podcast:transcript")
            if web_address(each.attributes.get("url", ""))
        ),
        people=tuple(_people(named.all("podcast:person"), here)),
    )


class _Named:
    """Elements, found by their name."""

    def __init__(self, elements: Iterable[Element]) -> None:
        self._elements = tuple(elements)

    def all(self, name: str) -> tuple[Element, ...]:
        return tuple(each for each in self._elements if each.name == name)

    def first(self, name: str) -> Element | None:
        return next((each for each in self._elements if each.name == name), None)

    def text(self, name: str) -> str:
        found = self.first(name)
        return found.written if found else ""

    def attribute(self, name: str, attribute: str) -> str:
        found = self.first(name)
        return found.attributes.get(attribute, "") if found else ""

    def child(self, name: str, child: str) -> str:
        found = self.first(name)
        return found.get(child) if found else ""

    def says(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "explicit")


def _label(named: _Named) -> str:
    """Return what apps write beside an episode: `S2 · E3`, `Trailer`, `Bonus`."""
    kind = named.text("itunes:episodeType").lower()
    season, number = named.text("itunes:season"), named.text("itunes:episode")
    parts = [f"S{season}"] if season else []
    parts += [f"E{number}"] if number else []
    parts += [kind.capitalize()] if kind in ("trailer", "bonus") else []
    return " · ".join(parts)


def _categories(elements: Iterable[Element]) -> Iterable[str]:
    for each in elements:
        own = each.attributes.get("text", "")
        below = [sub.attributes.get("text", "") for sub in each.children]
        if own:
            yield " › ".join([own, *below[:1]])


def _links(elements: Iterable[Element], attribute: str) -> Iterable[Link]:
    for each in elements:
        url = web_address(each.attributes.get(attribute, ""))
        if url:
            yield Link(url=url, text=each.written or url)


def _people(elements: Iterable[Element], here: Callable[[str], str]) -> Iterable[Link]:
    for each in elements:
        yield Link(
            url=web_address(each.attributes.get("href", "")),
            text=each.written,
            kind=each.attributes.get("role", "host"),
            picture=here(each.attributes.get("img", "")),
        )


def _inline(element: Element) -> Iterable[Chapter]:
    """Yield chapters that stand in the feed itself (Podlove Simple Chapters 1.2)."""
    for each in element.children:
        start = _clock(each.attributes.get("start", ""))
        if each.name == "psc:chapter" and start is not None:
            yield Chapter(
                start=start,
                title=each.attributes.get("title", ""),
                url=web_address(each.attributes.get("href", "")),
            )


def _clock(text: str) -> float | None:
    """Return seconds of a "normal play time", `None` if it is none (RFC 2326 §3.6)."""
    total = 0.0
    try:
        for part in text.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        return None
    return total


def _notes(text: str, base: str) -> str:
    """Return notes as safe HTML; headings become paragraphs, pictures are left out."""
    return markup.normal(text if "<" in text else markup.from_plain(text), base=base)


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
