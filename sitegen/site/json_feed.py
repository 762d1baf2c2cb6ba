"""JSON Feed 1.1 of events, and the words in which every feed tells of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sitegen.site.model import Model
from sitegen.site.times import stamp_of
from sitegen.site.views import ClipView

_TO_SECONDS = len("2026-11-22 03:55:03")
_turns = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Unicode's controls that embed, override or isolate a direction."""
_encode = msgspec.json.Encoder().encode


class _Attachment(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    url: str
    mime_type: str
    size_in_bytes: int | None = None
    duration_in_seconds: float | None = None


class _Item(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    id: str
    url: str
    title: str
    content_text: str
    image: str | None = None
    date_published: str
    tags: tuple[str, ...] | None = None
    attachments: tuple[_Attachment] | None = None


def json_feed(model: Model, clips: Iterable[ClipView], *, title: str, page: str, feed: str) -> bytes:
    """Return a JSON Feed 1.1 of events, newest first.

    `page` and `feed` are URLs relative to the site's root. Where the site does not know its address, links are relative
    to the feed, and the feed's own two are left out: by `feed_url` readers tell feeds apart, and in the same relative
    words two sites would speak of one.
    """
    url = model.site.url
    root = root_of(url, feed)
    document: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": title}
    if url:
        document |= {"home_page_url": root + page, "feed_url": root + feed}
    document |= {
        "language": model.site.language,
        "items": [_item(view, model.zone, root) for view in clips],
    }
    return _encode(document) + b"\n"


def root_of(url: str, feed: str) -> str:
    """Return what a feed puts before a link: the site's address; where that is not known, the way from the feed to its root."""
    return url.rstrip("/") + "/" if url else "../" * feed.count("/")


def words(clip: ClipView, zone: ZoneInfo) -> tuple[str, str]:
    """Return an event's title and text: its camera, local time with the zone, and what its note calls it."""
    said = f"{clip.camera_title}, {_local(clip.start, zone)}"
    title = unturned(clip.title)
    return f"{title} ({said})" if title else said, said if clip.end else f"{said}: being recorded"


def unturned(text: str) -> str:
    """Return a text without the characters that turn the direction of what follows, in whatever it is put into."""
    return _turns.sub("", text)


def _local(when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    return f"{local.isoformat(' ')[:_TO_SECONDS]} {local.tzname()}"


def _item(clip: ClipView, zone: ZoneInfo, root: str) -> _Item:
    title, text = words(clip, zone)
    image = clip.poster or clip.image
    return _Item(
        id=clip.id,
        url=root + clip.url,
        title=title,
        content_text=text,
        image=root + image if image else None,
        date_published=stamp_of(clip.start_iso),
        tags=tuple(said for tag in clip.tags if (said := unturned(tag))) or None,
        attachments=_attachments(clip, root),
    )


def _attachments(clip: ClipView, root: str) -> tuple[_Attachment] | None:
    duration = round(clip.seconds, 3) if clip.end else None
    if clip.video:
        kind, size = clip.video_type, clip.bytes or None
        return (
            _Attachment(
                url=root + clip.video, mime_type=kind, size_in_bytes=size, duration_in_seconds=duration
            ),
        )
    if clip.low_video:
        return (_Attachment(url=root + clip.low_video, mime_type="video/mp4", duration_in_seconds=duration),)
    return None
