"""What previews cost, against decoding the clip once and against the predecessor; how well they share; prints the rows.

Usage: python bench/previews.py [--json]      (BENCH_SECONDS=20 for a quick run; posters weigh more in short clips)

CPU time is that of whole process trees: sitegen's own part, each ffmpeg with its start, reading and writing.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from footage import decode, footage, predecessor, ssim_y
from measure import CORES, MEASURED, Used, in_turn
from places import CACHE, empty
from preview_sharing import competitor_keeps, poster_wait_s, two_workers_gain
from rows import Row, at_most, information, print_rows, within

from sitegen.archive.layout import preview_paths
from sitegen.clip import Clip
from sitegen.previews.pool import make_previews
from sitegen.settings import PreviewSettings

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
RUNS = 3
START = datetime(2026, 1, 1, tzinfo=UTC)
FOLDER = CACHE / "previews"
LEAST_SSIM = 0.981


def clip_of(video: Path, kind: Literal["event", "segment"], sub: str | None = None) -> Clip:
    """Return the clip of a video that lies in the archive's root."""
    return Clip(
        path=video.name,
        id="1",
        kind=kind,
        camera="1",
        start=START,
        end=START + timedelta(seconds=SECONDS),
        mtime_ns=video.stat().st_mtime_ns,
        sub=sub,
    )


def previews(clip: Clip, root: Path, output: Path) -> Used:
    """Make all previews of a clip, both stages, on the measured core; return what that took here and in children."""

    def spent_s() -> float:
        uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(use.ru_utime + use.ru_stime for use in uses)

    os.sched_setaffinity(0, {MEASURED})
    started, before_s = time.perf_counter(), spent_s()
    error = make_previews(clip, root, output, PreviewSettings())
    used = Used(spent_s() - before_s, time.perf_counter() - started, 0)
    os.sched_setaffinity(0, set(CORES))
    assert error is None, error
    return used


def cost(main: Path, sub: Path) -> Iterator[Row]:
    """Rows of CPU, against decoding once. One run of each after the other, so that all see the same machine."""
    kinds = {
        "event": clip_of(main, "event"),
        "segment": clip_of(main, "segment"),
        "with sub-stream": clip_of(main, "segment", sub.name),
    }
    taken = in_turn(
        {
            "decode": lambda: decode(main),
            **{
                name: lambda clip=clip, name=name: previews(clip, main.parent, FOLDER / name)  # type: ignore[misc]
                for name, clip in kinds.items()
            },
        },
        RUNS,
    )
    once_s = taken["decode"].cpu_s
    for name, figure, bound in (
        ("event", "previews of an event, CPU, against decoding it once", 1.35),
        ("segment", "previews of a segment, CPU, against decoding it once", 0.25),
        ("with sub-stream", "previews of a segment with sub-stream, CPU, against decoding it once", 0.1),
    ):
        yield at_most(figure, taken[name].cpu_s, once_s, "s", bound, remark=f"{SECONDS} s of 1080p")
    old = FOLDER / "predecessor.mp4"
    spent = predecessor(main, old)
    yield information("the predecessor's small video, CPU, against decoding once", spent.cpu_s, "s", once_s)


def quality(main: Path) -> Iterator[Row]:
    """Rows of likeness and size of an event's small video, against the predecessor's. `cost` has made both."""
    small, old = FOLDER / "event" / preview_paths(main.name)["video"], FOLDER / "predecessor.mp4"
    ours, theirs = ssim_y(main, small, 10), ssim_y(main, old, 1000)
    figure = "small video of an event, SSIM-Y against a lanczos reduction; the predecessor's"
    goal = f"at least {LEAST_SSIM}"
    yield Row(figure, ours, theirs, "", ours / theirs, goal, ours >= LEAST_SSIM)
    sizes = [path.stat().st_size / 1e6 for path in (small, old)]
    yield at_most("small video of an event, bytes, against the predecessor's", sizes[0], sizes[1], "MB", 0.75)


def busy_remark(*, passes: bool) -> str:
    """Say how busy the machine was: previews give way to everything else, so on a busy one these rows say little."""
    return "" if passes else f"load {os.getloadavg()[0]:.1f}; an idle machine is needed"


def sharing(main: Path) -> Iterator[Row]:
    """Rows of what others notice of the work, and how soon a picture is there."""
    kept = competitor_keeps(clip_of(main, "event"), main.parent, FOLDER / "sharing")
    figure = "what a competitor on the same core keeps while previews run, its rate alone"
    yield Row(
        figure, kept, 1.0, "of it", kept, "at least 0.95", kept >= 0.95, busy_remark(passes=kept >= 0.95)
    )
    gain = two_workers_gain(clip_of(main, "event"), main.parent, FOLDER / "sharing")
    yield Row(
        *("two workers on two cores, against one, clips a second", gain, 1.0, "times", gain),
        *("at least 1.9", gain >= 1.9, busy_remark(passes=gain >= 1.9)),
    )
    wait_s = poster_wait_s(main, FOLDER / "watched")
    yield within("poster of an event after its sidecar's rename, under watch, median", wait_s, "s", 0.5)


def measure() -> Iterator[Row]:
    """Yield all rows."""
    main, sub = footage(SECONDS)
    empty(FOLDER)
    yield from cost(main, sub)
    yield from quality(main)
    yield from sharing(main)
    shutil.rmtree(FOLDER)


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
