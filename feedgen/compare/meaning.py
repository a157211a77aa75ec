"""What a value means: two ways of writing the same thing are made one, everything else is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from feedgen.check.values import DECIMAL, DIGITS, moment, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

_EXPLICIT = {"yes": "true", "explicit": "true", "no": "false", "clean": "false"}
_PORTS = {"http": ":80", "https": ":443"}
_LONGEST_NUMBER = 15


def meant(name: str, attribute: str, value: str) -> str:
    """Return the text that stands for what `value` of an element, or of its attribute, means.

    `value` is stripped and not empty. Source of the equalities: RFC 2822 and ISO 8601 for dates,
    RFC 3986 sections 6.2.2.1 and 6.2.3 for addresses (case of scheme and host, the usual port, an
    empty path; the rest of an address is another file to an app), RFC 5646 section 2.1.1 for the
    case of languages, RFC 2045 section 5.1 for that of media types, Apple for durations and marks.
    """
    read = _ATTRIBUTES.get((name, attribute)) or _ATTRIBUTES.get(("", attribute))
    if not attribute:
        read = _TEXTS.get(name)
    if read is not None:
        return read(value)
    return " ".join(value.split())


def _date(value: str) -> str:
    when = moment(value)
    return f"@{when.instant:.0f}" if when else value


def _timestamp(value: str) -> str:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return value
    # Without a zone it is some moment of that day, and only equal to what is written alike.
    return f"@{when.timestamp():.3f}" if when.tzinfo is not None else value


def _duration(value: str) -> str:
    length = seconds(value)
    return str(length) if length is not None else value


def _explicit(value: str) -> str:
    return _EXPLICIT.get(value.lower(), value.lower())


def _lower(value: str) -> str:
    return value.lower()


def _language(value: str) -> str:
    return value.lower().replace("_", "-")


def _number(value: str) -> str:
    if len(value) > _LONGEST_NUMBER:
        return value
    if DIGITS.fullmatch(value):
        return str(int(value))
    return f"{float(value):g}" if DECIMAL.fullmatch(value) else value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        return value
    if not parts.netloc:
        return value
    scheme = parts.scheme.lower()
    user, at, host = parts.netloc.rpartition("@")
    host = host.lower().removesuffix(_PORTS.get(scheme, "\n"))
    return urlunsplit(
        (scheme, f"{user}{at}{host}", parts.path or "/", parts.query, parts.fragment)
    )


_TEXTS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("pubDate", "lastBuildDate"), _date),
    **dict.fromkeys(("atom:updated", "atom:published", "dc:date"), _timestamp),
    **dict.fromkeys(("link", "url", "comments", "itunes:new-feed-url"), _address),
    **dict.fromkeys(
        ("itunes:episode", "itunes:season", "podcast:season", "podcast:episode", "itunes:order"),
        _number,
    ),
    **dict.fromkeys(
        ("itunes:type", "itunes:episodeType", "itunes:block", "itunes:complete", "podcast:locked"),
        _lower,
    ),
    "itunes:duration": _duration,
    "itunes:explicit": _explicit,
    "language": _language,
    "podcast:guid": _lower,
}
_ATTRIBUTES: dict[tuple[str, str], Callable[[str], str]] = {
    **{("", attribute): _address for attribute in ("href", "url", "img", "uri")},
    ("podcast:trailer", "pubdate"): _date,
    ("podcast:liveItem", "start"): _timestamp,
    ("podcast:liveItem", "end"): _timestamp,
    ("podcast:updateFrequency", "dtstart"): _timestamp,
    ("podcast:soundbite", "startTime"): _number,
    ("podcast:soundbite", "duration"): _number,
    ("podcast:valueTimeSplit", "startTime"): _number,
    ("podcast:valueTimeSplit", "duration"): _number,
    ("podcast:person", "role"): _lower,
    ("podcast:person", "group"): _lower,
    ("podcast:transcript", "language"): _language,
    ("enclosure", "type"): _lower,
    ("enclosure", "length"): _number,
    ("podcast:transcript", "type"): _lower,
    ("podcast:chapters", "type"): _lower,
    ("guid", "isPermaLink"): _lower,
}
