"""Merges segments that follow one another without a hole, so that a week of recording is a few stretches. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from sitegen.archive.database import from_micros
from sitegen.clip import Clip

TOLERANCE_US = 2_000_000
"""Neighbouring segments are cut at key frames and timed to some 100 ms; a shorter hole is none."""


class Run(NamedTuple):
    """A stretch without a hole; `last` is the number of the segment that reaches furthest."""

    start_us: int
    end_us: int | None
    """None: it is one segment without end, the last one."""
    last: int


def merged(segments: Iterable[tuple[int, int | None, int]]) -> list[Run]:
    """Merge segments (start, end, number) of one camera, by start; one without end lasts until the next one begins."""
    runs: list[Run] = []
    for start, end, number in segments:
        if runs and runs[-1].end_us is None:
            runs[-1] = runs[-1]._replace(end_us=start)
        if not runs or end is None or start - (runs[-1].end_us or 0) > TOLERANCE_US:
            runs.append(Run(start, end, number))
        elif end > (runs[-1].end_us or 0):
            runs[-1] = Run(runs[-1].start_us, end, number)
    return runs


def as_one(last: Clip, run: Run) -> Clip:
    """Return a run as one segment: the one that reaches furthest, begun when the run began."""
    end = None if run.end_us is None else from_micros(run.end_us)
    return msgspec.structs.replace(last, start=from_micros(run.start_us), end=end)
