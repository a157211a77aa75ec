"""Elements of the podcast namespace in an existing feed as tables of the feed settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from feedgen.content.feedxml import Element, moment
from feedgen.errors import Mistake
from feedgen.schema import Reader, TomlSource
from feedgen.settings import EpisodeSettings, SeriesSettings

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBERS = {"length", "priority", "season", "split", "height"}
_FRACTIONS = {"start", "duration", "bitrate"}
_TRUTHS = {"default", "fee", "complete"}
_MOMENTS = {"pubdate", "dtstart"}
_OTHER_NAMES = {"startTime": "start"}
# A spelling in use that is no registered type.
_OTHER_VALUES = {"text/srt": "application/x-subrip"}

# Element → key of the settings, and the key its text has in the table.
_SEVERAL = {
    "podcast:funding": ("funding", "label"),
    "podcast:location": ("location", "name"),
    "podcast:trailer": ("trailers", "title"),
    "podcast:txt": ("txt", "value"),
    "podcast:block": ("podcast_block", "value"),
    "podcast:socialInteract": ("social_interact", ""),
    "podcast:transcript": ("transcripts", ""),
    "podcast:soundbite": ("soundbites", "label"),
    "podcast:contentLink": ("content_links", "label"),
    "podcast:alternateEnclosure": ("alternate_enclosures", ""),
    "podcast:value": ("value", ""),
}
_ONE = {
    "podcast:license": ("license", "id"),
    "podcast:updateFrequency": ("update_frequency", "label"),
    "podcast:chat": ("chat", ""),
}
_CHILDREN = {
    "podcast:source": "sources",
    "podcast:integrity": "integrity",
    "podcast:valueRecipient": "recipients",
}
# Read elsewhere, or of no use in another feed.
_KNOWN = {
    "podcast:guid",
    "podcast:locked",
    "podcast:medium",
    "podcast:person",
    "podcast:season",
    "podcast:episode",
    "podcast:chapters",
    "podcast:podroll",
    "podcast:publisher",
}


def tables(owner: Element) -> tuple[dict[str, Any], set[str]]:
    """Return the settings the children of a channel or item stand for, and the names left over."""
    found: dict[str, Any] = {}
    left = set()
    for element in owner:
        name = element.name
        if not name.startswith("podcast:"):
            continue
        if name in _SEVERAL:
            key, text = _SEVERAL[name]
            found.setdefault(key, []).append(_table(element, text))
        elif name in _ONE:
            key, text = _ONE[name]
            found.setdefault(key, _table(element, text))
        elif name not in _KNOWN:
            left.add(name)
    for name, key in (("podcast:podroll", "podroll"), ("podcast:publisher", "publisher")):
        items = [each for holder in owner.all(name) for each in holder.all("podcast:remoteItem")]
        if items:
            rows = [_table(each, "") for each in items]
            found[key] = rows if key == "podroll" else _without_medium(rows[0])
    chapters = owner.first_attribute("podcast:chapters", "url")
    if chapters:
        found["chapters_url"] = chapters
    return found, left


def _without_medium(item: dict[str, Any]) -> dict[str, Any]:
    # The medium of a publisher's feed is always the same, so the settings do not ask for it.
    return {key: value for key, value in item.items() if key != "medium"}


def fitting(
    kind: type[SeriesSettings] | type[EpisodeSettings], found: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return what of `found` the settings accept, and one line for everything they refuse.

    An element of a list is refused alone.
    """
    kept: dict[str, Any] = {}
    refused = []
    known = {each.name for each in fields(kind)}
    for key, value in found.items():
        if key not in known:
            refused.append(f"{key}: has no place here")
            continue
        rows = value if isinstance(value, list) and value and isinstance(value[0], dict) else None
        if rows is None:
            problem = _problem(kind, key, value)
            if problem:
                refused.append(problem)
            elif value not in (None, "", [], {}):
                kept[key] = value
            continue
        good = []
        for row in rows:
            problem = _problem(kind, key, [row], row)
            if problem:
                refused.append(problem)
            else:
                good.append(row)
        if good:
            kept[key] = good
    return kept, refused


def _problem(
    kind: type[SeriesSettings] | type[EpisodeSettings],
    key: str,
    value: object,
    row: dict[str, Any] | None = None,
) -> str:
    """Return why the settings refuse `value`; attributes nobody knows are dropped from `row`."""
    if value is None:
        return ""
    reader = Reader(TomlSource(name="", data={}, lines={}))
    if reader.read(kind, {key: value}) is not None and not reader.mistakes:
        return ""
    strange = {each.field.rpartition(".")[2] for each in reader.mistakes if _is_strange(each)}
    if row and not strange.isdisjoint(row):
        for name in strange:
            row.pop(name, None)
        return _problem(kind, key, value, row)
    first = reader.mistakes[0]
    return f"{first.field}: {first.problem}"


def _is_strange(mistake: Mistake) -> bool:
    return mistake.problem.startswith("unknown key")


def _table(element: Element, text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for raw in element.raw.attrib:
        key = _OTHER_NAMES.get(str(raw)) or _CAMEL.sub("_", str(raw)).replace("-", "_").lower()
        value = _converted(key, element.attribute(str(raw)))
        if value not in (None, "") and not key.startswith("{"):
            made[key] = value
    if text and (said := element.text):
        made[text] = said
    for child in element:
        key = _CHILDREN.get(child.name, "")
        if key == "integrity":
            made[key] = _table(child, "")
        elif key:
            made.setdefault(key, []).append(_table(child, ""))
    return made


def _converted(key: str, value: str) -> object:
    if key in _NUMBERS:
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if key in _FRACTIONS:
        return _fraction(value)
    if key in _TRUTHS:
        return value.lower() == "true"
    if key in _MOMENTS:
        return moment(value)
    return _OTHER_VALUES.get(value, value)


def _fraction(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value) else None
