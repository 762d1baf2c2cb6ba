"""Records one stream until it is told to stop: runs ffmpeg again and again, with pauses, and learns how."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from sitegen.capture.recorder_ffmpeg import Source, Way, argv, script
from sitegen.capture.recorder_log import Chatter
from sitegen.capture.recorder_policy import (
    GOOD_RUN_S,
    LONGEST_DELAY_S,
    Trouble,
    delay_s,
    end_reason,
    failures_after,
)
from sitegen.capture.recorder_run import Run, readable
from sitegen.capture.recorder_watch import Ledger, Outcome, Terms, Watch
from sitegen.errors import SitegenError

_log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""Connecting and probing may take so much longer than the longest silence."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where a stream's files come from, and who is told of them."""

    next_pattern: Callable[[], Awaitable[str | None]]
    """Called before each run, it may wait; None: there is nowhere to write to, which is tried again."""
    ledger: Ledger
    opened: Callable[[str], None]
    """Called with the name of each file that was opened."""


class Stream:
    """Keeps one stream recorded; `name` is what the log calls it."""

    def __init__(self, name: str, source: Source, way: Way, files: Files) -> None:
        self._name, self._source, self._way, self._files = name, source, way, files
        self._failures = 0
        self._chatter = Chatter()
        self._stopping = asyncio.Event()
        self._anew = asyncio.Event()
        self._watch: Watch | None = None

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask it to end; `run` returns soon."""
        self._stopping.set()
        self._anew.set()

    def begin_anew(self) -> None:
        """Ask for a new ffmpeg, with new names."""
        self._anew.set()

    def look(self) -> None:
        """Look whether anything comes; call it every heartbeat_s."""
        if self._watch is not None:
            self._watch.look()

    async def run(self) -> None:
        """Record until `stop`. A bug is logged whole, and ends neither this stream's recording nor another's."""
        while not self.stopping:
            try:
                pause_s = await self._record_once()
            except Exception:  # noqa: BLE001 - a bug, logged whole
                _log.exception("%s: a bug in sitegen", self._name)
                pause_s = LONGEST_DELAY_S
            await self._pause(pause_s)

    async def _pause(self, seconds: float) -> None:
        if not seconds:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _record_once(self) -> float:
        """Run ffmpeg once; return how many seconds to wait before the next time."""
        pattern = await self._files.next_pattern()
        if self.stopping:
            return 0.0
        if pattern is None:
            return self._failed(lasted_s=0, frames=0)
        self._anew.clear()
        try:
            run = self._start(pattern)
        except (OSError, SitegenError) as error:
            _log.error("%s: ffmpeg cannot be started: %s", self._name, error)
            return self._failed(lasted_s=0, frames=0)
        terms = Terms(
            stall_s=self._source.stall_seconds,
            patience_s=PATIENCE_S,
            ask=self._anew,
            refuse=frozenset({"untimed"} if self._way.timed else ()),
            opened=self._files.opened,
        )
        self._chatter.run_begins()
        self._watch = Watch(run, self._files.ledger, self._name, terms, self._chatter)
        try:
            return self._judge(await self._watch.to_its_end())
        finally:
            self._watch = None

    def _start(self, pattern: str) -> Run:
        with readable(script(self._source, self._way)) as address:
            command = partial(argv, self._source, self._way, pattern, address_from=address)
            return Run(command, self._source.url, self._source.heartbeat_s, reads_from=address)

    def _judge(self, outcome: Outcome) -> float:
        """Learn from how a run ended, and return how many seconds to wait."""
        if outcome.facts.asked or self._learn(outcome.facts.troubles):
            return 0.0
        if outcome.lasted_s >= GOOD_RUN_S:
            self._chatter.camera_is_well()
        pause_s = self._failed(lasted_s=outcome.lasted_s, frames=outcome.frames)
        _log.warning(
            "%s: recording ended after %.0f s (%s%s); next try in %.0f s",
            self._name,
            outcome.lasted_s,
            end_reason(outcome.facts),
            f": {outcome.last_error}" if outcome.last_error else "",
            pause_s,
        )
        return pause_s

    def _learn(self, troubles: frozenset[Trouble]) -> bool:
        """Change the way a stream is recorded, if what ffmpeg said tells how; say whether it was changed."""
        if "audio" in troubles and self._way.audio:
            _log.warning("%s: mp4 cannot hold its sound; recorded without", self._name)
            self._way = replace(self._way, audio=False)
            return True
        if "untimed" in troubles and self._way.timed:
            _log.info("%s: its frames carry no times; they get that of their arrival", self._name)
            self._way = replace(self._way, timed=False)
            return True
        return False

    def _failed(self, *, lasted_s: float, frames: int) -> float:
        self._failures = failures_after(self._failures, lasted_s=lasted_s, frames=frames)
        return delay_s(self._failures, random.random())  # noqa: S311 - spreads retries, guards nothing
