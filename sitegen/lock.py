"""Keeps two instances from working on one folder: an advisory lock that the kernel drops with its process."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sitegen.errors import LockHeld


class Lock:
    """An exclusive lock on a file or folder, held until `close` or the process's end."""

    def __init__(self, path: Path, holder: str = "") -> None:
        """Take the lock, or raise LockHeld at once; OSError when there can be none.

        With a `holder`, `path` is a file, made when it is missing, that says who holds the lock; it is never deleted:
        a lock on a deleted file would lock nothing. Without, `path` is a folder, in which nothing is left.
        """
        (path.parent if holder else path).mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT if holder else os.O_RDONLY | os.O_DIRECTORY
        self._fd = os.open(path, flags | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(self._fd, 200).decode(errors="replace").strip() if holder else ""
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
