"""The site for programs: day.json, index.json and status.json. Pure.

Links are relative to the document that holds them, as on pages. What is absent is None here, and left out there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from sitegen.archive.counts import DayCount
from sitegen.clip import Gap, Motion
from sitegen.site.feed_links import CALENDAR, LATEST, LATEST_ATOM
from sitegen.site.model import Model
from sitegen.site.pages import day_folder
from sitegen.site.times import stamp, stamp_of
from sitegen.site.views import ClipView, StatusView, TroubleView

_DAYS_KEPT = 8_192
_CAMERA_DAY = "cameras/{slug}/{YYYY}/{MM}/{DD}"
_ADDRESSES = {
    "day": "{YYYY}/{MM}/{DD}/index.html",
    "day_json": "{YYYY}/{MM}/{DD}/day.json",
    "event": "{YYYY}/{MM}/{DD}/{id}.html",
    "camera_day": f"{_CAMERA_DAY}/index.html",
    "playlist": f"{_CAMERA_DAY}/playlist.m3u8",
    "playlist_low": f"{_CAMERA_DAY}/playlist-low.m3u8",
    "clips": f"{_CAMERA_DAY}/clips.m3u",
    "footage": f"{_CAMERA_DAY}/footage.js",
    "announcements": "announce/events",
}
"""URI templates (RFC 6570) of what there is for each day, camera and event; the announcements come from the server."""
_NOTHING_MEASURED = Motion()
_start_and_id = attrgetter("start", "id")
_encode = msgspec.json.Encoder().encode


def encode(document: Any) -> bytes:
    """Return a document as JSON text; the same document gives the same bytes."""
    return _encode(document) + b"\n"


class _Video(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    url: str
    bytes: int | None = None
    """How large it is is known when it is whole."""
    type: str


class _Preview(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    video: str | None = None
    poster: str | None = None
    sprite: str | None = None
    still: str | None = None


class _DayClip(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """A clip in day.json; what is absent is None, and left out."""

    id: str
    kind: str
    movie: str | None = None
    camera: str
    start: str
    end: str | None = None
    event: str | None = None
    title: str | None = None
    url: str
    video: _Video | None = None
    image: str | None = None
    preview: _Preview | None = None
    motion: Motion | None = None
    keep: bool | None = None
    tags: tuple[str, ...] | None = None
    end_reason: str | None = None


class _Gap(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    camera: str
    start: str
    end: str | None = None
    cause: str


def day_json(model: Model, day: str, clips: Iterable[ClipView], gaps: Iterable[Gap]) -> bytes:
    """Return YYYY/MM/DD/day.json: every clip and gap of a day, clips by start and then id."""
    found = [_day_clip(view) for view in clips]
    # By what is printed: the index knows microseconds, the document milliseconds.
    found.sort(key=_start_and_id)
    document = {
        "schema": 1,
        "date": day,
        "timezone": model.zone.key,
        "clips": found,
        "gaps": [
            _Gap(camera=g.camera, start=stamp(g.start), end=stamp(g.end) if g.end else None, cause=g.cause)
            for g in gaps
        ],
    }
    return encode(document)


def _day_clip(view: ClipView) -> _DayClip:
    root = "../../../"
    return _DayClip(
        id=view.id,
        kind=view.kind,
        movie=view.movie if view.movie != "motion" else None,
        camera=view.camera_id,
        start=stamp_of(view.start_iso),
        end=stamp_of(view.end_iso) if view.end else None,
        event=view.event or None,
        title=view.title or None,
        url=root + view.url,
        video=_Video(url=root + view.video, bytes=view.bytes or None, type=view.video_type)
        if view.video
        else None,
        image=root + view.image if view.image else None,
        preview=_preview(view, root) if view.poster or view.low_video else None,
        motion=view.motion if view.motion != _NOTHING_MEASURED else None,
        keep=view.keep or None,
        tags=view.tags or None,
        end_reason=view.end_reason or None,
    )


def _preview(view: ClipView, root: str) -> _Preview:
    return _Preview(
        video=root + view.low_video if view.low_video else None,
        poster=root + view.poster if view.poster else None,
        sprite=root + view.sprite if view.sprite else None,
        still=root + view.still if view.still else None,
    )


class _IndexDay(msgspec.Struct, gc=False):
    date: str
    url: str
    json: str
    events: int
    segments: int


class _IndexCamera(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    id: str
    slug: str
    title: str
    url: str
    feed: str
    atom: str
    last_seen: str | None = None
    events: int
    segments: int


def index_json(model: Model) -> bytes:
    """Return index.json: days and cameras with counts, and where everything is."""
    document = {
        "schema": 1,
        "title": model.site.title,
        "timezone": model.zone.key,
        "days": [_index_day(c) for c in reversed(model.days)],
        "cameras": [
            _IndexCamera(
                id=c.id,
                slug=c.slug,
                title=c.title,
                url=c.url,
                feed=f"feeds/cameras/{c.slug}.json",
                atom=f"feeds/cameras/{c.slug}.atom",
                last_seen=stamp(c.last_seen) if c.last_seen else None,
                events=c.events,
                segments=c.segments,
            )
            for c in model.camera_views
        ],
        "pages": [{"title": p.title, "url": p.url} for p in model.site.pages],
        "feeds": {"latest": LATEST, "latest_atom": LATEST_ATOM, "calendar": CALENDAR},
        "addresses": _ADDRESSES,
        "manifest": "manifest.webmanifest",
        "status": "status.json",
        "metrics": "metrics.prom",
        "build": "build.json",
    }
    return encode(document)


@lru_cache(_DAYS_KEPT)
def _index_day(count: DayCount) -> msgspec.Raw:
    """Return a day's entry; all but the newest are the same from build to build."""
    day = count.day.isoformat()
    folder = day_folder(day)
    entry = _IndexDay(day, f"{folder}/index.html", f"{folder}/day.json", count.events, count.segments)
    return msgspec.Raw(_encode(entry))


class _StatusCamera(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    id: str
    slug: str
    title: str
    last_segment: str | None = None
    last_event: str | None = None
    coverage_today_percent: float | None = None
    coverage_week_percent: float | None = None
    gaps_week: int
    gaps_week_seconds: float
    lost_since: str | None = None
    stopped_since: str | None = None


def status_json(status: StatusView) -> bytes:
    """Return status.json: the status page for programs."""
    document = {
        "schema": 1,
        "built_at": stamp(status.built_at),
        "revision": status.revision,
        **({"trouble": trouble_entry(status.trouble)} if status.trouble else {}),
        "stale_after_seconds": status.stale_after_seconds,
        "silent_after_seconds": status.silent_after_seconds,
        "clips": status.clips,
        "days": status.days,
        "backlog": status.backlog,
        "archive_bytes": status.archive_bytes,
        "disk": {"total_bytes": status.disk_total_bytes, "free_bytes": status.disk_free_bytes},
        "disk_low": status.disk_low,
        "problems": [
            {"path": p.path, "key": p.key, "reason": p.reason, "remedy": p.remedy} for p in status.problems
        ],
        "cameras": [
            _StatusCamera(
                id=c.camera.id,
                slug=c.camera.slug,
                title=c.camera.title,
                last_segment=stamp(c.last_segment) if c.last_segment else None,
                last_event=stamp(c.last_event) if c.last_event else None,
                coverage_today_percent=c.coverage_today,
                coverage_week_percent=c.coverage_week,
                gaps_week=c.gaps_week_count,
                gaps_week_seconds=c.gaps_week_seconds,
                lost_since=stamp(c.camera.lost_since) if c.camera.lost_since else None,
                stopped_since=stamp(c.camera.stopped_since) if c.camera.stopped_since else None,
            )
            for c in status.cameras
        ],
    }
    return encode(document)


def trouble_entry(trouble: TroubleView) -> dict[str, str]:
    """Return what status.json says of a trouble."""
    return {
        "what": trouble.what,
        "reason": trouble.reason,
        "remedy": trouble.remedy,
        "since": stamp(trouble.since),
    }
