"""First builds, and starts with nothing changed: sitegen against other generators and a bare walk; prints the rows.

Usage: python bench/engine.py [--json]      (BENCH_CLIPS=10000 for a quick run; BENCH_RUNS=1 for one run of each)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import generators
from generators import Command
from measure import Used, in_turn, run
from places import CACHE, CLIPS, PYTHON, SMALL, archive_of, log_of
from rows import Row, at_most, information, print_rows
from same import differences

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
N = f"N = {CLIPS:,}"
MAKERS = {"sitegen": generators.sitegen, "Hugo": generators.hugo, "Eleventy": generators.eleventy}


def build(name: str, archive: Path, *, clip_pages: bool = False) -> tuple[Command, Used]:
    """Build a site for the first time: nothing is left of an earlier build."""
    command = generators.fresh(MAKERS[name], archive, name, clip_pages=clip_pages)
    return command, run(command.once, log_of(name), env=command.env, cwd=command.cwd)


def first(name: str, archive: Path, *, clip_pages: bool = False) -> Used:
    return build(name, archive, clip_pages=clip_pages)[1]


def ways(names: list[str], archive: Path, *, clip_pages: bool) -> dict[str, Callable[[], Used]]:
    return {name: partial(first, name, archive, clip_pages=clip_pages) for name in names}


def same_pages() -> Iterator[Row]:
    """Compare what the sites hold, before what they cost: a peer with poorer pages would not count."""
    for kind in ("segment", "event"):
        archive = archive_of(SMALL, kind)
        ours = build("sitegen", archive)[0].site
        for peer in ("Hugo", "Eleventy"):
            site = build(peer, archive, clip_pages=kind == "event")[0].site
            found = differences(ours, site)
            figure = f"pages of {peer} that hold something else than ours, {kind}s, N = {SMALL:,}"
            yield Row(figure, len(found), None, "pages", None, "none", not found, found[0] if found else "")


def first_builds() -> Iterator[Row]:
    archive = archive_of(CLIPS, "segment")
    taken = in_turn(ways(["sitegen", "Hugo", "Eleventy"], archive, clip_pages=False), RUNS)
    ours, hugo, eleventy = taken["sitegen"], taken["Hugo"], taken["Eleventy"]
    what = f"first build, {N}, no clip pages, one core, CPU"
    yield at_most(f"{what}: Hugo's adapter", ours.cpu_s, hugo.cpu_s, "s", 0.8)
    yield at_most(f"{what}: Eleventy's data file", ours.cpu_s, eleventy.cpu_s, "s", 1.0)
    yield information("the same, peak memory: Hugo's adapter", ours.peak_mb, "MB", hugo.peak_mb)
    yield information("the same, peak memory: Eleventy's data file", ours.peak_mb, "MB", eleventy.peak_mb)


def with_clip_pages() -> Iterator[Row]:
    archive = archive_of(CLIPS, "event")
    taken = in_turn(ways(["sitegen", "Hugo"], archive, clip_pages=True), 1 if CLIPS > 20_000 else RUNS)
    ours, hugo = taken["sitegen"], taken["Hugo"]
    yield at_most(f"first build, {N}, a page for each clip, CPU: Hugo", ours.cpu_s, hugo.cpu_s, "s", 0.7)
    yield information("the same, peak memory: Hugo", ours.peak_mb, "MB", hugo.peak_mb)
    less = archive_of(min(CLIPS, 10_000), "event")
    taken = in_turn(ways(["sitegen", "Eleventy"], less, clip_pages=True), RUNS)
    figure = f"first build, N = {min(CLIPS, 10_000):,}, a page for each clip, CPU: Eleventy"
    yield information(figure, taken["sitegen"].cpu_s, "s", taken["Eleventy"].cpu_s)


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and modification time of every file: what any write would change."""
    found = {}
    for parent, _, files in os.walk(folder):
        for name in files:
            status = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - 100,000 files
            found[f"{parent}/{name}"] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def walked(archive: Path) -> Used:
    log = log_of("walk")
    whole = run([PYTHON, "-I", str(Path(__file__).parent / "walk.py"), str(archive)], log)
    cpu_s, wall_s = map(float, log.read_text().split())
    return Used(cpu_s, wall_s, whole.peak_mb)


def nothing_changed() -> Iterator[Row]:
    """Measure the second build; what a build of one clip takes is Python's start and imports, and is taken off."""
    large, one = archive_of(CLIPS, "segment"), archive_of(1, "segment")
    commands = [
        generators.fresh(generators.sitegen, each, f"again-{each.parent.name}") for each in (large, one)
    ]
    for command in commands:
        run(command.once, log_of("sitegen"))
    before = tree(commands[0].site)
    again = {c.site.parent.name: partial(run, c.once, log_of("sitegen")) for c in commands}
    taken = in_turn({**again, "walk": partial(walked, large)}, RUNS + 2)
    ours, start = (taken[command.site.parent.name] for command in commands)
    walk = taken["walk"]
    written = sum(before.get(name) != status for name, status in tree(commands[0].site).items())
    what = f"start with nothing changed, {N}"
    remark = f"the start of Python and its imports, {start.cpu_s:.2f} s, is taken off"
    cpu_s = ours.cpu_s - start.cpu_s
    yield at_most(f"{what}, CPU: bare scandir + stat", cpu_s, walk.cpu_s, "s", 1.5, remark=remark)
    wall_s = ours.wall_s - start.wall_s
    yield information(
        "the same, wall", wall_s, "s", walk.wall_s, remark=f"start {start.wall_s:.2f} s taken off"
    )
    yield Row("the same, files of the site written", written, None, "files", None, "none", written == 0)


def measured() -> Iterator[Row]:
    generators.set_up()
    yield from same_pages()
    yield from nothing_changed()
    yield from first_builds()
    yield from with_clip_pages()


if __name__ == "__main__":
    CACHE.mkdir(exist_ok=True)
    sys.exit(print_rows(measured()))
