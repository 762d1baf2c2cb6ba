"""One run of ffmpeg: starts it, turns what it says into events, and stops it, by force if it must."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from sitegen import process
from sitegen.capture.recorder_ffmpeg import Line, closed_row, last_frames, read_line
from sitegen.capture.recorder_policy import told_alive_at
from sitegen.secret import Secret

_LINE_MAX_BYTES = 8_192
_READ_BYTES = 16_384
_REPORTS_BYTES = 8_192
_SECOND_TERM_S = 1.5
"""The first SIGTERM does not interrupt a read that hangs, the second does; then ffmpeg still closes its file."""
_KILL_S = 2.5


@dataclass(frozen=True)
class Closed:
    """ffmpeg has closed a segment; `at` is when its row was read."""

    name: str
    at: datetime
    seconds: float | None
    """Its length, as the row says it."""
    alive_at: datetime
    """When ffmpeg had last told of a new frame."""


@dataclass(frozen=True)
class Said:
    """ffmpeg wrote a line to its log."""

    line: Line
    at: datetime


Event = Closed | Said


class Lines:
    """Cuts what comes through a pipe into lines; a line without end is cut off, for a camera decides what is in it."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Pass on the lines that are complete."""
        *lines, rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = rest[:_LINE_MAX_BYTES]
        for line in lines:
            if line:
                self._take(line[:_LINE_MAX_BYTES].decode(errors="replace"))

    def end(self) -> None:
        """Pass on what is left."""
        if self._rest:
            self._take(self._rest.decode(errors="replace"))


@contextlib.contextmanager
def readable(text: bytes | None) -> Iterator[int | None]:
    """Yield a descriptor from which a program that is started meanwhile can read a text, up to 64 KiB; None: no text."""
    if text is None:
        yield None
        return
    reading, writing = os.pipe()
    try:
        try:
            os.write(writing, text)
        finally:
            os.close(writing)
        yield reading
    finally:
        os.close(reading)


class Run:
    """An ffmpeg that is running. Begin it from the thread that runs the loop: it dies with the thread that forked.

    It reports its frames through a pipe that nobody waits at: each waking up costs the recorder more than all else.
    """

    def __init__(
        self,
        command: Callable[[int], Sequence[str]],
        url: Secret,
        heartbeat_s: float,
        reads_from: int | None = None,
    ) -> None:
        """Start ffmpeg; raises ToolMissing or OSError when that cannot be done.

        `command` gives the command line that reports to a descriptor, every `heartbeat_s`; `reads_from` is a descriptor
        that it is given besides.
        """
        self._url, self._heartbeat_s = url, heartbeat_s
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._parts_running = 3
        self._over = asyncio.Event()
        self.frames = 0
        self.started_s = self.alive_s = time.monotonic()
        self.alive_at = datetime.now(UTC)
        self._report_at: datetime | None = None
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"}
        reports, told = os.pipe()
        self._reports = open(reports, "rb", buffering=0)  # noqa: SIM115, PTH123 - closed when ffmpeg has ended
        os.set_blocking(reports, False)
        handed = (told,) if reads_from is None else (told, reads_from)
        try:
            self._child = process.start(command(told), env=environment, pass_fds=handed)
        except BaseException:
            self._reports.close()
            raise
        finally:
            os.close(told)
        self.pid = self._child.pid

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens until ffmpeg has ended and all it said was read."""
        loop = asyncio.get_running_loop()
        handle = os.pidfd_open(self.pid)
        loop.add_reader(handle, self._exited, handle)
        self._listen(self._child.stdout, Lines(self._listed))
        self._listen(self._child.stderr, Lines(self._logged))
        while True:
            event = await self._queue.get()
            if event is None:
                return
            yield event

    @property
    def returncode(self) -> int:
        """How it ended; only once `events` has come to its end."""
        return self._child.wait()

    async def stop(self) -> None:
        """Tell ffmpeg to close its file and end; kill it when it does not. Returns when it has ended."""
        for sig, wait_s in ((signal.SIGTERM, _SECOND_TERM_S), (signal.SIGTERM, _KILL_S)):
            process.stop(self._child, sig)
            try:
                async with asyncio.timeout(wait_s):
                    await self._over.wait()
            except TimeoutError:
                continue
            return
        self.kill()
        await self._over.wait()

    def kill(self) -> None:
        """End ffmpeg at once."""
        if not self._over.is_set():
            process.stop(self._child)

    def _listen(self, pipe: IO[bytes] | None, lines: Lines) -> None:
        """Read a pipe as things come. asyncio's own reader of pipes costs twice as much for each report."""
        assert pipe is not None  # noqa: S101 - both were asked for above
        os.set_blocking(pipe.fileno(), False)
        asyncio.get_running_loop().add_reader(pipe.fileno(), self._read, pipe, lines)

    def _read(self, pipe: IO[bytes], lines: Lines) -> None:
        try:
            data = os.read(pipe.fileno(), _READ_BYTES)
        except BlockingIOError:
            return
        if data:
            lines.feed(data)
            return
        asyncio.get_running_loop().remove_reader(pipe.fileno())
        pipe.close()
        lines.end()
        self._part_ended()

    def _listed(self, line: str) -> None:
        row = closed_row(line)
        if row is not None:
            self.read_reports()
            self._queue.put_nowait(Closed(row.name, datetime.now(UTC), row.seconds, self.alive_at))

    def read_reports(self) -> None:
        """Take note of what ffmpeg has reported by now; call it every `heartbeat_s`."""
        data = None if self._reports.closed else self._reports.read(_REPORTS_BYTES)
        count = last_frames(data or b"")
        if count is None:
            return
        now = datetime.now(UTC)
        if count > self.frames:
            self.frames, self.alive_s = count, time.monotonic()
            self.alive_at = told_alive_at(
                now=now, report_before=self._report_at or now, heartbeat_s=self._heartbeat_s
            )
        self._report_at = now

    def _logged(self, line: str) -> None:
        self._queue.put_nowait(Said(read_line(line, self._url), datetime.now(UTC)))

    def _exited(self, handle: int) -> None:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
        self._child.wait()
        self.read_reports()
        self._reports.close()
        self._over.set()
        self._part_ended()

    def _part_ended(self) -> None:
        self._parts_running -= 1
        if self._parts_running == 0:
            self._queue.put_nowait(None)
