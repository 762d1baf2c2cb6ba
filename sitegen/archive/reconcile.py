"""Takes differences between archive and index over: judges the stems that differ, and writes what they come to.

It reads sidecars and notes, and writes the index, inside a transaction of its caller. Nothing of a folder or stem that
is as it was is read or written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive.assemble import Adopt, Assembled, assemble
from sitegen.archive.clip_rows import base_of
from sitegen.archive.index import UNKNOWN, FolderMark, Index, Placed
from sitegen.archive.scan import SIDECAR_SUFFIX, Entry, FileEntry, Folder, printable, stem_of, suffix_of
from sitegen.clip import VIDEO_SUFFIXES, Clip, Outage, Problem
from sitegen.days import DayFinder

_TO_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_USUAL_BYTES = 4_096  # asking for much costs more than the file: room for it is made first
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
    times_lie: bool = False
    """True: names came or went in a folder, and its mtime did not tell."""


class Source(msgspec.Struct, frozen=True):
    """Where the archive is and how it is judged."""

    root: Path
    zone: ZoneInfo
    adopt: Adopt
    """May return None for a video that may still be written; it is asked again at each refresh."""

    def read(self, path: str) -> bytes:
        """Return the beginning of a small file; a fifo or a link put in its place is not followed."""
        handle = os.open(f"{self.root}/{path}", _TO_READ)
        try:
            data = os.read(handle, _USUAL_BYTES)
            return data if len(data) < _USUAL_BYTES else data + os.read(handle, _READ_BYTES)
        finally:
            os.close(handle)


class Reconciling:
    """One refresh while it runs: what was touched, and how it was before."""

    def __init__(self, index: Index, source: Source, *, bulk: bool = False) -> None:
        self.index, self.source, self.bulk = index, source, bulk
        self.old: dict[str, Placed | None] = {}
        self.outages: list[Outage] = []
        self.bases: set[str] = set()
        self.problems = False
        self.times_lie = False
        self._day_of = DayFinder(source.zone)

    def compare(self, folder: Folder, mark: FolderMark | None) -> None:
        """Take over the differences of one folder; `mark` is how it was known."""
        now = FolderMark(folder.digest(), folder.mtime_ns)
        if mark == now:
            return
        if mark is None or mark.digest != now.digest:
            if not self.bulk or folder.problems:
                self.problems |= self.index.set_problems(f"{folder.path}/", folder.problems)
            if not folder.readable:
                self.index.put_folder(folder.path, UNKNOWN)
                return
            known = {} if self.bulk else self.index.entries_in(folder.path)
            names = known.keys() ^ {entry[0] for entry in folder.entries}
            # Names came or went, and the time says that none did: it is not to be trusted on this file system.
            self.times_lie |= bool(names and mark is not None and mark.mtime_ns == now.mtime_ns != 0)
            self._take_over(folder, known)
        self.index.put_folder(folder.path, now)

    def forget(self, path: str) -> None:
        """Take over that a folder is no more."""
        self.problems |= self.index.set_problems(f"{path}/", ())
        self._take_over(Folder(path), self.index.entries_in(path))
        self.index.drop_folder(path)

    def _take_over(self, folder: Folder, known: dict[str, Entry]) -> None:
        here = {entry[0]: entry for entry in folder.entries}
        changed = [entry for name, entry in here.items() if known.get(name) != entry]
        gone = [name for name in known if name not in here]
        below = f"{folder.path}/" if folder.path else ""
        self.index.put_files(folder.path, changed)
        for name in gone:
            self.index.drop_file(below + name)
        if self.bulk:
            self._judge_all(folder)
            return
        touched = [below + name for name in (*gone, *(entry[0] for entry in changed))]
        self.judge({stem for path in touched for stem in self.stems_of(path)})

    def _judge_all(self, folder: Folder) -> None:
        """Judge all stems of a folder of which nothing is known."""
        stems: dict[str, list[FileEntry]] = {}
        names: dict[str, int] = {}
        for file in folder.files:
            names[file.path] = file.size
            stems.setdefault(stem_of(file.path), []).append(file)
        wanted: set[str] = set()
        results: dict[str, Assembled] = {}
        # Those with a sidecar first: it may name a video that has none.
        for stem in sorted(stems, key=lambda stem: stem + SIDECAR_SUFFIX not in names):
            results[stem] = self._assembled(stems[stem], names.get, wanted.__contains__)
            wanted.update(results[stem].wanted)
        for path in sorted(
            wanted & names.keys()
        ):  # a video that was judged before another stem's sidecar named it
            stem = stem_of(path)
            if suffix_of(path) in VIDEO_SUFFIXES and stem + SIDECAR_SUFFIX in names:
                results[stem] = self._assembled(stems[stem], names.get, wanted.__contains__)
        self.index.put_clips(placed for r in results.values() for placed in self._placed(r))
        for stem, result in results.items():
            self._write_rest(stem, result)

    def _assembled(
        self,
        files: Sequence[FileEntry],
        size_of: Callable[[str], int | None],
        claimed: Callable[[str], bool],
    ) -> Assembled:
        return assemble(
            files, read=self.source.read, adopt=self.source.adopt, size_of=size_of, claimed=claimed
        )

    def take(self, path: str, found: FileEntry | Problem | None) -> set[str]:
        """Take over one path; return the stems to judge again."""
        folder, _, name = path.rpartition("/")
        if printable(folder) != folder:
            return set()  # the scan has made a Problem of the folder
        if isinstance(found, FileEntry):
            if self.index.file(path) == found:
                return set()
            self.index.forget_mark(folder)
            self.index.put_files(folder, [(name, found.size, found.mtime_ns, found.inode)])
            return self.stems_of(path)
        if isinstance(found, Problem):
            self.index.forget_mark(folder)  # the next scan settles its Problems
            self.problems |= self.index.add_problem(f"{folder}/", found)
        path = printable(path)  # the index can hold nothing else
        if self.index.file(path) is None:
            return set()
        self.index.forget_mark(folder)
        self.index.drop_file(path)
        return self.stems_of(path)

    def stems_of(self, path: str) -> set[str]:
        """Return the stems that a file matters to."""
        return {stem_of(path), *self.index.stems_wanting(path)}

    def judge(self, stems: Iterable[str]) -> None:
        """Assemble stems again and write what they come to; also stems of videos that a sidecar names no more, or now."""
        waiting = sorted(stems, reverse=True)
        while waiting:
            waiting += self._judge(waiting.pop())

    def _judge(self, stem: str) -> set[str]:
        index = self.index
        result = self._assembled(
            index.files_of(stem),
            lambda path: None if (file := index.file(path)) is None else file.size,
            lambda path: bool(index.stems_wanting(path)),
        )
        before = index.clips_of_stem(stem)
        now = {clip.path for clip in result.clips}
        for placed in before:
            self._remember(placed.clip.path, placed)
            self.bases.add(base_of(placed.clip))
            if placed.clip.path not in now:
                index.drop_clip(placed.clip.path)
        index.put_clips(self._placed(result))
        return self._write_rest(stem, result)

    def _placed(self, result: Assembled) -> Iterator[tuple[Clip, date, int]]:
        """Yield the clips of a stem with their ids, not numbered yet, and the days and hours at which they start."""
        for clip in result.clips:
            base = base_of(clip)
            if not self.bulk:
                self._remember(clip.path, None)
                self.bases.add(base)
            yield (msgspec.structs.replace(clip, id=base), *self._day_of.day_and_hour(clip.start))

    def _write_rest(self, stem: str, result: Assembled) -> set[str]:
        """Write all but the clips; return the stems whose videos were, or are now, named by this one's sidecar."""
        index = self.index
        if self.bulk and result.is_plain:
            return set()
        old_outages = index.outages_of_stem(stem)
        if tuple(old_outages) != result.outages:
            index.drop_outages(stem)
            for outage in result.outages:
                index.put_outage(outage, stem)
            self.outages += [*old_outages, *result.outages]
        self.problems |= index.set_problems(stem, result.problems)
        index.set_held(stem, held=bool(result.held) or result.unread)
        wanted = index.wanted_by(stem)
        if wanted == set(result.wanted):
            return set()
        index.set_wanted(stem, result.wanted)
        return {
            stem_of(path) for path in wanted ^ set(result.wanted) if suffix_of(path) in VIDEO_SUFFIXES
        } - {stem}

    def _remember(self, path: str, placed: Placed | None) -> None:
        if not self.index.fresh:
            self.old.setdefault(path, placed)

    def give_ids(self) -> None:
        """Number the clips that would have the same id, in order of video path."""
        bases = self.index.shared_ids() if self.bulk else sorted(self.bases)
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
            times_lie=self.times_lie,
        )
