"""Dates, durations and numbers as feeds in the wild write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.content.feedxml import moment, seconds, whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 05 Mar 2026 07:00:00 +0000", datetime(2026, 3, 5, 7, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 07:00:00 -0000", datetime(2026, 3, 5, 7, tzinfo=UTC)),
        ("5 Mar 2026 07:00 EST", datetime(2026, 3, 5, 12, tzinfo=UTC)),
        ("2026-03-05T07:00:00+02:00", datetime(2026, 3, 5, 5, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read(text: str, expected: datetime | None) -> None:
    """Dates of RFC 2822 and ISO 8601 are read; no zone means UTC."""
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2612", 2612), ("43:32", 2612), ("1:02:03", 3723), ("61.9", 61), ("0", None), ("x", None)],
)
def test_durations_are_read(text: str, expected: int | None) -> None:
    """Durations are read as seconds, MM:SS and HH:MM:SS."""
    assert seconds(text) == expected


@given(st.text())
def test_no_text_breaks_a_number(text: str) -> None:
    """Whatever stands in place of a date, a duration or a number is read or is None."""
    moment(text)
    assert (seconds(text) or 1) > 0
    assert (whole(text) or 1) > 0
