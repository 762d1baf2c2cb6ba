"""The words and figures of pages: times in the site's zone, lengths, sizes. Pure; independent of the process's locale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache, wraps
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sitegen.site import times
from sitegen.site.views import ClipView

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SIZES = ("kB", "MB", "GB", "TB", "PB")
_MINUTE, _HOUR = 60, 3_600
_KILO = 1_000
_TO_SECONDS = len("2026-11-22 03:55:03")
_TIMES_KEPT = 4_096
"""A clip's times stand on its row, its page and those of its neighbours."""


def duration(seconds: float) -> str:
    """Return a length in the two largest units that matter: "0.4 s", "38 s", "2 min 5 s", "1 h 5 min"."""
    if 0 < seconds < 0.95:  # noqa: PLR2004 - what one decimal rounds to 1 is said in whole seconds
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{max(whole, 0)} s"
    if whole < _HOUR:
        return _two(whole // _MINUTE, "min", whole % _MINUTE, "s")
    minutes = round(seconds / _MINUTE)
    return _two(minutes // 60, "h", minutes % 60, "min")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def filesize(count: int) -> str:
    """Return a size in decimal units, two figures at least: "512 B", "4.2 MB", "38 GB"."""
    if count < _KILO:
        return f"{count} B"
    value = float(count)
    for unit in _SIZES:
        value /= _KILO
        if value < 999.5 or unit == _SIZES[-1]:  # noqa: PLR2004 - from here on it rounds to the next unit
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"  # noqa: PLR2004 - as above


def number(count: int) -> str:
    """Return a count with its thousands set apart: "12,345"."""
    return f"{count:,}"


def count(amount: int, noun: str) -> str:
    """Return a count with its noun: "1 event", "12,345 events"."""
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"


def percent(value: float) -> str:
    """Return a place or a width in percent, short enough for thousands of bars: "12.5%"."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"


def month(value: int) -> str:
    """Return the name of month 1 to 12."""
    return MONTHS[value - 1]


def by_hour(clips: Iterable[ClipView]) -> list[tuple[str, list[ClipView]]]:
    """Return clips in the order of their starts in groups: pairs of the hour, as `hour` writes it, and its clips."""
    return [
        (hour, list(found)) for hour, found in groupby(clips, lambda clip: times.hour_of(clip.start_clock))
    ]


def filters(zone: ZoneInfo) -> dict[str, Callable[..., Any]]:
    """Return every filter of templates by name; times of day are those of `zone`."""

    def clock(when: datetime) -> str:
        """Return HH:MM:SS, with the zone where clocks show this time twice."""
        return times.clock(when, zone)

    def hour(when: datetime) -> str:
        """Return the hour it lies in: "03:00", with the zone where there are two of it."""
        return times.hour_of(clock(when))

    def moment(when: datetime) -> str:
        """Return date, time and zone: "2026-11-22 03:55:03 CET"."""
        return _written_out(when.astimezone(zone))

    def day(when: date, form: str = "long") -> str:
        """Return "Sunday, 22 November 2026", or with "short" "Sun 22 Nov 2026"; of a datetime its local day."""
        local = when.astimezone(zone) if isinstance(when, datetime) else when
        weekday, name = WEEKDAYS[local.weekday()], MONTHS[local.month - 1]
        if form == "short":
            return f"{weekday[:3]} {local.day} {name[:3]} {local.year:04}"
        return f"{weekday}, {local.day} {name} {local.year:04}"

    kept: tuple[Callable[..., str], ...] = (clock, hour, moment, day, times.iso)
    others: tuple[Callable[..., Any], ...] = (by_hour, duration, filesize, number, count, percent, month)
    found = {function.__name__: function for function in others}
    return found | {function.__name__: _remembering(function) for function in kept}


def _remembering(say: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that keeps what it said of a time; times are in UTC, where each has one text.

    (Two local times of an hour that comes twice are equal for Python, though an hour apart.)
    """
    kept = lru_cache(_TIMES_KEPT)(say)

    @wraps(say)
    def remembered(when: date, *form: str, **named: str) -> str:
        return (kept if getattr(when, "tzinfo", UTC) is UTC else say)(when, *form, **named)

    return remembered


def _written_out(local: datetime) -> str:
    return f"{local.isoformat(' ')[:_TO_SECONDS]} {local.tzname()}"
