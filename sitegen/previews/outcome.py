"""How an attempt at a clip's previews ends, and how it is stopped from another thread; touches nothing."""

from __future__ import annotations

import threading
from typing import Literal

import msgspec


class Outcome(msgspec.Struct, frozen=True):
    """How an attempt ended.

    made: what the stage makes is in the site. found: it was there already. failed: the clip is at fault, `text` says how.
    killed: somebody killed ffmpeg, or it hung. fault: the machine is at fault (disk full, ffmpeg missing).
    dropped: the video has changed or gone, or the attempt was stopped; nothing was made and nothing is wrong.
    """

    kind: Literal["made", "found", "failed", "killed", "fault", "dropped"]
    text: str = ""


DROPPED = Outcome("dropped", "the video has changed, or has gone")


class Over(Exception):
    """The attempt has come to an end that says nothing about the clip, or all about it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


class Stopper:
    """Stops an attempt from another thread: once `stop` has returned, nothing of it will appear in the site."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.publishing = threading.Lock()
        """Held while previews are moved into the site."""

    def stop(self) -> None:
        """Stop the attempt, wherever it is."""
        with self.publishing:
            self.stopped.set()
