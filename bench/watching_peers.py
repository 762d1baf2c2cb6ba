"""What one new clip costs the peers in their own watch modes: from the rename of its sidecar until its day names it.

Usage: python bench/watching_peers.py [--json]      (BENCH_CLIPS=10000 for a quick run)
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import generators
from archive import add_sidecar, add_video, clip_times, remove_clip, sidecar_of
from generators import Command
from measure import Running, running
from places import CACHE, CLIPS, archive_of, log_of
from rows import Row, information, print_rows

KIND = "segment"
TIMES = 3
PEERS: dict[str, Callable[..., Command]] = {"Hugo": generators.hugo, "Eleventy": generators.eleventy}


def quiet(program: Running) -> None:
    """Wait until the program has nothing to do for two seconds."""
    before = -1.0
    while program.cpu_s() - before > 0.05:
        before = program.cpu_s()
        time.sleep(2)


def named(site: Path, number: int) -> Callable[[], bool]:
    """Return what tells whether the day's JSON names the clip; it may be half written, or not be there for a while."""
    document = site / f"{clip_times(number)[0]:%Y/%m/%d}/day.json"
    video = f"{Path(sidecar_of(number, KIND)[0]).name}.mp4".encode()

    def there() -> bool:
        try:
            return video in document.read_bytes()
        except FileNotFoundError:
            return False

    return there


def latency_ms(peer: str, clips: int) -> tuple[float, float]:
    """Return the median latency in ms, and the CPU of one clip in ms; its video is there before."""
    root = archive_of(clips, KIND)
    numbers = range(clips, clips + TIMES)
    for number in numbers:
        remove_clip(root, number, KIND)
        add_video(root, number, KIND)
    command = generators.fresh(PEERS[peer], root, f"watch-{peer}")
    try:
        with running(command.watch, log_of(f"watch-{peer}"), env=command.env, cwd=command.cwd) as program:
            program.until(named(command.site, clips - 1), longest_s=600, pause_s=0.1)
            return _put(program, command, root, numbers)
    finally:
        for number in numbers:
            remove_clip(root, number, KIND)


def _put(program: Running, command: Command, root: Path, numbers: range) -> tuple[float, float]:
    found, spent = [], []
    for number in numbers:
        quiet(program)
        before = program.cpu_s()
        add_sidecar(root, number, KIND)
        found.append(1000 * program.until(named(command.site, number), longest_s=300, pause_s=0.002))
        quiet(program)
        spent.append(1000 * (program.cpu_s() - before))
    return statistics.median(found), statistics.median(spent)


def measured() -> Iterator[Row]:
    generators.set_up()
    for peer in PEERS:
        latency, cpu = latency_ms(peer, CLIPS)
        remark = f"CPU of a clip {cpu:.0f} ms"
        yield information(f"one new clip, N = {CLIPS:,}: {peer} watching", latency, "ms", remark=remark)


if __name__ == "__main__":
    CACHE.mkdir(exist_ok=True)
    sys.exit(print_rows(measured()))
