"""Keeps two instances from working on one folder: an advisory lock that the kernel drops with its process."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sitegen.errors import LockHeld

_LOCKS = Path("/proc/locks")


class Lock:
    """An exclusive lock on a file or folder, held until `close` or the process's end."""

    def __init__(self, path: Path, holder: str = "") -> None:
        """Take the lock, or raise LockHeld at once; OSError when there can be none.

        With a `holder`, `path` is a file, made when it is missing, that says who holds the lock; it is never deleted:
        a lock on a deleted file would lock nothing. Without, `path` is a folder, in which nothing is left; who
        holds that is asked of the kernel.
        """
        (path.parent if holder else path).mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT if holder else os.O_RDONLY | os.O_DIRECTORY
        self._fd = os.open(path, flags | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(self._fd, 200).decode(errors="replace").strip() if holder else _locker_of(self._fd)
            os.close(self._fd)
            raise LockHeld(path.parent if holder else path, said) from None
        except OSError:  # a file system without locks
            os.close(self._fd)
            raise
        if holder:
            with suppress(OSError):  # on a full disk the lock holds, though it does not say who has it
                os.ftruncate(self._fd, 0)
                os.pwrite(self._fd, f"{holder} (process {os.getpid()})\n".encode(), 0)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._fd)


def _locker_of(fd: int) -> str:
    """Return what the kernel tells of the process that has locked the file; "" when it does not, or not for certain.

    A file is told by its inode: some file systems (btrfs, overlay) name here another device than elsewhere.
    """
    inode = str(os.fstat(fd).st_ino)
    found = set()
    with suppress(OSError):
        for line in _LOCKS.read_text().splitlines():  # 1: FLOCK ADVISORY WRITE 15387 fe:00:2339698 0 EOF
            fields = line.split()
            if fields[1:2] == ["FLOCK"] and fields[5].rpartition(":")[2] == inode:
                found.add(fields[4])
    others = found - {"0", "-1"}  # of a process in another container
    return f"another sitegen (process {others.pop()})" if len(others) == 1 else ""
