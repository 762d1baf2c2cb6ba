"""Brings the index in step with the archive: compares folders with what is known, and judges again what differs.

Cost: a whole refresh is one scan plus the work for what differs; a refresh of some paths is the work for these.
It reads the archive and writes the index, in one transaction; when it raises, the index is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

from sitegen.archive import counts
from sitegen.archive.index import FolderMark, Index
from sitegen.archive.reconcile import Change, Reconciling, Refreshed, Source
from sitegen.archive.scan import look, printable, scan
from sitegen.errors import ArchiveGone

__all__ = ["Change", "Refreshed", "Source", "refresh_all", "refresh_paths"]

_FEW = 3  # so few clips may go at once, whatever their share


def refresh_all(
    index: Index, source: Source, *, before: int, below: str = "", trust: bool = False, quick: bool = False
) -> Refreshed:
    """Scan the archive (or what is `below` a folder) and take over every difference.

    `before` is the number of clips that there were. `quick`: folders whose mtime is the known one are not listed, which
    misses what was edited in place. Raises ArchiveGone when the archive is missing, empty though there were clips, or
    has lost more than half of them; `trust` allows for the last.
    """
    with index.transaction():
        known = index.folders(printable(below))
        bulk = index.fresh and not known and counts.clip_count(index) == 0
        work = _begin(index, source, bulk=bulk)
        with index.bulk() if bulk else nullcontext():
            _compare_all(work, below, known, quick=quick)
        if not bulk:
            work.judge(index.held_stems())
        return _settle(work, before=before, trust=trust)


def _compare_all(work: Reconciling, below: str, known: dict[str, FolderMark], *, quick: bool) -> None:
    times = {path: mark.mtime_ns for path, mark in known.items()} if quick else {}
    left, unreadable = set(known), []
    try:
        for folder in scan(work.source.root, below, times) if printable(below) == below else ():
            left.discard(folder.path)
            unreadable += [] if folder.readable else [f"{folder.path}/"]
            if not folder.unchanged:
                work.compare(folder, known.get(folder.path))
    except FileNotFoundError:
        pass  # a folder that went is one with nothing in it
    except OSError as error:
        raise ArchiveGone(
            work.source.root, f"it cannot be read ({error.strerror})", "check its owner and disk"
        ) from None
    for path in left:
        if not path.startswith(tuple(unreadable)):
            work.forget(path)


def refresh_paths(index: Index, source: Source, paths: Iterable[str], *, before: int) -> Refreshed:
    """Look at some paths again (files, relative to the root) and take over what differs. Raises ArchiveGone."""
    work = _begin(index, source)
    with index.transaction():
        stems: set[str] = set()
        for path in paths:
            stems |= work.take(path, look(source.root, path))
        work.judge(stems | set(index.held_stems()))
        return _settle(work, before=before, trust=False)


def _begin(index: Index, source: Source, *, bulk: bool = False) -> Reconciling:
    if not source.root.is_dir():
        raise ArchiveGone(source.root, "it is missing", "mount it, or mend archive.root in the configuration")
    return Reconciling(index, source, bulk=bulk)


def _settle(work: Reconciling, *, before: int, trust: bool) -> Refreshed:
    left = counts.clip_count(work.index)
    if left == 0 or (before - left >= _FEW and left * 2 < before):
        # A clip that became a Problem, or waits to be adopted, has not gone.
        left = max(left, counts.video_count(work.index))
    if left == 0 and before > 0:
        raise ArchiveGone(
            work.source.root,
            f"it is empty, where {before} clips were",
            "mount it; if it is to be empty, delete the site's folder and state",
        )
    gone = before - left
    if not trust and gone * 2 > before and gone >= _FEW:
        raise ArchiveGone(
            work.source.root,
            f"{gone} of {before} clips are gone",
            "mount it; if they were deleted on purpose, run `sitegen build --full`",
        )
    work.give_ids()
    return work.result()
