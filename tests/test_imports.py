"""Imports run one way: the middle is pure, and help is cheap."""

import json
import subprocess
import sys

import pytest

PURE = [
    "feedgen.errors",
    "feedgen.model",
    "feedgen.xmltext",
    "feedgen.schema",
    "feedgen.settings",
    "feedgen.artwork.choose",
    "feedgen.artwork.styles",
    "feedgen.art19.jsonapi",
    "feedgen.art19.decode",
    "feedgen.feed.build",
    "feedgen.feed.render",
    "feedgen.check",
    "feedgen.compare",
    "feedgen.make",
    "feedgen.golden",
]
WORLD = {"httpx", "click", "sqlite3", "asyncio", "starlette", "uvicorn", "pyvips", "socket"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys, json; {statement}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_brings_nothing_that_touches_the_world(module):
    """Network, command line, database and event loop do not come along in a fresh process."""
    assert loaded_by(f"import {module}") & WORLD == set()


def test_help_loads_no_command_and_nothing_heavy():
    """`feedgen --help` needs click alone."""
    show = "program.get_help(program.make_context('feedgen', ['demo']))"
    loaded = loaded_by(f"from feedgen.cli import program; {show}")
    heavy = {"httpx", "lxml", "jinja2", "msgspec", "nh3", "sqlite3", "starlette", "feedgen.config"}

    assert loaded & heavy == set()
