"""A root that no XML can have is told like any other."""

from datetime import UTC, datetime

import pytest

from feedgen import check


@pytest.mark.parametrize("raw", [b"<:", b"<a:b:c/>", b"<rss</rss>"])
def test_a_name_that_is_none_is_a_finding_and_no_error(raw):
    """The document is not well-formed, and nothing is raised."""
    report = check.run(raw, now=datetime(2026, 3, 6, tzinfo=UTC))

    assert [finding.rule for finding in report.errors][:1] == ["X01"]
