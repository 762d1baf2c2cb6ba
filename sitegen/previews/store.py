"""Where previews lie: looks, puts and deletes below the site's `previews/`, and works in the site's `.sitegen-tmp/`."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path, PurePosixPath
from typing import Literal

from sitegen.archive.container import read_container
from sitegen.archive.layout import preview_paths
from sitegen.clip import Clip
from sitegen.previews.ffmpeg import FILES, PROGRESS
from sitegen.previews.plan import KINDS, Made, Plan, Stage, plan
from sitegen.real_folders import replace_link, replace_links
from sitegen.settings import PreviewSettings

_WORK = ".sitegen-tmp"
_MADE_WITH = "previews"
_PREFIX = "previews-"
_FRAMES = re.compile(r"^frame= *(\d+)", re.MULTILINE)
_FILE_TIME_STEPS_NS = (1, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000)


def made_stage(output: Path, clip: Clip, settings: PreviewSettings) -> Literal["", "poster", "all"]:
    """Return how much of the previews of `clip` as it is now is there; "" also when it is to get none. Only stats files."""
    if not have_stage(output, clip, settings, "poster"):
        return ""
    return "all" if have_stage(output, clip, settings, "all") else "poster"


def have_previews(output: Path, clip: Clip, settings: PreviewSettings) -> bool:
    """Say whether all previews of `clip` as it is now are there; False also when it is to get none."""
    return made_stage(output, clip, settings) == "all"


def have_stage(output: Path, clip: Clip, settings: PreviewSettings, stage: Stage) -> bool:
    """Say whether what one stage makes of `clip` as it is now is there."""
    wanted = plan(clip, settings)
    return wanted is not None and all(
        _is_good(output / wanted.outputs[kind], clip.mtime_ns) for kind in KINDS[stage]
    )


def _is_good(path: Path, mtime_ns: int) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size > 0 and same_time(status.st_mtime_ns, mtime_ns)


def same_time(stored_ns: int, given_ns: int) -> bool:
    """Say whether a file system that was given one mtime may have stored the other: some keep whole seconds only."""
    return any(stored_ns == given_ns - given_ns % step for step in _FILE_TIME_STEPS_NS)


def made_with(state: Path) -> str | None:
    """Return the fingerprint of the settings that the previews on the disk were made with; None: not known.

    It stands beside the index, not in it: an index that is lost must not make stale previews look fresh.
    """
    try:
        return (state / _MADE_WITH).read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def set_made_with(state: Path, fingerprint: str) -> None:
    """Remember the fingerprint of the settings that previews are made with from now on."""
    temporary = state / f".{_MADE_WITH}.tmp"
    temporary.write_text(fingerprint + "\n")
    temporary.rename(state / _MADE_WITH)


def workspace(output: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a new folder on the site's own file system, deleted at the end of `with`."""
    folder = output / _WORK
    replace_link(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder, ignore_cleanup_errors=True)


def sweep(output: Path) -> None:
    """Delete the working folders that a killed instance left behind; call it while no previews are being made."""
    for left in (output / _WORK).glob(_PREFIX + "*"):
        shutil.rmtree(left, ignore_errors=True)


def has_pictures(folder: Path, stage: Stage) -> bool:
    """Say whether ffmpeg left the pictures of a stage in a working folder, whole."""
    pictures = [folder / FILES[kind] for kind in KINDS[stage] if kind != "video"]
    try:
        return all(_is_picture(path) for path in pictures)
    except FileNotFoundError:
        return False


def made_in(folder: Path) -> Made | None:
    """Return what ffmpeg left in a working folder of the second stage; None when any of it is missing, empty or cut."""
    if not has_pictures(folder, "all"):
        return None
    try:
        container = read_container(folder / FILES["video"])
        frames = _FRAMES.findall((folder / PROGRESS).read_text())
    except FileNotFoundError:
        return None
    if container is None or not container.complete or not container.has_video:
        return None
    return Made(frames=int(frames[-1]) if frames else 0, seconds=container.seconds or 0.0)


def _is_picture(path: Path) -> bool:
    """Say whether a JPEG file is there from its first marker to its last."""
    data = path.read_bytes()
    return data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9"


def settle(folder: Path, mtime_ns: int, stage: Stage) -> None:
    """Bring what a stage made in a working folder to the disk, and give them the video's mtime.

    Without the fsync, a power cut could leave an empty file with the right name and time, taken for good ever after.
    """
    for kind in KINDS[stage]:
        handle = os.open(folder / FILES[kind], os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
            os.utime(handle, ns=(mtime_ns, mtime_ns))
        finally:
            os.close(handle)


def publish(folder: Path, output: Path, wanted: Plan, stage: Stage) -> None:
    """Move settled files from a working folder to their places in the site. Raises OSError."""
    for kind in KINDS[stage]:
        target = output / wanted.outputs[kind]
        replace_links(str(output), wanted.outputs[kind].rpartition("/")[0], set())
        for last in (False, False, True):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                (folder / FILES[kind]).rename(target)
                break
            except FileNotFoundError:  # remove_previews took the folder away while it was empty
                if last:
                    raise


def remove_previews(output: Path, video_path: str) -> None:
    """Delete the previews of a video (its path in the archive), and the folders that this leaves empty."""
    for path in preview_paths(video_path).values():
        replace_links(str(output), path.rpartition("/")[0], set())
        (output / path).unlink(missing_ok=True)
    for parent in PurePosixPath("previews", video_path).parents[:-1]:
        with contextlib.suppress(FileNotFoundError):
            try:
                (output / parent).rmdir()
            except OSError:
                return  # not empty
