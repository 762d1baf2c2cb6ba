"""Finishes what a killed recorder left behind: probes segments that nobody closed and writes their whole sidecars.

It looks at our own names below `<root>/segments` only, writes sidecars only, and deletes nothing but sidecars half written.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sitegen.archive.container import read_container
from sitegen.archive.durable import discard, temporary_of, write_durably
from sitegen.archive.sidecar import read_sidecar
from sitegen.capture.recorder_book import modified, segment_sidecar, sidecar_path
from sitegen.capture.recorder_folders import SEGMENTS
from sitegen.capture.recorder_names import SUFFIX, SegmentName, parse_name
from sitegen.capture.recorder_policy import killed_span
from sitegen.clip import Sidecar

_log = logging.getLogger(__name__)

_READ_WHOLE_FOLDERS = 2
"""In a camera's newest folders every sidecar is read; in older ones only the last of each run can lack its end."""


def finish_leftovers(root: Path, present_run: str) -> int:
    """Finish every segment that lacks its end or its sidecar, but for those of `present_run`; return how many.

    What cannot be read or written is logged and left for the next start.
    """
    finished = 0
    for folder in _subfolders(root / SEGMENTS):
        for video, follows in _unfinished(folder, present_run):
            try:
                finished += _finish(video, folder.name, follows=follows)
            except OSError as error:
                _log.warning("cannot finish %s: %s", video, error.strerror)
    return finished


def _unfinished(folder: Path, present_run: str) -> Iterator[tuple[Path, bool]]:
    """Yield the videos of one camera that may lack something, and whether each follows another of its run.

    No more sidecars are read than need be: there may be a hundred thousand.
    """
    days = sorted(_subfolders(folder), reverse=True)
    for place, day in enumerate(days):
        names = _names(day)
        ours = {name: parsed for name in names if (parsed := _own(name, folder.name, present_run))}
        _sweep(day, names, ours)
        firsts, lasts = _ends_of_runs(ours)
        for name in sorted(ours):
            if place < _READ_WHOLE_FOLDERS or name in lasts or sidecar_path(day / name).name not in names:
                yield day / name, name not in firsts


def _sweep(day: Path, names: set[str], ours: Iterable[str]) -> None:
    """Delete the sidecars that a killed recorder has left half written."""
    for name in ours:
        temporary = Path(temporary_of(sidecar_path(day / name)))
        if temporary.name in names:
            try:
                discard(str(temporary))
            except OSError as error:
                _log.warning("cannot take away %s: %s", temporary, error.strerror)


def _own(name: str, camera: str, present_run: str) -> SegmentName | None:
    parsed = parse_name(name) if name.endswith(SUFFIX) else None
    return parsed if parsed and parsed.camera == camera and parsed.run != present_run else None


def _ends_of_runs(videos: dict[str, SegmentName]) -> tuple[set[str], set[str]]:
    """Return the first video of each ffmpeg, and the last of each recorder, in one folder."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for name, parsed in sorted(videos.items()):
        first.setdefault(parsed.token, name)
        last[parsed.run] = name
    return set(first.values()), set(last.values())


def _finish(video: Path, camera: str, *, follows: bool) -> bool:
    sidecar_there, sidecar = _read(sidecar_path(video))
    parsed = parse_name(video.name)
    if parsed is None or (sidecar_there and (sidecar is None or sidecar.end is not None)):
        return False  # whole, or not as we write them
    container = read_container(video)
    seconds = container.seconds if container else None
    if not sidecar_there and not seconds:
        return False  # no frame and no sidecar: nothing to say of it; the generator lists it as a Problem
    start, end = killed_span(
        start=sidecar.start if sidecar else parsed.opened,
        follows=follows and sidecar is not None,
        seconds=seconds,
        modified=modified(video),
        previous_end=None,
    )
    preview = sidecar.preview if sidecar else None
    text = segment_sidecar(camera, video.name, start, end, "killed", preview=preview)
    write_durably(sidecar_path(video), text.encode())
    _log.info("camera %s: finished %s, which was left behind", camera, video.name)
    return True


def _read(path: Path) -> tuple[bool, Sidecar | None]:
    """Return whether there is a sidecar, and what it says; None: it cannot be understood."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return False, None
    return True, read_sidecar(data, path.name)[0]


def _names(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except OSError:
        return set()


def _subfolders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
