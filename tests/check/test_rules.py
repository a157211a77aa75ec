"""Every rule: its examples, its page, its place in the profiles."""

import pytest

from feedgen import check
from feedgen.check import profiles, rulebook
from feedgen.check.example import feed
from feedgen.check.rule import SOURCES, Example, Rule
from feedgen.errors import UsageProblem
from tests.check.show import FEED, NOW

RULES = profiles.rules()
EXAMPLES = [
    pytest.param(rule, example, expected, id=f"{rule.id}-{'fails' if expected else 'passes'}")
    for rule in RULES
    for expected, examples in ((False, (rule.good,)), (True, rule.bad))
    for example in examples
]


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_the_examples_of_a_rule_say_what_its_page_says(
    rule: Rule, example: Example, expected: bool
):
    """What the page shows as passing passes, what it shows as failing is found."""
    report = check.run(feed(example), now=NOW, facts=example.facts)

    assert (rule.id in {finding.rule for finding in report.findings}) is expected


def test_there_are_144_rules():
    """100 core and 44 supplementary rules, each id once."""
    families = {letter: sum(rule.id[0] == letter for rule in RULES) for letter in "XCAIPONS"}

    assert len(RULES) == len({rule.id for rule in RULES}) == 144
    assert families == {"X": 19, "C": 24, "A": 23, "I": 28, "P": 32, "O": 6, "N": 8, "S": 4}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Rule):
    """A rule has a title, a reason, a known source, and a page that shows both examples."""
    page = rulebook.page(rule)

    assert rule.title
    assert len(rule.why) > 30
    assert set(rule.sources) <= set(SOURCES)
    assert rule.why in page
    assert "passes:" in page
    assert "fails:" in page
    assert all(example.shown.strip() for example in rule.bad)


def test_the_reference_is_made_of_all_pages():
    """The rules' reference holds every rule, in order."""
    text = rulebook.reference()
    places = [text.index(f"## {rule.id} ") for rule in RULES]

    assert places == sorted(places)


def test_a_profile_asks_what_its_source_asks():
    """Apple does not ask for the podcast namespace, RSS not for Apple's categories."""

    def asked(profile: str) -> dict[str, str]:
        return {rule.id: severity for rule, severity in profiles.active(profile)}

    assert asked("modern") == {rule.id: rule.severity for rule in RULES}
    assert "P04" not in asked("apple")
    assert asked("apple")["A11"] == "warn"
    assert "A04" not in asked("rss")
    assert {"C02", "X01", "I12"} <= asked("rss").keys()
    assert "P04" in asked("psp1")
    assert asked("spotify")["I14"] == "error"


def test_art19_compat_bears_what_art19_writes():
    """Old marks of explicitness are notes, a zero duration is a warning, CDATA may be indented."""
    raw = (
        FEED.replace(b"<itunes:explicit>false", b"<itunes:explicit>no")
        .replace(b">1500<", b">00:00:00<")
        .replace(b"+0000", b"-0000")
        .replace(b"<![CDATA[<p>The first", b"\n  <![CDATA[<p>The first")
    )
    modern = check.run(raw, now=NOW)
    compat = check.run(raw, now=NOW, profile="art19-compat")

    assert {finding.rule for finding in modern.errors} == {"A08", "I24", "I20"}
    assert not compat.errors
    assert {finding.rule for finding in compat.findings} == {"A08", "I24", "I20"}


def test_rules_are_selected_and_silenced_by_id_and_family():
    """`select` asks the named rules alone, `ignore` leaves some out, a letter means a family."""
    raw = FEED.replace(b">1500<", b">0<").replace(b">en-gb<", b">English<")

    def found(**named: list[str]) -> set[str]:
        return {one.rule for one in check.run(raw, now=NOW, **named).findings}

    assert found() == {"I20", "C11"}
    assert found(select=["I"]) == {"I20"}
    assert found(select=["i20", "c11"], ignore=["C"]) == {"I20"}
    assert found(ignore=["I20"]) == {"C11"}


@pytest.mark.parametrize(
    "named", [{"profile": "aple"}, {"select": ["I99"]}, {"ignore": ["Q"]}], ids=str
)
def test_an_unknown_name_is_a_usage_problem(named):
    """A profile or rule that does not exist is said, with what was probably meant."""
    with pytest.raises(UsageProblem) as caught:
        check.run(FEED, now=NOW, **named)

    assert caught.value.hint
