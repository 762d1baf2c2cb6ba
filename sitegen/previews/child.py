"""Runs one program at idle priority to its end or to a limit, under cpulimit where a cap is asked for; starts processes.

cpulimit stops and continues the program by signals. When cpulimit is killed at the wrong moment the program stays
stopped for ever, so it is watched: the program is continued and gets a new cpulimit.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from sitegen import process

_TICK_S = 0.25
_KEPT_BYTES = 16_384
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Allowance(msgspec.Struct, frozen=True):
    """What the program may use."""

    memory_bytes: int
    file_bytes: int
    """Size of each file it writes."""
    cpu_s: int
    wall_s: float
    percent: float = 0
    """Of one core, on average; 0: no cap."""


class Ended(msgspec.Struct, frozen=True):
    """How the program ended: `stopped_for` is "" when nobody here stopped it; `said` is the start of its stderr."""

    returncode: int
    said: str
    stopped_for: Literal["", "cancelled", "cpu", "wall"]


def run_idle(argv: Sequence[str], *, cwd: Path, allowance: Allowance, cancelled: threading.Event) -> Ended:
    """Run a program in the folder `cwd`; stop it when it exceeds `allowance` or `cancelled` is set.

    Raises ToolMissing when it, or cpulimit where it is needed, is not installed.
    """
    limits = process.Limits(
        memory_bytes=allowance.memory_bytes,
        file_bytes=allowance.file_bytes,
        cpu_seconds=allowance.cpu_s + 60,  # a second line of defence: what is watched here comes first
    )
    with process.start(
        argv, idle=True, limits=limits, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=str(cwd)
    ) as child:
        said = _Said(child)
        cap = _Cap(child.pid, allowance.percent)
        try:
            stopped_for = _watch(child, said, cap, allowance, cancelled)
        finally:
            process.stop(child)  # it has not been waited for, so the number is still its own
            cap.close()
            child.wait()
    return Ended(child.returncode, said.text(), stopped_for)


def _watch(
    child: subprocess.Popen[bytes], said: _Said, cap: _Cap, allowance: Allowance, cancelled: threading.Event
) -> Literal["", "cancelled", "cpu", "wall"]:
    """Return why the program must be stopped, or "" when it has ended."""
    deadline = time.monotonic() + allowance.wall_s
    while not _has_ended(child.pid):
        if cancelled.is_set():
            return "cancelled"
        if cpu_seconds(child.pid) > allowance.cpu_s:
            return "cpu"
        if time.monotonic() > deadline:
            return "wall"
        cap.check()
        said.listen(_TICK_S)
    said.listen(0)
    return ""


def _has_ended(pid: int) -> bool:
    """Say whether a child has ended, without collecting it: its number stays taken."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process with all its threads, also when it has just ended; 0: it is not there."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


class _Said:
    """The start of what a program writes to stderr; the rest is read and forgotten."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        stream = child.stderr
        assert stream is not None  # noqa: S101 - we asked for a pipe
        self._fd = stream.fileno()
        os.set_blocking(self._fd, False)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._kept = bytearray()
        self._open = True

    def listen(self, seconds: float) -> None:
        """Wait until the program says something or ends, at most so long."""
        if not self._open:
            time.sleep(min(seconds, 0.02))  # it has closed stderr, so it is about to end
            return
        if not self._poll.poll(seconds * 1000):
            return
        try:
            while piece := os.read(self._fd, 65_536):
                self._kept += piece[: _KEPT_BYTES - len(self._kept)]
        except BlockingIOError:
            return
        self._open = False

    def text(self) -> str:
        """Return what was kept."""
        return self._kept.decode(errors="replace")


class _Cap:
    """Keeps cpulimit at work on a process; with `percent` 0 it does nothing."""

    def __init__(self, pid: int, percent: float) -> None:
        self._pid, self._percent = pid, percent
        self._limiter: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        """Start cpulimit, or start it again when it has died; then continue the process it may have left stopped."""
        if self._percent <= 0 or (self._limiter is not None and self._limiter.poll() is None):
            return
        if self._limiter is not None:
            os.kill(self._pid, signal.SIGCONT)
        share = str(max(1, round(self._percent)))
        null = subprocess.DEVNULL
        self._limiter = process.start(
            ["cpulimit", "-p", str(self._pid), "-l", share, "-z"], stdout=null, stderr=null
        )

    def close(self) -> None:
        """End cpulimit."""
        if self._limiter is not None:
            process.stop(self._limiter)
            self._limiter.wait()
