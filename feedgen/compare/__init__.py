"""Two feeds compared: what a listener, an app or a directory would notice.

Formatting, attribute order, CDATA and namespace prefixes are no difference. Used by the golden
feeds, the guard and `feedgen diff`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

# What changes by itself from one build to the next.
BUILD_STAMPS = frozenset(("lastBuildDate", "generator"))

Kind = Literal["added", "removed", "changed", "guid", "order", "document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two feeds.

    `kind`: an element, or with `element == "item"` a whole episode, was added, removed or
    changed; "guid": the same episode under another guid; "order": the same things in another
    order; "document": one of the two is no feed that could be compared.
    `guid` and `title` name the episode and are empty for the channel; where the guid itself
    changed, `guid` is the lesser of the two, so that both directions name the same.
    `element` is the path inside it ("itunes:image@href", "podcast:person"); `old` and `new` are
    the whole values. `sentence` says it to a producer, `effect` what apps do about it, if
    anything.
    """

    kind: Kind
    guid: str = ""
    title: str = ""
    element: str = ""
    old: str = ""
    new: str = ""
    sentence: str = ""
    effect: str = ""

    @property
    def where(self) -> str:
        """Return "channel", or "item" for a change of an episode."""
        return "item" if self.guid or self.title or self.element == "item" else "channel"


def compare(
    old: bytes, new: bytes, *, ignore: Collection[str] = (), meaning: bool = False
) -> tuple[Change, ...]:
    """Return what differs from `old` to `new`, the channel first, then episode by episode.

    `ignore` holds names of elements that are left out, wherever they stand (BUILD_STAMPS). With
    `meaning`, two ways of writing the same are equal, as two hosts may: dates by their instant,
    durations by their seconds, `yes` and `true`, `en-US` and `en-us`, `HTTPS://Example.com` and
    `https://example.com/`, runs of white space and one space (`feedgen.compare.meaning`). Never
    raises; a document that is not well-formed is compared as far as it can be read.
    """
    from feedgen.compare.differ import differences  # lxml loads when feeds are compared

    return differences(old, new, ignore=frozenset(ignore), meaning=meaning)
