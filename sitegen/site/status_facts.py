"""What the status page says: cameras, coverage and gaps of today and of seven days, disk. Reads the index only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import zip_longest

import msgspec

from sitegen.archive import counts
from sitegen.clip import Camera, Clip, Day, Gap, Problem
from sitegen.days import local_day
from sitegen.site.model import Model
from sitegen.site.one_day import camera_gaps, gap_view
from sitegen.site.views import CameraStatus, GapView, ProblemView, StatusView

STALE_AFTER_S = 900
"""While anything is recorded, each segment brings a build: a page older than this is kept current by nobody."""
MOST_GAPS = 100
"""So many of the week's gaps are named."""

_LEAST_FREE, _LEAST_FREE_BYTES = 0.05, 2_000_000_000
_A_WEEK = 7


def status(
    model: Model,
    *,
    now: datetime,
    revision: int,
    disk_total_bytes: int,
    disk_free_bytes: int,
    problems: Sequence[Problem],
    backlog: int,
) -> StatusView:
    """Return what the status page says; the one page that depends on now."""
    week = _Week(model, now)
    return StatusView(
        built_at=now,
        revision=revision,
        clips=counts.clip_count(model.index),
        days=len(model.days),
        backlog=backlog,
        archive_bytes=counts.total_bytes(model.index),
        disk_total_bytes=disk_total_bytes,
        disk_free_bytes=disk_free_bytes,
        disk_low=is_low(disk_total_bytes, disk_free_bytes),
        stale_after_seconds=STALE_AFTER_S,
        days7_start=week.bounds.start,
        gaps_more=max(len(week.gaps) - MOST_GAPS, 0),
        problems=tuple(
            ProblemView(path=p.path, key=p.key, reason=p.reason, remedy=p.remedy) for p in problems
        ),
        cameras=tuple(_camera_status(model, c, week) for c in model.cameras),
    )


def is_low(total_bytes: int, free_bytes: int) -> bool:
    """Say whether a disk is nearly full; of one that is not known (0 bytes) nothing is said."""
    return total_bytes > 0 and (free_bytes < _LEAST_FREE * total_bytes or free_bytes < _LEAST_FREE_BYTES)


class _Week:
    """Today and the six days before it."""

    def __init__(self, model: Model, now: datetime) -> None:
        self._model, self.now = model, now
        self.today = model.bounds(local_day(now, model.zone))
        first = model.bounds(self.today.date - timedelta(days=_A_WEEK - 1))
        self.bounds = Day(first.date, first.start, self.today.end)
        self._pages: dict[date, bool] = {}

    @cached_property
    def recorded(self) -> dict[str, list[Clip]]:
        """By camera the stretches that segments cover, and the last segment before; empty: it has none at all."""
        index, found = self._model.index, {}
        days = [self.bounds.date + timedelta(days=n) for n in range(_A_WEEK)]
        for camera in self._model.cameras:
            before = index.before("segment", self.bounds.start, "", camera.id)
            runs = [run for day in days for run in index.recorded_runs(camera.id, day)]
            found[camera.id] = [*([before.clip] if before else []), *runs]
        return found

    @cached_property
    def gaps(self) -> list[Gap]:
        """The gaps of all cameras, newest first."""
        found = [
            gap
            for camera in self._model.cameras
            for gap in camera_gaps(self._model, camera, self.bounds, self._runs(camera.id))
        ]
        return sorted(found, key=lambda gap: (gap.start, gap.camera), reverse=True)

    def _runs(self, camera_id: str) -> list[Clip]:
        """Return the stretches that begin in the week: `camera_gaps` finds those around them itself."""
        return [clip for clip in self.recorded[camera_id] if clip.start >= self.bounds.start]

    def gaps_of(self, camera: Camera) -> list[Gap]:
        """Return a camera's gaps, newest first."""
        return [gap for gap in self.gaps if gap.camera == camera.id]

    def named(self, camera: Camera) -> tuple[GapView, ...]:
        """Return those of a camera's gaps that are named, each with a link to its day."""
        model = self._model
        return tuple(
            msgspec.structs.replace(view, day_url=view.day_url if self._has_page(gap) else "")
            for gap in self.gaps[:MOST_GAPS]
            if gap.camera == camera.id
            for view in (gap_view(model, gap),)
        )

    def _has_page(self, gap: Gap) -> bool:
        day = local_day(gap.start, self._model.zone)
        if day not in self._pages:
            self._pages[day] = counts.has_day(self._model.index, day)
        return self._pages[day]


def _camera_status(model: Model, found: Camera, week: _Week) -> CameraStatus:
    today, recorded = week.today, week.recorded[found.id]
    last_segment = model.index.newest("segment", 1, found.id)
    last_event = model.index.newest("event", 1, found.id)
    gaps = week.gaps_of(found)
    return CameraStatus(
        camera=model.camera_view(found),
        last_segment=(last_segment[0].clip.end or last_segment[0].clip.start) if last_segment else None,
        last_event=last_event[0].clip.start if last_event else None,
        coverage_today=coverage(recorded, _since(recorded, today), week.now) if last_segment else None,
        gaps_today=tuple(gap_view(model, g) for g in model.one_day(today.date).gaps(found)),
        coverage_week=coverage(recorded, _since(recorded, week.bounds), week.now) if last_segment else None,
        gaps_week_count=len(gaps),
        gaps_week_seconds=_seconds(gaps, week.now),
        gaps_week=week.named(found),
    )


def _seconds(gaps: Iterable[Gap], now: datetime) -> float:
    """Return the length of all gaps; one that lasts counts until now."""
    return sum(max(((gap.end or now) - gap.start).total_seconds(), 0.0) for gap in gaps)


def _since(recorded: Sequence[Clip], stretch: Day) -> datetime:
    """Return from when on a camera should have been recorded: its first day begins with its first segment."""
    return max(stretch.start, recorded[0].start) if recorded else stretch.start


def coverage(segments: Sequence[Clip], start: datetime, now: datetime) -> float:
    """Return the percent of the time from `start` to `now` that segments (by start) cover."""
    covered, reached = timedelta(), start
    for segment, following in zip_longest(segments, segments[1:]):
        end = min(segment.end or (following.start if following else now), now)
        begin = max(segment.start, reached)
        if end > begin:
            covered += end - begin
            reached = end
    return round(100 * covered / max(now - start, timedelta(seconds=1)), 1)
