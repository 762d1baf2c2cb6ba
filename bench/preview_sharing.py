"""How previews share the machine: what a competitor keeps, what a second worker gains, how soon a poster is there."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from measure import CORES, MEASURED, running
from places import SITEGEN, empty, log_of

from sitegen.archive.layout import preview_paths
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.clip import Clip
from sitegen.previews.pool import PreviewPool
from sitegen.settings import PreviewSettings

_COUNT = """
import sys, time
end, turns = time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < end:
    for _ in range(1000):
        turns += 1
print(turns)
"""
_ROUNDS, _ROUND_S = 11, 1.5
_POSTERS = 5


@contextmanager
def pool_at(
    clips: list[Clip], root: Path, output: Path, cores: set[int], workers: int
) -> Iterator[PreviewPool]:
    """Make previews of clips from nothing, on certain cores; whatever is not finished at the end is killed."""
    empty(output)
    os.sched_setaffinity(0, cores)
    pool = PreviewPool(output, root, PreviewSettings(workers=workers))
    try:
        pool.submit(clips)
        yield pool
    finally:
        pool.close()
        os.sched_setaffinity(0, set(CORES))


def competitor_keeps(clip: Clip, root: Path, output: Path) -> float:
    """Return which part of its rate a busy loop keeps while previews are made on its core.

    The median of some rounds: what it does between two times alone, against these, as the machine's speed drifts.
    """
    kept, before = [], _turns()
    for _ in range(_ROUNDS):
        with pool_at([clip], root, output, {MEASURED}, 1):
            beside = _turns()
        after = _turns()
        kept.append(2 * beside / (before + after))
        before = after
    return statistics.median(kept)


def _turns() -> int:
    command = ["taskset", "-c", str(MEASURED), sys.executable, "-c", _COUNT, str(_ROUND_S)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def two_workers_gain(clip: Clip, root: Path, output: Path) -> float:
    """Return how many times as fast two workers on two cores are as one; the best of some tries, for others disturb it."""
    names = [f"copy-{number}.mp4" for number in range(4)]
    for name in names:
        (root / name).unlink(missing_ok=True)
        (root / name).hardlink_to(root / clip.path)
    clips = [msgspec.structs.replace(clip, path=name) for name in names]
    try:
        tries = [[_all_made_s(clips, root, output, workers) for workers in (1, 2)] for _ in range(3)]
    finally:
        for name in names:
            (root / name).unlink()
    one_s, two_s = (min(taken_s) for taken_s in zip(*tries, strict=True))
    return one_s / two_s


def _all_made_s(clips: list[Clip], root: Path, output: Path, workers: int) -> float:
    started = time.monotonic()
    with pool_at(clips, root, output, set(CORES[:2]), workers) as pool:
        while pool.backlog:
            time.sleep(0.005)
        return time.monotonic() - started


def poster_wait_s(video: Path, folder: Path) -> float:
    """Return the median time from the rename of an event's sidecar until its poster is there, under `sitegen watch`."""
    root, site = empty(folder) / "archive", folder / "site"
    root.mkdir()
    configuration = folder / "sitegen.toml"
    configuration.write_text('[camera.1]\ntitle = "One"\n', encoding="utf-8")
    waits_s = []
    with running([SITEGEN, "-c", str(configuration), "watch"], log_of("poster"), cwd=folder) as watch:
        watch.until((site / "build.json").exists, longest_s=60, pause_s=0.01)
        for number in range(_POSTERS):
            name = f"1-{number}.mp4"
            made = {kind: site / path for kind, path in preview_paths(name).items()}
            _add_event(root, video, name, number)
            waits_s.append(watch.until(made["poster"].exists, longest_s=60))
            watch.until(made["sprite"].exists, longest_s=120, pause_s=0.05)
    return statistics.median(waits_s)


def _add_event(root: Path, video: Path, name: str, number: int) -> None:
    """Put a clip there as Motion and its hook do: the video, then the sidecar by a rename."""
    (root / name).write_bytes(video.read_bytes())
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * number)
    times = {"start": start, "end": start + timedelta(minutes=1)}
    fields = {"kind": "event", "camera": "1", **{k: f"{t:%Y-%m-%dT%H:%M:%SZ}" for k, t in times.items()}}
    temporary = root / f"{name}.tmp"
    temporary.write_text(sidecar_text({**fields, "video": name}), encoding="utf-8")
    time.sleep(0.5)  # Motion closes the video first, too; the measured moment is the sidecar's
    temporary.rename(root / f"{name.removesuffix('.mp4')}.yaml")
