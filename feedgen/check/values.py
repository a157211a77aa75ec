"""The shapes values of a feed have: dates, durations, URLs, numbers, identifiers.

Patterns are meant for `fullmatch` on stripped text.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# RFC 2822 section 3.3: weekday and seconds may be left out, names are in any case, a comment may
# follow; of the named zones only these exist (section 4.3). Two-digit years are obsolete and
# refused by Apple.
_DATE = re.compile(
    r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun), ?)?(\d{1,2}) "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d{2}):(\d{2})(?::(\d{2}))? ([+-]\d{4}|GMT|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT)"
    r"(?: ?\([^()]*\))?",
    re.ASCII | re.IGNORECASE,
)
_ZONES = {"GMT": 0, "UT": 0, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6}
_ZONES |= {"MDT": -6, "MST": -7, "PDT": -7, "PST": -8}

# RFC 3986: characters of a URL; raw spaces, quotes and anything outside ASCII are not among them.
URL_HTTP = re.compile(
    r"https?://(?:[A-Za-z0-9._~%!$&'()*+,;=:\-]*@)?(?:[A-Za-z0-9._~\-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::\d{1,5})?(?:[/?#][0-9A-Za-z;/?:@&=+$.\-_!~*'()%,#]*)?",
    re.ASCII | re.IGNORECASE,
)
URI_ABSOLUTE = re.compile(r"[A-Za-z][0-9A-Za-z+\-.]*:(?://)?[0-9A-Za-z;/?:@&=+$.\-_!~*'()%,#]+")
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
UUID_V5 = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-5[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?")
EMAIL = re.compile(rf"[A-Za-z0-9._%+\-']+@{_LABEL}(?:\.{_LABEL})+")
EMAIL_AND_NAME = re.compile(EMAIL.pattern + r" \(.+\)")
LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)
MIME = re.compile(
    r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+"
    r"(?:; ?[A-Za-z0-9!#$&^_.+\-]+=(?:[A-Za-z0-9!#$&^_.+\-]+|\"[^\"]*\"))*"
)
DURATION = re.compile(r"[0-9]+|[0-9]{1,3}:[0-5][0-9]|[0-9]{1,3}:[0-5][0-9]:[0-5][0-9]")
POSITIVE = re.compile(r"[1-9][0-9]*")
WHOLE = re.compile(r"0|[1-9][0-9]*")
DIGITS = re.compile(r"[0-9]+")
DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# RFC 5870, the geo URI.
GEO = re.compile(
    r"geo:(-?[0-9]{1,2}(?:\.[0-9]+)?),(-?[0-9]{1,3}(?:\.[0-9]+)?)(?:,-?[0-9]+(?:\.[0-9]+)?)?"
    r"(?:;crs=[A-Za-z0-9\-]+)?(?:;u=[0-9]+(?:\.[0-9]+)?)?"
)
OSM = re.compile(r"[NWR][0-9]+(?:#[0-9]+)?")
COUNTRIES = re.compile(r"[A-Za-z]{2}(?: [A-Za-z]{2})*")
RATIO = re.compile(r"[0-9]+(?:\.[0-9]+)?(?: ?/ ?[0-9]+(?:\.[0-9]+)?)?")
# RFC 2326 section 3.6, Normal Play Time, as Podlove simple chapters use it.
NPT = re.compile(r"[0-9]+(?:\.[0-9]+)?|(?:[0-9]+:)?[0-5]?[0-9]:[0-5][0-9](?:\.[0-9]+)?")
ISO8601 = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_SRI = (
    r"(?:sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)(?:\?\S*)?"
)
SRI = re.compile(rf"{_SRI}(?: +{_SRI})*")
RRULE = re.compile(r"[A-Z]+=[A-Za-z0-9,:+\-]+(?:;[A-Z]+=[A-Za-z0-9,:+\-]+)*;?")
SRCSET_PART = re.compile(r"https://\S+ [1-9][0-9]*w")
PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{66}")


# Characters that are rarely meant: C1 controls and U+FFFD, invisible ones, changes of direction.
SUSPECT = re.compile("[\x7f-\x9f\ufffd]")
INVISIBLE = re.compile("[\ufeff\u200b\u2028\u2029\ufdd0-\ufdef]")
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
ODD = re.compile(f"[{SUSPECT.pattern[1:-1]}{INVISIBLE.pattern[1:-1]}{_DIRECTIONS}]")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date of a feed: seconds since 1970, its zone as written, and if its weekday is right."""

    instant: float
    zone: str
    year: int
    weekday_agrees: bool


@lru_cache(maxsize=4096)
def moment(text: str) -> Moment | None:
    """Return the date `text` denotes, `None` if it is no RFC 2822 date or no real one."""
    match = _DATE.fullmatch(text) or _DATE.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    weekday, day, month, year, hour, minute, second, zone = match.groups()
    month, zone = month.capitalize(), zone.upper()
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        return None
    try:
        date = datetime.date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None
    if zone[0] in "+-":
        offset = (int(zone[1:3]) * 60 + int(zone[3:])) * 60
        offset = -offset if zone[0] == "-" else offset
    else:
        offset = _ZONES[zone] * 3600
    clock = (int(hour), int(minute), int(second or 0))
    instant = calendar.timegm((date.year, date.month, date.day, *clock, 0, 0, 0)) - offset
    agrees = weekday is None or DAYS[date.weekday()] == weekday.capitalize()
    return Moment(float(instant), zone, date.year, agrees)


def seconds(duration: str) -> int | None:
    """Return the seconds of an itunes:duration, `None` if it has none of its three forms."""
    if len(duration) > 12 or not DURATION.fullmatch(duration):
        return None
    total = 0
    for part in duration.split(":"):
        total = total * 60 + int(part)
    return total


def extension(url: str) -> str:
    """Return the lower-case extension of a URL's path, empty if it has none."""
    path = url.split("?", 1)[0].split("#", 1)[0]
    tail = path.rpartition("/")[2]
    _, dot, suffix = tail.rpartition(".")
    return suffix.lower() if dot and suffix.isalnum() and suffix.isascii() else ""


def is_http_url(value: str) -> bool:
    """Return whether `value` is an absolute http(s) URL made of RFC 3986 characters alone."""
    return URL_HTTP.fullmatch(value) is not None and not BAD_PERCENT.search(value)
