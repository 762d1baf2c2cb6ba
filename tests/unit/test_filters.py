"""The words and figures of pages."""

import locale
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from sitegen.site.filters import filters

BERLIN = filters(ZoneInfo("Europe/Berlin"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_times_of_day_are_the_sites_own():
    """`clock`, `hour` and `moment` show local time; only `moment` names the zone on an ordinary day."""
    when = utc("2026-11-22T02:55:03.987+00:00")
    assert BERLIN["clock"](when) == "03:55:03"
    assert BERLIN["hour"](when) == "03:00"
    assert BERLIN["moment"](when) == "2026-11-22 03:55:03 CET"


def test_the_doubled_hour_says_which_it_is():
    """In the hour that clocks show twice the zone is written, and only then."""
    first, second = utc("2026-10-25T00:30:00+00:00"), utc("2026-10-25T01:30:00+00:00")
    assert [BERLIN["clock"](first), BERLIN["clock"](second)] == ["02:30:00 CEST", "02:30:00 CET"]
    assert [BERLIN["hour"](first), BERLIN["hour"](second)] == ["02:00 CEST", "02:00 CET"]
    assert BERLIN["clock"](first - timedelta(hours=1)) == "01:30:00"
    assert BERLIN["clock"](second + timedelta(hours=1)) == "03:30:00"


def test_the_skipped_hour_is_nothing_special():
    """When clocks go forward no time is ambiguous."""
    assert BERLIN["clock"](utc("2026-03-29T00:59:59+00:00")) == "01:59:59"
    assert BERLIN["clock"](utc("2026-03-29T01:00:00+00:00")) == "03:00:00"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (utc("2026-11-22T03:55:03+01:00"), "2026-11-22T02:55:03Z"),
        (utc("2026-11-22T03:55:03.120+00:00"), "2026-11-22T03:55:03.120Z"),
        (utc("2026-11-22T03:55:03.000999+00:00"), "2026-11-22T03:55:03Z"),
        (date(2026, 11, 22), "2026-11-22"),
    ],
)
def test_iso_is_utc_with_milliseconds_where_there_are_any(when, text):
    """`iso` is what machines read."""
    assert BERLIN["iso"](when) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.04, "0.1 s"), (0.4, "0.4 s"), (0.96, "1 s"), (37.9, "38 s"), (59.6, "1 min"), (60, "1 min"),
        (125, "2 min 5 s"), (3599.4, "59 min 59 s"), (3599.6, "1 h"), (3_900, "1 h 5 min"), (3_629, "1 h"),
        (86_400, "24 h"), (-3, "0 s"),
    ],
)  # fmt: skip
def test_duration_says_two_units_at_most(seconds, text):
    """Lengths round to what matters, and never to 60 of a smaller unit."""
    assert BERLIN["duration"](seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (4_213_000, "4.2 MB"), (9_960_000, "10 MB"),
        (38_400_000_000, "38 GB"), (999_600, "1.0 MB"), (2_000_000_000_000, "2.0 TB"), (5 * 10**18, "5,000 PB"),
    ],
)  # fmt: skip
def test_filesize_is_decimal(count, text):
    """Sizes have two figures at least and never 1,000 of a unit that has a next one."""
    assert BERLIN["filesize"](count) == text


def test_counts_places_and_months():
    """Counts agree with their noun, places are short, months have names."""
    assert [BERLIN["count"](n, "event") for n in (0, 1, 12_345)] == ["0 events", "1 event", "12,345 events"]
    assert BERLIN["number"](1_234_567) == "1,234,567"
    assert [BERLIN["percent"](x) for x in (0, 12.5, 100 / 3)] == ["0%", "12.5%", "33.333%"]
    assert [BERLIN["month"](n) for n in (1, 12)] == ["January", "December"]


def test_days_are_local_and_english_whatever_the_locale(monkeypatch):
    """`day` of a late UTC time is the next local day; its words do not come from the process's locale."""
    monkeypatch.setattr(locale, "setlocale", lambda *a: pytest.fail("the locale is the process's, not ours"))
    assert BERLIN["day"](utc("2026-11-21T23:30:00+00:00")) == "Sunday, 22 November 2026"
    assert BERLIN["day"](date(2026, 11, 22), "short") == "Sun 22 Nov 2026"


def test_an_hour_that_comes_twice_is_told_apart_in_either_form():
    """Two local times that Python takes for equal are said each for itself."""
    zone = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=zone) for fold in (0, 1))
    assert first == second
    assert [BERLIN["clock"](t) for t in (first, second)] == ["02:30:00 CEST", "02:30:00 CET"]
    assert [BERLIN["iso"](t) for t in (first, second)] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]
    clips = [SimpleNamespace(start_clock=BERLIN["clock"](t)) for t in (first, first, second)]
    groups = BERLIN["by_hour"](clips)
    assert [(hour, len(found)) for hour, found in groups] == [("02:00 CEST", 2), ("02:00 CET", 1)]
