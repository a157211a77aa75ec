"""Instants and lengths of time."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.feed.dates import clock, decimal, iso8601, normal_play_time, rfc2822, shifted

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))) | st.just(UTC)
INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=ZONES,
)


@given(INSTANTS)
def test_a_date_is_what_the_standard_library_would_write(instant):
    """Our formatter and email.utils agree on every instant."""
    assert rfc2822(instant) == format_datetime(instant.astimezone(UTC))


@given(INSTANTS)
def test_a_date_comes_back_as_the_same_instant(instant):
    """Nothing but the fraction of a second is lost."""
    assert parsedate_to_datetime(rfc2822(instant)) == instant.replace(microsecond=0)


@given(INSTANTS)
def test_an_iso_date_comes_back_as_the_same_instant(instant):
    """ISO 8601 in UTC says the same second."""
    assert datetime.fromisoformat(iso8601(instant)) == instant.replace(microsecond=0)


def test_an_instant_without_a_zone_is_refused():
    """A naive value would be written with the meaningless zone -0000."""
    with pytest.raises(ValueError, match="without a time zone"):
        rfc2822(datetime(2026, 3, 5))  # noqa: DTZ001 - the point of the test


@given(st.integers(0, 10**6))
def test_a_duration_comes_back_from_the_clock(seconds):
    """HH:MM:SS says the same number of seconds, each part with two digits."""
    hours, minutes, rest = clock(seconds).split(":")

    assert int(hours) * 3600 + int(minutes) * 60 + int(rest) == seconds
    assert len(minutes) == len(rest) == 2


@given(st.integers(0, 10**8))
def test_normal_play_time_keeps_milliseconds(millis):
    """The start of a chapter survives to the millisecond."""
    hours, minutes, rest = normal_play_time(millis / 1000).split(":")

    assert round((int(hours) * 3600 + int(minutes) * 60 + float(rest)) * 1000) == millis


@given(st.integers(0, 10**9))
def test_a_decimal_has_no_exponent_and_no_needless_zero(millionths):
    """Seconds of soundbites are plain decimals that say the same number."""
    text = decimal(millionths / 10**6)

    assert "e" not in text.lower()
    assert not text.endswith(".")
    assert round(float(text) * 10**6) == millionths


@pytest.mark.parametrize(("year", "hours"), [(1, -87_660), (9999, 87_660)])
def test_a_date_that_means_never_is_still_never_when_it_is_moved(year, hours):
    """The calendar has ends, and a catalogue may name them."""
    found = shifted(datetime(year, 12, 31, tzinfo=UTC), timedelta(hours=hours))

    assert (found.year, found.tzinfo) == (year, UTC)


def test_any_other_date_is_moved_by_what_is_said():
    """Back and forth."""
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)

    assert shifted(noon, timedelta(hours=-24)) == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert shifted(noon, timedelta(hours=1.5)) == datetime(2026, 3, 5, 13, 30, tzinfo=UTC)
