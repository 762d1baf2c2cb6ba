"""What each page says: one function a kind of page, from the model to the context of its template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sitegen.archive import counts
from sitegen.archive.index import Placed
from sitegen.clip import Camera, Clip, Day, Gap, Outage, Problem
from sitegen.site import timeline
from sitegen.site.model import Model, camera_url, clip_url
from sitegen.site.views import Bar, CameraStatus, GapView, Lane, ProblemView, StatusView

NEWEST_AT_HOME = 24
NEWEST_OF_CAMERA = 24
MONTHS = 12


def camera_gaps(model: Model, camera: Camera, day: Day, segments: Sequence[Clip]) -> list[Gap]:
    """Return the gaps of a camera that touch a day, cut to it; `segments` are those that start on it."""
    index = model.index
    around = list(segments)
    if (before := index.before("segment", day.start, "", camera.id)) is not None:
        around.insert(0, before.clip)
    if (after := index.after("segment", day.end, "", camera.id)) is not None:
        around.append(after.clip)
    first = around[0].start if around else day.start
    last = around[-1].start if around else day.end
    outages = index.outages_between(camera.id, min(first, day.start), max(last, day.end))
    return timeline.cut(timeline.gaps(around, [_ended(model, o) for o in outages]), day)


def _ended(model: Model, outage: Outage) -> Outage:
    """Return an outage; one that nobody ended (Motion was restarted) lasts until the camera's next clip."""
    if outage.end is not None:
        return outage
    clip = model.index.first_after(outage.camera, outage.start)
    return outage if clip is None else msgspec.structs.replace(outage, end=clip.clip.start)


class DayFacts:
    """The clips and gaps of one day, of all cameras or of one; gathered once for its pages."""

    def __init__(self, model: Model, day: date, camera_id: str | None = None) -> None:
        self.model, self.bounds = model, model.bounds(day)
        self.placed = model.index.clips_of_day(day, camera_id)
        self.gaps: dict[str, list[Gap]] = {}
        for camera in model.cameras:
            if camera_id in {None, camera.id}:
                mine = [p.clip for p in self.placed if p.clip.camera == camera.id]
                segments = [c for c in mine if c.kind == "segment"]
                if (found := camera_gaps(model, camera, self.bounds, segments)) or mine:
                    self.gaps[camera.id] = found
        self.cameras = [c for c in model.cameras if c.id in self.gaps]

    def of(self, listed_as: str) -> list[Placed]:
        """Return the day's clips of one sort."""
        return [p for p in self.placed if p.clip.listed_as == listed_as]

    def all_gaps(self) -> list[Gap]:
        """Return the gaps of all cameras by start."""
        return sorted((g for found in self.gaps.values() for g in found), key=lambda g: (g.start, g.camera))

    def gap_views(self) -> tuple[GapView, ...]:
        """Return the gaps in words."""
        return tuple(gap_view(self.model, g) for g in self.all_gaps())

    def lane(self, camera: Camera) -> Lane:
        """Return a camera's line: segments, then gaps, then events, so that events lie on top."""
        bars = [self._clip_bar(p, camera) for p in self.placed if p.clip.camera == camera.id]
        bars += [self._gap_bar(g) for g in self.gaps[camera.id]]
        rank = {"segment": 0, "gap": 1, "event": 2}
        bars.sort(key=lambda b: (rank[b.kind], b.left))
        recorded = any(p.clip.camera == camera.id for p in self.placed)
        url = self.model.day_url(self.bounds.date, camera.id) if recorded else camera_url(camera.slug)
        return Lane(camera=camera.title, url=url, bars=tuple(bars))

    def _clip_bar(self, placed: Placed, camera: Camera) -> Bar:
        clip = placed.clip
        left, width = timeline.place(clip.start, clip.end, self.bounds)
        local = clip.start.astimezone(self.model.zone)
        what = "segment" if clip.kind == "segment" else "event" if clip.listed_as == "event" else clip.movie
        return Bar(
            kind=clip.kind,
            left=left,
            width=width,
            url=clip_url(clip, placed.day, camera.slug),
            label=f"{camera.title}: {what} {local:%H:%M:%S}",
            level=timeline.level(clip),
        )

    def _gap_bar(self, gap: Gap) -> Bar:
        left, width = timeline.place(gap.start, gap.end, self.bounds)
        view = gap_view(self.model, gap)
        local = gap.start.astimezone(self.model.zone)
        label = f"{view.camera_title}: nothing recorded from {local:%H:%M:%S}: {view.cause_text}"
        return Bar(kind="gap", left=left, width=width, url="", label=label, level=0)


def gap_view(model: Model, gap: Gap) -> GapView:
    """Return a gap in words."""
    return GapView(
        camera_title=model.by_id[gap.camera].title,
        start=gap.start,
        end=gap.end,
        cause=gap.cause,
        cause_text=timeline.CAUSES.get(gap.cause, gap.cause.replace("_", " ")),
    )


def home(model: Model) -> dict[str, Any]:
    """Return the context of home.html."""
    return {
        "title": model.site.title,
        "newest": model.clips(model.index.newest("event", NEWEST_AT_HOME)),
        "months": model.months(model.days, None, MONTHS),
        "cameras": model.camera_views,
    }


def day(model: Model, facts: DayFacts) -> dict[str, Any]:
    """Return the context of day.html."""
    return {
        "title": facts.bounds.date.isoformat(),
        "day": model.day(facts.bounds.date),
        "lanes": tuple(facts.lane(c) for c in facts.cameras),
        "events": model.clips(facts.of("event")),
        "others": model.clips(facts.of("other")),
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
        "segments": model.clips(facts.of("segment")),
        "events": model.clips(facts.of("event")),
        "others": model.clips(facts.of("other")),
        "gaps": facts.gap_views(),
    }


def clip(model: Model, placed: Placed) -> dict[str, Any]:
    """Return the context of clip.html: a clip, its neighbours over all cameras, and the clips of its Event."""
    found, listed_as = placed.clip, placed.clip.listed_as
    before = model.index.before(listed_as, found.start, found.id)
    after = model.index.after(listed_as, found.start, found.id)
    siblings = model.index.clips_of_event(found.event) if found.event else []
    view = model.clip(placed, with_note=True)
    return {
        "title": f"{view.title or view.camera_title}, {found.start.astimezone(model.zone):%Y-%m-%d %H:%M:%S}",
        "clip": view,
        "previous": model.clip(before) if before else None,
        "next": model.clip(after) if after else None,
        "siblings": model.clips(p for p in siblings if p.clip.path != found.path and p.clip.kind == "event"),
        "day": model.bare_link(placed.day),
    }


def cameras(model: Model) -> dict[str, Any]:
    """Return the context of cameras.html."""
    return {"title": "Cameras", "cameras": model.camera_views}


def camera(model: Model, found: Camera) -> dict[str, Any]:
    """Return the context of camera.html."""
    return {
        "title": found.title,
        "camera": model.camera(found),
        "months": model.months(counts.days(model.index, found.id), found.id, MONTHS),
        "newest": model.clips(model.index.newest("event", NEWEST_OF_CAMERA, found.id)),
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
    segments = [p.clip for p in model.index.clips_of_day(today.date, found.id) if p.clip.kind == "segment"]
    before = model.index.before("segment", today.start, "", found.id)
    last_segment = model.index.newest("segment", 1, found.id)
    last_event = model.index.newest("event", 1, found.id)
    recorded = [*([before.clip] if before else []), *segments]
    return CameraStatus(
        camera=next(v for v in model.camera_views if v.id == found.id),
        last_segment=(last_segment[0].clip.end or last_segment[0].clip.start) if last_segment else None,
        last_event=last_event[0].clip.start if last_event else None,
        coverage_today=coverage(recorded, _since(recorded, today), now) if last_segment else None,
        gaps_today=tuple(gap_view(model, g) for g in camera_gaps(model, found, today, segments)),
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
