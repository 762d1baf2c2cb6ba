"""Finds what should be on the site and is not: somebody deleted it, or a disk lost it. Reads names only.

Cost: one listing of each folder of the site, and the ids and paths of all clips; O(N), some microseconds a clip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from sitegen.archive.index import Index
from sitegen.archive.layout import preview_paths
from sitegen.site.pages import Page, day_folder, paths


def missing_pages(
    output: Path, index: Index, others: Iterable[Page], slugs: Mapping[str, str]
) -> Iterator[Page]:
    """Yield the pages that lack a file: those of clips, days and cameras' days, and the `others`."""
    clips = index.rows("SELECT day,id FROM clips WHERE kind<>'segment' ORDER BY day")
    for day, rows in groupby(clips, key=lambda row: str(row[0])):
        names = _names(output / day_folder(day))
        yield from (Page("clip", day, clip_id) for _, clip_id in rows if f"{clip_id}.html" not in names)
    days = [Page("day", row[0]) for row in index.rows("SELECT DISTINCT day FROM clips")]
    camera_days = [Page("camera-day", *row) for row in index.rows("SELECT DISTINCT day,camera FROM clips")]
    for page in (*days, *camera_days, *others):
        if not all((output / path).exists() for path in paths(page, slugs)):
            yield page


def missing_previews(output: Path, index: Index) -> Iterator[str]:
    """Yield the videos whose previews are known to be made, and are not all there."""
    names: set[str] = set()
    listed = None
    for (path,) in index.rows("SELECT path FROM clips WHERE preview_ns=mtime_ns ORDER BY path"):
        folder = path.rpartition("/")[0]
        if folder != listed:
            names, listed = _names(output / "previews" / folder), folder
        if any(wanted.rpartition("/")[2] not in names for wanted in preview_paths(path).values()):
            yield path


def _names(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()
