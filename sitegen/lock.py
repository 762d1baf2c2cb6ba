"""Keeps two instances from working on one folder: an advisory lock that the kernel drops with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sitegen.errors import LockHeld


class Lock:
    """An exclusive lock on a file, held until `close` or the process's end; the file names its holder."""

    def __init__(self, path: Path, holder: str) -> None:
        """Take the lock, or raise LockHeld at once.

        The file is never deleted: a lock on a deleted file would lock nothing.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(self._fd, 200).decode(errors="replace").strip()
            os.close(self._fd)
            raise LockHeld(path.parent, said) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{holder} (process {os.getpid()})\n".encode(), 0)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._fd)
