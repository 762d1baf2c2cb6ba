"""Keeps the sidecars of one camera's segments in step with what ffmpeg does; writes below its camera's folder only.

A sidecar without `end` when a file is opened, the whole one when it is closed. What has no frame is taken away again.
Its methods may be called from any thread.
"""

from __future__ import annotations

import logging
import stat
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitegen.archive.container import read_container
from sitegen.archive.durable import write_durably
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.capture.recorder_names import SegmentName, parse_name, stem
from sitegen.capture.recorder_pairs import Pairs
from sitegen.capture.recorder_policy import EndReason, closed_span, killed_span

_log = logging.getLogger(__name__)
_ANYBODY_WRITES = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH

_FRAMELESS_MAX_BYTES = 16_384
"""An mp4 that has only its headers is smaller. Anything larger may hold frames that are not understood, and is kept."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Segment:
    """A segment of the present run; `start` is the best that is known so far."""

    video: Path
    start: datetime
    follows: bool
    """Its start is the end of the segment before it, in the same run."""
    end: datetime | None = None
    reason: EndReason | None = None
    preview: str | None = None
    """The sub-stream's file of the same time."""


class Book:
    """The segments of one camera, below `folder` (`<root>/segments/<camera>`)."""

    def __init__(self, folder: Path, camera: str, segment_seconds: int) -> None:
        self._folder, self._camera = folder, camera
        self._pairs: Pairs[Segment] = Pairs(segment_seconds)
        self._open: dict[str, Segment] = {}
        self._last: Segment | None = None
        self._closed_name = ""
        self._previous_end: datetime | None = None
        self._unsaved: dict[Path, bytes] = {}
        self._turn = threading.Lock()

    def opened(self, name: str, at: datetime) -> None:
        """Note that ffmpeg opens a file, and write the sidecar that says so."""
        parsed = parse_name(name)
        with self._turn:
            if parsed is not None and name not in self._open and name != self._closed_name:
                self._save(self._begin(name, parsed, at))

    def closed(
        self,
        name: str,
        *,
        row_at: datetime,
        seconds: float | None,
        silent_since: datetime | None,
        reason: EndReason,
    ) -> None:
        """Note that ffmpeg has closed a file, and write its whole sidecar. See closed_span for the times.

        `seconds` is its length; None: its headers tell, which takes 7 ms when it is long.
        """
        parsed = parse_name(name)
        with self._turn:
            if parsed is None or name == self._closed_name:
                return
            segment = self._open.get(name) or self._begin(name, parsed, parsed.opened)
            del self._open[name]
            self._closed_name = name
            if is_frameless(segment.video):
                self._discard(segment)
                return
            span = closed_span(
                row_at=row_at,
                silent_since=silent_since,
                seconds=_seconds(segment.video) if seconds is None else seconds,
                start=segment.start,
                follows=segment.follows,
                previous_end=self._previous_end,
            )
            self._finish(segment, span, reason)

    def ended(self, reason: EndReason) -> None:
        """Note that ffmpeg has gone: finish what it left open, and say in the run's last segment why it ended."""
        with self._turn:
            for name in sorted(self._open):
                self._finish_abandoned(self._open.pop(name))
            if self._last is not None and self._last.reason != reason:
                self._last.reason = reason
                self._save(self._last)
            self._last = None

    def sub_opened(self, name: str) -> None:
        """Note that the sub-stream opens a file, and name it in its segment's sidecar, now or when there is one."""
        with self._turn:
            segment = self._pairs.sub_began(name)
            if segment is not None:
                segment.preview = name
                self._save(segment)

    def sub_gone(self, name: str) -> None:
        """Note that a file of the sub-stream is taken away again."""
        with self._turn:
            segment = self._pairs.sub_gone(name)
            if segment is not None:
                segment.preview = None
                self._save(segment)

    def lacks_sub(self, token: str) -> bool:
        """Say whether a segment of this run of ffmpeg is being recorded, and has no file of the sub-stream."""
        with self._turn:
            return any(
                segment.preview is None and (parsed := parse_name(name)) is not None and parsed.token == token
                for name, segment in self._open.items()
            )

    @property
    def owes(self) -> bool:
        """Whether there are sidecars that could not be written."""
        return bool(self._unsaved)

    def save_again(self) -> None:
        """Write the sidecars that could not be written before, for instance because the disk was full."""
        with self._turn:
            for path, data in list(self._unsaved.items()):
                self._write(path, data)

    def _finish_abandoned(self, segment: Segment) -> None:
        if is_frameless(segment.video):
            self._discard(segment)
            return
        span = killed_span(
            start=segment.start,
            follows=segment.follows,
            seconds=_seconds(segment.video),
            modified=modified(segment.video),
            previous_end=self._previous_end,
        )
        self._finish(segment, span, "rotated")

    def _begin(self, name: str, parsed: SegmentName, at: datetime) -> Segment:
        video = self._folder / parsed.day / name
        ended = self._last.end if self._last is not None else None
        segment = Segment(video, ended or at, follows=ended is not None or bool(self._open))
        segment.preview = self._pairs.began(name, segment)
        self._open[name] = segment
        return segment

    def _finish(self, segment: Segment, span: tuple[datetime, datetime], reason: EndReason) -> None:
        segment.start, segment.end = span
        segment.reason = reason
        self._last, self._previous_end = segment, segment.end
        seal(segment.video)
        for later in self._open.values():  # its line came before this one's row
            later.start, later.follows = segment.end, True
        self._save(segment)

    def _discard(self, segment: Segment) -> None:
        """Take away a file of this run that has no frame, and its sidecar."""
        self._pairs.forget(segment.video.name)
        sidecar = sidecar_path(segment.video)
        self._unsaved.pop(sidecar, None)
        for path in (sidecar, segment.video):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("camera %s: cannot take away %s: %s", self._camera, path, error.strerror)

    def _save(self, segment: Segment) -> None:
        text = segment_sidecar(
            self._camera,
            segment.video.name,
            segment.start,
            segment.end,
            segment.reason,
            preview=segment.preview,
        )
        self._write(sidecar_path(segment.video), text.encode())

    def _write(self, path: Path, data: bytes) -> None:
        first = path not in self._unsaved
        try:
            write_durably(path, data)
        except FileNotFoundError:
            _log.warning("camera %s: %s has gone; its sidecar is not written", self._camera, path.parent)
        except OSError as error:
            self._unsaved[path] = data
            if first:
                _log.error(
                    "camera %s: cannot write %s: %s; it is tried again", self._camera, path, error.strerror
                )
        else:
            self._unsaved.pop(path, None)


def seal(video: Path) -> None:
    """Take away the right to write to a finished video.

    When the clock is set back, ffmpeg may come to a name again before the recorder has noticed: so it stops there,
    and the next run's names have another token.
    """
    try:
        video.chmod(stat.S_IMODE(video.stat().st_mode) & ~_ANYBODY_WRITES)
    except OSError as error:
        _log.debug("cannot protect %s: %s", video, error.strerror)


def segment_sidecar(
    camera: str,
    video: str,
    start: datetime,
    end: datetime | None,
    reason: EndReason | None,
    *,
    preview: str | None = None,
) -> str:
    """Return the text of a segment's sidecar; `end` None: it is being recorded."""
    return sidecar_text(
        {
            "kind": "segment",
            "camera": camera,
            "start": moment(start),
            "end": None if end is None else moment(end),
            "video": video,
            "preview": preview,
            "end_reason": reason,
        }
    )


def moment(when: datetime) -> str:
    """Return a time as sidecars carry it: RFC 3339, UTC, milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sidecar_path(video: Path) -> Path:
    """Return where the sidecar of a segment is."""
    return video.with_name(stem(video.name) + ".yaml")


def modified(video: Path) -> datetime:
    """Return when a file was last written to; 1970 when it has gone."""
    try:
        written_ns = video.stat().st_mtime_ns
    except OSError:
        written_ns = 0
    return _EPOCH + timedelta(microseconds=written_ns // 1000)


def _seconds(video: Path) -> float | None:
    try:
        container = read_container(video)
    except OSError:
        return None
    return container.seconds if container else None


def is_frameless(video: Path) -> bool:
    """Say whether a file surely holds no frame: it is not there, is empty, or has headers only."""
    try:
        if video.stat().st_size > _FRAMELESS_MAX_BYTES:
            return False
        container = read_container(video)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return container is None or not container.seconds
