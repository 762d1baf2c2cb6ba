"""Prints what a hook costs as a ratio to a bare `python3 -I -c pass`; runs are interleaved, medians are compared.

Usage: python bench/hook.py [RUNS]      (60 runs of each by default)
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOTION = ["--camera=101", "--event=0010120261122035503", "--pixels=5210", "--noise=12", "--labels=3"]
MOTION += ["--x=310", "--y=190", "--width=120", "--height=80", "--time=2026-11-22T03:55:03+0000"]


def commands(archive: Path, movie: Path) -> dict[str, list[str]]:
    """Return each hook's command line; every run finds a new archive, so it has facts and a sidecar to write."""
    at = ["--archive", str(archive), *MOTION]
    return {
        "event-start": ["event-start", *at],
        "movie-start": ["movie-start", *at, "--type=8", "--file", str(movie)],
        "picture-save": ["picture-save", *at, "--type=1", "--file", str(movie.with_suffix(".jpg"))],
        "movie-end": ["movie-end", *at, "--type=8", "--file", str(movie)],
        "event-end": ["event-end", *at],
        "camera-lost": ["camera-lost", *at[:3], at[-1]],
    }


def seconds(argv: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - begun


def measure(runs: int, scratch: Path) -> None:
    movie_source = scratch / "source.mp4"
    make = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=r=10",
        "-t",
        "5",
        "-c:v",
        "libx264",
    ]
    subprocess.run([*make, str(movie_source)], check=True)
    ways = {"hooks/sitegen-hook": ("/usr/bin/python3", [str(ROOT / "hooks" / "sitegen-hook")])}
    if (console := ROOT / ".venv/bin/sitegen-hook").exists():
        ways["the console script"] = (str(ROOT / ".venv/bin/python"), [str(console)])
    for way, (python, entry) in ways.items():
        times: dict[str, list[tuple[float, float]]] = {}
        for run in range(runs + 3):
            archive = scratch / f"archive-{run}"
            movie = archive / "events/101/20261122/101-01-20261122T035503Z.mp4"
            movie.parent.mkdir(parents=True)
            os.link(movie_source, movie)
            for name, arguments in commands(archive, movie).items():
                bare, hook = seconds([python, "-I", "-c", "pass"]), seconds([*entry, *arguments])
                if run >= 3:  # the first runs write bytecode and warm the cache
                    times.setdefault(name, []).append((bare, hook))
            shutil.rmtree(archive)
        print(way)
        for name, pairs in times.items():
            bare, hook = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
            print(f"  {name:13} {hook:5.1f} ms, bare python {bare:5.1f} ms: {hook / bare:.2f} x")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60, Path(folder))
