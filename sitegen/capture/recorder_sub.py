"""Records a camera's sub-stream beside its main one, as the preview of its segments; writes video files only.

It has an ffmpeg of its own: whatever happens to it, the main stream is not touched. It runs in step with the main
stream: each of the main one's runs gets a new run of it, and one that was lost begins again with the next segment, so
that no segment has two files. While the main stream is lost it goes on: what it holds then is the only footage.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from sitegen.capture.recorder_book import Book, is_frameless, seal
from sitegen.capture.recorder_ffmpeg import Source, Way
from sitegen.capture.recorder_names import SUB_SUFFIX, file_pattern, parse_name, parse_sub_name
from sitegen.capture.recorder_policy import EndReason
from sitegen.capture.recorder_stream import Files, Stream

_log = logging.getLogger(__name__)


class SubStream:
    """Keeps a camera's sub-stream recorded, whenever its main stream is; `folder` and `book` are the main one's."""

    def __init__(self, source: Source, folder: Path, camera: str, book: Book) -> None:
        self._folder, self._camera, self._book = folder, camera, book
        self._token = ""
        self._news = asyncio.Event()
        files = Files(next_pattern=self._next_pattern, ledger=SubLedger(folder, book), opened=lambda _: None)
        self._stream = Stream(f"camera {camera}, sub-stream", source, Way(audio=False), files)

    def main_opened(self, name: str) -> None:
        """Take note that the main stream opens a segment; the book has it already."""
        parsed = parse_name(name)
        if parsed is None:
            return
        if parsed.token != self._token:
            self._token = parsed.token
            self._stream.begin_anew()
        self._news.set()

    def begin_anew(self) -> None:
        """End this run; the next one comes with the main stream's, and bears its token."""
        self._token = ""
        self._stream.begin_anew()

    def stop(self) -> None:
        """Ask it to end; `run` returns soon."""
        self._stream.stop()
        self._news.set()

    def look(self) -> None:
        """Look whether anything comes; call it every heartbeat_s."""
        self._stream.look()

    async def run(self) -> None:
        """Record until `stop`."""
        await self._stream.run()

    async def _next_pattern(self) -> str | None:
        """Wait until a segment is being recorded that has no preview yet."""
        while not self._stream.stopping:
            self._news.clear()
            if await asyncio.to_thread(self._book.lacks_sub, self._token):
                break
            await self._news.wait()
        return file_pattern(str(self._folder), self._camera, self._token, SUB_SUFFIX)


class SubLedger:
    """Tells the book which files the sub-stream has, and takes those away again that have no frame."""

    def __init__(self, folder: Path, book: Book) -> None:
        self._folder, self._book = folder, book
        self._open: set[str] = set()

    def opened(self, name: str, at: datetime) -> None:  # noqa: ARG002 - its segment says when it was
        """Note that ffmpeg opens a file."""
        if parse_sub_name(name) is not None:
            self._open.add(name)
            self._book.sub_opened(name)

    def closed(
        self,
        name: str,
        *,
        row_at: datetime,  # noqa: ARG002 - its segment says when it was
        seconds: float | None,  # noqa: ARG002
        silent_since: datetime | None,  # noqa: ARG002
        reason: EndReason,  # noqa: ARG002
    ) -> None:
        """Note that ffmpeg has closed a file."""
        if name in self._open:
            self._open.remove(name)
            self._look_into(name)

    def ended(self, reason: EndReason) -> None:  # noqa: ARG002 - the main stream says why a segment ended
        """Note that ffmpeg has gone, and left open what was open."""
        while self._open:
            self._look_into(self._open.pop())

    def _look_into(self, name: str) -> None:
        parsed = parse_sub_name(name)
        if parsed is None:
            return
        video = self._folder / parsed.day / name
        if not is_frameless(video):
            seal(video)
            return
        self._book.sub_gone(name)
        try:
            video.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("cannot take away %s: %s", name, error.strerror)
