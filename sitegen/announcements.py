"""The file that tells the announcer what each revision changed: `announcements.json` in the state folder.

The generator writes it after build.json; whoever announces reads it. It holds the newest 256 announcements.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from sitegen.regular import read_regular

KEPT = 256
LONGEST = 1_000
"""An announcement names at most so many clips: a client that misses more reads index.json."""


class Announcement(msgspec.Struct, frozen=True):
    """What one revision changed."""

    revision: int
    clips: list[str]
    days: list[str]
    cameras: list[str]
    new_events: list[dict[str, str]] = []
    """New event clips in the predecessor's form."""
    new_segments: list[dict[str, str]] = []


class _File(msgspec.Struct):
    announcements: list[Announcement] = []


class Announcements:
    """The file, with what it holds."""

    def __init__(self, path: Path) -> None:
        """Read the file; one that is missing or damaged holds nothing."""
        self._path = path
        try:
            self._held = msgspec.json.decode(read_regular(path), type=_File).announcements
        except (FileNotFoundError, msgspec.DecodeError):
            self._held = []

    def add(self, announcement: Announcement) -> None:
        """Add one and replace the file as a whole."""
        self._held = [*self._held, announcement][-KEPT:]
        self._path.parent.mkdir(parents=True, exist_ok=True)  # somebody may have deleted the state folder
        # One name, since there is one writer: what a kill leaves is replaced by the next announcement.
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        try:
            temporary.write_bytes(msgspec.json.encode(_File(self._held)))
            temporary.rename(self._path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
