"""Local days: every moment lies on exactly one, also where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.days import day_bounds, hour_marks, local_day

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # clocks change at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/St_Johns",
]


@given(
    when=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by `timezones`
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_each_moment_lies_on_the_day_that_bounds_it(when, zone):
    """local_day and day_bounds agree, days join without a gap, and each lasts 22 to 26 hours."""
    day = local_day(when, zone)
    bounds = day_bounds(day, zone)
    assert bounds.start <= when < bounds.end
    assert bounds.start.tzinfo is UTC
    assert timedelta(hours=22) <= bounds.end - bounds.start <= timedelta(hours=26)
    assert day_bounds(day + timedelta(days=1), zone).start == bounds.end


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 22), 24)]
)
def test_a_day_of_changing_clocks_is_shorter_or_longer(day, hours):
    """Where clocks go forward a day has 23 hours, where they go back 25."""
    bounds = day_bounds(day, BERLIN)
    assert bounds.end - bounds.start == timedelta(hours=hours)


def test_a_midnight_that_does_not_exist_is_the_change_itself():
    """In Santiago the clocks jump from 24:00 to 01:00: the day begins there."""
    zone = ZoneInfo("America/Santiago")
    bounds = day_bounds(date(2026, 9, 6), zone)
    assert bounds.start == datetime(2026, 9, 6, 4, tzinfo=UTC)
    assert local_day(bounds.start, zone) == date(2026, 9, 6)
    assert local_day(bounds.start - timedelta(microseconds=1), zone) == date(2026, 9, 5)


def test_hours_are_marked_once_each():
    """A plain day has 24 marks from 00 to 23, evenly spaced."""
    marks = hour_marks(day_bounds(date(2026, 11, 22), BERLIN), BERLIN)
    assert [label for label, _ in marks] == [f"{hour:02}" for hour in range(24)]
    assert marks[0][1] == 0
    assert marks[12][1] == 50


def test_a_doubled_hour_says_its_zone_and_a_skipped_one_is_absent():
    """02 comes twice on the long day, each with its zone; never on the short one."""
    long = [label for label, _ in hour_marks(day_bounds(date(2026, 10, 25), BERLIN), BERLIN)]
    assert long[2:4] == ["02 CEST", "02 CET"]
    assert len(long) == 25
    short = [label for label, _ in hour_marks(day_bounds(date(2026, 3, 29), BERLIN), BERLIN)]
    assert "02" not in short
    assert len(short) == 23
