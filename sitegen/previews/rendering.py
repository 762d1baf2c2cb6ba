"""Leaves the previews of one stage in a working folder: runs ffmpeg, one way after the other until one did it.

The cheapest way is tried first; the last one is right for every video that can be decoded at all.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sitegen.clip import Clip
from sitegen.previews import ffmpeg
from sitegen.previews.child import Allowance, Ended, run_idle
from sitegen.previews.complaint import explain, is_machines_fault
from sitegen.previews.look import look, look_at_sub, wait_for_end, written_at
from sitegen.previews.outcome import DROPPED, Outcome, Over, Stopper
from sitegen.previews.plan import (
    Graph,
    Plan,
    Source,
    Stage,
    begins_s,
    cpu_limit_s,
    poster_moment_s,
    verdict,
    wall_limit_s,
)
from sitegen.previews.store import has_pictures, made_in
from sitegen.settings import PreviewSettings

_LOOK = Source(demuxer="", seconds=600, pixels=ffmpeg.MOST_PIXELS)
"""What looking at a video may cost."""
_GIB = 2**30
_MOST_FILE_BYTES = 16 * _GIB
"""The length is what the file says; the small video of a real day has a quarter of this."""
_KEYS_FROM_S = 2.0
"""In a shorter event a key frame near the middle is rare, and decoding up to the middle costs no more than looking."""
# ffmpeg catches most signals and returns 255. Our own SIGKILL is told apart before this is asked.
_FROM_OUTSIDE = {255, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class Task:
    """One stage of one clip."""

    clip: Clip
    archive_root: Path
    output: Path
    settings: PreviewSettings
    wanted: Plan
    stage: Stage
    stopper: Stopper

    @property
    def video(self) -> Path:
        """Where the clip's video lies."""
        return self.archive_root / self.clip.path


@dataclass(frozen=True, slots=True)
class _Way:
    argv: list[str]
    video: Path
    source: Source
    graph: Graph | None = None
    """None: it makes pictures only."""


def render(task: Task, folder: Path) -> str:
    """Leave what the stage makes in `folder` and return "", or return what is wrong with the clip.

    Raises Over when ffmpeg did not come to an end of its own, ToolMissing, OSError.
    """
    source = look(task.video, task.clip, lambda argv: _run(task, folder, _Way(argv, task.video, _LOOK)).said)
    if isinstance(source, str):
        return source
    problem = ""
    for way in _poster_ways(task, source) if task.stage == "poster" else _video_ways(task, source):
        for name in (*ffmpeg.FILES.values(), ffmpeg.PROGRESS):
            (folder / name).unlink(missing_ok=True)
        problem = _problem(task, folder, way, source, _run(task, folder, way))
        if not problem:
            break
    return problem


def _poster_ways(task: Task, source: Source) -> Iterator[_Way]:
    moment_s, zscale = poster_moment_s(task.clip, source), ffmpeg.has_zscale()
    for keys in (True, False) if not moment_s or source.seconds > _KEYS_FROM_S else (False,):
        argv = ffmpeg.poster_command(
            task.wanted.box, source, str(task.video), moment_s, keys=keys, zscale=zscale
        )
        yield _Way(argv, task.video, source)


def _video_ways(task: Task, source: Source) -> Iterator[_Way]:
    box, zscale, fragments = task.wanted.box, ffmpeg.has_zscale(), task.wanted.fragments
    if task.wanted.sub is not None:
        recording = task.archive_root / task.wanted.sub
        wait_for_end(recording, task.stopper.stopped)
        sub = look_at_sub(recording, source)
        if sub is not None:
            begins = begins_s(task.clip, written_at(task.video), written_at(recording), sub)
            argv = ffmpeg.command(
                box, "copy", sub, str(recording), zscale=zscale, fragments=fragments, begins_s=begins
            )
            yield _Way(argv, recording, sub, "copy")
    # A video with a single key frame, or none that is marked, has to be decoded whole after all.
    graphs: tuple[Graph, ...] = ("keys", "smooth") if task.wanted.graph == "keys" else ("smooth",)
    for graph in graphs:
        argv = ffmpeg.command(box, graph, source, str(task.video), zscale=zscale, fragments=fragments)
        yield _Way(argv, task.video, source, graph)


def _problem(task: Task, folder: Path, way: _Way, source: Source, ended: Ended) -> str:
    """Return "" when a run left good previews behind, else what is wrong with the clip."""
    if ended.returncode == -signal.SIGXFSZ:
        return "its small video grew too large"
    if ended.returncode < 0:
        return f"ffmpeg crashed over it ({signal.Signals(-ended.returncode).name})"
    if ended.returncode != 0:
        return explain(ended.said, str(way.video))
    if way.graph is None:
        return "" if has_pictures(folder, task.stage) else explain(ended.said, str(way.video))
    made = made_in(folder)
    return explain(ended.said, str(way.video)) if made is None else verdict(way.graph, made, source)


def _run(task: Task, folder: Path, way: _Way) -> Ended:
    """Run ffmpeg in `folder`; raise Over when it did not come to an end of its own."""
    allowance = _allowance(way.source, task.settings.cpu_percent / task.settings.workers)
    ended = run_idle(way.argv, cwd=folder, allowance=allowance, cancelled=task.stopper.stopped)
    outcome: Outcome | None = None
    if ended.stopped_for == "cancelled":
        outcome = DROPPED
    elif ended.stopped_for == "cpu":
        outcome = Outcome("failed", f"it took more than {allowance.cpu_s} seconds of processor time")
    elif ended.stopped_for == "wall":
        outcome = Outcome("killed", "ffmpeg hung over it")
    elif ended.returncode in _FROM_OUTSIDE:
        outcome = Outcome("killed", "ffmpeg was killed by another program")
    elif ended.returncode != 0 and is_machines_fault(ended.said, str(way.video)):
        outcome = Outcome("fault", "previews cannot be written: the disk is full, or cannot be used")
    if outcome is not None:
        raise Over(outcome)
    return ended


def _allowance(source: Source, percent: float) -> Allowance:
    cpu_s = cpu_limit_s(source)
    return Allowance(
        memory_bytes=_GIB + 100 * source.pixels,
        file_bytes=min(_MOST_FILE_BYTES, _GIB // 4 + int(source.seconds) * _GIB // 512),
        cpu_s=cpu_s,
        wall_s=wall_limit_s(cpu_s, percent),
        percent=percent,
    )
