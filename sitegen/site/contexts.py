"""What each page says: one function a kind of page, from the model to the context of its template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sitegen.archive import counts
from sitegen.archive.index import Placed
from sitegen.clip import Camera, Clip, Day, Gap, Problem
from sitegen.site.model import Model
from sitegen.site.one_day import gap_view
from sitegen.site.views import CameraStatus, ClipView, GapView, Lane, ProblemView, StatusView

NEWEST_AT_HOME = 24
NEWEST_OF_CAMERA = 24
MONTHS = 12
_TO_SECONDS = len("2026-11-22 03:55:03")


class DayFacts:
    """The clips and gaps of one day, of all cameras or of one."""

    def __init__(self, model: Model, day: date, camera_id: str | None = None) -> None:
        self.model, self.whole = model, model.one_day(day)
        self.bounds, shown = self.whole.bounds, self.whole.shown
        self.shown = shown if camera_id is None else self.whole.by_camera.get(camera_id, [])
        self.gaps: dict[str, list[Gap]] = {}
        for camera in model.cameras:
            if camera_id in {None, camera.id}:
                found = self.whole.gaps(camera)
                if found or camera.id in self.whole.by_camera:
                    self.gaps[camera.id] = found
        self.cameras = [c for c in model.cameras if c.id in self.gaps]

    @cached_property
    def listed(self) -> dict[str, list[ClipView]]:
        """The day's clips by their sort: "event", "segment", "other"."""
        found: dict[str, list[ClipView]] = {"event": [], "segment": [], "other": []}
        for one in self.shown:
            found[one.listed_as].append(one.view)
        return found

    def of(self, listed_as: str) -> tuple[ClipView, ...]:
        """Return the day's clips of one sort."""
        return tuple(self.listed[listed_as])

    def views(self) -> list[ClipView]:
        """Return all clips, by start and then id."""
        return [one.view for one in self.shown]

    def all_gaps(self) -> list[Gap]:
        """Return the gaps of all cameras by start."""
        return sorted((g for found in self.gaps.values() for g in found), key=lambda g: (g.start, g.camera))

    def gap_views(self) -> tuple[GapView, ...]:
        """Return the gaps in words."""
        return tuple(gap_view(self.model, g) for g in self.all_gaps())

    def lane(self, camera: Camera) -> Lane:
        """Return a camera's line."""
        return self.whole.lane(camera)


def home(model: Model) -> dict[str, Any]:
    """Return the context of home.html."""
    return {
        "title": model.site.title,
        "newest": model.newest_events()[:NEWEST_AT_HOME],
        "months": model.months(model.days, None, MONTHS),
        "cameras": model.camera_views,
    }


def day(model: Model, facts: DayFacts) -> dict[str, Any]:
    """Return the context of day.html."""
    return {
        "title": facts.bounds.date.isoformat(),
        "day": model.day(facts.bounds.date),
        "lanes": tuple(facts.lane(c) for c in facts.cameras),
        "events": facts.of("event"),
        "others": facts.of("other"),
        "gaps": facts.gap_views(),
        "segment_count": len(facts.of("segment")),
    }


def camera_day(model: Model, facts: DayFacts, camera: Camera) -> dict[str, Any]:
    """Return the context of camera-day.html."""
    return {
        "title": f"{camera.title}, {facts.bounds.date.isoformat()}",
        "camera": model.camera_link(camera),
        "day": model.day(facts.bounds.date, camera.id),
        "lane": facts.lane(camera),
        "segments": facts.of("segment"),
        "events": facts.of("event"),
        "others": facts.of("other"),
        "gaps": facts.gap_views(),
    }


def clip(model: Model, placed: Placed) -> dict[str, Any]:
    """Return the context of clip.html: a clip, its neighbours over all cameras, and the clips of its Event."""
    found, one_day = placed.clip, model.one_day(placed.day)
    before, view, after = one_day.around(found)
    if found.note is not None:
        view = model.clip(placed, with_note=True)
    local = found.start.astimezone(model.zone).isoformat(" ")[:_TO_SECONDS]
    return {
        "title": f"{view.title or view.camera_title}, {local}",
        "clip": view,
        "previous": before,
        "next": after,
        "siblings": one_day.siblings(found),
        "day": one_day.link,
    }


def cameras(model: Model) -> dict[str, Any]:
    """Return the context of cameras.html."""
    return {"title": "Cameras", "cameras": model.camera_views}


def camera(model: Model, found: Camera) -> dict[str, Any]:
    """Return the context of camera.html."""
    return {
        "title": found.title,
        "camera": model.camera_view(found),
        "months": model.months(counts.days(model.index, found.id), found.id, MONTHS),
        "newest": model.newest_events(found.id)[:NEWEST_OF_CAMERA],
    }


def status(
    model: Model,
    *,
    now: datetime,
    disk_total_bytes: int,
    disk_free_bytes: int,
    problems: Sequence[Problem],
    backlog: int,
) -> StatusView:
    """Return what the status page says; the one page that depends on now."""
    return StatusView(
        built_at=now,
        clips=counts.clip_count(model.index),
        days=len(model.days),
        backlog=backlog,
        archive_bytes=counts.total_bytes(model.index),
        disk_total_bytes=disk_total_bytes,
        disk_free_bytes=disk_free_bytes,
        problems=tuple(
            ProblemView(path=p.path, key=p.key, reason=p.reason, remedy=p.remedy) for p in problems
        ),
        cameras=tuple(_camera_status(model, c, now) for c in model.cameras),
    )


def _camera_status(model: Model, found: Camera, now: datetime) -> CameraStatus:
    today = model.bounds(now.astimezone(model.zone).date())
    mine = model.one_day(today.date).by_camera.get(found.id, ())
    segments = [one.placed.clip for one in mine if one.placed.clip.kind == "segment"]
    before = model.index.before("segment", today.start, "", found.id)
    last_segment = model.index.newest("segment", 1, found.id)
    last_event = model.index.newest("event", 1, found.id)
    recorded = [*([before.clip] if before else []), *segments]
    return CameraStatus(
        camera=model.camera_view(found),
        last_segment=(last_segment[0].clip.end or last_segment[0].clip.start) if last_segment else None,
        last_event=last_event[0].clip.start if last_event else None,
        coverage_today=coverage(recorded, _since(recorded, today), now) if last_segment else None,
        gaps_today=tuple(gap_view(model, g) for g in model.one_day(today.date).gaps(found)),
    )


def _since(recorded: Sequence[Clip], today: Day) -> datetime:
    """Return from when today a camera should have been recorded: its first day begins with its first segment."""
    return max(today.start, recorded[0].start) if recorded else today.start


def coverage(segments: Sequence[Clip], start: datetime, now: datetime) -> float:
    """Return the percent of the time from `start` to `now` that segments (by start) cover."""
    covered, reached = timedelta(), start
    for segment in segments:
        end = min(segment.end or now, now)
        if end > reached:
            covered += end - max(segment.start, reached)
            reached = end
    return round(100 * covered / max(now - start, timedelta(seconds=1)), 1)
