"""Turns what the index knows into what templates get: clips, cameras and days as views. Reads the index only."""

from __future__ import annotations

from bisect import bisect_right
from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sitegen.archive import counts
from sitegen.archive.index import Index, Placed
from sitegen.clip import Camera, Day
from sitegen.days import day_bounds
from sitegen.site import timeline
from sitegen.site.addresses import camera_url, clip_url, folder_of, media_type, preview_urls, quoted
from sitegen.site.one_day import OneDay
from sitegen.site.times import DayClock, day_clock, iso
from sitegen.site.views import CameraView, ClipView, DayLink, DayView, MonthView, SiteView

_NO_END = datetime.max.replace(tzinfo=UTC)

FEED_LENGTH = 100
"""So many events a feed holds; pages show some of them."""

_DAYS_KEPT, _MONTHS_KEPT, _PLACES_KEPT = 2, 256, 256


@dataclass(frozen=True)
class Model:
    """The archive as one build sees it."""

    index: Index
    cameras: tuple[Camera, ...]
    zone: ZoneInfo
    site: SiteView

    @cached_property
    def by_id(self) -> dict[str, Camera]:
        """Cameras by id."""
        return {c.id: c for c in self.cameras}

    @cached_property
    def slugs(self) -> dict[str, str]:
        """Slugs by camera id."""
        return {c.id: c.slug for c in self.cameras}

    @cached_property
    def camera_counts(self) -> dict[str, counts.CameraCount]:
        """Counts by camera id."""
        return counts.cameras(self.index)

    @cached_property
    def days(self) -> list[counts.DayCount]:
        """All days with clips, oldest first."""
        return counts.days(self.index)

    # clips

    def one_day(self, day: date) -> OneDay:
        """Return a day with what its pages share; the last two are kept: pages come day by day."""
        days = self._days
        if day not in days:
            if len(days) == _DAYS_KEPT:
                del days[next(iter(days))]
            days[day] = OneDay(self, day)
        return days[day]

    @cached_property
    def _days(self) -> dict[date, OneDay]:
        return {}

    def clip(self, placed: Placed) -> ClipView:
        """Return the view of a clip, without what only its own page shows."""
        clip = placed.clip
        folder, clock, camera, day_url, camera_day_url = self._where(placed)
        start_iso = iso(clip.start)
        path, original = quoted(clip.path), self.site.full_video
        note, end = clip.note, clip.end
        low_video, poster, still, sprite = preview_urls(clip, path)
        return ClipView(
            id=clip.id,
            kind=clip.kind,
            movie=clip.movie if clip.extra else "motion",
            camera_id=clip.camera,
            camera_slug=camera.slug,
            camera_title=camera.title,
            start=clip.start,
            start_iso=start_iso,
            start_clock=clock(clip.start),
            end=end,
            end_iso=iso(end) if end else "",
            seconds=(end - clip.start).total_seconds() if end else 0.0,
            url=clip_url(clip, folder, camera_day_url, start_iso),
            day_url=day_url,
            camera_day_url=camera_day_url,
            video=f"media/{path}" if original else "",
            video_name=clip.path.rpartition("/")[2],
            video_type=media_type(clip.path),
            bytes=clip.bytes,
            low_video=low_video,
            poster=poster,
            still=still,
            sprite=sprite,
            image=f"media/{quoted(clip.image)}" if clip.image and original else "",
            image_bytes=clip.image_bytes if original else 0,
            event=clip.event or "",
            motion=clip.motion,
            level=timeline.level(clip),
            title=(note.title if note else None) or "",
            tags=note.tags if note else (),
            keep=note.keep if note else False,
            end_reason=clip.end_reason or "",
            adopted=clip.adopted,
            preview_error=clip.preview_error or "",
            extra=_in_words(clip.extra) if clip.extra else (),
        )

    def _where(self, placed: Placed) -> tuple[str, DayClock, Camera, str, str]:
        """Return what the clips of a camera's day share: folder, clock, camera, the day's page and the camera's."""
        key = placed.day, placed.clip.camera
        found = self._places.get(key)
        if found is None:
            if len(self._places) == _PLACES_KEPT:
                self._places.clear()
            day, camera = placed.day, self.by_id[placed.clip.camera]
            clock = day_clock(day, self.zone)
            found = folder_of(day), clock, camera, self.day_url(day), self.day_url(day, camera.id)
            self._places[key] = found
        return found

    @cached_property
    def _places(self) -> dict[tuple[date, str], tuple[str, DayClock, Camera, str, str]]:
        return {}

    def clips(self, found: Iterable[Placed]) -> tuple[ClipView, ...]:
        """Return the views of clips."""
        return tuple([self.clip(p) for p in found])

    def newest_events(self, camera_id: str | None = None) -> tuple[ClipView, ...]:
        """Return the newest events, of a camera or of all, newest first: as many as a feed holds."""
        if camera_id not in self._newest:
            self._newest[camera_id] = self.clips(self.index.newest("event", FEED_LENGTH, camera_id))
        return self._newest[camera_id]

    @cached_property
    def _newest(self) -> dict[str | None, tuple[ClipView, ...]]:
        return {}

    # cameras

    def camera(self, camera: Camera) -> CameraView:
        """Return the view of a camera."""
        count = self.camera_counts.get(camera.id)
        newest = self._newest.get(camera.id) or self.clips(self.index.newest("event", 1, camera.id))
        last = counts.last_day(self.index, camera.id)
        pictured = self.index.pictured(camera.id, images=self.site.full_video)
        recording_since, stopped_since = self._recording(camera)
        return CameraView(
            id=camera.id,
            slug=camera.slug,
            title=camera.title,
            url=camera_url(camera.slug),
            events=count.events if count else 0,
            segments=count.segments if count else 0,
            last_seen=count.last_seen if count else None,
            newest=newest[0] if newest else None,
            latest_day_url=self.day_url(last, camera.id) if last else "",
            recording_since=recording_since,
            stopped_since=stopped_since,
            picture=self.clip(pictured) if pictured else None,
            lost_since=self.index.lost_since(camera.id),
        )

    def _recording(self, camera: Camera) -> tuple[datetime | None, datetime | None]:
        """Return since when it is being recorded, and since when that is stopped; no event says anything of segments."""
        segment = next(iter(self.index.newest("segment", 1, camera.id)), None)
        last = segment or self.index.last_before(camera.id, _NO_END)
        if last is None or last.clip.end is None:
            return last.clip.start if last else None, None
        return None, last.clip.end if segment and last.clip.end_reason == timeline.STOPPED else None

    def camera_link(self, camera: Camera) -> CameraView:
        """Return a camera without counts: with them, a page would change whenever the camera does."""
        return CameraView(
            id=camera.id,
            slug=camera.slug,
            title=camera.title,
            url=camera_url(camera.slug),
            events=0,
            segments=0,
            last_seen=None,
            newest=None,
            latest_day_url="",
        )

    @cached_property
    def camera_views(self) -> tuple[CameraView, ...]:
        """All cameras, in their order."""
        return tuple(self.camera(c) for c in self.cameras)

    def camera_view(self, camera: Camera) -> CameraView:
        """Return one of them."""
        return self.camera_views[self.cameras.index(camera)]

    # days

    def day_url(self, day: date, camera_id: str | None = None) -> str:
        """Return the URL of a day's page, of all cameras or of one."""
        folder = folder_of(day)
        return f"cameras/{self.slugs[camera_id]}/{folder}/index.html" if camera_id else f"{folder}/index.html"

    def link(self, count: counts.DayCount, camera_id: str | None = None) -> DayLink:
        """Return the link to a day."""
        url = self.day_url(count.day, camera_id)
        return DayLink(
            date=count.day, url=url, events=count.events, segments=count.segments, level=shade(count.events)
        )

    def day(self, day: date, camera_id: str | None = None) -> DayView:
        """Return the view of a day; its neighbours are the next days that have clips (of the camera)."""
        one_day = self.one_day(day)
        before, after = counts.neighbour_days(self.index, day, camera_id)
        return DayView(
            date=day,
            start=one_day.bounds.start,
            end=one_day.bounds.end,
            url=self.day_url(day, camera_id),
            previous=self.bare_link(before, camera_id) if before else None,
            next=self.bare_link(after, camera_id) if after else None,
            hours=one_day.hours,
        )

    def bare_link(self, day: date, camera_id: str | None = None) -> DayLink:
        """Return the link to a day without counts: with them, its page would change whenever that day does."""
        return DayLink(date=day, url=self.day_url(day, camera_id), events=0, segments=0)

    def bounds(self, day: date) -> Day:
        """Return where a day begins and ends."""
        return day_bounds(day, self.zone)

    def months(
        self, found: Sequence[counts.DayCount], camera_id: str | None, limit: int
    ) -> tuple[MonthView, ...]:
        """Return the newest months that have clips, newest first."""
        prefix = f"cameras/{self.slugs[camera_id]}/" if camera_id else ""
        by_month: dict[tuple[int, int], list[counts.DayCount]] = {}
        for count in found:
            by_month.setdefault((count.day.year, count.day.month), []).append(count)
        wanted = sorted(by_month, reverse=True)[:limit]
        return tuple(_month(*month, tuple(by_month[month]), prefix) for month in wanted)


_SHADES = (1, 5, 20, 80)
"""Events of a day from which it is shaded by level 1, 2, 3, 4."""


def shade(events: int) -> int:
    """Return how a day with so many events is shaded, 0 to 4."""
    return bisect_right(_SHADES, events)


@lru_cache(_MONTHS_KEPT)
def _month(year: int, month: int, days: tuple[counts.DayCount, ...], prefix: str) -> MonthView:
    """Return a month with its days' links; most of them are the same from build to build."""
    links = {
        c.day: DayLink(
            date=c.day,
            url=f"{prefix}{folder_of(c.day)}/index.html",
            events=c.events,
            segments=c.segments,
            level=shade(c.events),
        )
        for c in days
    }
    weeks = tuple(
        tuple((d.day, links.get(d)) if d.month == month else None for d in week)
        for week in Calendar().monthdatescalendar(year, month)
    )
    return MonthView(year, month, weeks)


def _in_words(extra: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), plain(value)) for key, value in extra.items() if key != "movie")


def plain(value: object) -> str:
    """Return a value of a sidecar's `extra` as one line of text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {plain(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(plain(v) for v in value)
    return "" if value is None else str(value)
