"""--log-format, --log-level, --log-file."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import feedgen
from tests.projects import make_project


def objects(text: str) -> list[dict[str, object]]:
    """Return the lines of a log, each of which has to be an object."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project, and what its first run logged as JSON."""
    folder = make_project(tmp_path_factory.mktemp("logged"))
    return folder, feedgen(folder, "--log-format", "json", "publish")


def test_stderr_is_json_alone(project):
    """Steps, conversation and summary: whoever collects the log parses every line."""
    _, done = project
    told = objects(done.stderr)

    assert done.returncode == 0
    published = [each for each in told if each["event"] == "onair.published"]
    assert sorted(each["series"] for each in published) == [
        "salt-and-signal",
        "wait-what-and-why",
        "zwischen-zaun-und-himmel",
    ]
    assert {
        each["series"]: each["items"] for each in told if each["event"] == "publish.outcome"
    } == {
        "salt-and-signal": 7,
        "wait-what-and-why": 2,
        "zwischen-zaun-und-himmel": 3,
    }
    assert told[-2]["event"] == "command.said"
    assert "published 3" in told[-2]["message"]
    assert (told[-1]["event"], told[-1]["published"]) == ("publish.ended", 3)
    assert (told[-1]["exit_code"], told[-1]["failed"]) == (0, 0)
    assert {each["level"] for each in told} <= {"info", "warning"}


def test_an_error_is_an_object_as_well(tmp_path):
    """What failed, with what code, and what to do."""
    done = feedgen(tmp_path, "publish", FEEDGEN_LOG_FORMAT="json")
    (told,) = objects(done.stderr)

    assert done.returncode == 2
    assert (told["event"], told["level"], told["exit_code"]) == ("command.failed", "error", 2)
    assert "no feedgen.toml" in told["message"]
    assert "feedgen demo" in told["hint"]


def test_the_log_may_go_to_a_file_and_the_talk_stays(project, tmp_path):
    """The terminal reads as always; the file has the steps."""
    folder, _ = project
    path = tmp_path / "feedgen.log"
    done = feedgen(folder, "--log-file", str(path), "--log-format", "json", "publish", "nothing")

    assert done.stderr.startswith("error: no series 'nothing'")
    assert [each["event"] for each in objects(path.read_text())][-1] == "command.failed"


def test_the_level_can_be_chosen(project):
    """At warning nothing is told of a run in which nothing is odd; debug tells more than info."""
    folder, _ = project
    quiet = feedgen(folder, "--log-level", "warning", "publish")
    debug = feedgen(folder, "--log-level", "debug", "publish")

    assert len(quiet.stderr.splitlines()) == 1
    assert "DEBUG" in debug.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--log-format", "xml"), "--log-format"),
        (("--log-level", "loud"), "--log-level"),
        (("--log-file", "no/such/folder/x.log"), "can not write the log"),
    ],
)
def test_a_log_nobody_can_write_is_exit_2(tmp_path, arguments, word):
    """Two lines, nothing attempted."""
    done = feedgen(tmp_path, *arguments, "publish")

    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
