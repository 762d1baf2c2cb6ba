"""Names: from a camera and a time to a path or an id, and back. Touches no disk."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sitegen import camera_id

_NAME_TIME = re.compile(r"(?<!\d)(\d{8})[T_-]?(\d{6})(?!\d)(Z)?")

is_camera_id = camera_id.is_camera_id


def compact(when: datetime) -> str:
    """Return a time as names carry it, in UTC: 20261122T035503Z."""
    text = when.astimezone(UTC).isoformat()  # strftime takes several times as long
    return f"{text[:4]}{text[5:7]}{text[8:13]}{text[14:16]}{text[17:19]}Z"


def base_id(kind: str, camera: str, start: datetime) -> str:
    """Return the clip id before any -2, -3: `101-20261122T035503Z`, for segments with `-s`."""
    return f"{camera}-{compact(start)}{'-s' if kind == 'segment' else ''}"


def time_in_name(name: str) -> datetime | None:
    """Return the first time that a file name carries (YYYYMMDD, then HHMMSS), read as UTC; None when there is none."""
    for match in _NAME_TIME.finditer(name):
        try:
            return datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


PREVIEW_ENDINGS = {
    "video": ".low.mp4",
    "poster": ".poster.jpg",
    "still": ".still.jpg",
    "sprite": ".sprite.jpg",
}
"""What is put behind a video's whole name (so that `a.mp4` and `a.mkv` do not share previews)."""


def preview_paths(video_path: str) -> dict[str, str]:
    """Return the previews' paths for a video, relative to the site's root: keys video, poster, still, sprite."""
    return {kind: f"previews/{video_path}{ending}" for kind, ending in PREVIEW_ENDINGS.items()}
