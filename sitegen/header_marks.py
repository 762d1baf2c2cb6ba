"""Reads what is inside the videos that the index does not know yet, and marks the pages that show it; writes the index only."""

from __future__ import annotations

from pathlib import Path

from sitegen.archive.header_rows import Unread
from sitegen.archive.index import Index
from sitegen.archive.layout import preview_paths
from sitegen.archive.video_headers import NOTHING, Headers, read_headers
from sitegen.site import consequences

MOST_AT_ONCE = 2_000
"""So many files a build: a first build has its pages up before it has read a large archive."""


def read_unread(index: Index, root: Path, output: Path) -> None:
    """Read the headers of new and changed videos, newest first, and of small videos that were made of segments.

    What the disk refuses is asked again when the index is told to (HeaderRows.ask_refused_again).
    """
    found: list[tuple[Unread, Headers]] = []
    refused: list[Unread] = []
    for video in index.unread(MOST_AT_ONCE):
        file = output / preview_paths(video.path)["video"] if video.low else root / video.path
        try:
            found.append((video, read_headers(str(file), pieces=video.pieces)))
        except OSError:
            refused.append(video)
    index.put_headers(found)
    index.refuse(refused)
    for path in dict.fromkeys(video.path for video, headers in found if headers != NOTHING):
        if (placed := index.clip(path)) is not None:
            index.mark(consequences.of_headers(placed))
