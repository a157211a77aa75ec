"""Profiles: whose requirements a feed is measured by, and how much each rule weighs there."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from functools import cache

from feedgen.check.report import Severity
from feedgen.check.rule import REGISTRY, Rule
from feedgen.errors import UsageProblem, did_you_mean

FAMILIES = (
    "document",
    "text",
    "channel",
    "links",
    "itunes",
    "shownotes",
    "items",
    "numbers",
    "across",
    "podcast",
    "podcast_channel",
    "podcast_media",
    "other",
    "source",
    "network",
)
# What everybody's feed rests on, whoever judges it.
_COMMON = {"rss", "w3c"}
_SOURCES = {
    "apple": {"apple"},
    "psp1": {"psp1", "podcast-ns"},
    "spotify": {"spotify"},
    "rss": set[str](),
    "modern": {"apple", "psp1", "spotify", "podcast-ns", "advice"},
    "art19-compat": {"apple", "psp1", "spotify", "podcast-ns", "advice"},
}
PROFILES = tuple(_SOURCES)

# Where a profile weighs a rule otherwise than the rule itself does; None = not asked there.
_WEIGHTS: dict[str, dict[str, Severity | None]] = {
    # Apple recommends the author and the date of an episode, Spotify requires them; Apple's page
    # knows neither podcast namespace nor self link.
    "apple": {"A11": "warn", "I14": "warn", "X16": None, "C17": "warn"},
    "psp1": {"A11": "warn", "I14": "warn"},
    "spotify": {"C17": "warn", "X16": None},
    "rss": {"C17": "warn", "X16": None},
    # What ART19's own feeds do for every show is not a defect of one of them.
    "art19-compat": {
        "X16": None,
        "A08": "error",
        "I20": "error",
        "C14": None,
        "I28": None,
        "A23": None,
        "A07": None,
        "C23": None,
    },
}


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, by family and number."""
    for family in FAMILIES:
        importlib.import_module(f"feedgen.check.rules.{family}")
    return tuple(
        sorted(REGISTRY.values(), key=lambda rule: ("XCAIPONS".index(rule.id[0]), rule.id))
    )


def severity_of(rule: Rule, profile: str) -> Severity | None:
    """Return what `rule` weighs in `profile`, `None` if it is not asked there."""
    weights = _WEIGHTS.get(profile, {})
    if rule.id in weights:
        return weights[rule.id]
    wanted = _SOURCES[profile] | _COMMON | {"art19"}
    return rule.severity if wanted.intersection(rule.sources) else None


def active(
    profile: str, *, select: Collection[str] = (), ignore: Collection[str] = ()
) -> tuple[tuple[Rule, Severity], ...]:
    """Return the rules of `profile` with their severity there.

    `select` adds rules the profile does not ask and drops all it does not name; `ignore` wins.
    Both take ids and the letters families begin with. Raises UsageProblem for unknown names.
    """
    if profile not in _SOURCES:
        hint = did_you_mean(profile, PROFILES)
        raise UsageProblem(f"no profile {profile!r}", hint=hint)
    chosen, silenced = _ids(select), _ids(ignore)
    found = []
    for rule in rules():
        weight = severity_of(rule, profile)
        if chosen:
            weight = (weight or rule.severity) if rule.id in chosen else None
        if weight is not None and rule.id not in silenced:
            found.append((rule, weight))
    return tuple(found)


def find(name: str) -> Rule:
    """Return the rule called `name`; raises UsageProblem if there is none."""
    rules()
    rule = REGISTRY.get(name.upper())
    if rule is None:
        raise UsageProblem(f"no rule {name!r}", hint=did_you_mean(name.upper(), sorted(REGISTRY)))
    return rule


def rank(severity: Severity) -> int:
    """Return how light `severity` is: 0 for an error."""
    return ("error", "warn", "info").index(severity)


def _ids(names: Collection[str]) -> frozenset[str]:
    every = [rule.id for rule in rules()]
    found: set[str] = set()
    for name in names:
        matching = [one for one in every if one == name.upper() or one[0] == name.upper()]
        if not matching:
            raise UsageProblem(f"no rule {name!r}", hint=did_you_mean(name.upper(), every))
        found.update(matching)
    return frozenset(found)
