"""`feedgen check` as it is typed."""

import json

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from feedgen.check import profiles
from feedgen.cli import main
from feedgen.cli.check import FORMATS, PROFILES, command
from tests.check.host import serving
from tests.check.show import FEED

NOW = "2026-03-06T00:00:00Z"
BROKEN = FEED.replace(b">1500<", b">0<").replace(b">Cast Off<", b">Episode 1: Off<")


def typed(*arguments: str, stdin: bytes = b"") -> Result:
    """Return what the command answers, through the one place that turns errors into codes."""
    import feedgen.cli

    return CliRunner().invoke(
        feedgen.cli.program, ["check", "--now", NOW, *arguments], input=stdin
    )


@pytest.fixture
def feeds(tmp_path):
    """A good feed and one with an error and a warning."""
    (tmp_path / "good.xml").write_bytes(FEED)
    (tmp_path / "broken.xml").write_bytes(BROKEN)
    return tmp_path


def left(arguments: list[str]) -> int:
    """Return the exit code of the whole program."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_a_clean_feed_leaves_with_0(feeds):
    """Nothing to say is exit code 0, and stdout says so."""
    result = typed(str(feeds / "good.xml"))

    assert result.exit_code == 0
    assert "nothing to say (profile modern)" in result.stdout


def test_findings_are_grouped_with_line_and_item(feeds):
    """An error leaves with 1; each finding stands under its rule, with line, item and value."""
    result = typed(str(feeds / "broken.xml"))
    line = BROKEN[: BROKEN.index(b">0<")].count(b"\n") + 1

    assert result.exit_code == 1
    assert f"error I20  {profiles.find('I20').title}" in result.stdout
    assert f"line {line}: “Episode 1: Off”: itunes:duration is '0'" in result.stdout
    assert result.stdout.index("I20") < result.stdout.index("I02")
    assert "1 error, 1 warning, 0 notes" in result.stdout
    assert "\x1b[" not in result.stdout


def test_warnings_alone_leave_with_0(feeds):
    """Only errors are a no."""
    assert typed("--ignore", "I20", str(feeds / "broken.xml")).exit_code == 0
    assert typed("--select", "I02,I03", str(feeds / "broken.xml")).exit_code == 0


def test_a_feed_comes_from_stdin():
    """`-` reads stdin."""
    result = typed("-", stdin=BROKEN)

    assert result.exit_code == 1
    assert result.stdout.startswith("stdin")


def test_json_holds_every_finding(feeds):
    """JSON on stdout is one document with counts, lines, items and values."""
    result = typed("--format", "json", str(feeds / "good.xml"), str(feeds / "broken.xml"))
    good, broken = json.loads(result.stdout)["feeds"]
    by_rule = {finding["rule"]: finding for finding in broken["findings"]}

    assert good["findings"] == []
    assert broken["counts"] == {"error": 1, "warn": 1, "info": 0}
    assert by_rule["I20"]["item"] == {"guid": "ferry-0000-0001", "title": "Episode 1: Off"}
    assert by_rule["I20"]["value"] == "0"


def test_json_is_asked_for_as_everywhere(feeds):
    """`--json` is `--format json`."""
    written = typed("--json", str(feeds / "broken.xml")).stdout

    assert written == typed("--format", "json", str(feeds / "broken.xml")).stdout
    assert json.loads(written)["feeds"][0]["profile"] == "modern"


@pytest.mark.parametrize(("no_colour", "painted"), [("", True), ("1", False)])
def test_colour_is_for_terminals_and_can_be_turned_off(feeds, monkeypatch, no_colour, painted):
    """On a terminal an error is red; with NO_COLOR nothing is."""
    import feedgen.cli

    monkeypatch.setenv("NO_COLOR", no_colour)
    result = CliRunner().invoke(
        feedgen.cli.program,
        ["check", "--now", NOW, str(feeds / "broken.xml")],
        color=True,  # as if stdout were a terminal
    )

    assert ("\x1b[31m" in result.stdout) is painted


def test_sarif_names_rule_place_and_level(feeds):
    """SARIF 2.1.0: results refer to described rules and to a line of the file."""
    log = json.loads(typed("--format", "sarif", str(feeds / "broken.xml")).stdout)
    run = log["runs"][0]
    described = run["tool"]["driver"]["rules"]

    assert log["version"] == "2.1.0"
    for result in run["results"]:
        assert described[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith("broken.xml")
        assert place["region"]["startLine"] > 1
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_junit_fails_a_case_for_each_rule_with_errors(feeds):
    """JUnit: one suite a feed, one case a rule, failures only for errors."""
    text = typed("--format", "junit", str(feeds / "broken.xml")).stdout
    suite = etree.fromstring(text.encode()).find("testsuite")

    assert suite is not None
    assert suite.get("failures") == "1"
    assert suite.get("tests") == str(len(suite.findall("testcase"))) == "144"
    assert [case.get("classname") for case in suite if case.find("failure") is not None] == ["I20"]


def test_github_commands_stand_one_a_line(feeds):
    """Workflow commands escape what GitHub would misread."""
    raw = FEED.replace(b">Cast Off<", b">Episode 1:\n100% Off<")
    lines = typed("--format", "github", "-", stdin=raw).stdout.splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("::warning file=stdin,line=")
    assert "100%25 Off" in lines[0]


def test_the_page_of_a_rule_is_printed():
    """`--explain` prints why, what passes, what fails and the source; `all` prints them all."""
    page = typed("--explain", "i12").stdout

    assert "I12 (error)" in page
    assert "<guid>gid://example/V0/AAAA</guid>" in page
    assert "source: RSS 2.0" in page
    assert typed("--explain", "all").stdout.count("\n## ") == 144


def test_a_profile_changes_the_verdict():
    """What Spotify requires Apple only recommends."""
    raw = FEED.replace(b"<itunes:author>Night Ferry Crew</itunes:author>", b"")

    assert typed("--profile", "spotify", "-", stdin=raw).exit_code == 1
    assert typed("--profile", "apple", "-", stdin=raw).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "no-such-file.xml"],
        ["check", "a\0b"],
        ["check", "--select", "I99", "-"],
        ["check", "--explain", "I99"],
        ["check", "--profile", "aple", "-"],
        ["check", "."],
    ],
)
def test_usage_problems_leave_with_2(arguments, capsys):
    """What can not be asked is said on stderr, and nothing is judged."""
    assert left(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "rror: " in said.err


def test_a_url_that_can_not_be_fetched_leaves_with_3(feeds, capsys):
    """The feeds that are at hand are judged all the same."""
    with serving() as host:
        code = left(["check", "--now", NOW, f"{host.url}/none", str(feeds / "good.xml")])
    said = capsys.readouterr()

    assert code == 3
    assert "answers 404" in said.err
    assert "nothing to say" in said.out


def test_a_feed_is_fetched_and_its_host_judged(feeds):
    """With `--network` the rules about servers are asked too; `fetching` is conversation."""
    with serving() as host:
        host.files["/feed.xml"] = ("text/html", FEED)
        plain = typed(f"{host.url}/feed.xml")
        raw = FEED.replace(b"https://", host.url.encode() + b"/")
        host.files["/feed.xml"] = ("text/html", raw)
        asked = typed("--network", "--select", "N", "--format", "json", f"{host.url}/feed.xml")
    rules = {finding["rule"] for finding in json.loads(asked.stdout)["feeds"][0]["findings"]}

    assert plain.exit_code == 0
    assert "fetching" in plain.stderr
    assert {"N01", "N03", "N06"} <= rules
    assert asked.exit_code == 1


def test_the_choices_are_those_of_the_judge():
    """The command lists its profiles itself, so that help loads no rules; they are the same."""
    assert set(PROFILES) == set(profiles.PROFILES)
    assert FORMATS == ("text", "json", "sarif", "junit", "github")
    assert command.name == "check"


def test_rules_are_silenced_by_the_settings_of_a_project(feeds):
    """[check] in feedgen.toml stands for --ignore; the command line comes on top."""
    (feeds / "feedgen.toml").write_text(
        '[art19]\n[publish]\nfolder = "f"\nurl = "https://x.example"\n[check]\nignore = ["I20"]\n'
    )
    broken = str(feeds / "broken.xml")
    shown = [
        {
            finding["rule"]
            for finding in json.loads(typed(*more, "--format", "json", broken).stdout)["feeds"][0][
                "findings"
            ]
        }
        for more in ([], ["--project", str(feeds)])
    ]

    assert "I20" in shown[0]
    assert shown[1] == shown[0] - {"I20"}
