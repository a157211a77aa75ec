"""The report for programs, directories and monitors."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from lxml import etree

from feedgen import report
from feedgen.report.metrics import metrics
from feedgen.report.opml import opml
from feedgen.standing import LastRun
from tests.report.made import AT, URL, make_report, make_standing, make_told


def test_the_summary_is_one_line():
    """Counts and time, each always in the same place."""
    assert make_report().summary == "published 1, unchanged 1, held 1, failed 1 in 4.2 s"
    assert make_report(dry_run=True).summary.startswith("would be published 1")


def test_the_document_is_json_with_everything_in_it():
    """A program finds outcome, reasons, digest, changes and what waits."""
    found = json.loads(json.dumps(report.document(make_report())))
    series = {each["series"]: each for each in found["series"]}

    assert (found["exit_code"], found["seconds"]) == (4, 4.25)
    assert series["weekly"]["held_because"] == [
        {"code": "guid-changed", "sentence": "A guid changes."}
    ]
    assert series["weekly"]["digest"] == "abcdef0123456789"
    assert series["daily"]["changes"][0]["sentence"] == "“New” was added"
    assert series["broken"]["last_success_at"] == AT.isoformat()
    assert found["unsolved"][0]["series"] == "asleep"
    assert [each["error"] for each in found["notifications"]] == ["", "answered 503"]


def test_the_list_of_feeds_can_be_imported():
    """OPML 2.0: an outline of type rss with text and xmlUrl for every feed, by title."""
    told = [
        make_told("b", "unchanged", title="Zwei & <drei>\x07").outcome,
        make_standing(title="alpha"),
        make_told("no-address", "failed", url="").outcome,
    ]
    root = etree.fromstring(opml(told, title="Our shows", changed_at=AT))

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Our shows"
    assert root.findtext("head/dateModified") == "Thu, 05 Mar 2026 07:00:00 +0000"
    assert [(o.get("type"), o.get("text"), o.get("xmlUrl")) for o in root.iter("outline")] == [
        ("rss", "alpha", URL),
        ("rss", "Zwei & <drei>", "https://e.com/b"),
    ]


def families(data: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Return metrics as Prometheus' own parser reads them."""
    parser = pytest.importorskip("prometheus_client.parser")
    return {
        family.name: {tuple(s.labels.values()): s.value for s in family.samples}
        for family in parser.text_string_to_metric_families(data.decode())
    }


def test_prometheus_reads_the_metrics():
    """Freshness per series and a time for a dead man's switch."""
    failing = make_standing("broken", result="failed", failures=3, success_at=None)
    last = LastRun(ended_at=AT + timedelta(hours=2), seconds=4.25, exit_code=4, whole_at=AT)
    found = families(metrics([make_standing(), failing], last, waiting=2, given_up=1))

    assert found["feedgen_series_last_success_timestamp_seconds"] == {("daily",): AT.timestamp()}
    assert found["feedgen_series_failures"] == {("daily",): 0, ("broken",): 3}
    assert found["feedgen_series_result"][("broken", "failed")] == 1
    assert found["feedgen_series_result"][("broken", "published")] == 0
    assert found["feedgen_series_results"][("failed",)] == 1
    assert found["feedgen_notifications"] == {("waiting",): 2, ("given_up",): 1}
    assert found["feedgen_run_last_success_timestamp_seconds"] == {(): AT.timestamp()}
    assert found["feedgen_run_last_timestamp_seconds"] == {(): AT.timestamp() + 7200}
    assert found["feedgen_run_duration_seconds"] == {(): 4.25}
    assert found["feedgen_run_exit_code"] == {(): 4}


@pytest.mark.parametrize("slug", ['a"b', "a\\b", "a\nb", "ü-ß", "a\\nb"])
def test_odd_labels_survive(slug):
    """Quotes, backslashes and line breaks are escaped as the format says."""
    found = families(metrics([make_standing(slug)], None))

    assert list(found["feedgen_series_failures"]) == [(slug,)]


def test_before_the_first_run_there_is_no_run():
    """An unknown time is left out, not zero: zero would be an alarm since 1970."""
    assert b"feedgen_run_" not in metrics([], None)


def test_a_report_replaces_the_one_before(tmp_path):
    """The file is replaced whole, and nothing else is left in the folder."""
    for text in (b"one", b"two"):
        report.write(tmp_path / "out" / "report.html", text)

    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [b"two"]
