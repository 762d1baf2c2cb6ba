"""What a camera's page says of all its time: when it sees motion, and how much of each day is recorded. Reads the index only."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sitegen.archive import counts
from sitegen.clip import Camera
from sitegen.days import day_bounds
from sitegen.site.model import Model
from sitegen.site.views import DayCoverage

DAYS = 92
"""So many calendar days are told of, the newest last one with clips first."""
_KEPT = 16_384


def heat(model: Model, camera: Camera) -> dict[str, Any]:
    """Return the camera's events by weekday and hour, and the most of one hour."""
    found = counts.heat(model.index, camera.id)
    return {"heat": found, "heat_max": max(max(row) for row in found)}


def coverage(model: Model, camera: Camera, days: list[counts.DayCount]) -> tuple[DayCoverage, ...]:
    """Return how much of each day is covered, newest first; `days` are the camera's, oldest first.

    A day without any clip between days with segments is one on which nothing was recorded.
    """
    if not days:
        return ()
    newest = days[-1].day
    oldest = max(days[0].day, newest - timedelta(days=DAYS - 1))
    by_day = {count.day: count for count in days[-DAYS:]}
    covered = {day: span for day, span, _ in counts.coverage(model.index, camera.id, oldest, DAYS)}
    recorded = [count.day for count in days if count.segments]
    found = []
    for back in range((newest - oldest).days + 1):
        day = newest - timedelta(days=back)
        count = by_day.get(day)
        span = covered.get(day, timedelta()) if _was_due(day, count, recorded) else None
        url = model.day_url(day, camera.id) if count else ""
        found.append(_day(day, url, span, count.events if count else 0, model.zone))
    return tuple(found)


def _was_due(day: date, count: counts.DayCount | None, recorded: list[date]) -> bool:
    if count is not None and count.segments:
        return True
    return bool(recorded) and recorded[0] < day < recorded[-1]


@lru_cache(_KEPT)
def _day(day: date, url: str, covered: timedelta | None, events: int, zone: ZoneInfo) -> DayCoverage:
    """Return one day; most of them are the same from build to build."""
    if covered is None:
        return DayCoverage(day, url, None, events)
    bounds = day_bounds(day, zone)
    return DayCoverage(day, url, min(round(100 * covered / (bounds.end - bounds.start), 1), 100.0), events)
