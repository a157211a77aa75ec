"""What the page about hooks tells people to write works as it says."""

import json
import re
from pathlib import Path

import pytest

from feedgen import config
from feedgen.hooks.mapping import Mapping

PAGE = Path(__file__).parents[2] / "feedgen" / "hooks" / "README.md"
BLOCK = re.compile(r"```(toml|json)\n(.*?)```", re.DOTALL)
PROJECT = '[art19]\n[publish]\nfolder = "feeds"\nurl = "https://podcasts.example.com"\n'


def blocks():
    """Return the blocks of the page, in order: language and text."""
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def load(folder, text):
    """Return the hooks that a block of TOML sets up."""
    (folder / "feedgen.toml").write_text(PROJECT + text, encoding="utf-8")
    return config.load(folder).hooks


@pytest.mark.parametrize("text", [text for kind, text in blocks() if kind == "toml"])
def test_every_table_is_taken(tmp_path, text):
    """Settings that are copied from the page are settings of a hook."""
    assert load(tmp_path, text)


@pytest.mark.parametrize(
    ("settings", "payload"),
    [
        (before, text)
        for (_, before), (kind, text) in zip(blocks(), blocks()[1:], strict=False)
        if kind == "json"
    ],
)
def test_every_payload_names_its_series(tmp_path, settings, payload):
    """Each payload on the page is understood by the table above it: series, time and document."""
    (hook,) = load(tmp_path, settings).values()
    said = Mapping.of(hook).said(json.loads(payload))

    assert "daily-news" in said.names
    assert len(said.names) == 1 or said.skip_unknown
    assert said.at.isoformat() == "2026-03-01T06:00:00+00:00"
    assert bool(said.document) == (hook.kind != "generic")
