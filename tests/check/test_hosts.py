"""Feeds in the manner of many hosts: what is said of each was read and found true."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedgen import check
from feedgen.compare import compare

FOLDER = Path(__file__).parent / "hosts"
NOW = datetime(2025, 11, 23, tzinfo=UTC)

# host or habit: (rules broken, rules warned of). What makes each of them true is in the feed:
# explicit marks of old, self links of another type, categories Apple gave up, plain http.
SAID = {
    "acast": ("A08 I24", "A19"),
    "anchor": ("X17", "A13 X14"),
    "bbc": ("A08 I24", "A22 C21 X15"),
    "captivate": ("", "A13 C15 P18"),
    "cp1252": ("X02 X04", ""),
    "feedburner": ("A05 A08 C17 I24 X16", "A19 A21 A22 C06 C21"),
    "fireside": ("C17", "C15 P18 X14"),
    "latin1": ("X02 X04", ""),
    "libsyn": ("", ""),
    "megaphone": ("A08", "I02 I06 X14"),
    "npr": ("X17", "A14"),
    "oddprefix": ("", ""),
    "old2005": ("A01 A05 A08 C12 C17 X02 X05 X15 X16", "C21 I18"),
    "omny": ("A08 I24", ""),
    "podbean": ("", "A13 A14"),
    "podcast20": ("P16", "I02 P32"),
    "podlove": ("", "A14 X14"),
    "powerpress": ("P16", "X14"),
    "rsscom": ("", "A13"),
    "simplecast": ("C17", "X14"),
    "soundcloud": ("A08 I24 X16", ""),
    "squarespace": ("C17 X15 X16", ""),
    "transistor": ("A08 C17 I24", "A13 A14 A19 C15"),
    "utf16": ("X02 X04", "A22"),
}


def test_every_feed_has_been_read():
    """A feed that is laid beside the others is judged too."""
    assert {path.stem for path in FOLDER.glob("*.xml")} == set(SAID)


@pytest.mark.parametrize("name", sorted(SAID))
def test_what_is_said_of_a_feed_is_true(name):
    """Exactly these rules are named, and no others: nothing false, nothing missed."""
    report = check.run((FOLDER / f"{name}.xml").read_bytes(), now=NOW)
    errors, warnings = SAID[name]

    assert " ".join(sorted({finding.rule for finding in report.errors})) == errors
    assert " ".join(sorted({finding.rule for finding in report.warnings})) == warnings


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_feed_of_any_host_does_not_differ_from_itself(name):
    """Whatever its encoding, prefixes and namespaces are."""
    raw = (FOLDER / f"{name}.xml").read_bytes()

    assert compare(raw, raw + b"\n" if not raw.startswith(b"\xff") else raw) == ()
