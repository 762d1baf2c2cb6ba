"""Names of segments: from a camera and a run of ffmpeg to the pattern of its files, and back. Touches no disk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SUFFIX = ".mp4"
SUB_SUFFIX = ".sub.mp4"
"""Ends the name of what is kept of a camera's sub-stream; what stands before it is formed like a segment's name."""
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


class Slot(NamedTuple):
    """The stretch of the clock that a file is of, in one run: a segment and its sub-stream's file share it."""

    token: str
    day: str
    number: int
    """Counted from midnight, UTC, as ffmpeg's -segment_atclocktime counts."""


def slot_of(name: SegmentName, segment_seconds: int) -> Slot:
    """Return the slot in which a file was opened. Files of one slot lie in one folder."""
    seconds = name.opened.hour * 3_600 + name.opened.minute * 60 + name.opened.second
    return Slot(name.token, name.day, seconds // segment_seconds)


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


def parse_sub_name(name: str) -> SegmentName | None:
    """Read the name of a sub-stream's file; its token is that of the segments it is kept beside."""
    return parse_name(name.removesuffix(SUB_SUFFIX) + SUFFIX) if name.endswith(SUB_SUFFIX) else None


def file_pattern(folder: str, camera: str, token: str, suffix: str = SUFFIX) -> str:
    """Return what ffmpeg makes names of by strftime, in UTC: `folder` is the camera's, with a folder a day below it.

    The token keeps apart two runs that open a file in the same second: ffmpeg would overwrite the older one.
    """
    return f"{folder.replace('%', '%%')}/%Y%m%d/{camera}-%Y%m%dT%H%M%SZ-{token}{suffix}"


def day_folders(now: datetime) -> tuple[str, str]:
    """Return the names of the folders that must be there: today's and, for midnight, tomorrow's."""
    today = now.astimezone(UTC)
    return f"{today:%Y%m%d}", f"{today + timedelta(days=1):%Y%m%d}"


def stem(name: str) -> str:
    """Return what a segment and its sidecar share."""
    return name.removesuffix(SUFFIX)
