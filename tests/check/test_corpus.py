"""Real feeds, where they are at hand: no crash, and nothing said that is not so."""

import os
from pathlib import Path

import pytest

from feedgen import check
from feedgen.compare import compare
from tests.check.show import NOW

# A folder of feeds that are not ours to ship: set FEEDGEN_CORPUS to try others.
FOLDER = Path(os.environ.get("FEEDGEN_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
FEEDS = sorted(FOLDER.glob("*")) if FOLDER.is_dir() else []

if not FEEDS:
    pytest.skip("no folder of real feeds at hand (FEEDGEN_CORPUS)", allow_module_level=True)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_real_feed_is_judged(path):
    """A feed from a real host is recognised as RSS and judged rule by rule."""
    report = check.run(path.read_bytes(), now=NOW)

    assert not {"X01", "C01", "C02", "C05"} & {finding.rule for finding in report.findings}


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_real_feed_does_not_differ_from_itself(path):
    """Compared with itself, written another way, a real feed has no difference."""
    raw = path.read_bytes()

    assert compare(raw, raw.replace(b"</item>", b"</item>\n\n")) == ()


def test_notes_about_markup_are_not_taken_for_markup_escaped_twice():
    """A podcast about podcasting may write of `<a>` and `<p>` in its show notes."""
    path = FOLDER / "buzzsprout_podland_2022.xml"
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand")
    report = check.run(path.read_bytes(), now=NOW)

    assert b"support &lt;a href links" in path.read_bytes()
    assert "X12" not in {finding.rule for finding in report.findings}
