"""Walks the archive and reads folder entries, never contents.

Cost: one scandir a folder and one stat a file. Hidden files and folders belong to whoever made them and are passed over.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

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
    dot = path.rfind(".")
    return path[dot:].lower() if dot > path.rfind("/") else ""


def is_of_interest(path: str) -> bool:
    """Say by its ending whether a file may be part of the archive's content."""
    return suffix_of(path) in _WANTED


_WANTED = frozenset((*VIDEO_SUFFIXES, *IMAGE_SUFFIXES, SIDECAR_SUFFIX, NOTE_SUFFIX))


Entry = tuple[str, int, int, int]
"""One file as its folder knows it: name, size in bytes, mtime in ns, inode."""

_SETTLED_NS = 2_000_000_000
"""A folder's mtime may be so coarse (FAT): a later change within that time would not show in it."""


class Folder(msgspec.Struct, frozen=True):
    """What one folder holds: files of interest, and what cannot be used."""

    path: str
    entries: tuple[Entry, ...] = ()
    """In order of name."""
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    """False: it could not be listed; what is known of it and of all below it holds."""
    mtime_ns: int = 0
    """The folder's own, where a later change is sure to change it; else 0."""
    unchanged: bool = False
    """True: it was not listed, for its mtime is the known one; what is known of its files holds."""

    @property
    def files(self) -> list[FileEntry]:
        """The files with their paths."""
        return [self.file(entry) for entry in self.entries]

    def file(self, entry: Entry) -> FileEntry:
        """Return one file with its path."""
        return FileEntry(f"{self.path}/{entry[0]}" if self.path else entry[0], *entry[1:])

    def digest(self) -> bytes:
        """Return a text that changes with anything that was seen in the folder."""
        return blake2b(msgspec.msgpack.encode((self.entries, self.problems)), digest_size=16).digest()


def scan(root: Path, below: str = "", known: Mapping[str, int] = MappingProxyType({})) -> Iterator[Folder]:
    """Yield every folder below one (relative to the root, "" for all), itself included.

    `known` maps folders to the mtimes (ns) they had: one that still has it is not listed, and yielded as `unchanged`;
    its own folders must be in `known` too. Edits in place do not show in a folder's mtime.
    Raises FileNotFoundError when the first folder is not there, and another OSError when the root cannot be read.
    """
    base = str(root)
    waiting = [] if known else [below]
    if is_below_link(base, f"{below}/"):
        raise FileNotFoundError(below)
    for path, unchanged in _known(base, below, known):
        if unchanged:
            yield Folder(path, unchanged=True)
        else:
            waiting.append(path)
    while waiting:
        path = waiting.pop()
        try:
            folder, below_it = _read_folder(base, path)
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
        waiting += [path for path in below_it if path not in known]
        yield folder


def _known(base: str, below: str, known: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    """Yield the known folders that are still there, and whether they have the mtimes they had."""
    gone: set[str] = set()
    for path, mtime_ns in sorted(known.items()):
        parent, slash, _ = path.rpartition("/")
        now_ns = None if slash and parent in gone else _mtime_ns(f"{base}/{path}")
        if now_ns is None and path:
            gone.add(path)  # or a link is in its place: what is below it went with it
        if now_ns is not None or path == below:
            yield path, bool(mtime_ns) and now_ns == mtime_ns


def _mtime_ns(path: str) -> int | None:
    """Return a folder's mtime; None: there is none of that name, -1: the system does not tell."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return -1
    return found.st_mtime_ns if stat.S_ISDIR(found.st_mode) else None


def _read_folder(base: str, path: str) -> tuple[Folder, list[str]]:
    here = f"{base}/{path}" if path else base
    mtime_ns = os.stat(here).st_mtime_ns  # noqa: PTH116 - pathlib costs several times as much
    found: list[Entry] = []
    problems: list[Problem] = []
    folders: list[str] = []
    before_ns = time.time_ns() - _SETTLED_NS
    with os.scandir(here) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            try:
                if name[name.rfind(".") :].lower() in _WANTED and name.isprintable():
                    of = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(of.st_mode):
                        found.append((name, of.st_size, of.st_mtime_ns, of.st_ino))
                        continue
                child = f"{path}/{name}" if path else name
                if entry.is_dir(follow_symlinks=False) and name.isprintable():
                    folders.append(child)
                elif (problem := _judge_other(child, entry)) is not None:
                    problems.append(problem)
            except FileNotFoundError:
                continue  # it went while we looked
            except OSError as error:
                reason = f"cannot be looked at: {error.strerror}"
                problems.append(
                    Problem(printable(f"{path}/{name}".lstrip("/")), "", reason, "check the disk")
                )
    found.sort()
    problems.sort()
    settled = mtime_ns if mtime_ns < before_ns else 0
    return Folder(path, tuple(found), tuple(problems), mtime_ns=settled), folders


def _judge_other(path: str, entry: os.DirEntry[str]) -> Problem | None:
    """Say what is wrong with an entry that is neither a file of use nor a folder; None: nothing, it is of no interest."""
    if entry.is_dir():
        return _judge_folder(path)
    found = judge(path, entry.stat(follow_symlinks=False))
    return found if isinstance(found, Problem) else None


def _judge_folder(path: str) -> Problem:
    """Say why a folder is not looked into."""
    if printable(path) != path:
        return Problem(printable(path), "", "its name is not UTF-8 or has control characters", "rename it")
    return Problem(
        path, "", "a link to a folder is not followed", "mount the folder here, or move it into the archive"
    )


def is_below_link(root: str, path: str) -> bool:
    """Say whether a folder on the way from the root to a path is a link: what lies behind it is not in the archive."""
    parts = path.split("/")[:-1]
    return any(os.path.islink("/".join((root, *parts[:n]))) for n in range(1, len(parts) + 1) if parts[0])  # noqa: PTH114 - text already


def look(root: Path, path: str) -> FileEntry | Problem | None:
    """Return what is at one path now; None: nothing, or nothing of interest."""
    if any(part.startswith(".") for part in path.split("/")) or is_below_link(str(root), path):
        return None
    try:
        return judge(path, (root / path).lstat())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Problem(printable(path), "", f"cannot be looked at: {error.strerror}", "check the disk")


def judge(path: str, found: os.stat_result) -> FileEntry | Problem | None:
    """Say whether a file can be used."""
    if not is_of_interest(path):
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
    if path.isprintable():
        return path
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
