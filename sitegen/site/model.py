"""Turns what the index knows into what templates get: clips, cameras and days as views. Reads the index only."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sitegen.archive import counts
from sitegen.archive.index import Index, Placed
from sitegen.archive.layout import preview_paths
from sitegen.clip import Camera, Clip, Day
from sitegen.days import day_bounds, hour_marks
from sitegen.site.pages import day_folder
from sitegen.site.prose import note_html
from sitegen.site.views import CameraView, ClipView, DayLink, DayView, MonthView, SiteView

_NO_END = datetime.max.replace(tzinfo=UTC)

MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".ts": "video/mp2t",
    ".avi": "video/x-msvideo",
}


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

    def clip(self, placed: Placed, *, with_note: bool = False) -> ClipView:
        """Return the view of a clip; its note is rendered only when asked for."""
        clip, camera = placed.clip, self.by_id[placed.clip.camera]
        day_url = f"{day_folder(placed.day.isoformat())}/index.html"
        camera_day_url = f"cameras/{camera.slug}/{day_url}"
        video = f"media/{quote(clip.path)}"
        note = clip.note
        return ClipView(
            id=clip.id,
            kind=clip.kind,
            movie=clip.movie,
            camera_id=clip.camera,
            camera_slug=camera.slug,
            camera_title=camera.title,
            start=clip.start,
            end=clip.end,
            seconds=(clip.end - clip.start).total_seconds() if clip.end else 0.0,
            url=clip_url(clip, placed.day, camera.slug),
            day_url=day_url,
            camera_day_url=camera_day_url,
            video=video if self.site.full_video else "",
            video_name=PurePosixPath(clip.path).name,
            video_type=media_type(clip.path),
            bytes=clip.bytes,
            **preview_urls(clip),
            image=f"media/{quote(clip.image)}" if clip.image and self.site.full_video else "",
            event=clip.event or "",
            motion=clip.motion,
            title=(note.title if note else None) or "",
            tags=note.tags if note else (),
            keep=note.keep if note else False,
            note_html=note_html(note.text) if note and with_note else "",
            end_reason=clip.end_reason or "",
            adopted=clip.adopted,
            preview_error=clip.preview_error or "",
            extra=tuple((str(k), plain(v)) for k, v in clip.extra.items() if k != "movie"),
        )

    def clips(self, found: Iterable[Placed]) -> tuple[ClipView, ...]:
        """Return the views of clips."""
        return tuple(self.clip(p) for p in found)

    # cameras

    def camera(self, camera: Camera) -> CameraView:
        """Return the view of a camera."""
        count = self.camera_counts.get(camera.id)
        newest = self.index.newest("event", 1, camera.id)
        last = counts.last_day(self.index, camera.id)
        return CameraView(
            id=camera.id,
            slug=camera.slug,
            title=camera.title,
            url=camera_url(camera.slug),
            events=count.events if count else 0,
            segments=count.segments if count else 0,
            last_seen=count.last_seen if count else None,
            newest=self.clip(newest[0]) if newest else None,
            latest_day_url=self.day_url(last, camera.id) if last else "",
            recording_since=self._recording_since(camera),
        )

    def _recording_since(self, camera: Camera) -> datetime | None:
        last = self.index.last_before(camera.id, _NO_END)
        return last.clip.start if last is not None and last.clip.end is None else None

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

    # days

    def day_url(self, day: date, camera_id: str | None = None) -> str:
        """Return the URL of a day's page, of all cameras or of one."""
        folder = day_folder(day.isoformat())
        return f"cameras/{self.slugs[camera_id]}/{folder}/index.html" if camera_id else f"{folder}/index.html"

    def link(self, count: counts.DayCount, camera_id: str | None = None) -> DayLink:
        """Return the link to a day."""
        url = self.day_url(count.day, camera_id)
        return DayLink(date=count.day, url=url, events=count.events, segments=count.segments)

    def day(self, day: date, camera_id: str | None = None) -> DayView:
        """Return the view of a day; its neighbours are the next days that have clips (of the camera)."""
        bounds = day_bounds(day, self.zone)
        before, after = counts.neighbour_days(self.index, day, camera_id)
        return DayView(
            date=day,
            start=bounds.start,
            end=bounds.end,
            url=self.day_url(day, camera_id),
            previous=self.bare_link(before, camera_id) if before else None,
            next=self.bare_link(after, camera_id) if after else None,
            hours=hour_marks(bounds, self.zone),
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
        links = {c.day: self.link(c, camera_id) for c in found}
        wanted = sorted({(d.year, d.month) for d in links}, reverse=True)[:limit]
        return tuple(_month(year, month, links) for year, month in wanted)


def _month(year: int, month: int, links: dict[date, DayLink]) -> MonthView:
    weeks = tuple(
        tuple((d.day, links.get(d)) if d.month == month else None for d in week)
        for week in Calendar().monthdatescalendar(year, month)
    )
    return MonthView(year, month, weeks)


def camera_url(slug: str) -> str:
    """Return where a camera is shown."""
    return f"cameras/{slug}/index.html"


def clip_url(clip: Clip, day: date, slug: str) -> str:
    """Return where a clip is shown: an event's own page, a segment's moment on its camera's day."""
    folder = day_folder(day.isoformat())
    if clip.kind == "event":
        return f"{folder}/{clip.id}.html"
    return f"cameras/{slug}/{folder}/index.html#t={clip.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def preview_urls(clip: Clip) -> dict[str, str]:
    """Return the URLs of a clip's previews by what they are; "" for each while they are not made."""
    made = preview_paths(clip.path)
    return {
        "low_video": quote(made["video"]) if clip.previews else "",
        "poster": quote(made["poster"]) if clip.previews else "",
        "still": quote(made["still"]) if clip.previews else "",
        "sprite": quote(made["sprite"]) if clip.previews else "",
    }


def media_type(path: str) -> str:
    """Return the media type of a video by its ending."""
    return MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def stamp(when: datetime) -> str:
    """Return a time as feeds carry it: RFC 3339 in UTC with milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(value: object) -> str:
    """Return a value of a sidecar's `extra` as one line of text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {plain(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(plain(v) for v in value)
    return "" if value is None else str(value)
