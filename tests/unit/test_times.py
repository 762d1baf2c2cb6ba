"""Times as text: the quick way of a day without a change of clocks says what the general way says."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.days import day_bounds
from sitegen.site import times

ZONES = sorted(available_timezones())
BERLIN, ST_JOHNS = ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(365), timedelta(67 * 365)).map(lambda since: EPOCH + since)


def a_change(zone: ZoneInfo, day: date) -> bool:
    return times.constant_offset(day, zone) is None


@given(when=moments, zone=st.sampled_from(ZONES))
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin")
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin")
@example(datetime(2026, 10, 24, 21, 30, tzinfo=UTC), "Europe/Berlin")
@example(datetime(2006, 10, 29, 1, 45, 1, tzinfo=UTC), "America/St_Johns")
@example(datetime(2011, 12, 29, 12, tzinfo=UTC), "Pacific/Apia")
@example(datetime(1972, 1, 6, 23, 59, 59, tzinfo=UTC), "Africa/Monrovia")
def test_the_clock_of_a_day_says_what_the_zone_says(when, zone):
    """Everywhere and always: also before and after a change of clocks."""
    found = ZoneInfo(zone)
    day = when.astimezone(found).date()
    assert times.DayClock(day, found)(when) == times.clock(when, found)


@pytest.mark.parametrize("minutes", range(-1500, 3000, 7))
def test_around_a_change_every_time_is_right(minutes):
    """The clocks of Berlin's short and long days, and those of St John's, which went back over midnight."""
    for zone, day in ((BERLIN, SPRING), (BERLIN, AUTUMN), (ST_JOHNS, date(2006, 10, 29))):
        when = day_bounds(day, zone).start + timedelta(minutes=minutes)
        local = when.astimezone(zone)
        assert times.DayClock(local.date(), zone)(when) == times.clock(when, zone)
        assert times.clock(when, zone)[:8] == f"{local:%H:%M:%S}"


def test_the_quick_way_is_the_usual_one():
    """Only days with a change, and those beside them, take the other."""
    slow = [n for n in range(365) if a_change(BERLIN, date(2026, 1, 1) + timedelta(days=n))]
    changes = [(day - date(2026, 1, 1)).days for day in (SPRING, AUTUMN)]
    assert slow == [change + beside for change in changes for beside in (-1, 0, 1)]
    assert not a_change(ZoneInfo("UTC"), AUTUMN)


@given(when=moments, offset=st.integers(-23 * 60, 23 * 60))
@example(EPOCH + timedelta(microseconds=999), 60)
@example(EPOCH + timedelta(microseconds=1_999), 60)
@example(EPOCH, 0)
def test_iso_is_rfc_3339_in_utc(when, offset):
    """Whatever zone a time comes in; milliseconds are cut, not rounded, and written only where there are any."""
    text = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    elsewhere = when.astimezone(timezone(timedelta(minutes=offset)))
    assert times.iso(when) == times.iso(elsewhere) == text.replace(".000Z", "Z")
    assert times.stamp(elsewhere) == times.stamp_of(times.iso(when)) == text


def test_a_plain_date_is_said_as_it_is():
    """A day has no zone."""
    assert times.iso(date(2026, 11, 22)) == "2026-11-22"


def test_an_hour_keeps_its_zone():
    """Where there are two of it; so does a minute."""
    first = times.clock(datetime(2026, 10, 25, 0, 30, 5, tzinfo=UTC), BERLIN)
    assert (first, times.hour_of(first), times.minute_of(first)) == (
        "02:30:05 CEST",
        "02:00 CEST",
        "02:30 CEST",
    )
    assert times.minute_of("03:55:03") == "03:55"
    assert times.hour_of("03:55:03") == "03:00"
