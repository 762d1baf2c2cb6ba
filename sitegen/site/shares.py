"""Big builds use all cores: other processes (sitegen.site.share_worker) write the pages of some of the days.

Here they are started, with a file that says what to do, and listened to. None of them changes the index: the build that
started them takes a day's marks away when it is told that the day is written. So one that fails costs nothing but its
time: the days that it leaves are still marked, and the build makes them itself, and meets what stood in the way.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from sitegen import process
from sitegen.clip import Camera
from sitegen.site.views import SiteView

log = logging.getLogger("sitegen.publish")

WORTH_CLIPS = 15_000
"""Pages of so many clips take ten times as long as the start of a process that shares the work."""


class ThemeSource(NamedTuple):
    """Where a theme comes from: the arguments of sitegen.site.theme.load_theme."""

    name: str
    search: tuple[str, ...]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What a process needs to know to write the pages of its days."""

    days: list[str]
    new: bool
    """True: only pages that the site does not have; False: all that are marked."""
    index: str
    identity: str
    output: str
    cameras: tuple[Camera, ...]
    view: SiteView
    theme: ThemeSource
    fingerprint: str
    """Of the theme: a share is not begun with another one."""


class Done(msgspec.Struct, frozen=True):
    """What a process says after some days."""

    days: list[str]
    """Those of which every marked page is written."""
    written: int
    news: bool
    lost_folders: bool


def others(clips: int) -> int:
    """Return how many processes beside this one are worth their start for days with so many clips."""
    return min(len(os.sched_getaffinity(0)) - 1, clips // WORTH_CLIPS)


@contextmanager
def started(shares: Sequence[Share], file: Path) -> Iterator[Iterator[Done]]:
    """Start a process for each share; yield what they say, which is to be listened to until it ends.

    `file` is a name for what they are told. They end with this block, and with the process that started them.
    """
    children: list[subprocess.Popen[bytes]] = []
    try:
        for number, share in enumerate(shares):
            task = file.with_name(f"{file.name}.{number}")
            task.write_bytes(msgspec.json.encode(share))
            argv = [sys.executable, "-P", "-m", "sitegen.site.share_worker", str(task)]
            children.append(process.start(argv, stderr=subprocess.DEVNULL))
        yield _said(children)
    finally:
        for number, child in enumerate(children):
            with child:
                if child.poll() is None:
                    process.stop(child)
            file.with_name(f"{file.name}.{number}").unlink(missing_ok=True)
            for left in file.parent.glob(f"{child.pid}.*"):  # of one that was killed at its work
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _said(children: list[subprocess.Popen[bytes]]) -> Iterator[Done]:
    """Yield what each process says until it ends; a pipe holds what one says while another is listened to."""
    for child in children:
        if child.stdout is None:
            raise ValueError(child.args)
        for line in child.stdout:
            if line.endswith(b"\n"):  # not the end of one that was killed
                yield msgspec.json.decode(line, type=Done)
        if child.wait() != 0:
            log.warning(
                "a process that wrote pages beside this one ended with %d: its days are written here",
                child.returncode,
            )
