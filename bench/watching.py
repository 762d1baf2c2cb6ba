"""What one new clip, a burst and idleness cost under `sitegen watch`, at a small and a large N; prints the rows.

Usage: python bench/watching.py [--json]      (BENCH_CLIPS=10000 for a quick run)

Each clip's video is there before; the time is from the rename of its sidecar to the new build.json, looked for
on the other core every 0.2 ms. Segments make no previews here, so nothing else runs.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import generators
from archive import add_sidecar, add_video, remove_clip
from measure import Running, percentile, run, running
from places import CACHE, CLIPS, PYTHON, SMALL, archive_of, log_of
from rows import Row, at_most, information, print_rows, within
from watching_peers import PEERS, latency_ms

KIND = "segment"
ONE_BY_ONE, BURST = 200, 100
IDLE_S = 30.0
RESCAN_S = 5.0
"""How often the archive is scanned while a rescan is measured, instead of sitegen.watch_loop.RESCAN_S."""
PAUSES_S = (0.05, 0.4)
N = f"N = {CLIPS:,}"


@dataclass(frozen=True)
class Watched:
    """What was seen at one N: latencies in ms, CPU, memory in MB."""

    latencies_ms: list[float]
    clip_cpu_ms: float
    idle_percent: float
    burst_s: float
    burst_cpu_s: float
    rss_mb: float
    peak_mb: float


class Revision:
    """The site's build.json, which is replaced whole."""

    def __init__(self, site: Path) -> None:
        self.path = site / "build.json"
        self.seen = self._state()

    def _state(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_ino, status.st_mtime_ns

    def changed(self) -> bool:
        """Tell whether there is another one since the last time it was so."""
        state = self._state()
        if state == self.seen:
            return False
        self.seen = state
        return True

    def clips(self) -> int:
        return int(json.loads(self.path.read_bytes())["clips"])


def settle(program: Running, revision: Revision, clips: int) -> None:
    """Wait until the site holds so many clips and the program has nothing to do for a second."""
    program.until(lambda: revision.clips() == clips, longest_s=300, pause_s=0.1)
    before = -1.0
    while program.cpu_s() - before > 0.02:
        before = program.cpu_s()
        time.sleep(1)
    revision.changed()


@dataclass
class Site:
    """A site that is watched, with the number of its next clip."""

    clips: int
    root: Path
    program: Running
    revision: Revision

    def one_more(self, pause_s: float) -> float:
        """Put one clip there some time after its video; return the ms from its sidecar's rename to the revision."""
        add_video(self.root, self.clips, KIND)
        time.sleep(pause_s)
        self.revision.changed()
        add_sidecar(self.root, self.clips, KIND)
        self.clips += 1
        return 1000 * self.program.until(self.revision.changed, longest_s=60)


@contextmanager
def site_of(clips: int) -> Iterator[Site]:
    """Build a site and watch it; clips that are added are taken away in the end."""
    root = archive_of(clips, KIND)
    numbers = range(clips, clips + ONE_BY_ONE + BURST)
    for number in numbers:
        remove_clip(root, number, KIND)
    command = generators.fresh(generators.sitegen, root, f"watch-{clips}")
    run(command.once, log_of("sitegen"))
    try:
        with running(command.watch, log_of(f"watch-{clips}")) as program:
            revision = Revision(command.site)
            settle(program, revision, clips)
            yield Site(clips, root, program, revision)
    finally:
        for number in numbers:
            remove_clip(root, number, KIND)


def one_by_one(sites: list[Site]) -> list[list[float]]:
    """Put clips into one site and the other in turn, so that both meet the same machine; return their latencies in ms."""
    chance = random.Random(0)
    found: list[list[float]] = [[] for _ in sites]
    for _ in range(ONE_BY_ONE):
        for site, latencies in zip(sites, found, strict=True):
            latencies.append(site.one_more(chance.uniform(*PAUSES_S)))
    return found


def watched(small: int, large: int) -> list[Watched]:
    """Watch a small and a large site at the same time, and put clips into them."""
    with site_of(small) as one, site_of(large) as other:
        sites = [one, other]
        idle = idle_percents(sites)
        before, began = [site.program.cpu_s() for site in sites], time.perf_counter()
        latencies = one_by_one(sites)
        took = time.perf_counter() - began
        spent = [site.program.cpu_s() - cpu_s for site, cpu_s in zip(sites, before, strict=True)]
        found = []
        for site, ms, percent, cpu_s in zip(sites, latencies, idle, spent, strict=True):
            settle(site.program, site.revision, site.clips)
            bursts = burst(site.program, site.revision, site.root, site.clips)
            memory = [site.program.memory_mb(field) for field in ("VmRSS", "VmHWM")]
            clip_cpu_ms = 1000 * (cpu_s - took * percent / 100) / ONE_BY_ONE
            found.append(Watched(ms, clip_cpu_ms, percent, *bursts, *memory))
    return found


def burst(program: Running, revision: Revision, root: Path, first: int) -> tuple[float, float]:
    """Put clips there all at once; return the seconds until the site holds all, and the CPU until it is quiet."""
    for number in range(first, first + BURST):
        add_video(root, number, KIND)
    settle(program, revision, first)
    before, began = program.cpu_s(), time.perf_counter()
    for number in range(first, first + BURST):
        add_sidecar(root, number, KIND)
    program.until(lambda: revision.clips() == first + BURST, longest_s=60, pause_s=0.002)
    took = time.perf_counter() - began
    settle(program, revision, first + BURST)
    return took, program.cpu_s() - before


def idle_percents(sites: list[Site], seconds: float = IDLE_S) -> list[float]:
    """Return what each takes of a core while nothing happens, in percent."""
    before = [site.program.cpu_s() for site in sites]
    time.sleep(seconds)
    return [100 * (site.program.cpu_s() - cpu_s) / seconds for site, cpu_s in zip(sites, before, strict=True)]


def rescan_cpu_s(clips: int) -> tuple[float, float]:
    """Return the CPU of one scan of the whole archive under `watch`, and how often it is done, both in s."""
    from sitegen import watch_loop

    root = archive_of(clips, KIND)
    command = generators.fresh(generators.sitegen, root, "rescan")
    run(command.once, log_of("sitegen"))
    patch = f"import sitegen.watch_loop as w; w.RESCAN_S = {RESCAN_S}; from sitegen.cli import main; main()"
    often = [PYTHON, "-c", patch, *command.watch[1:]]
    seen = {}
    for way, argv in {"often": often, "seldom": command.watch}.items():
        with running(argv, log_of(f"rescan-{way}")) as program:
            revision = Revision(command.site)
            settle(program, revision, clips)
            seen[way] = idle_percents([Site(clips, root, program, revision)])[0]
    return max(0.0, seen["often"] - seen["seldom"]) / 100 * RESCAN_S, watch_loop.RESCAN_S


def against_peers(median_ms: float) -> Iterator[Row]:
    """Compare the latency with each peer's; the goal is set against the quicker one."""
    generators.set_up()
    found = {peer: latency_ms(peer, CLIPS) for peer in PEERS}
    best = min(found, key=lambda peer: found[peer][0])
    for peer, (latency, cpu_ms) in sorted(found.items(), key=lambda item: item[1]):
        figure, remark = f"one new clip, {N}: {peer} watching", f"its CPU of a clip: {cpu_ms:.0f} ms"
        row = at_most(figure, median_ms, latency, "ms", 0.01, remark=remark)
        yield row if peer == best else information(figure, median_ms, "ms", latency, remark=remark)


def measured() -> Iterator[Row]:
    small, large = watched(SMALL, CLIPS)
    median, small_median = statistics.median(large.latencies_ms), statistics.median(small.latencies_ms)
    what = f"one new clip, {N}, from rename to revision"
    yield at_most(f"{what}, median: N = {SMALL:,}", median, small_median, "ms", 1.2)
    yield within(f"{what}, median", median, "ms", 20)
    yield within(f"{what}, 99 in 100", percentile(large.latencies_ms, 0.99), "ms", 100)
    yield within(
        f"{what}, CPU of a clip", large.clip_cpu_ms, "ms", 10, remark="the idle CPU of that time is taken off"
    )
    yield information(f"the same, N = {SMALL:,}", small.clip_cpu_ms, "ms")
    yield from against_peers(median)
    yield within(f"a burst of {BURST} clips, {N}, all visible", large.burst_s, "s", 0.5)
    yield within(f"a burst of {BURST} clips, {N}, CPU", large.burst_cpu_s, "s", 0.3)
    what = f"memory of watch, {N}"
    yield at_most(f"{what}, peak (VmHWM): N = {SMALL:,}", large.peak_mb, small.peak_mb, "MB", 1.1)
    yield within(f"{what}, peak (VmHWM)", large.peak_mb, "MB", 80)
    yield information(f"{what}, at the end (VmRSS): N = {SMALL:,}", large.rss_mb, "MB", small.rss_mb)
    scan_s, every_s = rescan_cpu_s(CLIPS)
    idle = large.idle_percent + 100 * scan_s / every_s
    remark = f"{large.idle_percent:.3f} % between scans + {scan_s:.2f} s a scan / {every_s:.0f} s"
    yield within(f"idle watch, {N}, of a core", idle, "%", 0.2, remark=remark)


if __name__ == "__main__":
    CACHE.mkdir(exist_ok=True)
    sys.exit(print_rows(measured()))
