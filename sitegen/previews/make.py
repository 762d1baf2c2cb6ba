"""Makes the previews of one clip: looks at the video, runs ffmpeg, checks what came out, and puts it into the site."""

from __future__ import annotations

import errno
import signal
from dataclasses import dataclass
from pathlib import Path

from sitegen.clip import Clip
from sitegen.errors import ToolMissing
from sitegen.previews import ffmpeg
from sitegen.previews.child import Allowance, Ended, run_idle
from sitegen.previews.complaint import explain, is_machines_fault
from sitegen.previews.look import look
from sitegen.previews.outcome import Outcome, Stopper
from sitegen.previews.plan import Graph, Plan, Source, cpu_limit_s, plan, verdict, wall_limit_s
from sitegen.previews.store import made_in, publish, settle, workspace
from sitegen.settings import PreviewSettings

_LOOK = Source(demuxer="", seconds=600, pixels=ffmpeg.MOST_PIXELS)
"""What looking at a video may cost."""
_GIB = 2**30
# ffmpeg catches most signals and returns 255. Our own SIGKILL is told apart before this is asked.
_FROM_OUTSIDE = {255, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
_GONE = Outcome("dropped", "the video has changed, or has gone")


@dataclass(frozen=True, slots=True)
class _Task:
    clip: Clip
    video: Path
    output: Path
    settings: PreviewSettings
    wanted: Plan
    stopper: Stopper


class _Over(Exception):
    """The attempt has come to an end that says nothing about the clip, or all about it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def make_previews(clip: Clip, archive_root: Path, output: Path, settings: PreviewSettings) -> str | None:
    """Make the previews of one clip now; return None when they are there, else what is wrong, for the user."""
    outcome = attempt(clip, archive_root, output, settings, Stopper())
    return None if outcome.kind == "made" else outcome.text


def attempt(
    clip: Clip, archive_root: Path, output: Path, settings: PreviewSettings, stopper: Stopper
) -> Outcome:
    """Make the previews of one clip once, in place of any that are there. Never raises for what a clip or machine does."""
    wanted = plan(clip, settings)
    if wanted is None:
        return Outcome("dropped", "no previews are wanted of it")
    try:
        return _attempt(_Task(clip, archive_root / clip.path, output, settings, wanted, stopper))
    except _Over as over:
        return over.outcome
    except ToolMissing as error:
        return Outcome("fault", str(error))
    except OSError as error:
        text = f"previews cannot be written: {error.strerror or error}"
        return Outcome("failed" if error.errno == errno.ENAMETOOLONG else "fault", text)


def _attempt(task: _Task) -> Outcome:
    """Work in a folder of its own; only what is good and on the disk is moved into the site."""
    if not _is_unchanged(task):
        return _GONE
    with workspace(task.output) as name:
        folder = Path(name)
        problem = _render(task, folder)
        if problem:
            return Outcome("failed", problem)
        settle(folder, task.clip.mtime_ns)
        with task.stopper.publishing:
            if task.stopper.stopped.is_set() or not _is_unchanged(task):
                return _GONE
            publish(folder, task.output, task.wanted)
    return Outcome("made")


def _is_unchanged(task: _Task) -> bool:
    try:
        return task.video.stat().st_mtime_ns == task.clip.mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return False


def _render(task: _Task, folder: Path) -> str:
    """Leave all previews in `folder` and return "", or return what is wrong with the clip."""
    source = look(task.video, task.clip, lambda argv: _run(task, folder, argv, _LOOK).said)
    if isinstance(source, str):
        return source
    # A video with a single key frame, or none that is marked, has to be decoded whole after all.
    graphs: tuple[Graph, ...] = ("keys", "smooth") if task.wanted.graph == "keys" else ("smooth",)
    problem = ""
    for graph in graphs:
        for name in (*ffmpeg.FILES.values(), ffmpeg.PROGRESS):
            (folder / name).unlink(missing_ok=True)
        zscale = ffmpeg.has_zscale()
        argv = ffmpeg.command(task.wanted.box, graph, source, str(task.video), zscale=zscale)
        ended = _run(task, folder, argv, source)
        problem = _problem(task, folder, graph, source, ended)
        if not problem:
            break
    return problem


def _problem(task: _Task, folder: Path, graph: Graph, source: Source, ended: Ended) -> str:
    """Return "" when a run left good previews behind, else what is wrong with the clip."""
    if ended.returncode == -signal.SIGXFSZ:
        return "its small video grew too large"
    if ended.returncode < 0:
        return f"ffmpeg crashed over it ({signal.Signals(-ended.returncode).name})"
    made = made_in(folder) if ended.returncode == 0 else None
    return explain(ended.said, str(task.video)) if made is None else verdict(graph, made, source)


def _run(task: _Task, folder: Path, argv: list[str], source: Source) -> Ended:
    """Run ffmpeg in `folder`; raise _Over when it did not come to an end of its own."""
    allowance = _allowance(source, task.settings.cpu_percent / task.settings.workers)
    ended = run_idle(argv, cwd=folder, allowance=allowance, cancelled=task.stopper.stopped)
    outcome: Outcome | None = None
    if ended.stopped_for == "cancelled":
        outcome = _GONE
    elif ended.stopped_for == "cpu":
        outcome = Outcome("failed", f"it took more than {allowance.cpu_s} seconds of processor time")
    elif ended.stopped_for == "wall":
        outcome = Outcome("killed", "ffmpeg hung over it")
    elif ended.returncode in _FROM_OUTSIDE:
        outcome = Outcome("killed", "ffmpeg was killed by another program")
    elif ended.returncode != 0 and is_machines_fault(ended.said, str(task.video)):
        outcome = Outcome("fault", "previews cannot be written: the disk is full, or cannot be used")
    if outcome is not None:
        raise _Over(outcome)
    return ended


def _allowance(source: Source, percent: float) -> Allowance:
    cpu_s = cpu_limit_s(source)
    return Allowance(
        memory_bytes=_GIB + 100 * source.pixels,
        file_bytes=_GIB // 4 + int(source.seconds) * _GIB // 512,
        cpu_s=cpu_s,
        wall_s=wall_limit_s(cpu_s, percent),
        percent=percent,
    )
