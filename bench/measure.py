"""Measures programs: CPU time, wall time and memory of whole process trees, each run after the others in turn.

It starts processes and reads /proc; it writes only the log files that it is told to.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CORES = sorted(os.sched_getaffinity(0))
MEASURED = CORES[0]
"""The core of the programs that are measured."""
LOOKING = CORES[-1]
"""The core of this process while it looks on; the same one where there is only one."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """What a program took: CPU (user and system, children included) and wall time in s, peak memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


class Failed(Exception):
    """A program that was to be measured failed; says which, and the end of its output."""


def pinned(command: list[str]) -> list[str]:
    """Return the command on the one core that is measured."""
    return ["taskset", "-c", str(MEASURED), *command]


def _started(
    command: list[str], output: BinaryIO, env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        pinned(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )


def run(
    command: list[str], log: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Used:
    """Run a program on one core until it ends; its output goes to `log`. Raises Failed."""
    with log.open("wb") as output:
        started = time.perf_counter()
        process = _started(command, output, env, cwd)
        _, status, use = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(
            f"{' '.join(command)}: exit {process.returncode}\n{log.read_text(errors='replace')[-2000:]}"
        )
    return Used(use.ru_utime + use.ru_stime, wall_s, use.ru_maxrss / 1000)


def in_turn(ways: Mapping[str, Callable[[], Used]], runs: int) -> dict[str, Used]:
    """Run each way once, then each again, `runs` times in all; return each one's medians."""
    taken: dict[str, list[Used]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: middle(several) for name, several in taken.items()}


def middle(several: list[Used]) -> Used:
    def of(attribute: str) -> float:
        return statistics.median(getattr(each, attribute) for each in several)

    return Used(of("cpu_s"), of("wall_s"), of("peak_mb"))


def percentile(values: list[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Running:
    """A program that goes on while it is looked at."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def cpu_s(self) -> float:
        """Return CPU so far, that of children that have ended included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / _TICKS

    def memory_mb(self, field: str) -> float:
        """Return VmRSS (now) or VmHWM (peak) of the process itself."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1000
        raise Failed(f"no {field} of {self.process.args!r}")

    def until(self, ready: Callable[[], bool], *, longest_s: float, pause_s: float = 0.0002) -> float:
        """Wait until something is so; return the seconds since the call. Raises Failed."""
        started = time.perf_counter()
        while not ready():
            if self.process.poll() is not None or time.perf_counter() - started > longest_s:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise Failed(f"{self.process.args!r}: ended, or not ready after {longest_s} s\n{tail}")
            time.sleep(pause_s)
        return time.perf_counter() - started


@contextmanager
def running(
    command: list[str], log: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[Running]:
    """Start a program on one core and end it afterwards; this process looks on from another core."""
    os.sched_setaffinity(0, {LOOKING})
    with log.open("wb") as output:
        process = _started(command, output, env, cwd)
    try:
        yield Running(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.sched_setaffinity(0, set(CORES))
