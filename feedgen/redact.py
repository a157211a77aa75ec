"""The address of a private feed is its key: it stands in no report, message or list.

In what is said of a private feed every address and path is left out, for nobody can know which of
them leads to it: an old one that is given up, a further document, an enclosure.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from feedgen.feed.variants import PRIVATE_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from feedgen.compare import Change
    from feedgen.guard.verdict import Reason
    from feedgen.outcome import Outcome, PublishedFeed

LEFT_OUT = "(private)"
_ADDRESS = re.compile(rf"(?:\w+://|/|\b{PRIVATE_FOLDER}/)[^\s“”\"'<>]+")
# A name that was worked out (`feedgen.feed.variants`) is long and nothing but letters and digits.
_INTO_FOLDER = re.compile(rf"[^\s“”\"'<>]*\b{PRIVATE_FOLDER}/[a-z2-7]{{30,}}[^\s“”\"'<>]*")


def redacted(outcome: Outcome) -> Outcome:
    """Return `outcome` with no address of a private feed in anything that is said.

    Where such a feed lies stays in its `place` and `url`, which nobody prints.
    """
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


def unplaced(said: str) -> str:
    """Return `said` without paths and addresses of feeds in the folder of private ones."""
    return _INTO_FOLDER.sub(LEFT_OUT, said)


def from_project(root: Path, told: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return plain data whose texts name the files of a project from its folder, not the disk's.

    For who may be far away: where `root` lies is nobody's business there.
    """
    if isinstance(told, str):
        return told.replace(f"{root}{os.sep}", "")
    if isinstance(told, dict):
        return {name: from_project(root, value) for name, value in told.items()}
    if isinstance(told, (list, tuple)):
        return [from_project(root, each) for each in told]
    return told


def _feed(feed: PublishedFeed) -> PublishedFeed:
    return replace(
        feed,
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
    return unplaced(said)
