"""Measures what `sitegen record` costs beyond the ffmpeg commands it runs, for eight simulated cameras.

Starts the RTSP simulator, the recorder, and beside it the very same ffmpeg commands with nobody who watches over them;
all write to a folder of their own, which is removed. Both are measured over the same stretch of time, by default one
whole segment of the default length, so that every camera rotates once. Start-up is left out.

Usage: python bench/recorder.py [SECONDS] [--json]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rows import Row, at_most, information, print_rows

from sitegen import process
from sitegen.capture.recorder import plans
from sitegen.capture.recorder_ffmpeg import Way, argv
from sitegen.capture.recorder_folders import camera_folder, make_day_folders
from sitegen.capture.recorder_names import file_pattern
from sitegen.demo.footage import make_footage
from sitegen.settings import Settings, load

CAMERAS = tuple(str(camera) for camera in range(101, 109))
SETTLED_S = 15.0
"""After it, every ffmpeg has connected, probed and opened its first file."""

Child = subprocess.Popen[bytes]


@contextmanager
def simulated(folder: Path) -> Iterator[dict[str, str]]:
    """Serve the cameras; yield their addresses. A cheap stream: 640x360, 10 frames a second."""
    footage = make_footage(folder / "footage.mp4", "yard", ((5, 11),), seconds=20)
    command = [sys.executable, "-m", "sitegen.demo.camera_server"]
    for camera in CAMERAS:
        command += ["--camera", f"{camera}={footage}"]
    with ended(process.start(command, stderr=subprocess.DEVNULL)) as child:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())["cameras"]


@contextmanager
def ended(child: Child) -> Iterator[Child]:
    """Stop a program at the end, and close its pipes."""
    with child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                process.stop(child)


def configured(folder: Path, urls: dict[str, str]) -> Settings:
    """Write a configuration that says nothing but the addresses, and read it."""
    (folder / "archive").mkdir()
    lines = [f'[camera.{camera}]\nurl = "{url}"' for camera, url in urls.items()]
    (folder / "sitegen.toml").write_text("\n".join(lines) + "\n")
    return load(folder / "sitegen.toml")


def recorder(settings: Settings, log: Path) -> Child:
    command = [sys.executable, "-m", "sitegen.cli", "-c", str(settings.file), "record"]
    with log.open("wb") as said:
        return process.start(command, stdout=said, stderr=said)


def bare(settings: Settings, folder: Path) -> Iterator[Child]:
    """Start the recorder's ffmpeg commands, which write elsewhere; their lists and reports go to nobody."""
    folder.mkdir()
    for camera, plan in plans(settings).items():
        make_day_folders(folder, camera, datetime.now(UTC))
        pattern = file_pattern(str(camera_folder(folder, camera)), camera, "benchm1")
        command = argv(plan.source, Way(), pattern, 1)
        yield process.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cpu_s(pid: int) -> float:
    """Return the processor time of a program so far, to the microsecond, without that of its children."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


def children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure(seconds: float) -> Iterator[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = configured(folder, stack.enter_context(simulated(folder)))
        watched = stack.enter_context(ended(recorder(settings, folder / "recorder.log")))
        alone = [stack.enter_context(ended(child)) for child in bare(settings, folder / "bare")]
        time.sleep(SETTLED_S)
        kept = children(watched.pid)
        assert len(kept) == len(alone) == len(CAMERAS), (folder / "recorder.log").read_text()

        def now() -> tuple[float, float, float]:
            return cpu_s(watched.pid), sum(map(cpu_s, kept)), sum(cpu_s(child.pid) for child in alone)

        before = now()
        time.sleep(seconds)
        own, supervised, unsupervised = (after - first for first, after in zip(before, now(), strict=True))
        assert children(watched.pid) == kept, (folder / "recorder.log").read_text()
        memory = memory_mb(watched.pid)
    what = f"{len(CAMERAS)} cameras, {seconds:g} s"
    yield at_most(
        f"recorder, {what}: CPU beyond that of the bare ffmpeg commands",
        own * 1000,
        unsupervised * 1000,
        "ms",
        0.03,
    )
    yield information(
        f"recorder, {what}: CPU with its ffmpegs", (own + supervised) * 1000, "ms", unsupervised * 1000
    )
    yield information("recorder, memory without its ffmpegs", memory, "MB")


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word != "--json"]
    sys.exit(print_rows(measure(float(asked[0]) if asked else 300.0)))
