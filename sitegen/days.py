"""Local calendar days: which day a moment lies on, and where a day begins and ends. Touches no disk, knows no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sitegen.clip import Day


def local_day(when: datetime, zone: ZoneInfo) -> date:
    """Return the one local day on which `when` lies."""
    return when.astimezone(zone).date()


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


def day_bounds(day: date, zone: ZoneInfo) -> Day:
    """Return a day with its first instant and the first instant after it.

    Where midnight is skipped by a change of clocks, the day begins at that change.
    """
    return Day(day, _midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def hour_marks(day: Day, zone: ZoneInfo) -> tuple[tuple[str, float], ...]:
    """Return the local full hours of a day: label and place in percent of the day.

    An hour that comes twice is labelled with its zone both times ("02 CEST", "02 CET").
    """
    hours = []
    for quarter in range(int((day.end - day.start) / timedelta(minutes=15))):
        local = (day.start + timedelta(minutes=15 * quarter)).astimezone(zone)
        if local.minute == 0:
            hours.append((local, 100 * (local - day.start) / (day.end - day.start)))
    labels = [local.strftime("%H") for local, _ in hours]
    return tuple(
        (label if labels.count(label) == 1 else f"{label} {local.tzname()}", round(place, 3))
        for label, (local, place) in zip(labels, hours, strict=True)
    )
