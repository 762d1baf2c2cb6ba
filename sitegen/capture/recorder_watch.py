"""Follows one run of ffmpeg to its end: keeps the sidecars, ends it when the camera is silent or when told to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from sitegen.capture.recorder_ffmpeg import Line
from sitegen.capture.recorder_log import Chatter
from sitegen.capture.recorder_policy import (
    EndReason,
    RunFacts,
    Trouble,
    end_reason,
    fell_silent_at,
    heartbeat_s,
    silence_left_s,
)
from sitegen.capture.recorder_run import Closed, Event, Run

_log = logging.getLogger(__name__)


class Ledger(Protocol):
    """Who keeps account of the files of a stream; its methods are called from other threads, one at a time."""

    def opened(self, name: str, at: datetime) -> None:
        """Ffmpeg opens a file."""

    def closed(
        self,
        name: str,
        *,
        row_at: datetime,
        seconds: float | None,
        silent_since: datetime | None,
        reason: EndReason,
    ) -> None:
        """Ffmpeg has closed a file of this length; None: not known."""

    def ended(self, reason: EndReason) -> None:
        """Ffmpeg has gone."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run went."""

    facts: RunFacts
    lasted_s: float
    frames: int
    last_error: str
    """The line in which ffmpeg says best what went wrong, or ""."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """When a run is to be ended."""

    stall_s: float
    patience_s: float
    """So much longer may the first frame take."""
    ask: asyncio.Event
    """Set: end it."""
    refuse: frozenset[Trouble]
    """Complaints that make going on useless."""
    opened: Callable[[str], None]
    """Called with the name of each file that is opened, once the ledger has it."""


class Watch:
    """One run and what is known of it."""

    def __init__(self, run: Run, ledger: Ledger, stream: str, terms: Terms, chatter: Chatter) -> None:
        """`stream` is what the log calls it: "camera 7"."""
        self._run, self._ledger, self._stream, self._terms, self._chatter = (
            run,
            ledger,
            stream,
            terms,
            chatter,
        )
        self._troubles: set[Trouble] = set()
        self._asked = self._stalled = False
        self._silent = asyncio.Event()

    async def to_its_end(self) -> Outcome:
        """Follow the run until ffmpeg has ended and every sidecar is written."""
        helpers = [asyncio.create_task(each) for each in (self._end_when_asked(), self._end_when_silent())]
        try:
            async for event in self._run.events():
                await self._take(event)
        finally:
            self._run.kill()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        return await self._conclude()

    async def _conclude(self) -> Outcome:
        facts = RunFacts(
            returncode=self._run.returncode,
            asked=self._asked,
            stalled=self._stalled,
            troubles=frozenset(self._troubles),
        )
        await asyncio.to_thread(self._ledger.ended, end_reason(facts))
        return Outcome(
            facts=facts,
            lasted_s=time.monotonic() - self._run.started_s,
            frames=self._run.frames,
            last_error=self._chatter.last_error,
        )

    async def _take(self, event: Event) -> None:
        if isinstance(event, Closed):
            silent_since = fell_silent_at(
                row_at=event.at,
                alive_at=event.alive_at,
                stalled=self._stalled,
                heartbeat_s=heartbeat_s(self._terms.stall_s),
            )
            await asyncio.to_thread(
                self._ledger.closed,
                event.name,
                row_at=event.at,
                seconds=event.seconds,
                silent_since=silent_since,
                reason=self._reason_now(),
            )
            return
        self._hear(event.line)
        if event.line.opened is not None:
            name = PurePath(event.line.opened).name
            await asyncio.to_thread(self._ledger.opened, name, event.at)
            self._terms.opened(name)

    def _reason_now(self) -> EndReason:
        """Say why a file is closed, as far as one can know before ffmpeg has ended; `ended` puts it right."""
        if self._stalled:
            return "camera_lost"
        return "stopped" if self._asked else "rotated"

    def _hear(self, line: Line) -> None:
        if line.trouble is not None and not (line.trouble == "signal" and (self._asked or self._stalled)):
            self._troubles.add(line.trouble)
            if line.trouble in self._terms.refuse:
                self._run.kill()
        text = self._chatter.admit(line.level, line.text, telling=line.trouble == "disk_full")
        if text is not None:
            _log.log(
                logging.WARNING if line.level == "warning" else logging.ERROR,
                "%s: ffmpeg: %s",
                self._stream,
                text,
            )

    async def _end_when_asked(self) -> None:
        await self._terms.ask.wait()
        self._asked = True
        await self._run.stop()

    def look(self) -> None:
        """Read what ffmpeg has reported, and have it end when the camera is silent; call it every heartbeat_s."""
        self._run.read_reports()
        now = time.monotonic()
        left_s = silence_left_s(
            now=now,
            alive_at=self._run.alive_s,
            started_at=self._run.started_s,
            stall_s=self._terms.stall_s,
            patience_s=self._terms.patience_s,
        )
        if left_s <= 0 and not self._silent.is_set():
            _log.warning("%s: nothing came for %.0f s", self._stream, now - self._run.alive_s)
            self._silent.set()

    async def _end_when_silent(self) -> None:
        await self._silent.wait()
        self._stalled = True
        await self._run.stop()
