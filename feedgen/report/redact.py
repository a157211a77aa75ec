"""The address of a private feed is its key: it stands in no report, log line or list.

Where texts about a private feed are told, every address and path in them is left out, for nobody
can know which of them leads to it: an old one that is given up, a further document, an enclosure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from feedgen.feed.variants import PRIVATE_FOLDER

if TYPE_CHECKING:
    from feedgen.compare import Change
    from feedgen.guard.verdict import Reason
    from feedgen.outcome import Outcome, PublishedFeed

LEFT_OUT = "(private)"
_ADDRESS = re.compile(rf"(?:\w+://|/|\b{PRIVATE_FOLDER}/)[^\s“”\"'<>]+")


def redacted(outcome: Outcome) -> Outcome:
    """Return `outcome` without the addresses of its private feeds; the same if it has none."""
    private = [each for each in outcome.feeds if each.private]
    if not private:
        return outcome
    # What is said of the series as a whole is said of these feeds too.
    return replace(
        outcome,
        reason=_without(outcome.reason, private),
        hint=_without(outcome.hint, private),
        details=tuple(_without(each, private) for each in outcome.details),
        notes=tuple(replace(n, message=_without(n.message, private)) for n in outcome.notes),
        feeds=tuple(_feed(each) if each.private else each for each in outcome.feeds),
    )


def _feed(feed: PublishedFeed) -> PublishedFeed:
    return replace(
        feed,
        place="",
        url="",
        reason=text(feed.reason),
        changes=tuple(_change(each) for each in feed.changes),
        reasons=tuple(_reason(each) for each in feed.reasons),
    )


def text(said: str) -> str:
    """Return `said` without anything that may be an address or a path."""
    return _ADDRESS.sub(LEFT_OUT, said)


def _change(change: Change) -> Change:
    return replace(
        change,
        guid=text(change.guid),
        old=text(change.old),
        new=text(change.new),
        sentence=text(change.sentence),
        effect=text(change.effect),
    )


def _reason(reason: Reason) -> Reason:
    return replace(reason, sentence=text(reason.sentence))


def _without(said: str, private: list[PublishedFeed]) -> str:
    """Return a text about all feeds without the addresses that are known to be private."""
    for secret in (part for feed in private for part in (feed.url, feed.place) if part):
        said = said.replace(secret, LEFT_OUT)
    for feed in private:
        said = said.replace(feed.reason, text(feed.reason)) if feed.reason else said
    return re.sub(rf"\S*\b{PRIVATE_FOLDER}/[^\s“”\"'<>]+", LEFT_OUT, said)
