"""Records one camera until it is told to stop: its stream, its sub-stream if it has one, and the sidecars of both."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sitegen.capture.recorder_book import Book
from sitegen.capture.recorder_ffmpeg import Source, Way
from sitegen.capture.recorder_folders import camera_folder, make_day_folders
from sitegen.capture.recorder_names import file_pattern
from sitegen.capture.recorder_stream import Files, Stream
from sitegen.capture.recorder_sub import SubStream

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be recorded, and where; two plans that are equal need no new ffmpeg."""

    camera: str
    root: Path
    source: Source
    sub: Source | None = None
    """The low-resolution stream that is kept beside it."""


class CameraRecorder:
    """Keeps one camera recorded. `run_id` stands in the names of its segments."""

    def __init__(self, plan: Plan, run_id: str) -> None:
        self.plan = plan
        self._run_id, self._starts = run_id, 0
        self._looked = ""
        self._folder = camera_folder(plan.root, plan.camera)
        self._book = Book(self._folder, plan.camera, plan.source.segment_seconds)
        self._sub = None
        if plan.sub is not None:
            self._sub = SubStream(plan.sub, self._folder, plan.camera, self._book)
        files = Files(next_pattern=self._next_pattern, ledger=self._book, opened=self._opened)
        self._main = Stream(f"camera {plan.camera}", plan.source, Way(), files)

    def stop(self) -> None:
        """Ask it to end; `run` returns soon, with the last sidecar written."""
        self._main.stop()
        if self._sub is not None:
            self._sub.stop()

    def begin_anew(self) -> None:
        """Ask for new ffmpegs, with new names."""
        self._main.begin_anew()
        if self._sub is not None:
            self._sub.begin_anew()

    def look(self) -> None:
        """Look whether anything comes of its streams; call it every heartbeat_s."""
        self._main.look()
        if self._sub is not None:
            self._sub.look()

    def is_due(self, now: datetime) -> bool:
        """Say whether there is something to look after; asked often, so it touches nothing."""
        return self._book.owes or f"{now:%Y%m%d%H}" != self._looked

    async def look_after(self, now: datetime) -> None:
        """Do what is due from time to time: folders for tomorrow, once an hour; sidecars that could not be written."""
        await asyncio.to_thread(self._book.save_again)
        with contextlib.suppress(OSError):  # said when it is recorded to
            await asyncio.to_thread(make_day_folders, self.plan.root, self.plan.camera, now)
            self._looked = f"{now:%Y%m%d%H}"

    async def run(self) -> None:
        """Record until `stop`."""
        streams = [self._main.run()] + ([self._sub.run()] if self._sub is not None else [])
        await asyncio.gather(*streams)
        await asyncio.to_thread(self._book.save_again)

    def _opened(self, name: str) -> None:
        if self._sub is not None:
            self._sub.main_opened(name)

    async def _next_pattern(self) -> str | None:
        if not await asyncio.to_thread(self._make_folders, datetime.now(UTC)):
            return None
        self._starts += 1
        return file_pattern(str(self._folder), self.plan.camera, f"{self._run_id}{self._starts}")

    def _make_folders(self, now: datetime) -> bool:
        try:
            make_day_folders(self.plan.root, self.plan.camera, now)
        except OSError as error:
            _log.error(
                "camera %s: no folder to record to: %s: %s", self.plan.camera, error.filename, error.strerror
            )
            return False
        return True
