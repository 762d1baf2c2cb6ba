"""Files and their compressed twins: beside a text of more than 1 KB lies `<name>.gz`, which nginx sends as it is.

A file and its twin have one modification time, by which a pair is known to belong together. The file is put into its
place after its twin: a build that is killed between the two finds the file as it was, and writes both again.
Whoever asks in between gets the page as it was or as it will be, and both are whole.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Sequence

TWIN = ".gz"

_TEXTS = frozenset(
    ("html", "json", "js", "mjs", "css", "svg", "xml", "atom", "txt", "ics", "m3u", "m3u8", "webmanifest")
)
_SMALLEST_BYTES = 1_024
_END_BYTES = 4
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC

# Higher levels make a page 4 % smaller and the big ones twice as slow. A window of 16 KB keeps what zlib asks for
# below what malloc gives back to the system each time, which made small pages four times as slow.
_LEVEL, _GZIP_16_KB, _MEMORY = 2, 16 + 14, 6

# Assets are written once and read by everybody: what scripts and style sheets save is worth ten times the work.
_ASSETS = "assets/"
_SMALLEST, _GZIP_32_KB, _MOST_MEMORY = 9, 16 + 15, 9


Content = bytes | Sequence[bytes]
"""What a file holds: in one piece, or, where it is large, in parts that need not be put together in memory."""


def parts_of(data: Content) -> Sequence[bytes]:
    """Return a content's parts."""
    return (data,) if isinstance(data, bytes) else data


def length(data: Content) -> int:
    """Return how many bytes a content has."""
    return len(data) if isinstance(data, bytes) else sum(map(len, data))


def has_twin(path: str, size: int) -> bool:
    """Say whether a file of so many bytes has a twin: the predecessor's JSON, which has no ending, has none."""
    return size > _SMALLEST_BYTES and path.rpartition(".")[2] in _TEXTS


def compressed(data: bytes, path: str = "") -> bytes:
    """Return gzip's form of a file's text, of an asset's as small as can be; no name and no time are in it."""
    if path.startswith(_ASSETS):
        packer = zlib.compressobj(_SMALLEST, zlib.DEFLATED, _GZIP_32_KB, _MOST_MEMORY)
    else:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_16_KB, _MEMORY)
    return packer.compress(data) + packer.flush()


def create(place: str, data: Content, mtime_ns: int) -> None:
    """Write a file with a modification time; FileNotFoundError when its folder is not there."""
    descriptor = os.open(place, _NEW, 0o666)
    try:
        for part in parts_of(data):
            written = os.write(descriptor, part)
            while written < len(part):  # a disk that is almost full takes a part, and then says so
                written += os.write(descriptor, part[written:])
        os.utime(descriptor, ns=(mtime_ns, mtime_ns))
    finally:
        os.close(descriptor)


def look(place: str) -> os.stat_result | None:
    """Return what is in a place, or None; a link is not followed."""
    try:
        return os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_whole(place: str, size: int) -> bool:
    """Say whether a twin ends as one of so many bytes does: a power cut leaves files that are empty, or hold zeros."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - the place is text already
            file.seek(-_END_BYTES, os.SEEK_END)
            return int.from_bytes(file.read(), "little") == size % 2**32  # RFC 1952: ISIZE
    except OSError:
        return False


def holds(place: str, found: os.stat_result, data: Content) -> bool:
    """Say whether what was found in a place is a file of these bytes."""
    if found.st_size != length(data) or not stat.S_ISREG(found.st_mode):
        return False
    try:
        with open(place, "rb", buffering=0) as file:  # noqa: PTH123 - five times as fast as pathlib
            return all(file.read(len(part)) == part for part in parts_of(data))
    except OSError:
        return False  # unreadable: it is replaced
