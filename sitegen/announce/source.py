"""Follows announcements.json: reads it whenever the generator has put a new one in its place."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from sitegen.announce.messages import Announcement, AnnouncementsFile
from sitegen.regular import read_regular

LOOK_EVERY_S = 0.15
"""One stat each time: a watch of the folder would cost more than it saves."""
_MOST_BYTES = 32 * 1024 * 1024

_log = logging.getLogger(__name__)

State = Literal["absent", "read", "unreadable"]


class Source:
    """The file, and what was seen of it last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state: State = "absent"
        self._seen: tuple[int, int, int] | None = None

    def changed(self) -> tuple[Announcement, ...] | None:
        """Return the content when it is another file than at the last call; None: nothing new, or nothing to be read.

        A file that cannot be read is said once in the log and tried again when it changes.
        """
        try:
            found = os.stat(self.path)  # noqa: PTH116 - half the cost of Path.stat, and it runs seven times a second
            identity = (found.st_mtime_ns, found.st_ino, found.st_size)
            if identity == self._seen:
                return None
            self._seen = identity
            content = _read(self.path, found)
        except FileNotFoundError:
            self.state, self._seen = "absent", None
            return None
        except (OSError, ValueError) as error:
            if self.state != "unreadable":
                _log.warning("%s cannot be read: %s; it is tried again when it changes", self.path, error)
            self.state = "unreadable"
            return None
        self.state = "read"
        return content

    async def follow(self, tell: Callable[[tuple[Announcement, ...]], None], every_s: float) -> None:
        """Look at the file every `every_s` seconds, for ever."""
        while True:
            await asyncio.sleep(every_s)
            content = self.changed()
            if content is not None:
                tell(content)


def _read(path: Path, found: os.stat_result) -> tuple[Announcement, ...]:
    """Read the file; raises ValueError (msgspec's errors are such) when it is not what the generator writes."""
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is no file")
    if found.st_size > _MOST_BYTES:
        raise ValueError(f"{found.st_size} bytes are more than the {_MOST_BYTES} it may have")
    return msgspec.json.decode(read_regular(path), type=AnnouncementsFile).announcements
