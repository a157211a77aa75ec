"""The shapes of values that settings and elements share, and the base of tables that check them.

A field says what it holds by its type (`Https`, `Label`, `Uuid`); `Table` brings the value into
that shape when the table is made and names what does not fit it.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from feedgen.check.vocabulary import COUNTRY_CODES
from feedgen.feed.language import is_any_tag
from feedgen.feed.urls import ascii_host, ascii_url, is_http, is_https


@dataclass(frozen=True, slots=True)
class Rule:
    """How a text is brought into shape, which texts are right, and what to say of the others."""

    problem: str
    right: Callable[[str], object]
    convert: Callable[[str], str] = str


class Table:
    """A dataclass whose fields carry rules; `feedgen.schema.Reader` asks it for its problems."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name, rule in _rules(type(self)):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, rule.convert(value))
            elif value:
                object.__setattr__(self, name, tuple(rule.convert(each) for each in value))

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield field and problem for everything in this table that can not stand in a feed."""
        for name, rule in _rules(type(self)):
            value = getattr(self, name)
            for each in (value,) if isinstance(value, str) else value or ():
                if not rule.right(each):
                    yield name, f"{each!r} {rule.problem}"


_RULES: dict[type, tuple[tuple[str, Rule], ...]] = {}


def _rules(table: type) -> tuple[tuple[str, Rule], ...]:
    """Return the fields of `table` that carry a rule; found once per class."""
    if table not in _RULES:
        hints = typing.get_type_hints(table, include_extras=True)
        found = ((name, _rule_in(hint)) for name, hint in hints.items())
        _RULES[table] = tuple((name, rule) for name, rule in found if rule is not None)
    return _RULES[table]


def _rule_in(hint: Any) -> Rule | None:  # noqa: ANN401 - a type form, as typing hands it out
    for each in getattr(hint, "__metadata__", ()):
        if isinstance(each, Rule):
            return each
    found = (_rule_in(arg) for arg in typing.get_args(hint) if arg is not type(None))
    return next((rule for rule in found if rule is not None), None)


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one space: attributes can hold no more."""
    return " ".join(text.split())


def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


def _up_to(length: int) -> Callable[[str], bool]:
    return lambda text: 0 < len(text) <= length


_LOCAL = r"[A-Za-z0-9._%+\-']+"
_DOMAIN = (
    r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)+"
)
EMAIL = re.compile(f"{_LOCAL}@{_DOMAIN}")
EMAIL_NAME = re.compile(rf"{EMAIL.pattern} \([^()]+\)")
_HEX = "[0-9a-fA-F]"
_DECIMAL = r"[0-9]+(?:\.[0-9]+)?"
_UUID = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_GEO = re.compile(
    rf"geo:(-?{_DECIMAL}),(-?{_DECIMAL})(?:,-?{_DECIMAL})?(?:;crs=[A-Za-z0-9\-]+)?(?:;u={_DECIMAL})?"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!//(?:/|$))[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
_NAME = "[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"{_NAME}(?:\.{_NAME})*(?::[0-9]{{1,5}})?")
_TOKEN = r"[A-Za-z0-9!#$&^_.+\-]+"  # noqa: S105 - RFC 9110 calls it a token; no secret
_MIME = rf"{_TOKEN}/{_TOKEN}(?:; ?{_TOKEN}={_TOKEN})*"
_SRI_ONE = r"(?:sha256-[\w+/]{43}=|sha384-[\w+/]{64}|sha512-[\w+/]{86}==)"
# W3C Subresource Integrity: a hash, or several.
SRI = re.compile(rf"{_SRI_ONE}(?: {_SRI_ONE})*")


def _is_on_earth(text: str) -> bool:
    found = _GEO.fullmatch(text)
    return bool(found and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180)


def _bare(host: str) -> str:
    """Return a host in Punycode; what is none stays as it is, to be told of."""
    try:
        return ascii_host(host.strip())
    except ValueError:
        return host


Line = Annotated[str, Rule("is longer than 255 characters or empty", _up_to(255), one_line)]
Label = Annotated[str, Rule("is longer than 128 characters or empty", _up_to(128), one_line)]
Short = Annotated[str, Rule("is longer than 32 characters or empty", _up_to(32), one_line)]
Free = Annotated[str, Rule("is longer than 4,000 characters or empty", _up_to(4000), str.strip)]
Url = Annotated[str, Rule("is not an absolute http(s) address", is_http, ascii_url)]
Https = Annotated[str, Rule("is not an absolute https address", is_https, ascii_url)]
Email = Annotated[str, Rule("is not an e-mail address", EMAIL.fullmatch, str.strip)]
EmailName = Annotated[
    str, Rule("is not of the form name@example.com (Real Name)", EMAIL_NAME.fullmatch, one_line)
]
Uuid = Annotated[str, Rule("is not a UUID", _matches(_UUID), str.lower)]
Uri = Annotated[
    str,
    Rule("is not an absolute address such as https://… or ipfs://…", _URI.fullmatch, ascii_url),
]
Host = Annotated[str, Rule("is not a host name such as irc.example.com", _HOST.fullmatch, _bare)]
Lang = Annotated[str, Rule("is not a language tag such as en or pt-BR", is_any_tag, str.strip)]
Geo = Annotated[str, Rule("is not of the form geo:48.2,16.37 (RFC 5870)", _is_on_earth)]
Osm = Annotated[
    str, Rule("is not N, W or R with an OpenStreetMap id", _matches(r"[NWR][0-9]+(?:#[0-9]+)?"))
]
Country = Annotated[
    str,
    Rule("is not a country code such as IE (ISO 3166-1)", COUNTRY_CODES.__contains__, str.upper),
]
Mime = Annotated[str, Rule("is not a media type such as audio/mpeg", _matches(_MIME), str.strip)]
Ratio = Annotated[
    str, Rule("is not a ratio such as 16/9", _matches(rf"{_DECIMAL}(?: ?/ ?{_DECIMAL})?"))
]
RRule = Annotated[
    str,
    Rule(
        "is not a recurrence rule such as FREQ=WEEKLY;BYDAY=TH (RFC 5545)",
        _matches(r"(?:RRULE:)?FREQ=[A-Z]+(?:;[A-Z]+=[A-Za-z0-9,:+\-]+)*"),
    ),
]
