"""Decides when documents are written again that nearly every clip changes; reads the index only.

The predecessor's JSON and the calendar hold the newest thousands of clips, the status page tells of all cameras. After a
rest they are written with the first change; while one change follows another, at most once in a while, and the other
pages do not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable

from sitegen.archive.index import Index

LARGE = frozenset(("api", "calendar", "status"))
"""The kinds of these pages."""


class Pace:
    """When these documents were written last, and whether they wait now."""

    def __init__(self, every_s: float, monotonic: Callable[[], float]) -> None:
        """`every_s`: they are written at most so often; 0: with each change. `monotonic` gives the time in seconds."""
        self._every_s, self._monotonic = every_s, monotonic
        self._written = float("-inf")
        self.waits = False
        """True: some are not up to date; a build is due when `every_s` is over."""

    def hurry(self) -> None:
        """Let nothing wait any longer: there may be no later."""
        self._written = float("-inf")

    def later(self, index: Index) -> frozenset[str]:
        """Return the kinds of pages that the build that begins now leaves for later.

        Nothing waits while files are to be deleted: these documents would go on naming them.
        """
        now = self._monotonic()
        due = any(kind in LARGE for kind, _, _ in index.dirty_of_day(""))
        self.waits = due and now - self._written < self._every_s and not any(index.dirty_previews())
        if due and not self.waits:
            self._written = now
        return LARGE if self.waits else frozenset()
