"""Keeps a second recorder from an archive, whatever its state folder: it would finish the first one's open segments."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from sitegen.archive.durable import make_folder
from sitegen.capture.recorder_folders import SEGMENTS
from sitegen.errors import LockHeld
from sitegen.lock import Lock

_log = logging.getLogger(__name__)


class ArchiveLock:
    """A lock on the segments' folder of one archive at a time."""

    def __init__(self) -> None:
        self._root: Path | None = None
        self._lock: Lock | None = None
        self._one_at_a_time = threading.Lock()

    def take(self, root: Path) -> None:
        """Lock an archive, and give back the one before; raise LockHeld when another recorder has it.

        An archive that cannot be locked, for its folder cannot be made now or its file system has no such locks, is
        recorded to all the same; calling again tries again, and is cheap when the lock is held.
        """
        with self._one_at_a_time:
            self._take(root)

    def _take(self, root: Path) -> None:
        if self._lock is not None and root == self._root:
            return
        folder = root / SEGMENTS
        lock = None
        try:
            make_folder(os.fspath(folder))
            lock = Lock(folder)
        except LockHeld:
            raise LockHeld(folder, "another sitegen record") from None
        except OSError as error:
            if root != self._root:
                _log.warning("%s cannot be locked against a second recorder: %s", folder, error.strerror)
        self.close()
        self._root, self._lock = root, lock

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
