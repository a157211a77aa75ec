"""A series as it is now, taken down as a golden case: what goes in, without what is secret.

The documents are those the series was decoded from. What nobody should find in a repository goes:
signed and tracking parameters of addresses, and facts of persons that no feed shows.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from feedgen.art19 import jsonapi
from feedgen.art19.jsonapi import Resource
from feedgen.content.tomltext import document
from feedgen.errors import UsageProblem
from feedgen.model import Artwork, Enclosure
from feedgen.settings import SeriesSettings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_URL = re.compile(r"https?://[^\s\"'<>\\]+")
# Parameters that prove a right, or follow a person: neither belongs to the address of a thing.
_UNWANTED = re.compile(
    r"(?i)(?:utm_.*|mtm_.*|pk_.*|x-amz-.*|x-goog-.*|googleaccessid|aws.*|hdn(?:ea|tl|ts)|hmac|jwt|"
    r".*token.*|.*signature.*|sig|.*secret.*|.*api_?key.*|access_?key.*|key-pair-id|policy|"
    r"expires?|auth.*|credential|password|.*session.*|.*clk?id|[gw]braid|mc_[ce]id|mkt_tok|"
    r"_ga|_gl|_hsenc|_hsmi|ref_src|si|s_cid|igshid?)"
)
# Nothing a feed shows is called so, whatever collection it is in.
_SECRET = re.compile(r"(?i).*(?:token|secret|password|api_?key|credential).*")
# No feed shows them, and they are about persons.
_PRIVATE = {
    "people": (
        *("public_email", "biography", "born", "died"),
        *("from_country", "from_locality", "from_region"),
    ),
    "networks": ("public_email",),
    "episodes": ("listen_count", "allow_user_comments"),
}
_PRIVATE_RELATIONS = ("default_marker_points", "episode_versions", "segment_lists")
_SECRET_SETTINGS = ("private_secret", "apple_verify", "txt")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a case is made of; `enclosures` are by the API id of the episode."""

    series_id: str
    shows: str
    now: datetime
    resources: tuple[Resource, ...]
    settings: SeriesSettings
    enclosures: Mapping[str, Enclosure]
    published_artwork: Artwork | None = None


def write(folder: Path, name: str, captured: Captured) -> Path:
    """Write the case `name` below `folder` and return its folder; it has no feed yet.

    Raises UsageProblem if there is such a case, the name is none, or it can not be written.
    """
    case = folder / name
    if not _NAME.fullmatch(name):
        raise UsageProblem(
            f"{name!r} can not be the name of a case", hint="use letters a-z, digits and '-'"
        )
    if case.exists():
        raise UsageProblem(
            f"there is a golden case {name!r} already", hint="name another, or delete its folder"
        )
    try:
        (case / "api").mkdir(parents=True)
        (case / "case.toml").write_text(case_file(captured), encoding="utf-8", newline="\n")
        for kind, text in documents(captured.resources):
            (case / "api" / f"{kind}.json").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageProblem(
            f"can not write {case}: {error.strerror or error}", hint="name a folder of your own"
        ) from error
    return case


def documents(resources: Iterable[Resource]) -> Iterable[tuple[str, str]]:
    """Yield collection and JSON:API document of `resources`, cleaned and in a fixed order."""
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for resource in sorted(resources, key=lambda each: (each.type, each.id)):
        by_kind[resource.type].append(_cleaned(jsonapi.to_object(resource)))
    for kind, found in by_kind.items():
        yield kind, json.dumps({"data": found}, indent=1, ensure_ascii=True) + "\n"


def case_file(captured: Captured) -> str:
    """Return `case.toml`: what it shows, the time, and every fact that was not in the API."""
    artwork = captured.published_artwork
    return document(
        {
            "shows": captured.shows,
            "now": captured.now,
            "series": captured.series_id,
            "published_artwork": None
            if artwork is None
            else {
                "url": cleaned(artwork.url),
                "content_type": artwork.content_type,
                "style": artwork.style,
                "width": artwork.width,
                "height": artwork.height,
            },
            "settings": _said(captured.settings),
            "enclosures": {
                episode_id: {
                    "length": each.length,
                    "type": each.type or None,
                    "duration": each.duration,
                }
                for episode_id, each in sorted(captured.enclosures.items())
            },
        }
    )


def cleaned(text: str) -> str:
    """Return `text` with every address in it freed of signed and tracking parameters."""
    return _URL.sub(_address, text)


def _address(match: re.Match[str]) -> str:
    parts = urlsplit(match.group())
    # In markup the ampersand is written as a reference.
    between = "&amp;" if "&amp;" in parts.query else "&"
    kept = [
        pair
        for pair in parts.query.split(between)
        if not _UNWANTED.fullmatch(unquote(pair.partition("=")[0]))
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, between.join(kept), parts.fragment))


def _cleaned(resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource["type"]
    attributes = {
        name: _texts(value)
        for name, value in (resource.get("attributes") or {}).items()
        if name not in _PRIVATE.get(kind, ()) and not _SECRET.fullmatch(name)
    }
    relations = {
        name: {"data": value.get("data")}
        for name, value in (resource.get("relationships") or {}).items()
        if isinstance(value, dict) and "data" in value and name not in _PRIVATE_RELATIONS
    }
    return {
        "id": resource["id"],
        "type": kind,
        "attributes": attributes,
        "relationships": relations,
    }


def _texts(value: object) -> object:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, list):
        return [_texts(each) for each in value]
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    return value


def _said(value: object) -> object:
    """Return settings as plain data, with only what is said and nothing that is secret."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((each, getattr(value, each.name)) for each in dataclasses.fields(value))
        return {
            each.name: _said(said)
            for each, said in pairs
            if said not in (None, (), {}) and each.name not in _SECRET_SETTINGS
        }
    if isinstance(value, Mapping):
        return {key: _said(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_said(each) for each in value]
    return cleaned(value) if isinstance(value, str) else value
