"""How times are written on pages and in feeds: in UTC, and as the clocks of the site's zone show them. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sitegen.days import day_bounds

_TWO = tuple(f"{n:02}" for n in range(60))
_THREE = tuple(f"{n:03}" for n in range(1_000))
"""Figures are looked up: that is several times as quick as to format them, and there are six in every time."""

_MILLISECOND_US = 1_000
_WITH_MILLISECONDS = len("2026-11-22T03:55:03.120Z")
_HOUR, _MINUTE, _LABEL = slice(2), slice(5), slice(8, None)
_A_DAY = timedelta(days=1)
_DAYS_KEPT = 64

_date_text = lru_cache(_DAYS_KEPT)(date.isoformat)


def iso(when: date) -> str:
    """Return RFC 3339 in UTC with Z, milliseconds only where there are any; a plain date as it is."""
    if not isinstance(when, datetime):
        return when.isoformat()
    utc = when if when.tzinfo is UTC else when.astimezone(UTC)
    text = f"{_date_text(utc.date())}T{_clock(utc)}"
    if utc.microsecond < _MILLISECOND_US:
        return text + "Z"
    return f"{text}.{_THREE[utc.microsecond // _MILLISECOND_US]}Z"


def _clock(when: datetime) -> str:
    return f"{_TWO[when.hour]}:{_TWO[when.minute]}:{_TWO[when.second]}"


def stamp(when: datetime) -> str:
    """Return a time as feeds carry it: RFC 3339 in UTC with milliseconds."""
    return stamp_of(iso(when))


def stamp_of(iso_text: str) -> str:
    """Return what `stamp` says of a time from what `iso` says of it."""
    return iso_text if len(iso_text) == _WITH_MILLISECONDS else iso_text[:-1] + ".000Z"


def clock(when: datetime, zone: ZoneInfo) -> str:
    """Return HH:MM:SS, with the zone where clocks show this time twice."""
    local = when.astimezone(zone)
    return _clock(local) + _twice(local)


def hour_of(clock_text: str) -> str:
    """Return the hour that a time of day lies in, from what `clock` says of it: "03:00", "02:00 CET"."""
    return f"{clock_text[_HOUR]}:00{clock_text[_LABEL]}"


def minute_of(clock_text: str) -> str:
    """Return the minute that a time of day lies in, from what `clock` says of it: "03:55", "02:55 CET"."""
    return clock_text[_MINUTE] + clock_text[_LABEL]


def _twice(local: datetime) -> str:
    """Return " CET" or the like when the local time occurs twice, else ""."""
    other = local.replace(fold=1 - local.fold)
    return f" {local.tzname()}" if other.utcoffset() != local.utcoffset() else ""


class DayClock:
    """Says the times of one local day: quickly, where clocks differ from UTC by the same all day long."""

    def __init__(self, day: date, zone: ZoneInfo) -> None:
        self._zone, self._offset = zone, constant_offset(day, zone)

    def __call__(self, when: datetime) -> str:
        """Return what `clock` says of a time of this day."""
        if self._offset is None or when.tzinfo is not UTC:
            return clock(when, self._zone)
        return _clock(when + self._offset)


def constant_offset(day: date, zone: ZoneInfo) -> timedelta | None:
    """Return how much a day's clocks are ahead of UTC; None where they change on it, or the day before or after.

    (A change beside the day can make its clocks show a time twice.)
    """
    bounds = day_bounds(day, zone)
    around = (bounds.start - _A_DAY, bounds.start, bounds.end, bounds.end + _A_DAY)
    offsets = {when.astimezone(zone).utcoffset() for when in around}
    return offsets.pop() if len(offsets) == 1 else None


@lru_cache(_DAYS_KEPT)
def day_clock(day: date, zone: ZoneInfo) -> DayClock:
    """Return the clock of a day."""
    return DayClock(day, zone)
