"""Where things are on the site: URLs relative to its root, percent-encoded. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.clip import Clip
from sitegen.site.pages import day_folder

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "ts": "video/mp2t",
    "avi": "video/x-msvideo",
}
_UNKNOWN_TYPE = "application/octet-stream"

_is_plain = re.compile(r"[A-Za-z0-9_.~/-]*").fullmatch
"""Says whether `quote` would leave a path as it is."""
_LOW, _POSTER, _STILL, _SPRITE = (PREVIEW_ENDINGS[k] for k in ("video", "poster", "still", "sprite"))
_TO_SECONDS = len("2026-11-22T03:55:03")
_FOLDERS_KEPT = 64


@lru_cache(_FOLDERS_KEPT)
def folder_of(day: date) -> str:
    """Return the folder of a day: "2026/11/22"."""
    return day_folder(day.isoformat())


def camera_url(slug: str) -> str:
    """Return where a camera is shown."""
    return f"cameras/{slug}/index.html"


def clip_url(clip: Clip, folder: str, camera_day_url: str, start_iso: str) -> str:
    """Return where a clip is shown: an event's own page, a segment's moment on its camera's day."""
    if clip.kind == "event":
        return f"{folder}/{clip.id}.html"
    return moment_url(camera_day_url, start_iso)


def moment_url(camera_day_url: str, start_iso: str) -> str:
    """Return where a camera's day is opened at a moment (to the second), which is given as `iso` writes it."""
    return f"{camera_day_url}#t={start_iso[:_TO_SECONDS]}Z"


def quoted(path: str) -> str:
    """Return a path as a URL carries it; nearly all need no change, which is cheap to see."""
    return path if _is_plain(path) else quote(path)


def preview_urls(clip: Clip, path: str) -> tuple[str, str, str, str]:
    """Return the URLs of a clip's small video, poster, still and sprite; "" for each while it is not made.

    `path` is the clip's, quoted.
    """
    if clip.previews:
        return (
            f"previews/{path}{_LOW}",
            f"previews/{path}{_POSTER}",
            f"previews/{path}{_STILL}",
            f"previews/{path}{_SPRITE}",
        )
    if clip.poster:
        return "", f"previews/{path}{_POSTER}", f"previews/{path}{_STILL}", ""
    return "", "", "", ""


def media_type(path: str) -> str:
    """Return the media type of a video by its ending."""
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    return MEDIA_TYPES.get(ending.lower(), _UNKNOWN_TYPE) if stem else _UNKNOWN_TYPE
