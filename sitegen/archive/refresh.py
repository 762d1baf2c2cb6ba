"""Brings the index in step with the archive: compares folders with what is known, and judges again what differs.

Cost: a whole refresh is one scan plus the work for what differs; a refresh of some paths is the work for these.
It reads the archive and writes the index, in one transaction; when it raises, the index is as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive import counts
from sitegen.archive.assemble import Adopt, Assembled, assemble
from sitegen.archive.index import Index, Placed
from sitegen.archive.layout import base_id
from sitegen.archive.scan import FileEntry, Folder, look, printable, scan, stem_of
from sitegen.clip import Clip, Outage, Problem
from sitegen.days import local_day
from sitegen.errors import ArchiveGone

_FEW = 3  # so few clips may go at once, whatever their share
_READ_BYTES = 300_000  # more than any sidecar or note may have, so that "too large" can be told


class Change(msgspec.Struct, frozen=True):
    """One clip before and after; None: it was not there, or is no more."""

    old: Placed | None
    new: Placed | None


class Refreshed(msgspec.Struct, frozen=True):
    """What a refresh found to be different."""

    changes: tuple[Change, ...] = ()
    """Empty for an index made anew: then everything is new."""
    outages: tuple[Outage, ...] = ()
    """Outages as they were and as they are, where they differ."""
    problems: bool = False
    """True: the Problems are not what they were."""


class Source(msgspec.Struct, frozen=True):
    """Where the archive is and how it is judged."""

    root: Path
    zone: ZoneInfo
    adopt: Adopt
    """May return None for a video that may still be written; it is asked again at each refresh."""

    def read(self, path: str) -> bytes:
        """Return the beginning of a small file; a fifo or a link put in its place is not followed."""
        handle = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            return file.read(_READ_BYTES)


class _Refresh:
    """One refresh while it runs: what was touched, and how it was before."""

    def __init__(self, index: Index, source: Source) -> None:
        self.index, self.source = index, source
        self.old: dict[str, Placed | None] = {}
        self.outages: list[Outage] = []
        self.bases: set[str] = set()
        self.problems = False

    def compare(self, folder: Folder) -> None:
        """Take over the differences of one folder."""
        self.problems |= self.index.set_problems(f"{folder.path}/", folder.problems)
        if not folder.readable:
            return
        known = self.index.files_in(folder.path)
        here = {f.path: f for f in folder.files}
        stems = set()
        for path in known.keys() - here.keys():
            stems |= self._drop(path)
        for path, file in here.items():
            if known.get(path) != file:
                stems |= self._put(file)
        for stem in sorted(stems):
            self.judge(stem)

    def take(self, path: str, found: FileEntry | Problem | None) -> set[str]:
        """Take over one path; return the stems to judge again."""
        folder = path.rpartition("/")[0]
        if printable(folder) != folder:
            return set()  # the scan has made a Problem of the folder
        if isinstance(found, FileEntry):
            return set() if self.index.file(path) == found else self._put(found)
        if isinstance(found, Problem):
            self.problems |= self.index.add_problem(f"{folder}/", found)  # the next scan settles them all
        path = printable(path)  # the index can hold nothing else
        return self._drop(path) if self.index.file(path) else set()

    def _put(self, file: FileEntry) -> set[str]:
        stem = stem_of(file.path)
        self.index.put_file(file, stem)
        return {stem, *self.index.stems_wanting(file.path)}

    def _drop(self, path: str) -> set[str]:
        self.index.drop_file(path)
        return {stem_of(path), *self.index.stems_wanting(path)}

    def judge(self, stem: str) -> None:
        """Assemble one stem again and write what it comes to."""
        index = self.index
        result = assemble(
            index.files_of(stem),
            read=self.source.read,
            adopt=self.source.adopt,
            exists=lambda path: index.file(path) is not None,
        )
        before = index.clips_of_stem(stem)
        for placed in before:
            self._remember(placed.clip.path, placed)
        self._write_clips(stem, before, result)
        old_outages = index.outages_of_stem(stem)
        if tuple(old_outages) != result.outages:
            index.drop_outages(stem)
            for outage in result.outages:
                index.put_outage(outage, stem)
            self.outages += [*old_outages, *result.outages]
        self.problems |= index.set_problems(stem, result.problems)
        index.put_stem(stem, result.wanted_image, held=bool(result.held) or result.unread)

    def _write_clips(self, stem: str, before: list[Placed], result: Assembled) -> None:
        index = self.index
        now = {c.path for c in result.clips}
        for placed in before:
            self.bases.add(_base(placed.clip))
            if placed.clip.path not in now:
                index.drop_clip(placed.clip.path)
        for clip in result.clips:
            base = _base(clip)
            self._remember(clip.path, None)
            self.bases.add(base)
            index.put_clip(
                msgspec.structs.replace(clip, id=base), stem, base, local_day(clip.start, self.source.zone)
            )

    def _remember(self, path: str, placed: Placed | None) -> None:
        if not self.index.fresh:
            self.old.setdefault(path, placed)

    def give_ids(self) -> None:
        """Number the clips that would have the same id, in order of video path."""
        bases = self.index.shared_bases() if self.index.fresh else sorted(self.bases)
        for base in bases:
            for number, placed in enumerate(self.index.clips_of_base(base), start=1):
                wanted = base if number == 1 else f"{base}-{number}"
                if placed.clip.id != wanted:
                    self._remember(placed.clip.path, placed)
                    self.index.set_id(placed.clip.path, wanted)

    def result(self) -> Refreshed:
        """Return what is different now."""
        changes = (Change(old, self.index.clip(path)) for path, old in self.old.items())
        return Refreshed(
            changes=tuple(c for c in changes if c.old != c.new),
            outages=tuple(self.outages),
            problems=self.problems,
        )


def _base(clip: Clip) -> str:
    return base_id(clip.kind, clip.camera, clip.start)


def refresh_all(
    index: Index, source: Source, *, before: int, below: str = "", trust: bool = False
) -> Refreshed:
    """Scan the archive (or what is `below` a folder) and take over every difference.

    `before` is the number of clips that there were. Raises ArchiveGone when the archive is missing, empty though
    there were clips, or has lost more than half of them; `trust` allows for the last.
    """
    work = _begin(index, source)
    with index.transaction():
        seen, unreadable = set(), []
        try:
            for folder in scan(source.root, below) if printable(below) == below else ():
                seen.add(folder.path)
                unreadable += [] if folder.readable else [f"{folder.path}/"]
                work.compare(folder)
        except FileNotFoundError:
            pass  # a folder that went is one with nothing in it
        except OSError as error:
            raise ArchiveGone(
                source.root, f"it cannot be read ({error.strerror})", "check its owner and disk"
            ) from None
        for path in index.folders(printable(below)):
            if path not in seen and not path.startswith(tuple(unreadable)):
                work.compare(Folder(path, (), ()))
        for stem in index.held_stems():
            work.judge(stem)
        return _settle(work, before=before, trust=trust)


def refresh_paths(index: Index, source: Source, paths: Iterable[str], *, before: int) -> Refreshed:
    """Look at some paths again (files, relative to the root) and take over what differs. Raises ArchiveGone."""
    work = _begin(index, source)
    with index.transaction():
        stems: set[str] = set()
        for path in paths:
            stems |= work.take(path, look(source.root, path))
        for stem in sorted(stems | set(index.held_stems())):
            work.judge(stem)
        return _settle(work, before=before, trust=False)


def _begin(index: Index, source: Source) -> _Refresh:
    if not source.root.is_dir():
        raise ArchiveGone(source.root, "it is missing", "mount it, or mend archive.root in the configuration")
    return _Refresh(index, source)


def _settle(work: _Refresh, *, before: int, trust: bool) -> Refreshed:
    left = counts.clip_count(work.index)
    if left < before:  # a clip that became a Problem, or waits to be adopted, has not gone
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
