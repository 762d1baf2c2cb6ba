"""Finds out what a video is before it is decoded: container by its first bytes, length and size by its headers."""

from __future__ import annotations

import errno
import math
import re
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sitegen.archive.container import read_container
from sitegen.clip import Clip
from sitegen.previews.complaint import explain
from sitegen.previews.ffmpeg import MOST_PIXELS, demuxer, probe_command
from sitegen.previews.plan import Source, is_long_enough

_HEAD_BYTES = 400
_OF_THE_MACHINE = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_PICTURE = re.compile(r"^ +Stream #.* Video: .*?, (\d+)x(\d+)\b", re.MULTILINE)
_NO_VIDEO = "there is no video in it"
_HEADERS_BYTES, _LIST_END = 4_096, 16
_QUIET_S, _LOOK_EVERY_S = 15.0, 0.2
_SHORTEST_S, _LONGEST_S = 0.04, 864_000.0


def look(video: Path, clip: Clip, ask: Callable[[list[str]], str]) -> Source | str:
    """Return what is known of a video, or what is wrong with it; `ask` runs a command and returns what it said.

    Only containers whose headers sitegen does not read itself cost a process. Raises OSError where that says nothing
    about the video.
    """
    try:
        reader = _reader(video)
        container = read_container(video)
    except OSError as error:
        if error.errno in _OF_THE_MACHINE:
            raise
        return f"it cannot be read: {error.strerror}"
    except _Unusable as reason:
        return str(reason)
    seconds = container.seconds if container is not None else None
    if container is not None and seconds and math.isfinite(seconds):
        if not container.has_video:
            return _NO_VIDEO
        return _source(reader, seconds, (container.width or 0) * (container.height or 0))
    said = ask(probe_command(reader, str(video)))
    told, pixels = _told(said)
    if pixels == 0:
        return _NO_VIDEO if "Input #0" in said else explain(said, str(video))
    return _source(reader, told or _told_by(clip), pixels)


def look_at_sub(video: Path, source: Source) -> Source | None:
    """Return what is known of a sub-stream's recording that can be copied as the small video; None: it will not do.

    It must be there to its end, as long as the clip (`source`), and of the one kind that every browser plays.
    """
    try:
        reader, container = _reader(video), read_container(video)
    except (OSError, _Unusable):
        return None
    if container is None or not container.complete or container.codec != "h264" or not container.seconds:
        return None
    if not math.isfinite(container.seconds) or not is_long_enough(container.seconds, source):
        return None
    found = _source(reader, container.seconds, (container.width or 0) * (container.height or 0))
    return None if isinstance(found, str) else found


def written_at(video: Path) -> datetime:
    """Return when a file was last written to; raise OSError."""
    return datetime.fromtimestamp(video.stat().st_mtime, UTC)


def wait_for_end(recording: Path, stopped: threading.Event) -> None:
    """Wait for the end of a sub-stream's recording, which comes up to some seconds after its segment's.

    A recording in fragments ends with a list of them. One that nobody wrote to for long has no writer any more.
    """
    deadline = time.monotonic() + _QUIET_S
    while _may_grow(recording) and time.monotonic() < deadline and not stopped.is_set():
        stopped.wait(_LOOK_EVERY_S)


def _may_grow(recording: Path) -> bool:
    try:
        status = recording.stat()
        if not stat.S_ISREG(status.st_mode) or not 0 <= time.time() - status.st_mtime < _QUIET_S:
            return False
        with recording.open("rb") as file:
            in_fragments = b"mvex" in file.read(_HEADERS_BYTES)
            file.seek(max(0, status.st_size - _LIST_END))
            return in_fragments and file.read()[4:8] != b"mfro"
    except OSError:
        return False


class _Unusable(Exception):
    """It is no video."""


def _reader(video: Path) -> str:
    """Return ffmpeg's reader for a file; raise OSError or _Unusable."""
    status = video.stat()
    if not stat.S_ISREG(status.st_mode):
        raise _Unusable("it is not a file")
    if status.st_size == 0:
        raise _Unusable("the file is empty")
    with video.open("rb") as file:
        reader = demuxer(file.read(_HEAD_BYTES))
    if reader is None:
        raise _Unusable("it is not a video that sitegen knows (mp4, mkv, webm, mpegts or avi)")
    return reader


def _source(reader: str, seconds: float, pixels: int) -> Source | str:
    if pixels > MOST_PIXELS:
        return "its pictures are too large"
    return Source(
        demuxer=reader, seconds=min(_LONGEST_S, max(_SHORTEST_S, seconds)), pixels=pixels or MOST_PIXELS
    )


def _told(said: str) -> tuple[float | None, int]:
    """Return seconds and pixels from what ffmpeg says of its input."""
    duration, picture = _DURATION.search(said), _PICTURE.search(said)
    seconds = int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3]) if duration else None
    return seconds, int(picture[1]) * int(picture[2]) if picture else 0


def _told_by(clip: Clip) -> float:
    return (clip.end - clip.start).total_seconds() if clip.end else 0.0
