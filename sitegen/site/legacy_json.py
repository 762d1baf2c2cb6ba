"""The predecessor's JSON: `events` and `events_by_date`, made of a piece of text for each day. Pure.

A new clip changes one day's piece; the others are put together as they are. Paths are relative to the site's root.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive.index import Placed
from sitegen.clip import Clip
from sitegen.site.addresses import preview_urls, quoted
from sitegen.site.model import Model

API_LENGTH = 10_000
"""So many of the newest clips are listed."""

DayPiece = tuple[date, bytes]
"""A day, and its records, newest first: JSON objects with commas between them."""

_encode = msgspec.json.Encoder().encode
_dns = hashlib.sha1(uuid.NAMESPACE_DNS.bytes, usedforsecurity=False)


def api_day(model: Model, clips: Iterable[Placed]) -> bytes:
    """Return the records of some clips, given newest first, with commas between them."""
    full, zone, by_id = model.site.full_video, model.zone, model.by_id
    records = [api_record(p.clip, by_id[p.clip.camera].title, zone, full_video=full) for p in clips]
    return _encode(records)[1:-1]


def newest_of(piece: bytes, limit: int) -> bytes:
    """Return the first `limit` records of a day's piece."""
    records = msgspec.json.decode(b"[%b]" % piece, type=list[msgspec.Raw])
    return b",".join(records[:limit])


def events(pieces: Iterable[DayPiece]) -> Iterator[bytes]:
    """Yield the document `events` in parts, for days given newest first, each with a clip at least."""
    opened = b"["
    for _, piece in pieces:
        yield opened
        yield piece
        opened = b","
    yield b"]\n" if opened == b"," else b"[]\n"


def events_by_date(pieces: Iterable[DayPiece]) -> Iterator[bytes]:
    """Yield the document `events_by_date` in parts, likewise; each day is called by its local midnight, with Z."""
    opened = b"{"
    for day, piece in pieces:
        yield b'%b"%bT00:00:00Z":[' % (opened, day.isoformat().encode())
        yield piece
        opened = b"],"
    yield b"]}\n" if opened == b"]," else b"{}\n"


def api_record(clip: Clip, camera_title: str, zone: ZoneInfo, *, full_video: bool) -> dict[str, str]:
    """Return one clip in the predecessor's form; "" where there is nothing."""
    path = quoted(clip.path)
    low_video, poster, still, _ = preview_urls(clip, path)
    return {
        "event_id": event_id(clip.id),
        "timestamp": clip.start.astimezone(zone).isoformat(timespec="seconds"),
        "camera_name": camera_title,
        "high_res_image_path": f"media/{quoted(clip.image)}" if clip.image and full_video else poster,
        "low_res_image_path": still,
        "high_res_video_path": f"media/{path}" if full_video else "",
        "low_res_video_path": low_video,
    }


def event_id(clip_id: str) -> str:
    """Return uuid.uuid5(uuid.NAMESPACE_DNS, clip_id) as text, at half its cost."""
    digest = _dns.copy()
    digest.update(clip_id.encode())
    text = digest.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
