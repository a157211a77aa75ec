"""Query strings of the Content API into what was asked, with every mistake named.

Keys and values are percent-encoded; raw brackets in keys are understood as well. A parameter the
operation does not have, one given twice, and one that does not fit its kind are mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from feedgen.content.operations import (
    IDS,
    PAGE_NUMBER,
    PAGE_SIZE,
    RSS,
    SORT,
    Collection,
    Kind,
    Parameter,
)
from feedgen.errors import did_you_mean

MAX_IDS = 300
MAX_PAGE_SIZE = 100
MAX_PARAMETERS = 1000
MAX_DIGITS = 1000
MAX_FAULTS = 20

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_DIGITS = re.compile(r"[0-9]+")
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
# RFC 3339 §5.6, date-time; the lower-case letters are allowed by its prose.
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

FilterValue = str | bool | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a request: which parameter, a stable code, and what to do."""

    parameter: str
    code: str
    detail: str


class BadQuery(Exception):
    """The query can not be answered; `faults` has at least one entry."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.parameter}: {fault.detail}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page: `number` counts from 1, `size` is at most 100."""

    number: int = 1
    size: int = MAX_PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One order of the `sort` parameter."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a collection was asked for.

    `ids` is `None` when no ids were given; `page` is `None` when the answer is not paged; `sort`
    is empty when none was given. `pairs` are the parameters as sent, decoded, for the links.
    """

    ids: tuple[str, ...] | None = None
    page: Page | None = None
    sort: tuple[SortKey, ...] = ()
    filters: Mapping[str, FilterValue] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()


def decode(query: bytes) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query string, decoded; raise `BadQuery` for what is not UTF-8.

    A plus sign is a space, as in the form encoding most HTTP libraries write.
    """
    if not query:
        return ()
    parts = [part for part in query.split(b"&") if part]
    if len(parts) > MAX_PARAMETERS:
        name = parts[MAX_PARAMETERS].partition(b"=")[0]
        shown = unquote_to_bytes(name).decode("utf-8", "replace")
        raise BadQuery((_fault(shown, "too-many", f"at most {MAX_PARAMETERS} parameters"),))
    pairs: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for part in parts:
        name, _, value = (piece.replace(b"+", b" ") for piece in part.partition(b"="))
        shown = unquote_to_bytes(name).decode("utf-8", "replace")
        if _BAD_PERCENT.search(part):
            faults.append(_fault(shown, "encoding", "a percent sign without two hex digits"))
            continue
        try:
            pairs.append(
                (unquote_to_bytes(name).decode("utf-8"), unquote_to_bytes(value).decode("utf-8"))
            )
        except UnicodeDecodeError:
            faults.append(_fault(shown, "encoding", "the bytes are not UTF-8"))
    if faults:
        raise BadQuery(tuple(faults))
    return tuple(pairs)


def read_collection(collection: Collection, query: bytes, *, lenient_pages: bool = False) -> Asked:
    """Return what `query` asks of `collection`; raise `BadQuery` with every mistake in it.

    With `lenient_pages` a list of ids may come with a page, as the schema of the published
    description demands for episodes and its prose forbids.
    """
    pairs = decode(query)
    names = [IDS, *collection.filters]
    if collection.orders:
        names.append(SORT)
    if collection.pages != "never" or lenient_pages:
        names += [PAGE_NUMBER, PAGE_SIZE]
    faults = _unknown_or_twice(pairs, names)
    given = {name: value for name, value in pairs if name in names}

    ids = _ids([value for name, value in pairs if name == IDS], faults)
    page = _page(given, faults)
    sort = _sort(collection, given[SORT], faults) if SORT in given else ()
    filters: dict[str, FilterValue] = {}
    for name, parameter in collection.filters.items():
        if name in given and (value := _value(parameter, given[name], faults)) is not None:
            filters[name] = value

    given_page = next((name for name in (PAGE_NUMBER, PAGE_SIZE) if name in given), None)
    if ids is not None and given_page and not lenient_pages:
        faults.append(_fault(given_page, "conflict", "pages can not be asked together with ids[]"))
    if ids is None and not given_page and collection.pages == "required":
        faults.append(_fault(PAGE_NUMBER, "missing", "page[number] and page[size] are required"))
    _require(collection, given, faults)
    if faults:
        raise BadQuery(tuple(faults))
    if ids is None and page is None and collection.pages != "never":
        page = Page()
    return Asked(ids=ids, page=page, sort=sort, filters=filters, pairs=pairs)


def read_sibling(query: bytes) -> bool:
    """Return whether `rss=true` was asked for; raise `BadQuery` for everything else but false."""
    pairs = decode(query)
    faults = _unknown_or_twice(pairs, [RSS.name])
    value = _value(RSS, dict(pairs)[RSS.name], faults) if RSS.name in dict(pairs) else False
    if faults:
        raise BadQuery(tuple(faults))
    return value is True


def read_single(query: bytes) -> None:
    """Raise `BadQuery` if there is any parameter: a single resource takes none."""
    faults = _unknown_or_twice(decode(query), [])
    if faults:
        raise BadQuery(tuple(faults))


def _fault(parameter: str, code: str, detail: str) -> Fault:
    return Fault(parameter=parameter, code=code, detail=detail)


def _unknown_or_twice(pairs: tuple[tuple[str, str], ...], names: list[str]) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for name, _ in pairs:
        if len(faults) == MAX_FAULTS:
            break
        if name not in names:
            hint = did_you_mean(name, names) if names else "this resource takes no parameters"
            faults.append(_fault(name, "unknown", f"no such parameter; {hint}"))
        elif name in seen and name != IDS:
            faults.append(_fault(name, "twice", "given more than once"))
        seen.add(name)
    return faults


def _ids(values: list[str], faults: list[Fault]) -> tuple[str, ...] | None:
    if not values:
        return None
    if len(values) > MAX_IDS:
        faults.append(_fault(IDS, "too-many", f"at most {MAX_IDS} ids, {len(values)} were given"))
        return ()
    wrong = [value for value in values if not UUID.fullmatch(value)]
    if wrong:
        faults.append(_fault(IDS, "format", f"not a UUID: {_shown(wrong[0])}"))
        return ()
    ids = tuple(value.lower() for value in values)
    if len(set(ids)) != len(ids):
        twice = next(value for value in ids if ids.count(value) > 1)
        faults.append(_fault(IDS, "twice", f"the id {twice} is given more than once"))
    return ids


def _page(given: Mapping[str, str], faults: list[Fault]) -> Page | None:
    numbers = {}
    for name, most in ((PAGE_NUMBER, None), (PAGE_SIZE, MAX_PAGE_SIZE)):
        if name not in given:
            continue
        text = given[name]
        number = int(text) if _DIGITS.fullmatch(text) and len(text) <= MAX_DIGITS else 0
        if number < 1 or (most is not None and number > most):
            span = f"from 1 to {most}" if most else "from 1 up"
            faults.append(_fault(name, "format", f"must be a whole number {span}"))
        numbers[name] = number
    if len(numbers) == 1:
        missing = PAGE_SIZE if PAGE_NUMBER in numbers else PAGE_NUMBER
        faults.append(_fault(missing, "missing", "page[number] and page[size] go together"))
        return None
    return Page(number=numbers[PAGE_NUMBER], size=numbers[PAGE_SIZE]) if numbers else None


def _sort(collection: Collection, text: str, faults: list[Fault]) -> tuple[SortKey, ...]:
    keys: list[SortKey] = []
    for part in text.split(","):
        name = part.removeprefix("-")
        if name not in collection.orders:
            words = ", ".join(collection.orders)
            detail = f"{_shown(part)} is no order; there are: {words}"
            faults.append(_fault(SORT, "format", f"{detail} (with - in front for descending)"))
            break
        keys.append(SortKey(name=name, descending=part.startswith("-")))
    return tuple(keys)


def _value(parameter: Parameter, text: str, faults: list[Fault]) -> FilterValue | None:
    value = _read(parameter, text)
    if value is None:
        what = parameter.kind.value
        if parameter.words:
            what += f" ({', '.join(parameter.words)})"
        faults.append(_fault(parameter.name, "format", f"must be {what}, not {_shown(text)}"))
    return value


def _read(parameter: Parameter, text: str) -> FilterValue | None:
    match parameter.kind:
        case Kind.TEXT:
            return text
        case Kind.ID:
            return text.lower() if UUID.fullmatch(text) else None
        case Kind.FLAG:
            return {"true": True, "false": False}.get(text)
        case Kind.INSTANT:
            return _instant(text)
        case Kind.YEAR:
            return text if _YEAR.fullmatch(text) else None
        case Kind.MONTH:
            return text if _MONTH.fullmatch(text) else None
        case Kind.WORD:
            return text if text in parameter.words else None
        case Kind.WORDS:
            words = tuple(text.split(","))
            return words if all(word in parameter.words for word in words) else None


def _instant(text: str) -> datetime | None:
    match = _INSTANT.fullmatch(text)
    if not match:
        return None
    day, minute, second, fraction, zone = match.groups()
    # A leap second (RFC 3339 §5.7) is the last instant of its minute that datetime can hold.
    if second == "60":
        second, fraction = "59", "999999"
    digits = (fraction or "0")[:6].ljust(6, "0")
    zone = "+00:00" if zone in "Zz" else zone
    try:
        return datetime.fromisoformat(f"{day}T{minute}:{second}.{digits}{zone}").astimezone(UTC)
    except ValueError:
        return None
    except OverflowError:  # the first or last day of the calendar, moved out of it by its zone
        return datetime.fromisoformat(f"{day}T{minute}:{second}.{digits}+00:00")


def _require(collection: Collection, given: Mapping[str, str], faults: list[Fault]) -> None:
    needs = collection.needs
    if not needs or any(all(name in given for name in names) for names in needs):
        return
    ways = ", or ".join(" with ".join(names) for names in needs)
    best = max(needs, key=lambda names: sum(name in given for name in names))
    missing = next(name for name in best if name not in given)
    faults.append(_fault(missing, "missing", f"give one of: {ways}"))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
