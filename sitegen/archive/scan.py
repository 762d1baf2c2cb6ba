"""Walks the archive and reads folder entries, never contents.

Cost: one scandir a folder and one stat a file. Hidden files and folders belong to whoever made them and are passed over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sitegen.clip import VIDEO_SUFFIXES, Problem

SIDECAR_SUFFIX = ".yaml"
NOTE_SUFFIX = ".md"
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


class FileEntry(msgspec.Struct, frozen=True):
    """One regular file: `path` relative to the archive's root, size in bytes, mtime in ns."""

    path: str
    size: int
    mtime_ns: int
    inode: int


def stem_of(path: str) -> str:
    """Return the path without the last ending: what a video, its sidecar and its note share."""
    folder, slash, name = path.rpartition("/")
    base, dot, _ = name.rpartition(".")
    return folder + slash + (base if dot else name)


def suffix_of(path: str) -> str:
    """Return the ending in lower case, with its dot, or ""."""
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return dot + suffix.lower() if dot else ""


_WANTED = frozenset((*VIDEO_SUFFIXES, *IMAGE_SUFFIXES, SIDECAR_SUFFIX, NOTE_SUFFIX))


class Folder(msgspec.Struct, frozen=True):
    """What one folder holds: files of interest, and what cannot be used."""

    path: str
    files: tuple[FileEntry, ...]
    problems: tuple[Problem, ...]
    readable: bool = True
    """False: it could not be listed; what is known of it and of all below it holds."""


def scan(root: Path, below: str = "") -> Iterator[Folder]:
    """Yield every folder below one (relative to the root, "" for all), itself included.

    Raises FileNotFoundError when the first folder is not there, and another OSError when the root cannot be read.
    """
    waiting = [below]
    while waiting:
        path = waiting.pop()
        try:
            folder, below_it = _read_folder(root, path)
        except (FileNotFoundError, NotADirectoryError) as error:
            if path == below:
                raise FileNotFoundError(path) from error
            continue  # it went while we looked
        except OSError as error:
            if not path:
                raise
            reason = f"folder cannot be read: {error.strerror}"
            problem = Problem(printable(path), "", reason, "give sitegen the right to read it")
            folder, below_it = Folder(path, (), (problem,), readable=False), []
        waiting += below_it
        yield folder


def _read_folder(root: Path, path: str) -> tuple[Folder, list[str]]:
    files: list[FileEntry] = []
    problems: list[Problem] = []
    folders: list[str] = []
    with os.scandir(root / path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            child = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir(follow_symlinks=False) and printable(child) == child:
                folders.append(child)
                continue
            found = _look(child, entry)
            if isinstance(found, FileEntry):
                files.append(found)
            elif found is not None:
                problems.append(found)
    return Folder(path, tuple(files), tuple(problems)), folders


def _look(path: str, entry: os.DirEntry[str]) -> FileEntry | Problem | None:
    try:
        if entry.is_dir():
            return _judge_folder(path)
        return judge(path, entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None  # it went while we looked
    except OSError as error:
        return Problem(printable(path), "", f"cannot be looked at: {error.strerror}", "check the disk")


def _judge_folder(path: str) -> Problem:
    """Say why a folder is not looked into."""
    if printable(path) != path:
        return Problem(printable(path), "", "its name is not UTF-8 or has control characters", "rename it")
    return Problem(
        path, "", "a link to a folder is not followed", "mount the folder here, or move it into the archive"
    )


def look(root: Path, path: str) -> FileEntry | Problem | None:
    """Return what is at one path now; None: nothing, or nothing of interest."""
    if any(part.startswith(".") for part in path.split("/")):
        return None
    try:
        return judge(path, (root / path).lstat())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Problem(printable(path), "", f"cannot be looked at: {error.strerror}", "check the disk")


def judge(path: str, found: os.stat_result) -> FileEntry | Problem | None:
    """Say whether a file can be used."""
    if suffix_of(path) not in _WANTED:
        return None
    if not stat.S_ISREG(found.st_mode):
        return Problem(
            printable(path), "", "not a regular file", "put the file itself there, not a link or device"
        )
    if printable(path) != path:
        return Problem(printable(path), "", "its name is not UTF-8 or has control characters", "rename it")
    return FileEntry(path, found.st_size, found.st_mtime_ns, found.st_ino)


def printable(path: str) -> str:
    """Return a path as text that can be shown: what is not UTF-8 or printable is escaped."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
