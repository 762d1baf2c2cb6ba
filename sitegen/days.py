"""Local calendar days: which day a moment lies on, and where a day begins and ends. Touches no disk, knows no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sitegen.clip import Day

_QUARTER = timedelta(minutes=15)
_A_DAY = timedelta(days=1)


def local_day(when: datetime, zone: ZoneInfo) -> date:
    """Return the one local day on which `when` lies: the one whose bounds hold it.

    Where clocks are set back over midnight (in Newfoundland until 2011, at one past), the day that has begun goes on.
    """
    day = when.astimezone(zone).date()
    following = day + _A_DAY
    return following if _midnight(following, zone) <= when else day


class DayFinder:
    """Finds the local days of moments in a zone; quick for moments of the same day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._day = day_bounds(date(2000, 1, 1), zone)

    def __call__(self, when: datetime) -> date:
        """Return the one local day on which `when` lies."""
        if not self._day.start <= when < self._day.end:
            self._day = day_bounds(local_day(when, self._zone), self._zone)
        return self._day.date

    def day_and_hour(self, when: datetime) -> tuple[date, int]:
        """Return the local day on which `when` lies, and the hour that clocks show then, 0 to 23."""
        return self(when), when.astimezone(self._zone).hour


def day_bounds(day: date, zone: ZoneInfo) -> Day:
    """Return a day with its first instant and the first instant after it.

    Where midnight is skipped by a change of clocks, the day begins at that change.
    """
    return Day(day, _midnight(day, zone), _midnight(day + _A_DAY, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def hour_marks(day: Day, zone: ZoneInfo) -> tuple[tuple[str, float], ...]:
    """Return the local full hours of a day: label and place in percent of the day.

    An hour that comes twice is labelled with its zone both times ("02 CEST", "02 CET").
    """
    hours = [when.astimezone(zone) for when in hour_starts(day, zone)]
    labels = [local.strftime("%H") for local in hours]
    return tuple(
        (
            label if labels.count(label) == 1 else f"{label} {local.tzname()}",
            round(100 * (local - day.start) / (day.end - day.start), 3),
        )
        for label, local in zip(labels, hours, strict=True)
    )


def hour_starts(day: Day, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the moments of a day (UTC) at which clocks show a full hour."""
    quarters = range(int((day.end - day.start) / _QUARTER))
    moments = (day.start + n * _QUARTER for n in quarters)  # where zones change, hours need not be whole
    return tuple(when for when in moments if when.astimezone(zone).minute == 0)
