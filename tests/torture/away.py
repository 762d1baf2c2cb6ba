"""Takes the archive away under a watching generator, in all the ways in which that happens: nothing is published, and it comes back (P8)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from archives import put_clip
from changing_footage import FIRST, WATCH, WITH_PREVIEWS, Footage
from readers import Reader
from torture.tally import Tally
from waiting import wait_until

LOUD = WATCH[:-1]
PATIENCE_S = 60


class _AnyMedia:
    """What is said to be deleted: every video. The site's link to them leads into the void meanwhile."""

    def __contains__(self, path: object) -> bool:
        return str(path).startswith("media/")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@contextmanager
def watching(footage: Footage, *before: str) -> Iterator[Callable[[], str]]:
    """A watch process, and what it has said so far; `before`: a program to run it under."""
    log = footage.folder / "watch.log"
    with (
        log.open("w") as sink,
        subprocess.Popen([*before, *LOUD], cwd=footage.folder, stderr=sink, process_group=0) as watch,
    ):
        try:
            wait_until(lambda: footage.revision() or watch.poll() is not None, PATIENCE_S, "a first build")
            yield log.read_text
        finally:
            os.killpg(watch.pid, 15)
            watch.wait(PATIENCE_S)


def _filled(folder: Path, clips: int = 8) -> Footage:
    footage = Footage(folder, 11)
    for _ in range(clips):
        footage.add()
    footage.build(WITH_PREVIEWS)
    return footage


def _out_and_back(folder: Path, take: Callable[[Path], None], give: Callable[[Path], None]) -> list[str]:
    """Take the archive away while it is watched, look, and give it back."""
    footage = _filled(folder)
    found = []
    with watching(footage) as said:
        revision = footage.revision()
        take(footage.root)
        wait_until(lambda: "nothing was published" in said(), PATIENCE_S, "a word about the archive")
        reader = Reader(footage.site, _AnyMedia())
        reader.round()
        found += reader.broken
        if footage.revision() != revision:
            found.append(f"revision {footage.revision()} was published without an archive")
        give(footage.root)
        footage.add()
        wait_until(lambda: footage.revision() > revision, PATIENCE_S, "the next revision")
    return found + _unequal(footage)


def _unequal(footage: Footage) -> list[str]:
    try:
        footage.equals_a_fresh_one(WITH_PREVIEWS)
    except AssertionError as error:
        return [f"not as a clean build has it: {str(error)[:300]}"]
    return []


def unmounted(folder: Path) -> list[str]:
    """The disk of the archive is unmounted, and mounted again."""
    real = folder / "real"
    real.mkdir()
    (folder / "archive").mkdir()

    def mount(root: Path) -> None:
        subprocess.run(["mount", "--bind", real, root], check=True)

    def unmount(root: Path) -> None:
        subprocess.run(["umount", "-l", root], check=True)

    mount(folder / "archive")
    try:
        return _out_and_back(folder, unmount, mount)
    finally:
        subprocess.run(["umount", "-l", folder / "archive"], check=False, capture_output=True)


def emptied(folder: Path) -> list[str]:
    """Everything in it is moved elsewhere, and back."""
    aside = folder / "aside"

    def take(root: Path) -> None:
        aside.mkdir()
        for path in list(root.iterdir()):
            path.rename(aside / path.name)

    def give(root: Path) -> None:
        for path in list(aside.iterdir()):
            path.rename(root / path.name)

    return _out_and_back(folder, take, give)


def moved_away(folder: Path) -> list[str]:
    """The folder itself is moved, and moved back."""
    return _out_and_back(
        folder,
        lambda root: root.rename(folder / "aside") and None,
        lambda root: (folder / "aside").rename(root) and None,
    )


def more_than_half_gone(folder: Path) -> list[str]:
    """Most of its files go, and come back."""
    aside = folder / "aside"

    def take(root: Path) -> None:
        for path in [path for path in sorted(root.rglob("*")) if path.is_file()][4:]:
            target = aside / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)

    def give(root: Path) -> None:
        for path in [path for path in aside.rglob("*") if path.is_file()]:
            path.rename(root / path.relative_to(aside))

    return _out_and_back(folder, take, give)


def replaced(folder: Path) -> list[str]:
    """Another folder with the same files takes its place, as after a restored backup: that is no loss."""
    footage = _filled(folder)
    with watching(footage):
        revision = footage.revision()
        shutil.copytree(footage.root, folder / "copy")
        footage.root.rename(folder / "aside")
        (folder / "copy").rename(footage.root)
        footage.add()
        wait_until(lambda: footage.revision() > revision, PATIENCE_S, "the next revision")
        shutil.rmtree(folder / "aside")
    return _unequal(footage)


def unwatchable(folder: Path) -> list[str]:
    """The kernel has no watches left for new folders: they are scanned instead, and the log says so."""
    footage = _filled(folder)
    folders = sum(path.is_dir() for path in footage.root.rglob("*")) + 1
    inject = [
        "-e",
        "trace=inotify_add_watch",
        "-e",
        f"inject=inotify_add_watch:error=ENOSPC:when={folders // 2}+",
    ]
    found = []
    with watching(footage, "strace", "-f", "-qq", "-o", "/dev/null", *inject, "--") as said:
        wait_until(lambda: "cannot be watched" in said(), PATIENCE_S, "a word about the folders")
        for number in range(2):
            revision = footage.revision()
            put_clip(
                footage.root, FIRST + timedelta(days=30, minutes=number), camera="109", token=str(number)
            )
            wait_until(
                lambda r=revision: footage.revision() > r,
                PATIENCE_S,
                "a clip in a folder that is not watched",
            )
        if not re.search(r"\d+ of \d+ folders .* scanning it every \d+ s", said()):
            found.append(f"the log does not say how often it looks: {said()[-300:]}")
    return found + _unequal(footage)


def burst(folder: Path, clips: int = 4_000) -> list[str]:
    """More files at once than the kernel's queue holds: none is missed."""
    footage = _filled(folder)
    with watching(footage):
        folder_of_day = footage.root / "segments/103/20261101"
        folder_of_day.mkdir(parents=True)
        start = FIRST + timedelta(days=8)
        for number in range(clips):
            put_clip(
                footage.root,
                start + timedelta(seconds=number * 4),
                kind="segment",
                camera="103",
                token=str(number),
            )
        wanted = clips + len(footage.videos()) - clips
        wait_until(lambda: clips_of(footage) == wanted, 8 * PATIENCE_S, f"{wanted} clips on the site")
    return []


def clips_of(footage: Footage) -> int:
    return int(json.loads((footage.site / "build.json").read_text())["clips"])


CASES: dict[str, Callable[[Path], list[str]]] = {
    "unmounted": unmounted,
    "emptied": emptied,
    "moved away": moved_away,
    "more than half gone": more_than_half_gone,
    "replaced": replaced,
    "folders that cannot be watched": unwatchable,
    "a burst": burst,
}


def take_away(base: Path, names: list[str], tally: Tally) -> None:
    """Try cases; one that does not come true in time is a violation."""
    for name in names:
        folder = base / name.replace(" ", "-")
        folder.mkdir(parents=True)
        try:
            broken = CASES[name](folder)
        except AssertionError as error:
            broken = [str(error)[:400]]
        tally.add(f"archive {name}", hit=True, broken=broken)
