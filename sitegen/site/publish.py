"""Puts files into the site so that a reader never sees half of anything. Writes below the site's folder only.

A file is written under a temporary name in `.sitegen-tmp/` and renamed. When a file is replaced, its modification
time moves on by at least a whole second: nginx makes the ETag of that and the size (promise P7).
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

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
        self.written: int = 0
        self.deleted: int = 0

    def is_ours(self) -> bool:
        """Say whether the folder may be written to and swept: it is empty, or a site is, or was begun, in it."""
        try:
            names = {path.name for path in self.output.iterdir()}
        except FileNotFoundError:
            return True
        return bool(names & _SIGNS) or all(name.startswith(".") for name in names)

    def prepare(self) -> None:
        """Make the site's folder, and sweep what a killed build left behind."""
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

    def exists(self, path: str) -> bool:
        """Say whether a file is on the site."""
        return (self.output / path).exists()

    def write(self, path: str, data: bytes) -> bool:
        """Put a file at a path, unless it is there with the same bytes; say whether it was written."""
        target = self.output / path
        old = _stat(target)
        if old is not None and old.st_size == len(data) and _content(target) == data:
            return False
        temporary = self._temporary / f"{os.getpid()}.{self.written}"
        try:
            temporary.write_bytes(data)
        except FileNotFoundError:  # somebody deleted the site while we were at work: it comes back
            self._temporary.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
        if old is not None:
            new_ns = max(self._now_ns(), (old.st_mtime_ns // _SECOND_NS + 1) * _SECOND_NS)
            os.utime(temporary, ns=(new_ns, new_ns))
        try:
            temporary.rename(target)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.rename(target)
        self.written += 1
        return True

    def link(self, name: str, target: Path) -> bool:
        """Put a symbolic link at the top of the site; say whether it was written."""
        place = self.output / name
        wanted = os.path.relpath(target.resolve(), self.output.resolve())
        if place.is_symlink() and str(place.readlink()) == wanted:
            return False
        temporary = self._temporary / f"{os.getpid()}.link"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(wanted)
        temporary.rename(place)
        self.written += 1
        return True

    def delete(self, path: str) -> bool:
        """Delete a file and the folders that are empty without it; say whether it was there."""
        target = self.output / path
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
        """Yield the paths of all files of pages, feeds and assets; not media, previews or temporary files."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self.output / folder) as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    if path in {"media", "previews"} or entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path + "/")
                    else:
                        yield path


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None  # unreadable: it is replaced
