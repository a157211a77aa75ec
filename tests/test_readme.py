"""The README says what is true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def text():
    return README.read_text(encoding="utf-8")


def test_the_output_on_the_first_screen_is_the_real_one(text, tmp_path):
    """What `feedgen demo` prints in an empty folder is what the README shows, line by line."""
    done = subprocess.run(
        [sys.executable, "-m", "feedgen", "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    shown = re.search(r"```text\n(.*?)```", text, re.DOTALL)[1]

    assert done.stdout + done.stderr == shown


def test_both_commands_can_be_found_by_the_script_that_runs_them(text):
    """.ci/run takes the line after the marker; each marker stands before one command."""
    commands = re.findall(r"<!-- run:(\w+) -->\n```sh\n(.+)\n```", text)

    assert [name for name, _ in commands] == ["demo", "test"]
    assert "feedgen demo" in commands[0][1]
    assert "pytest" in commands[1][1]


def test_every_room_and_file_the_readme_names_is_there(text):
    """Paths in backticks or links that look like ours exist."""
    named = set(re.findall(r"`((?:feedgen|templates|golden_feeds|tests)/[\w/.-]+)`", text))
    named |= {link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link}

    assert named
    assert [path for path in sorted(named) if not (README.parent / path).exists()] == []


def test_every_command_is_in_the_readme(text):
    """A command nobody reads of is a command nobody uses."""
    from feedgen.cli import COMMANDS

    assert [name for name in COMMANDS if f"feedgen {name}" not in text] == []
