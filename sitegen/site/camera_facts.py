"""What a camera's page says of all its time: when it sees motion, and how much of each day is recorded. Reads the index only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sitegen.archive import counts
from sitegen.clip import Camera
from sitegen.days import day_bounds
from sitegen.site.model import Model
from sitegen.site.timeline import ends_a_recording
from sitegen.site.views import DayCoverage

DAYS = 92
"""So many calendar days are told of, the newest last one with clips first."""
_KEPT = 16_384
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


_bounds = lru_cache(_KEPT)(day_bounds)


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
    begun, reached = _due(model, camera)
    covered = {day: span for day, span, _ in counts.coverage(model.index, camera.id, oldest, DAYS)}
    recorded = [count.day for count in days if count.segments]
    found = []
    for back in range((newest - oldest).days + 1):
        day = newest - timedelta(days=back)
        count = by_day.get(day)
        span = covered.get(day, timedelta()) if _was_due(day, count, recorded) else None
        url = model.day_url(day, camera.id) if count else ""
        bounds = _bounds(day, model.zone)
        due = min(bounds.end, reached) - max(bounds.start, begun)
        found.append(_day(day, url, span, count.events if count else 0, due))
    return tuple(found)


def _due(model: Model, camera: Camera) -> tuple[datetime, datetime]:
    """Return from when to when the camera should have been recorded: from its first segment on, to its last so far.

    Pages know no clock. After a recording that broke off there is no "so far": the rest of that day is missing.
    """
    first = model.index.after("segment", _FIRST, "", camera.id)
    last = next((placed.clip for placed in model.index.newest("segment", 1, camera.id)), None)
    if first is None or last is None:
        return _FIRST, _LAST
    goes_on = last.end is None or not ends_a_recording(last.end_reason)
    return first.clip.start, max(last.end or last.start, last.start) if goes_on else _LAST


def _was_due(day: date, count: counts.DayCount | None, recorded: list[date]) -> bool:
    if count is not None and count.segments:
        return True
    return bool(recorded) and recorded[0] < day < recorded[-1]


@lru_cache(_KEPT)
def _day(day: date, url: str, covered: timedelta | None, events: int, due: timedelta) -> DayCoverage:
    """Return one day; most of them are the same from build to build. `due`: how long it should have been recorded."""
    if covered is None:
        return DayCoverage(day, url, None, events)
    percent = min(round(100 * covered / due, 1), 100.0) if due > timedelta() else 100.0
    return DayCoverage(day, url, percent, events)
