"""Measures what a hook costs, as a ratio to a bare `python3 -I -c pass`; runs are interleaved, medians are compared.

Both ways in are measured, each of the six hooks in turn; every run finds a new archive, in a folder that is removed, so
that it has facts and a sidecar to write.

Usage: python bench/hook.py [RUNS] [--json]      (40 runs of each by default)
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rows import Row, at_most, print_rows

from sitegen import process

ROOT = Path(__file__).resolve().parent.parent
MOTION = ["--camera=101", "--event=0010120261122035503", "--pixels=5210", "--noise=12", "--labels=3"]
MOTION += ["--x=310", "--y=190", "--width=120", "--height=80", "--time=2026-11-22T03:55:03+0000"]
WARMING_UP = 3
"""The first runs write bytecode and warm the cache; they do not count."""
GOAL = 2.0


def commands(archive: Path, movie: Path) -> dict[str, list[str]]:
    """Return each hook's arguments, in the order in which Motion calls them."""
    at = ["--archive", str(archive), *MOTION]
    return {
        "event-start": ["event-start", *at],
        "movie-start": ["movie-start", *at, "--type=8", "--file", str(movie)],
        "picture-save": ["picture-save", *at, "--type=1", "--file", str(movie.with_suffix(".jpg"))],
        "movie-end": ["movie-end", *at, "--type=8", "--file", str(movie)],
        "event-end": ["event-end", *at],
        "camera-lost": ["camera-lost", *at[:3], at[-1]],
    }


def ways_in() -> dict[str, tuple[str, list[str]]]:
    """Return how hooks can be called, each with the Python that it runs in."""
    ways = {"hooks/sitegen-hook": ("/usr/bin/python3", [str(ROOT / "hooks" / "sitegen-hook")])}
    if (console := ROOT / ".venv/bin/sitegen-hook").exists():
        ways["the console script"] = (str(ROOT / ".venv/bin/python"), [str(console)])
    return ways


def wall_ms(argv: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def make_movie(path: Path) -> None:
    made = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=r=10", "-t", "5", "-c:v", "libx264"]
    done = process.run([*made, str(path)], timeout_s=60)
    assert done.returncode == 0, done.stderr


def medians(python: str, entry: list[str], runs: int, scratch: Path) -> dict[str, tuple[float, float]]:
    """Return for each hook its time and that of the bare Python beside it, in milliseconds."""
    times: dict[str, list[tuple[float, float]]] = {}
    for run in range(-WARMING_UP, runs):
        archive = scratch / "archive"
        movie = archive / "events/101/20261122/101-01-20261122T035503Z.mp4"
        movie.parent.mkdir(parents=True)
        os.link(scratch / "source.mp4", movie)
        for name, arguments in commands(archive, movie).items():
            pair = wall_ms([*entry, *arguments]), wall_ms([python, "-I", "-c", "pass"])
            if run >= 0:
                times.setdefault(name, []).append(pair)
        shutil.rmtree(archive)
    return {
        name: (statistics.median(hook for hook, _ in pairs), statistics.median(bare for _, bare in pairs))
        for name, pairs in times.items()
    }


def measure(runs: int) -> Iterator[Row]:
    """Yield a row for each way in: its dearest hook, with the others' ratios as a remark."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        make_movie(scratch / "source.mp4")
        for way, (python, entry) in ways_in().items():
            found = medians(python, entry, runs, scratch)
            ratios = {name: hook / bare for name, (hook, bare) in found.items()}
            dearest = max(ratios, key=ratios.__getitem__)
            others = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items() if name != dearest)
            what = f"hook by {way}, the dearest ({dearest}): wall, against python3 -I -c pass"
            yield at_most(what, *found[dearest], "ms", GOAL, remark=f"the others: {others}")


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word != "--json"]
    sys.exit(print_rows(measure(int(asked[0]) if asked else 40)))
