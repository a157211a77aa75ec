"""What the W3C feed validator asks for, answered by every feed we are known to write."""

import pytest

from feedgen import check, golden
from feedgen.check.profiles import rules
from feedgen.shipped import shipped

ASKED = {rule.id for rule in rules() if "w3c" in rule.sources}
CASES = [case for case in golden.cases(shipped("golden_feeds")) if (case / "feed.xml").exists()]
# What a producer typed into a title is shown as it was typed, and told of.
TYPED = {"hostile-text": {"X11"}, "text-that-was-escaped-before": {"X10"}}


def test_the_rules_of_the_validator_are_known():
    """Form of the document, characters, escaping, dates, addresses, links between documents."""
    assert {
        *("X01", "X02", "X03", "X05", "X06", "X07", "X08", "X09", "X10", "X11", "X12", "X19"),
        *("C10", "C13", "C14", "C18", "C19", "C20", "C24", "A20", "A21"),
        *("I13", "I15", "I16", "O02", "O03", "O06"),
    } <= ASKED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_feed_breaks_a_rule_of_the_validator(case):
    """Neither an error nor a warning, in both profiles."""
    told = golden.case_file(case)
    report = check.run(
        (case / "feed.xml").read_bytes(),
        now=told.now,
        profile=told.settings.profile or "modern",
        select=sorted(ASKED),
    )
    broken = {finding.rule for finding in report.findings if finding.severity != "info"}

    assert broken == TYPED.get(case.name, set())
