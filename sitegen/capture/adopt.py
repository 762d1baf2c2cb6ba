"""Decides what a video without a sidecar is: camera, kind and times from its path, headers and time of change; pure.

Adoption leaves the file alone; a sidecar that is put beside it later takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from sitegen.archive.container import Container
from sitegen.archive.layout import is_camera_id, time_in_name
from sitegen.clip import Problem, Sidecar, SidecarKind

UNKNOWN_CAMERA = "unknown"

_NS = 1_000_000_000

_KIND_OF_FOLDER: dict[str, SidecarKind] = {"segments": "segment", "events": "event"}
_HEADERS_ARE_READ = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
"""A file named so that read_container does not know is damaged; of others (.ts, .avi) only the name is known."""

_SPREAD_TIME = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[T _/-]{0,3}(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?!\d)", re.ASCII
)
_DATE = re.compile(r"(19|20)\d\d([-_]?[01]\d([-_]?[0-3]\d)?)?\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1970, 2262)
_NO_VIDEO = "no video can be found in it: it was cut before its index was written, or is another kind of file"
_LONGEST_S = 30 * 86_400.0


class Quiet:
    """Says of videos whether nobody writes to them any more: they have not changed for `settle_s` seconds.

    The clock may have been set back since a video was written, by seconds or by years: its time of change tells
    nothing then. So a video is quiet, too, when it was seen unchanged for as long by a clock that nobody sets.
    """

    def __init__(self, settle_s: float, *, now_ns: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._settle_s, self._now_ns, self._monotonic = settle_s, now_ns, monotonic
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}

    def is_quiet(self, path: str, size: int, mtime_ns: int) -> bool:
        """Say whether a video has settled; to be asked again later if it has not."""
        now, state = self._monotonic(), (size, mtime_ns)
        before, since = self._seen.setdefault(path, (state, now))
        if before != state:
            self._seen[path] = state, now
            since = now
        quiet = self._now_ns() - mtime_ns >= self._settle_s * _NS or now - since >= self._settle_s
        if quiet:
            del self._seen[path]
        return quiet

    def forget(self) -> None:
        """Forget what was seen: no video waits."""
        self._seen.clear()


def adopt(
    path: str,
    size: int,
    mtime_ns: int,
    container: Container | None,
    *,
    known_cameras: Collection[str],
    zone: ZoneInfo,
) -> Sidecar | Problem:
    """Return what a sidecar of the video would say, or why it cannot be used.

    path: relative to the archive's root. size: in bytes. container: what read_container says of it.
    zone: in which a name tells the time, unless it says Z; our own names do.
    """
    if size == 0:
        return Problem(path, "", "the video is empty", "delete it, if nothing is writing to it any more")
    if _is_unusable(path, container):
        return Problem(path, "", _NO_VIDEO, "repair it, or take it out of the archive")
    modified = _EPOCH + timedelta(microseconds=mtime_ns // 1000)
    start, end = _span(path, modified, _length(container), zone)
    return Sidecar(
        kind=_kind(path),
        camera=_camera(path, known_cameras),
        start=start,
        end=end,
        video=path.rpartition("/")[2],
        extra={},
    )


def is_time_in_path(path: str) -> bool:
    """Say whether a video's start is read from its path; otherwise it follows from the file's last change."""
    return _named_start(path, _EPOCH, ZoneInfo("UTC")) is not None


def _is_unusable(path: str, container: Container | None) -> bool:
    if container is None:
        return path.lower().endswith(_HEADERS_ARE_READ)
    return not container.has_video


def _length(container: Container | None) -> timedelta | None:
    seconds = container.seconds if container else None
    if seconds is None or not 0 <= seconds <= _LONGEST_S:
        return None
    return timedelta(milliseconds=round(seconds * 1000))


def _span(
    path: str, modified: datetime, length: timedelta | None, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return start and end. Without a time in the name the file's last change was its end."""
    start = _named_start(path, modified - (length or timedelta()), zone)
    if start is None:
        return modified - (length or timedelta()), modified
    if length is not None:
        return start, start + length
    return start, modified if timedelta() <= modified - start <= timedelta(seconds=_LONGEST_S) else start


def _named_start(path: str, likely: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the time in the file's name, or in its folder's and its own; None: there is none."""
    pure = PurePosixPath(path)
    named = time_in_name(pure.name) or _spread_time(f"{pure.parent.name}/{pure.stem}")
    if named is None or named.year not in _YEARS:
        return None
    if re.search(named.strftime("%Y%m%d[T_-]?%H%M%SZ"), pure.name):
        return named
    return _local(named, likely, zone)


def _local(named: datetime, likely: datetime, zone: ZoneInfo) -> datetime:
    """Read a time in the site's zone; of an hour that comes twice, the one nearer to what the file says."""
    both = (named.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(both, key=lambda each: abs(each - likely))


def _spread_time(text: str) -> datetime | None:
    """Return a time written with separators, `2026-11-22/12-30-00`, as if it were UTC; None when there is none."""
    for match in _SPREAD_TIME.finditer(text):
        try:
            return datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError:
            continue
    return None


def _kind(path: str) -> SidecarKind:
    for folder in PurePosixPath(path).parts[:-1]:
        if folder in _KIND_OF_FOLDER:
            return _KIND_OF_FOLDER[folder]
    return "event"


def _camera(path: str, known: Collection[str]) -> str:
    """Return the camera that the path tells: by its place, by a folder's name, by how the file's name begins."""
    *folders, name = path.split("/")
    for kind, folder in pairwise(folders):
        if kind in _KIND_OF_FOLDER and (
            folder in known or (is_camera_id(folder) and not _DATE.match(folder))
        ):
            return folder
    for folder in reversed(folders):
        if folder in known:
            return folder
    return _camera_in_name(name, known) or UNKNOWN_CAMERA


def _camera_in_name(name: str, known: Collection[str]) -> str | None:
    """Return the longest known id that the name begins with.

    After a number a time must follow: `12-30-00.mp4` is not of camera 12.
    """
    for camera in sorted(known, key=len, reverse=True):
        rest = name.removeprefix(camera)
        if rest == name or rest[:1].isalnum():
            continue
        if not camera.isdecimal() or time_in_name(rest) or _spread_time(rest):
            return camera
    return None
