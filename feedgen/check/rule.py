"""A rule: one unit of check, severity, source, manual page and examples.

    @rule("I05", ERROR, "rss apple", on="enclosure", title="…", why="…", good="…", bad="…")
    def length_is_bytes(node, doc):
        ...

`on` says what the check is called with, one or several of:

    enclosure         every element of that name; item and channel come with their children
    channel/title     that element under that parent
    podcast:*         every element of that namespace, by our prefix
    odd               every element with a character in it that is rarely meant (values.ODD)
    spaced            every element with white space around its text
    unknown           every element without a namespace that RSS 2.0 does not have there
    document          the document, after all items, if it is an RSS feed with a channel
    bytes             the document, whatever it is
A check returns what is wrong: nothing, one sentence, a `Hit`, or several of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from feedgen.check.facts import Facts
from feedgen.check.report import Severity

ERROR: Severity = "error"
WARN: Severity = "warn"
INFO: Severity = "info"

Source = Literal["rss", "w3c", "apple", "psp1", "spotify", "podcast-ns", "art19", "advice"]
SOURCES: dict[str, str] = {
    "rss": "RSS 2.0 specification and RSS Advisory Board profile",
    "w3c": "XML 1.0, the RFCs a feed rests on, W3C feed validator",
    "apple": "Apple, A Podcaster's Guide to RSS",
    "psp1": "PSP-1: The Podcast RSS Standard",
    "spotify": "Spotify delivery specification (second-hand)",
    "podcast-ns": "podcast namespace",
    "art19": "consistency with the ART19 Content API",
    "advice": "third-party advice",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing wrong; `node` (an element or an item's entry) gives the place.

    `severity` differs from the rule's only where the rule says so.
    """

    message: str
    node: Any = None
    value: str | None = None
    severity: Severity | None = None
    line: int | None = None


Complaints = str | Hit | Iterable[str | Hit] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A feed to run a rule on.

    `shown` is what the manual page shows. `xml` replaces the elements of its name in a good
    feed (`feedgen.check.example`); `raw` is a whole document; `facts` is what else is known.
    """

    xml: str = ""
    raw: bytes | None = None
    facts: Facts | None = None
    text: str = ""

    @property
    def shown(self) -> str:
        """Return the snippet as the manual page shows it."""
        return self.text or self.xml or (self.raw or b"").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with everything that belongs to it."""

    id: str
    severity: Severity
    sources: tuple[str, ...]
    on: tuple[str, ...]
    title: str
    why: str
    good: Example
    bad: tuple[Example, ...]
    check: Callable[[Any, Any], Complaints]

    @property
    def page(self) -> str:
        """Return the rule's page of the manual."""
        source = "; ".join(SOURCES[name] for name in self.sources)
        bad = "\n\n".join(_indent(example.shown) for example in self.bad)
        return (
            f"{self.id} ({self.severity}): {self.title}\n\n"
            f"{self.why}\n\n"
            f"passes:\n\n{_indent(self.good.shown)}\n\n"
            f"fails:\n\n{bad}\n\n"
            f"source: {source}"
        )


REGISTRY: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002 - a rule's id is called id everywhere
    severity: Severity,
    sources: str,
    *,
    on: str,
    title: str,
    why: str,
    good: str | Example,
    bad: str | Example | tuple[str | Example, ...],
) -> Callable[[Callable[[Any, Any], Complaints]], Callable[[Any, Any], Complaints]]:
    """Return the decorator that makes a check into the rule `id`."""

    def register(check: Callable[[Any, Any], Complaints]) -> Callable[[Any, Any], Complaints]:
        if id in REGISTRY:
            raise ValueError(f"two rules called {id}")
        several = bad if isinstance(bad, tuple) else (bad,)
        REGISTRY[id] = Rule(
            id=id,
            severity=severity,
            sources=tuple(sources.split()),
            on=tuple(on.split()),
            title=title,
            why=why,
            good=_example(good),
            bad=tuple(_example(one) for one in several),
            check=check,
        )
        return check

    return register


def _example(given: str | Example) -> Example:
    return given if isinstance(given, Example) else Example(xml=given)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())
