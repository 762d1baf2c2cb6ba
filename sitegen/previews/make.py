"""Makes the previews of one clip: has them rendered in a folder of their own, and puts them into the site."""

from __future__ import annotations

import errno
from pathlib import Path

from sitegen.clip import Clip
from sitegen.errors import ToolMissing
from sitegen.previews.outcome import DROPPED, Outcome, Over, Stopper
from sitegen.previews.plan import KINDS, Stage, plan
from sitegen.previews.rendering import Task, render
from sitegen.previews.store import publish, settle, workspace
from sitegen.settings import PreviewSettings


def make_previews(clip: Clip, archive_root: Path, output: Path, settings: PreviewSettings) -> str | None:
    """Make the previews of one clip now; return None when they are there, else what is wrong, for the user."""
    for stage in KINDS:
        outcome = attempt(clip, archive_root, output, settings, stopper=Stopper(), stage=stage)
        if outcome.kind != "made":
            return outcome.text
    return None


def attempt(
    clip: Clip,
    archive_root: Path,
    output: Path,
    settings: PreviewSettings,
    *,
    stopper: Stopper,
    stage: Stage,
) -> Outcome:
    """Make what one stage makes of a clip once, in place of any that is there. Never raises for what a clip or machine does."""
    wanted = plan(clip, settings)
    if wanted is None:
        return Outcome("dropped", "no previews are wanted of it")
    try:
        return _attempt(Task(clip, archive_root, output, settings, wanted, stage, stopper))
    except Over as over:
        return over.outcome
    except ToolMissing as error:
        return Outcome("fault", str(error))
    except OSError as error:
        text = f"previews cannot be written: {error.strerror or error}"
        return Outcome("failed" if error.errno == errno.ENAMETOOLONG else "fault", text)


def _attempt(task: Task) -> Outcome:
    """Work in a folder of its own; only what is good and on the disk is moved into the site."""
    if not _is_unchanged(task):
        return DROPPED
    with workspace(task.output) as name:
        folder = Path(name)
        problem = render(task, folder)
        if problem:
            return Outcome("failed", problem)
        settle(folder, task.clip.mtime_ns, task.stage)
        with task.stopper.publishing:
            if task.stopper.stopped.is_set() or not _is_unchanged(task):
                return DROPPED
            publish(folder, task.output, task.wanted, task.stage)
    return Outcome("made")


def _is_unchanged(task: Task) -> bool:
    try:
        return task.video.stat().st_mtime_ns == task.clip.mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return False
