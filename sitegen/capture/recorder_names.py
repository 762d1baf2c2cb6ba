"""Names of segments: from a camera and a run of ffmpeg to the pattern of its files, and back. Touches no disk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SUFFIX = ".mp4"
RUN_LENGTH = 6
"""Characters of a token that stand for one start of the recorder; digits after them count its starts of ffmpeg."""

_NAME = re.compile(
    r"(?P<camera>[A-Za-z0-9_.-]{1,64})-(?P<time>\d{8}T\d{6})Z-(?P<token>[0-9a-z]{6}\d+)\.mp4\Z", re.ASCII
)


class SegmentName(NamedTuple):
    """What the name of a segment says."""

    camera: str
    opened: datetime
    """When ffmpeg opened the file, to the second, UTC."""
    token: str

    @property
    def run(self) -> str:
        """Which start of the recorder it is of."""
        return self.token[:RUN_LENGTH]

    @property
    def day(self) -> str:
        """The dated folder it lies in."""
        return f"{self.opened:%Y%m%d}"


def parse_name(name: str) -> SegmentName | None:
    """Read a file name of this recorder; None: it is somebody else's."""
    match = _NAME.match(name)
    if match is None:
        return None
    try:
        opened = datetime.strptime(match["time"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return SegmentName(match["camera"], opened, match["token"])


def file_pattern(folder: str, camera: str, token: str) -> str:
    """Return what ffmpeg makes names of by strftime, in UTC: `folder` is the camera's, with a folder a day below it.

    The token keeps apart two runs that open a file in the same second: ffmpeg would overwrite the older one.
    """
    return f"{folder.replace('%', '%%')}/%Y%m%d/{camera}-%Y%m%dT%H%M%SZ-{token}{SUFFIX}"


def day_folders(now: datetime) -> tuple[str, str]:
    """Return the names of the folders that must be there: today's and, for midnight, tomorrow's."""
    today = now.astimezone(UTC)
    return f"{today:%Y%m%d}", f"{today + timedelta(days=1):%Y%m%d}"


def stem(name: str) -> str:
    """Return what a segment and its sidecar share."""
    return name.removesuffix(SUFFIX)
