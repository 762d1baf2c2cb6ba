"""Keeps what ffmpeg says short enough to read: each kind of line once; touches nothing."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"0x[0-9a-fA-F]+|\d+")
# ffmpeg's RTSP reader gives the first packet of many cameras no timestamp; the segment muxer mends it, and says so twice.
_HARMLESS = re.compile(r"Timestamps are unset in a packet|Non-monotonous DTS .*previous: 0, current: 0;")
_KINDS_MAX = 50
_TEXT_MAX = 500


class Chatter:
    """What ffmpeg has said of a camera lately. A camera can cause thousands of lines a second, or the same for days."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._told = False
        self.last_error = ""
        """The line that says best what went wrong, or ""."""

    def admit(self, level: str, text: str, *, telling: bool = False) -> str | None:
        """Return the text if it is worth a line in the log, made printable; None: passed over.

        Only warnings and errors are, and of lines that differ only in numbers the first. `telling`: it says why a
        recording ends, which the lines after it do not.
        """
        if level == "info" or not text.strip() or _HARMLESS.search(text):
            return None
        clean = "".join(each if each.isprintable() else "?" for each in text[:_TEXT_MAX])
        if telling or (level != "warning" and not self._told):
            self.last_error, self._told = clean, self._told or telling
        kind = _VARIABLE.sub("0", clean)
        if kind in self._kinds or len(self._kinds) >= _KINDS_MAX:
            return None
        self._kinds.add(kind)
        return clean

    def run_begins(self) -> None:
        """Forget what went wrong the time before; what was said then is not said again."""
        self.last_error, self._told = "", False

    def camera_is_well(self) -> None:
        """Forget everything: what comes next is news."""
        self._kinds.clear()
