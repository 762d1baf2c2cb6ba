"""The site for programs: day.json, index.json, JSON Feeds, status.json and the predecessor's JSON. Pure.

Links are relative to the document that holds them, as on pages; in the predecessor's JSON, to the site's root.
What is absent is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive.index import Placed
from sitegen.clip import Clip, Gap
from sitegen.site.model import Model, preview_urls, stamp
from sitegen.site.views import ClipView, StatusView

FEED_LENGTH = 100
API_LENGTH = 10_000


def encode(document: Any) -> bytes:
    """Return a document as JSON text; the same document gives the same bytes."""
    return msgspec.json.encode(document) + b"\n"


def day_json(model: Model, day: str, clips: Iterable[Placed], gaps: Iterable[Gap]) -> bytes:
    """Return YYYY/MM/DD/day.json: every clip and gap of a day, clips by start and then id."""
    document = {
        "schema": 1,
        "date": day,
        "timezone": model.zone.key,
        "clips": [_day_clip(model, p, "../../../") for p in sorted(clips, key=_printed_order)],
        "gaps": [
            _present(
                {
                    "camera": g.camera,
                    "start": stamp(g.start),
                    "end": stamp(g.end) if g.end else None,
                    "cause": g.cause,
                }
            )
            for g in gaps
        ],
    }
    return encode(document)


def _printed_order(placed: Placed) -> tuple[str, str]:
    """Order by what is printed: the index knows microseconds, the document milliseconds."""
    return stamp(placed.clip.start), placed.clip.id


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if v not in (None, "", (), [], {})}


def _day_clip(model: Model, placed: Placed, root: str) -> dict[str, Any]:
    view = model.clip(placed)
    # How large it is is known when it is whole.
    video = {"url": root + view.video, "bytes": view.bytes or None, "type": view.video_type}
    preview = {"video": view.low_video, "poster": view.poster, "sprite": view.sprite, "still": view.still}
    return _present(
        {
            "id": view.id,
            "kind": view.kind,
            "movie": view.movie if view.movie != "motion" else None,
            "camera": view.camera_id,
            "start": stamp(view.start),
            "end": stamp(view.end) if view.end else None,
            "event": view.event,
            "title": view.title,
            "url": root + view.url,
            "video": _present(video) if view.video else None,
            "image": root + view.image if view.image else None,
            "preview": {k: root + v for k, v in preview.items() if v},
            "motion": msgspec.to_builtins(view.motion) if view.motion else None,
            "keep": view.keep or None,
            "tags": list(view.tags),
            "end_reason": view.end_reason,
        }
    )


def json_feed(model: Model, clips: Iterable[Placed], *, title: str, page: str, feed: str, url: str) -> bytes:
    """Return a JSON Feed 1.1 of events, newest first.

    `page` and `feed` are URLs relative to the site's root; `url` is the site's absolute address, or "" for relative links.
    """
    root = url.rstrip("/") + "/" if url else "../" * feed.count("/")
    items = [_feed_item(model.clip(p), model.zone, root) for p in clips]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": root + page,
        "feed_url": root + feed,
        "language": model.site.language,
        "items": items,
    }
    return encode(document)


def _feed_item(clip: ClipView, zone: ZoneInfo, root: str) -> dict[str, Any]:
    local = clip.start.astimezone(zone)
    said = f"{clip.camera_title}, {local:%Y-%m-%d %H:%M:%S %Z}"
    video = clip.video or clip.low_video
    attachment = {
        "url": root + video,
        "mime_type": clip.video_type if clip.video else "video/mp4",
        "size_in_bytes": (clip.bytes or None) if clip.video else None,
        "duration_in_seconds": round(clip.seconds, 3) if clip.end else None,
    }
    return _present(
        {
            "id": clip.id,
            "url": root + clip.url,
            "title": f"{clip.title} ({said})" if clip.title else said,
            "content_text": said if clip.end else f"{said}: being recorded",
            "image": root + (clip.poster or clip.image) if clip.poster or clip.image else None,
            "date_published": stamp(clip.start),
            "tags": list(clip.tags),
            "attachments": [_present(attachment)] if video else None,
        }
    )


def index_json(model: Model) -> bytes:
    """Return index.json: days and cameras with counts, and where everything is."""
    document = {
        "schema": 1,
        "title": model.site.title,
        "timezone": model.zone.key,
        "days": [
            {
                "date": c.day.isoformat(),
                "url": model.day_url(c.day),
                "json": model.day_url(c.day).replace("index.html", "day.json"),
                "events": c.events,
                "segments": c.segments,
            }
            for c in reversed(model.days)
        ],
        "cameras": [
            _present(
                {
                    "id": c.id,
                    "slug": c.slug,
                    "title": c.title,
                    "url": c.url,
                    "feed": f"feeds/cameras/{c.slug}.json",
                    "last_seen": stamp(c.last_seen) if c.last_seen else None,
                }
            )
            | {"events": c.events, "segments": c.segments}
            for c in model.camera_views
        ],
        "pages": [{"title": p.title, "url": p.url} for p in model.site.pages],
        "feeds": {"latest": "feeds/latest.json"},
        "status": "status.json",
        "build": "build.json",
    }
    return encode(document)


def status_json(status: StatusView) -> bytes:
    """Return status.json: the status page for programs."""
    document = {
        "schema": 1,
        "built_at": stamp(status.built_at),
        "clips": status.clips,
        "days": status.days,
        "backlog": status.backlog,
        "archive_bytes": status.archive_bytes,
        "disk": {"total_bytes": status.disk_total_bytes, "free_bytes": status.disk_free_bytes},
        "problems": [
            {"path": p.path, "key": p.key, "reason": p.reason, "remedy": p.remedy} for p in status.problems
        ],
        "cameras": [
            _present(
                {
                    "id": c.camera.id,
                    "title": c.camera.title,
                    "last_segment": stamp(c.last_segment) if c.last_segment else None,
                    "last_event": stamp(c.last_event) if c.last_event else None,
                    "coverage_today_percent": c.coverage_today,
                }
            )
            for c in status.cameras
        ],
    }
    return encode(document)


def api_record(clip: Clip, camera_title: str, zone: ZoneInfo, *, full_video: bool) -> dict[str, str]:
    """Return one clip in the predecessor's form; paths are relative to the site's root, "" where there is none."""
    made = preview_urls(clip)
    view_url = f"media/{quote(clip.path)}" if full_video else ""
    image = f"media/{quote(clip.image)}" if clip.image and full_video else made["poster"]
    return {
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, clip.id)),
        "timestamp": clip.start.astimezone(zone).isoformat(timespec="seconds"),
        "camera_name": camera_title,
        "high_res_image_path": image,
        "low_res_image_path": made["still"],
        "high_res_video_path": view_url,
        "low_res_video_path": made["low_video"],
    }


def api_documents(model: Model, clips: Iterable[Placed]) -> tuple[bytes, bytes]:
    """Return the predecessor's `events` and `events_by_date`, for clips given newest first."""
    by_day: dict[str, list[dict[str, str]]] = {}
    records = []
    for day, found in groupby(clips, key=lambda p: p.day):
        for placed in found:
            title = model.by_id[placed.clip.camera].title
            records.append(api_record(placed.clip, title, model.zone, full_video=model.site.full_video))
            by_day.setdefault(f"{day.isoformat()}T00:00:00Z", []).append(records[-1])
    return encode(records), encode(by_day)
