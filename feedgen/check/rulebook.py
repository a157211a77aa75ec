"""The rules' reference: one page a rule, generated from the rules themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.check.profiles import PROFILES, rules, severity_of

if TYPE_CHECKING:
    from feedgen.check.rule import Rule


def page(rule: Rule) -> str:
    """Return the page of one rule: why, what passes, what fails, the source, the profiles."""
    weights = ((profile, severity_of(rule, profile)) for profile in PROFILES)
    asked = ", ".join(f"{profile} {weight}" for profile, weight in weights if weight)
    return f"{rule.page}\nprofiles: {asked}"


def reference() -> str:
    """Return all pages in Markdown, by family and number."""
    parts = ["# Rules", ""]
    for rule in rules():
        parts += [f"## {rule.id} {rule.title}", "", "```text", page(rule), "```", ""]
    return "\n".join(parts)
