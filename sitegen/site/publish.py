"""Puts files into the site so that a reader never sees half of anything. Writes below the site's folder only.

A file is written under a temporary name in `.sitegen-tmp/` and renamed, its compressed twin before it; new folders
are renamed whole (sitegen.site.stage). When a file is replaced, its modification time and its twin's move on by at
least a whole second: nginx makes the ETag of that and the size (promise P7).
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen.real_folders import naming_what_is_in_the_way, replace_link, replace_links
from sitegen.site.stage import Stage
from sitegen.site.twins import (
    TWIN,
    Content,
    compressed,
    create,
    has_twin,
    holds,
    is_whole,
    length,
    look,
    parts_of,
)

TEMPORARY = ".sitegen-tmp"
_SECOND_NS = 1_000_000_000
_SIGNS = frozenset((TEMPORARY, "build.json", "index.json", "status.json"))
"""By which of these a folder is known for a site."""


class Publisher:
    """Writes into one site's folder; counts what it did."""

    def __init__(self, output: Path, *, now_ns: Callable[[], int]) -> None:
        self.output = output
        self._now_ns = now_ns
        self._temporary = output / TEMPORARY
        self._root, self._names = str(output), 0
        self.written: int = 0
        self.deleted: int = 0
        self.lost_folders: bool = False
        """True: a link was in the place of a folder, and what was seen through it is not on the site any more."""
        self._real: set[str] = set()

    def is_ours(self) -> bool:
        """Say whether the folder may be written to and swept: it is empty, or a site is, or was begun, in it."""
        try:
            names = {path.name for path in self.output.iterdir()}
        except FileNotFoundError:
            return True
        return bool(names & _SIGNS) or all(name.startswith(".") for name in names)

    def prepare(self) -> None:
        """Make the site's folder, and sweep what a killed build left behind."""
        replace_link(str(self._temporary))
        self._temporary.mkdir(parents=True, exist_ok=True)
        for left in self._temporary.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()

    def close(self) -> None:
        """Take the temporary folder away, if nobody else has something in it, and the site is known without it."""
        if (self.output / "build.json").exists():
            with contextlib.suppress(OSError):
                self._temporary.rmdir()

    def look_again(self) -> None:
        """Look anew, at the start of a pass, whether the folders that are written to are links of somebody else's."""
        self._real.clear()

    def _own(self, folder: str) -> None:
        """See to it that a folder, if it is there, is in the site: nothing is written or deleted through a link."""
        if folder not in self._real:
            self.lost_folders |= replace_links(self._root, folder, self._real)

    def is_empty(self) -> bool:
        """Say whether nothing is published."""
        with os.scandir(self.output) as entries:
            return all(entry.name.startswith(".") for entry in entries)

    def exists(self, path: str) -> bool:
        """Say whether a file is on the site."""
        return os.path.exists(f"{self._root}/{path}")  # noqa: PTH110 - asked for each page

    def size(self, path: str) -> int:
        """Return the bytes of a file on the site; 0: it is not there."""
        try:
            return os.stat(f"{self._root}/{path}").st_size  # noqa: PTH116 - asked for each event's page
        except OSError:
            return 0

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Yield a stage; what is on it is published at the end, or thrown away when there is an error."""
        stage = Stage(
            self._root, self.temporary_name(), mtime_ns=self._now_ns(), write=self.write, own=self._own
        )
        try:
            yield stage
            stage.publish()
        except BaseException:
            stage.discard()
            raise
        self.written += stage.files

    def write(self, path: str, data: Content) -> bool:
        """Put a file and its twin at a path, unless it is there with the same bytes; say whether it was written."""
        self._own(path.rpartition("/")[0])
        target = f"{self._root}/{path}"
        paired = has_twin(path, length(data))
        old, old_twin = look(target), look(target + TWIN)
        same = old is not None and _are_pair(old, old_twin, paired=paired) and holds(target, old, data)
        if same and (old_twin is None or is_whole(target + TWIN, length(data))):
            return False
        mtime_ns = self._next_mtime_ns(old, old_twin)
        with naming_what_is_in_the_way(self._root, path, path + TWIN):
            if paired:
                self._put(target + TWIN, compressed(b"".join(parts_of(data)), path), mtime_ns)
            elif old_twin is not None:
                Path(target + TWIN).unlink()
            self._put(target, data, mtime_ns)
        self.written += 1
        return True

    def _put(self, target: str, data: Content, mtime_ns: int) -> None:
        temporary = self.temporary_name()
        try:
            self._move_in(temporary, target, data, mtime_ns)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()  # a full disk is not to be filled with halves
            raise

    def _move_in(self, temporary: str, target: str, data: Content, mtime_ns: int) -> None:
        try:
            create(temporary, data, mtime_ns)
        except FileNotFoundError:  # somebody deleted the site while we were at work: it comes back
            self._temporary.mkdir(parents=True, exist_ok=True)
            create(temporary, data, mtime_ns)
        try:
            os.rename(temporary, target)  # noqa: PTH104 - both are text already
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            os.rename(temporary, target)  # noqa: PTH104

    def _next_mtime_ns(self, *old: os.stat_result | None) -> int:
        """Return now, or the whole second after any of the times that readers have seen."""
        seen = (found.st_mtime_ns // _SECOND_NS + 1 for found in old if found is not None)
        return max(self._now_ns(), max(seen, default=0) * _SECOND_NS)

    def temporary_name(self) -> str:
        """Return a name in the temporary folder that nothing else has."""
        self._names += 1
        return f"{self._root}/{TEMPORARY}/{os.getpid()}.{self._names}"

    def link(self, name: str, target: Path) -> bool:
        """Put a symbolic link at the top of the site; say whether it was written."""
        place = self.output / name
        wanted = os.path.relpath(target.resolve(), self.output.resolve())
        if place.is_symlink() and str(place.readlink()) == wanted:
            return False
        temporary = self._temporary / f"{os.getpid()}.link"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(wanted)
        try:
            with naming_what_is_in_the_way(self._root, name):
                temporary.rename(place)
        except OSError:
            temporary.unlink()
            raise
        self.written += 1
        return True

    def delete(self, path: str) -> bool:
        """Delete a file, its twin before it, and the folders that are empty without them; say whether it was there."""
        self._own(path.rpartition("/")[0])
        target = self.output / path
        self.lost_folders |= path != "media" and target.is_symlink()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            Path(f"{target}{TWIN}").unlink()
        try:
            target.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        self.deleted += 1
        for folder in target.parents:
            if folder == self.output:
                break
            try:
                folder.rmdir()
            except OSError:
                break  # not empty: something else lives there
        return True

    def files(self) -> Iterator[str]:
        """Yield the paths of all files of pages, feeds and assets; not media, previews or temporary files.

        A twin counts as a part of its file; one that has lost it is a file of its own.
        """
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            found = []
            with os.scandir(self.output / folder) as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    if path in {"media", "previews"} or entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path + "/")
                    else:
                        found.append(path)
            names = frozenset(found)
            yield from (p for p in found if not (p.endswith(TWIN) and p.removesuffix(TWIN) in names))


def _are_pair(file: os.stat_result, twin: os.stat_result | None, *, paired: bool) -> bool:
    """Say whether a file has its twin, or rightly none; one that a killed build left beside it is of another time."""
    if twin is None:
        return not paired
    return paired and twin.st_mtime_ns == file.st_mtime_ns
