"""Show notes read for their tags and links; they are sloppy HTML, so no tree is built."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

# Quoted values may hold anything; possessive, so that broken markup costs no second look.
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_ATTRIBUTE = re.compile(r"([A-Za-z][A-Za-z0-9:\-]*)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


@dataclass(frozen=True, slots=True)
class Markup:
    """The names of the tags, lower-case and distinct; and (tag, attribute, value) of them all."""

    tags: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]


_NOTHING = Markup((), ())


@lru_cache(maxsize=64)
def markup(text: str) -> Markup:
    """Return the tags and attributes in `text`; values have their entities resolved."""
    if "<" not in text:
        return _NOTHING
    tags: dict[str, None] = {}
    attributes: list[tuple[str, str, str]] = []
    for _, name, inside in _TAG.findall(text):
        tag = name.lower()
        tags[tag] = None
        if "=" in inside:
            for key, value in _ATTRIBUTE.findall(inside):
                if value[0] in "\"'":
                    value = value[1:-1]
                if "&" in value:
                    value = html.unescape(value)
                attributes.append((tag, key.lower(), value.strip()))
    return Markup(tuple(tags), tuple(attributes))


def plain(text: str) -> str:
    """Return `text` without tags and with its entities resolved, for comparison only."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
