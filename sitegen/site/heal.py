"""Finds what should be on the site and is not: somebody deleted it, or a disk lost it. Reads names only.

Cost: one stat of each folder of the site; what a folder holds is compared only when its mtime is not the one it had
when nothing was missing in it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.archive.layout import preview_paths
from sitegen.site.pages import Page, paths

_SETTLED_NS = 2_000_000_000
"""A folder's mtime may be so coarse: what changes within that time might not show."""
_NOT_THERE = 0
_PREVIEWS = "previews"
_POSTER = ("poster", "still")


def missing_pages(
    output: Path, index: Index, others: Iterable[Page], slugs: Mapping[str, str]
) -> Iterator[Page]:
    """Yield the pages that lack a file: those of clips, days and cameras' days, and the `others`."""
    known, whole = index.whole_folders(), {}
    for mates in _dated(index, slugs):
        folder = paths(mates[0], slugs)[-1].rpartition("/")[0]
        now_ns = _mtime_ns(f"{output}/{folder}")
        if now_ns and known.get(folder) == now_ns:
            continue
        missing = _missing_in(output / folder, mates, index, slugs)
        yield from missing
        if not missing and now_ns > 0:
            whole[folder] = now_ns
    index.set_whole_folders(whole)
    for page in others:
        if not all((output / path).exists() for path in paths(page, slugs)):
            yield page


def _dated(index: Index, slugs: Mapping[str, str]) -> Iterator[tuple[Page, ...]]:
    """Yield the pages of days and of cameras' days, each with those that share its folder (but clips)."""
    yield from ((Page("day", count.day.isoformat()),) for count in counts.days(index))
    for camera in slugs:
        for count in counts.days(index, camera):
            day = count.day.isoformat()
            mates = (Page("playlist", day, camera),) if count.segments else ()
            yield (Page("camera-day", day, camera), *mates)


def _missing_in(folder: Path, mates: Iterable[Page], index: Index, slugs: Mapping[str, str]) -> list[Page]:
    """Return the pages that should be in a day's folder, and are not whole."""
    names = _names(folder)
    found = ((page, {path.rpartition("/")[2] for path in paths(page, slugs)}) for page in mates)
    missing = [page for page, wanted in found if not wanted <= names]
    for day in [page.day for page in mates if page.kind == "day"]:
        clips = (Page("clip", day, clip_id) for clip_id in index.event_ids(day))
        missing += [clip for clip in clips if f"{clip.key}.html" not in names]
    return missing


def missing_previews(output: Path, index: Index) -> Iterator[str]:
    """Yield the videos whose previews are known to be made, and are not all there."""
    known, whole = index.whole_folders(), {}
    for folder in index.folders():
        place = f"{_PREVIEWS}/{folder}"
        now_ns = _mtime_ns(f"{output}/{place}")
        if known.get(place) == now_ns:
            continue
        missing = list(_missing_previews_in(output / place, folder, index))
        yield from missing
        if not missing and now_ns >= 0:
            whole[place] = now_ns
    index.set_whole_folders(whole)


def _missing_previews_in(place: Path, folder: str, index: Index) -> Iterator[str]:
    names = _names(place)
    for path, whole in index.previews_in(folder):
        wanted = preview_paths(path)
        if not all(wanted[kind].rpartition("/")[2] in names for kind in (wanted if whole else _POSTER)):
            yield path


def _mtime_ns(folder: str) -> int:
    """Return the mtime of a folder; 0: it is not there, -1: it changed just now, and may do so again unseen."""
    try:
        found = os.stat(folder).st_mtime_ns  # noqa: PTH116 - pathlib costs several times as much
    except (FileNotFoundError, NotADirectoryError):
        return _NOT_THERE
    return found if found < time.time_ns() - _SETTLED_NS else -1


def _names(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()
