"""Names: from a camera and a time to a path or an id, and back. Touches no disk."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath

_NAME_TIME = re.compile(r"(?<!\d)(\d{8})[T_-]?(\d{6})(?!\d)(Z)?")
_CAMERA_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


def compact(when: datetime) -> str:
    """Return a time as names carry it, in UTC: 20261122T035503Z."""
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def clip_folder(kind: str, camera: str, start: datetime) -> str:
    """Return the folder, relative to the archive's root, for `kind` "events", "segments" or "outages"."""
    return f"{kind}/{camera}/{start.astimezone(UTC):%Y%m%d}"


def base_id(kind: str, camera: str, start: datetime) -> str:
    """Return the clip id before any -2, -3: `101-20261122T035503Z`, for segments with `-s`."""
    return f"{camera}-{compact(start)}{'-s' if kind == 'segment' else ''}"


def is_camera_id(text: str) -> bool:
    """Say whether `text` can be a camera's id: it becomes part of paths and URLs."""
    return bool(_CAMERA_ID.match(text)) and text not in {".", ".."}


def time_in_name(name: str) -> datetime | None:
    """Return the first time that a file name carries (YYYYMMDD, then HHMMSS), read as UTC; None when there is none."""
    for match in _NAME_TIME.finditer(name):
        try:
            return datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def preview_paths(video_path: str) -> dict[str, str]:
    """Return the previews' paths for a video, relative to the site's root: keys video, poster, still, sprite.

    The video's whole name is kept, so that `a.mp4` and `a.mkv` do not share previews.
    """
    base = str(PurePosixPath("previews") / video_path)
    return {
        "video": base + ".low.mp4",
        "poster": base + ".poster.jpg",
        "still": base + ".still.jpg",
        "sprite": base + ".sprite.jpg",
    }
