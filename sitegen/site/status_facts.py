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
from sitegen.site import timeline
from sitegen.site.model import Model
from sitegen.site.one_day import gap_view, gaps_around
from sitegen.site.views import CameraStatus, CameraView, GapView, ProblemView, StatusView

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
        silent_after_seconds=model.site.silent_after_seconds,
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
        """By camera the stretches that segments cover, and the last segment before; empty: it has none at all.

        Where nothing has come for too long, the last one is taken to have ended, for a reason that nobody knows.
        """
        index, found = self._model.index, {}
        days = [self.bounds.date + timedelta(days=n) for n in range(_A_WEEK)]
        for camera in self._model.cameras:
            before = index.before("segment", self.bounds.start, "", camera.id)
            runs = [run for day in days for run in index.recorded_runs(camera.id, day)]
            found[camera.id] = self._broken_off([*([before.clip] if before else []), *runs])
        return found

    def _broken_off(self, segments: list[Clip]) -> list[Clip]:
        """Return a camera's segments; where it is silent, the last one has an end, and a reason for it."""
        seen = max((s.end or s.start for s in segments), default=self.now)
        if (self.now - seen).total_seconds() <= self._model.site.silent_after_seconds:
            return segments
        *others, last = segments
        ended = [*others, msgspec.structs.replace(last, end=last.end or last.start)]
        return [s if timeline.ends_a_recording(s.end_reason) else _unexplained(s) for s in ended]

    @cached_property
    def gaps(self) -> list[Gap]:
        """The gaps of all cameras, newest first."""
        found = [gap for camera in self._model.cameras for gap in self._found(camera)]
        return sorted(found, key=lambda gap: (gap.start, gap.camera), reverse=True)

    def _found(self, camera: Camera) -> list[Gap]:
        around = self.recorded[camera.id]
        after = self._model.index.after("segment", self.bounds.end, "", camera.id)
        if after is not None:
            around = [*around, after.clip]
        found = gaps_around(self._model, camera, self.bounds, around, to_the_last=after is None)
        return [msgspec.structs.replace(gap, end=gap.end or self._over(gap)) for gap in found]

    def _over(self, gap: Gap) -> datetime | None:
        """Return when a gap that lasts is over all the same: with its day, where somebody stopped the recording."""
        return self._end_of_day(gap.start) if gap.cause == timeline.STOPPED else None

    def _end_of_day(self, when: datetime) -> datetime | None:
        """Return the end of a moment's day; None: it is not over."""
        end = self._model.bounds(local_day(when, self._model.zone)).end
        return end if end <= self.now else None

    def due_until(self, camera: CameraView) -> datetime:
        """Return until when a camera should have been recorded: now, or the end of the day on which that was stopped."""
        stopped = camera.stopped_since
        return (stopped and self._end_of_day(stopped)) or self.now

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


def _unexplained(segment: Clip) -> Clip:
    return msgspec.structs.replace(segment, end_reason="unknown")


def _camera_status(model: Model, found: Camera, week: _Week) -> CameraStatus:
    last_segment = model.index.newest("segment", 1, found.id)
    last_event = model.index.newest("event", 1, found.id)
    view, gaps = model.camera_view(found), week.gaps_of(found)
    until = week.due_until(view)
    today, seven_days = (
        _coverage(week.recorded[found.id], days, until) for days in (week.today, week.bounds)
    )
    return CameraStatus(
        camera=view,
        last_segment=(last_segment[0].clip.end or last_segment[0].clip.start) if last_segment else None,
        last_event=last_event[0].clip.start if last_event else None,
        coverage_today=today,
        gaps_today=tuple(gap_view(model, g) for g in timeline.cut(gaps[::-1], week.today)),
        coverage_week=seven_days,
        gaps_week_count=len(gaps),
        gaps_week_seconds=_seconds(gaps, week.now),
        gaps_week=week.named(found),
    )


def _seconds(gaps: Iterable[Gap], now: datetime) -> float:
    """Return the length of all gaps; one that lasts counts until now."""
    return sum(max(((gap.end or now) - gap.start).total_seconds(), 0.0) for gap in gaps)


def _coverage(segments: Sequence[Clip], days: Day, until: datetime) -> float | None:
    """Return the percent of days that is covered, until a moment; a camera's first day begins with its first segment."""
    if not segments or until <= days.start:
        return None
    return coverage(segments, max(days.start, segments[0].start), until)


def coverage(segments: Sequence[Clip], start: datetime, until: datetime) -> float:
    """Return the percent of the time from `start` to `until` that segments (by start) cover; the open one goes on."""
    covered, reached = timedelta(), start
    for segment, following in zip_longest(segments, segments[1:]):
        end = min(segment.end or (following.start if following else until), until)
        begin = max(segment.start, reached)
        if end > begin:
            covered += end - begin
            reached = end
    return round(100 * covered / max(until - start, timedelta(seconds=1)), 1)
