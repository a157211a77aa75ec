"""What an existing feed says, in the words of a catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from feedgen.content.feedxml import Element, moment, parse, seconds, whole
from feedgen.content.podcasttags import fitting, tables
from feedgen.feed.guid import podcast_guid
from feedgen.settings import EpisodeSettings, SeriesSettings

_TAG = re.compile(r"<(?:/?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?)>")
_YES = {"yes", "true", "explicit"}
_NO = {"no", "false", "clean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPerson:
    """A `podcast:person`; group and role in small letters, the defaults filled in."""

    name: str
    group: str
    role: str
    img: str
    href: str

    def table(self) -> dict[str, str]:
        """Return the person as the settings write one."""
        pairs = {
            "name": self.name,
            "group": self.group,
            "role": self.role,
            "img": self.img,
            "href": self.href,
        }
        return {key: value for key, value in pairs.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An item; `attributes` are keys of an episode file, `feed` the table of the same name."""

    title: str
    guid: str
    released_at: datetime | None
    description: str
    is_html: bool
    artwork: str
    people: tuple[FeedPerson, ...]
    attributes: dict[str, Any]
    feed: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedShow:
    """A channel and its items, without repeated guids; `notes` say what could not be kept."""

    title: str
    description: str
    is_html: bool
    artwork: str
    people: tuple[FeedPerson, ...]
    seasons: dict[int, str]
    items: tuple[FeedItem, ...]
    attributes: dict[str, Any]
    feed: dict[str, Any]
    notes: tuple[str, ...]


def read_feed(raw: bytes, *, feed_url: str = "") -> FeedShow:
    """Return what the feed says; raises `Refused` if it is no RSS feed."""
    channel, repaired = parse(raw)
    return _FeedReader(channel, feed_url, repaired).show()


@dataclass(slots=True)
class _FeedReader:
    channel: Element
    feed_url: str
    repaired: bool
    notes: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    seasons: dict[int, str] = field(default_factory=dict)

    def show(self) -> FeedShow:
        channel = self.channel
        if self.repaired:
            self.notes.append("the XML of the feed is broken; what follows a mistake may be lost")
        title = channel.first("title", "itunes:title")
        if not title:
            self.notes.append("the feed has no title")
        description, is_html = _description(channel.first("description", "itunes:summary"))
        explicit = _explicit(channel)
        items = self.items(explicit)
        settings = {**self.channel_settings(), "number_by_date": self.lacks_numbers(items)}
        feed = self.fit(SeriesSettings, settings, channel, "the show")
        for name, count in sorted(self.left.items()):
            self.notes.append(f"not taken over: {name} ({count} times)")
        return FeedShow(
            title=title or "Untitled",
            description=description,
            is_html=is_html,
            artwork=_artwork(channel),
            people=self.people(channel),
            seasons=self.seasons,
            items=items,
            attributes=self.attributes(explicit),
            feed=feed,
            notes=tuple(self.notes),
        )

    def lacks_numbers(self, items: tuple[FeedItem, ...]) -> bool | None:
        """Tell whether a serial show (Apple: every episode has a number) left numbers out."""
        serial = self.channel.first("itunes:type").lower() == "serial"
        full = [each for each in items if not each.attributes["itunes_type"]]
        if not serial or all("episode_number" in each.feed for each in full):
            return None
        self.notes.append("a serial without all episode numbers: they are counted by date now")
        return True

    def attributes(self, explicit: bool | None) -> dict[str, Any]:
        channel = self.channel
        owner = next(iter(channel.all("itunes:owner")), None)
        name = owner.first("itunes:name") if owner else ""
        email = owner.first("itunes:email") if owner else ""
        if not email:
            name, email = _contact(channel.first("managingEditor"), name)
        genres = tuple(dict.fromkeys(_genres(channel)))
        if not genres:
            self.notes.append("the feed has no category")
        language = channel.first("language")
        if not language:
            self.notes.append("the feed has no language")
        return {
            "website_url": channel.first("link"),
            "rss_author": channel.first("itunes:author"),
            "rss_owner": name,
            "rss_email": email,
            "rss_copyright": channel.first("copyright"),
            "genres": list(genres),
            "language": language,
            "rating": _rating(explicit),
        }

    def channel_settings(self) -> dict[str, Any]:
        channel = self.channel
        address = self.feed_url or next(
            (
                link.attribute("href")
                for link in channel.all("atom:link")
                if link.attribute("rel") == "self"
            ),
            "",
        )
        guid = channel.first("podcast:guid")
        if not guid and address:
            # Every directory that needs the guid has computed it from this address.
            guid = podcast_guid(address)
        locked = next(iter(channel.all("podcast:locked")), None)
        if locked and locked.text.lower() == "yes":
            self.notes.append("the feed is locked against imports: only go on if it is yours")
        keywords = [word.strip() for word in channel.first("itunes:keywords").split(",")]
        return {
            "podcast_guid": guid,
            "itunes_type": channel.first("itunes:type").lower() or None,
            "complete": channel.first("itunes:complete").lower() == "yes" or None,
            "block": channel.first("itunes:block").lower() == "yes" or None,
            "keywords": [word for word in keywords if word],
            "medium": channel.first("podcast:medium") or None,
            "locked": locked.text.lower() == "yes" if locked else None,
            "locked_owner": locked.attribute("owner") if locked else None,
        }

    def items(self, explicit: bool | None) -> tuple[FeedItem, ...]:
        made: dict[str, FeedItem] = {}
        for element in self.channel.all("item"):
            said = len(self.notes)
            item = self.item(element, explicit)
            if item.guid in made:
                del self.notes[said:]
                self.notes.append(f"left out: {item.title!r} has the guid of another item")
            else:
                made[item.guid] = item
        if not made:
            self.notes.append("the feed has no items")
        return tuple(made.values())

    def item(self, element: Element, channel_explicit: bool | None) -> FeedItem:
        enclosure = next(iter(element.all("enclosure")), None)
        url = enclosure.attribute("url") if enclosure else ""
        guid = element.first("guid")
        title = element.first("title", "itunes:title") or guid or "Untitled"
        if not guid:
            guid = url or element.first("link") or title
            self.notes.append(f"{title!r} has no guid; apps know it by {guid!r}, which stays")
        if not url:
            self.notes.append(f"{title!r} has no enclosure: it will be in no feed")
        date = element.first("pubDate", "dc:date")
        released_at = moment(date)
        if released_at is None:
            self.notes.append(f"{title!r} has no date that can be read: it will be in no feed")
        description, is_html = _longest(element)
        kind = element.first("itunes:episodeType").lower()
        explicit = _explicit(element)
        season = self.season(element)
        number = whole(element.first("itunes:episode", "podcast:episode"))
        feed = {
            "episode_number": number if kind != "trailer" else None,
            "link": element.first("link") or None,
            "enclosure_url": url or None,
            "enclosure_length": whole(enclosure.attribute("length")) if enclosure else None,
            "enclosure_type": enclosure.attribute("type") or None if enclosure else None,
            "duration_seconds": seconds(element.first("itunes:duration")),
            "block": element.first("itunes:block").lower() == "yes" or None,
            "keywords": _words(element.first("itunes:keywords")),
        }
        return FeedItem(
            title=title,
            guid=guid,
            released_at=released_at,
            description=description,
            is_html=is_html,
            artwork=_artwork(element),
            people=self.people(element),
            attributes={
                "itunes_type": kind if kind in ("trailer", "bonus") else "",
                "season": season,
                "rating": _rating(explicit) if explicit != channel_explicit else "",
            },
            feed=self.fit(EpisodeSettings, feed, element, repr(title)),
        )

    def season(self, element: Element) -> int | None:
        """Return the number of the item's season, and remember its name."""
        number = whole(element.first("itunes:season", "podcast:season"))
        if number is None or number > 9999:
            return None
        name = element.first_attribute("podcast:season", "name")
        self.seasons[number] = self.seasons.get(number) or name
        return number

    def people(self, owner: Element) -> tuple[FeedPerson, ...]:
        found: dict[tuple[str, str, str], FeedPerson] = {}
        for element in owner.all("podcast:person"):
            person = FeedPerson(
                name=" ".join(element.text.split()),
                group=(element.attribute("group") or "cast").lower(),
                role=(element.attribute("role") or "host").lower(),
                img=element.attribute("img"),
                href=element.attribute("href"),
            )
            kind = EpisodeSettings if owner.name == "item" else SeriesSettings
            _, refused = fitting(kind, {"people": [person.table()]})
            if refused:
                self.notes.append(f"a person is left out: {refused[0]}")
            else:
                found.setdefault((person.name, person.group, person.role), person)
        return tuple(found.values())

    def fit(
        self,
        kind: type[SeriesSettings] | type[EpisodeSettings],
        settings: dict[str, Any],
        owner: Element,
        what: str,
    ) -> dict[str, Any]:
        """Return the settings of `owner` with those of its podcast tags, as far as they fit."""
        found, left = tables(owner)
        for name in left:
            self.left[name] = self.left.get(name, 0) + 1
        kept, refused = fitting(kind, {**settings, **found})
        self.notes += [f"{what}: {problem}" for problem in refused]
        return kept


def _description(text: str) -> tuple[str, bool]:
    """Return a description and whether it is HTML; plain text loses the indentation of the XML."""
    is_html = bool(_TAG.search(text))
    return text if is_html else "\n".join(map(str.strip, text.splitlines())), is_html


def _longest(item: Element) -> tuple[str, bool]:
    """Return the fullest description: the API has one, feeds often a short and a long one."""
    texts = [item.first(name) for name in ("content:encoded", "description", "itunes:summary")]
    return _description(max(texts, key=len))


def _artwork(owner: Element) -> str:
    url = owner.first_attribute("itunes:image", "href")
    if url:
        return url
    return next((url for each in owner.all("image") if (url := each.first("url"))), "")


def _explicit(owner: Element) -> bool | None:
    word = owner.first("itunes:explicit").lower()
    return True if word in _YES else False if word in _NO else None


def _rating(explicit: bool | None) -> str:
    return {True: "explicit", False: "clean", None: ""}[explicit]


def _genres(channel: Element) -> list[str]:
    found = []
    for category in channel.all("itunes:category"):
        name = category.attribute("text")
        children = [each.attribute("text") for each in category.all("itunes:category")]
        named = [f"{name}: {child}" for child in children if child]
        found += named or [name]
    return [each for each in found if each]


def _contact(text: str, name: str) -> tuple[str, str]:
    """Return name and address of `addr@host (Real Name)`."""
    real, address = parseaddr(text)
    return (name or real, address) if "@" in address else (name, "")


def _words(text: str) -> list[str]:
    return [word for each in text.split(",") if (word := each.strip())]
