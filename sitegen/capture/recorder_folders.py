"""Makes the dated folders that ffmpeg will write to, ahead of time: ffmpeg makes none and exits at midnight without."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sitegen.archive.durable import make_folder
from sitegen.capture.recorder_names import day_folders

SEGMENTS = "segments"


def camera_folder(root: Path, camera: str) -> Path:
    """Return where a camera's segments lie, with a folder a day below it."""
    return root / SEGMENTS / camera


def make_day_folders(root: Path, camera: str, now: datetime) -> None:
    """Make today's and tomorrow's folder of a camera where they are missing.

    Raises OSError; FileNotFoundError when the archive's root is not there: it is never made, for below the mount
    point of a disk that is not mounted it would fill another disk.
    """
    folder = camera_folder(root, camera)
    for day in day_folders(now):
        if not (folder / day).is_dir():
            for each in (folder.parent, folder, folder / day):
                make_folder(os.fspath(each))
