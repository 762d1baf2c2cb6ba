"""Records one camera until it is told to stop: runs ffmpeg again and again, with pauses, and keeps the sidecars."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sitegen.capture.recorder_book import Book
from sitegen.capture.recorder_ffmpeg import Source, Way, argv
from sitegen.capture.recorder_folders import camera_folder, make_day_folders
from sitegen.capture.recorder_log import Chatter
from sitegen.capture.recorder_names import file_pattern
from sitegen.capture.recorder_policy import (
    GOOD_RUN_S,
    LONGEST_DELAY_S,
    Trouble,
    delay_s,
    end_reason,
    failures_after,
)
from sitegen.capture.recorder_run import Run
from sitegen.capture.recorder_watch import Outcome, Terms, Watch
from sitegen.errors import SitegenError

_log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""Connecting and probing may take so much longer than the longest silence."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be recorded, and where; two plans that are equal need no new ffmpeg."""

    camera: str
    root: Path
    source: Source


class CameraRecorder:
    """Keeps one camera recorded. `run_id` stands in the names of its segments."""

    def __init__(self, plan: Plan, run_id: str) -> None:
        self.plan = plan
        self._run_id = run_id
        self._starts = 0
        self._failures = 0
        self._way = Way()
        self._chatter = Chatter()
        self._stopping = asyncio.Event()
        self._anew = asyncio.Event()
        self._folder = camera_folder(plan.root, plan.camera)
        self._book = Book(self._folder, plan.camera)

    def stop(self) -> None:
        """Ask it to end; `run` returns soon, with the last sidecar written."""
        self._stopping.set()
        self._anew.set()

    def begin_anew(self) -> None:
        """Ask for a new ffmpeg, with new names."""
        self._anew.set()

    async def look_after(self, now: datetime) -> None:
        """Do what is due from time to time: folders for tomorrow, sidecars that could not be written."""
        await asyncio.to_thread(self._book.save_again)
        with contextlib.suppress(OSError):  # said when it is recorded to
            await asyncio.to_thread(make_day_folders, self.plan.root, self.plan.camera, now)

    async def run(self) -> None:
        """Record until `stop`. A bug is logged whole, and ends neither this camera's recording nor another's."""
        while not self._stopping.is_set():
            self._anew.clear()
            try:
                pause_s = await self._record_once()
            except Exception:  # noqa: BLE001 - a bug, logged whole
                _log.exception("camera %s: a bug in sitegen", self.plan.camera)
                pause_s = LONGEST_DELAY_S
            await self._pause(pause_s)
        await asyncio.to_thread(self._book.save_again)

    async def _pause(self, seconds: float) -> None:
        if not seconds:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _record_once(self) -> float:
        """Run ffmpeg once; return how many seconds to wait before the next time."""
        if not await asyncio.to_thread(self._make_folders, datetime.now(UTC)):
            return self._failed(lasted_s=0, frames=0)
        self._starts += 1
        pattern = file_pattern(str(self._folder), self.plan.camera, f"{self._run_id}{self._starts}")
        try:
            run = Run(argv(self.plan.source, self._way, pattern), self.plan.source.url)
        except (OSError, SitegenError) as error:
            _log.error("camera %s: ffmpeg cannot be started: %s", self.plan.camera, error)
            return self._failed(lasted_s=0, frames=0)
        terms = Terms(
            stall_s=self.plan.source.stall_seconds,
            patience_s=PATIENCE_S,
            ask=self._anew,
            refuse=frozenset({"untimed"} if self._way.timed else ()),
        )
        self._chatter.run_begins()
        watch = Watch(run, self._book, self.plan.camera, terms, self._chatter)
        return self._judge(await watch.to_its_end())

    def _judge(self, outcome: Outcome) -> float:
        """Learn from how a run ended, and return how many seconds to wait."""
        if outcome.facts.asked or self._learn(outcome.facts.troubles):
            return 0.0
        if outcome.lasted_s >= GOOD_RUN_S:
            self._chatter.camera_is_well()
        pause_s = self._failed(lasted_s=outcome.lasted_s, frames=outcome.frames)
        _log.warning(
            "camera %s: recording ended after %.0f s (%s%s); next try in %.0f s",
            self.plan.camera,
            outcome.lasted_s,
            end_reason(outcome.facts),
            f": {outcome.last_error}" if outcome.last_error else "",
            pause_s,
        )
        return pause_s

    def _learn(self, troubles: frozenset[Trouble]) -> bool:
        """Change the way a camera is recorded, if what ffmpeg said tells how; say whether it was changed."""
        if "audio" in troubles and self._way.audio:
            _log.warning("camera %s: mp4 cannot hold its sound; recorded without", self.plan.camera)
            self._way = replace(self._way, audio=False)
            return True
        if "untimed" in troubles and self._way.timed:
            _log.info(
                "camera %s: its frames carry no times; they get that of their arrival", self.plan.camera
            )
            self._way = replace(self._way, timed=False)
            return True
        return False

    def _failed(self, *, lasted_s: float, frames: int) -> float:
        self._failures = failures_after(self._failures, lasted_s=lasted_s, frames=frames)
        return delay_s(self._failures, random.random())  # noqa: S311 - spreads retries, guards nothing

    def _make_folders(self, now: datetime) -> bool:
        try:
            make_day_folders(self.plan.root, self.plan.camera, now)
        except OSError as error:
            _log.error(
                "camera %s: no folder to record to: %s: %s", self.plan.camera, error.filename, error.strerror
            )
            return False
        return True
