"""Fills the disks of site and state while clips come: the old site stays whole, recording goes on, and it recovers by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archives import site_bytes
from changing_footage import WITH_PREVIEWS, Footage
from readers import Reader
from recorder_story import make_footage
from torture.away import PATIENCE_S, clips_of, watching
from torture.recorders import Recording, judged
from torture.tally import Tally
from waiting import wait_until


@contextmanager
def small_disk(place: Path, *, size: str = "64m", inodes: int = 100_000) -> Iterator[Path]:
    """A tmpfs mounted at `place`."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={inodes}", "none", place], check=True
    )
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def take_bytes(disk: Path, left: int) -> Callable[[], None]:
    """Leave so many bytes free; return what gives the others back."""
    free = os.statvfs(disk)
    filler = disk / ".filler"
    with filler.open("wb") as out, suppress(OSError):
        os.posix_fallocate(out.fileno(), 0, max(free.f_bavail * free.f_frsize - left, 1))
    return filler.unlink


def take_inodes(disk: Path, left: int) -> Callable[[], None]:
    """Leave so many files free; return what gives the others back."""
    folder = disk / ".fillers"
    folder.mkdir()
    names = [folder / str(number) for number in range(os.statvfs(disk).f_ffree - left)]
    for name in names:
        name.touch()

    def give() -> None:
        for name in names:
            name.unlink()
        folder.rmdir()

    return give


def fill(
    folder: Path, disk: str, take: Callable[[Path], Callable[[], None]], *, at_start: bool = False
) -> list[str]:
    """Fill the disk below `disk` ("site" or "state") of a watched world, before it starts or later, and empty it again."""
    with small_disk(folder / disk, inodes=20_000) as place:
        footage = Footage(folder, 21)
        for _ in range(8):
            footage.add()
        footage.build(WITH_PREVIEWS)
        found, give = [], take(place) if at_start else None
        with watching(footage) as said:
            revision = footage.revision()
            footage.add()
            if give is None:
                wait_until(lambda: footage.revision() > revision, PATIENCE_S, "a watch at work")
                give = take(place)
            for _ in range(30):
                footage.add()
            wait_until(
                lambda: "No space left" in said() or "full" in said(), PATIENCE_S, "a word about the disk"
            )
            reader = Reader(footage.site, footage.deleted)
            reader.round()
            found += reader.broken
            if "Traceback" in said():
                found.append(f"traceback: {said()[-600:]}")
            give()
            wait_until(lambda: clips_of(footage) == len(footage.videos()), PATIENCE_S, "a recovery")
        return found + _unequal(footage)


def _unequal(footage: Footage) -> list[str]:
    """Compare with a clean build; the mount point itself stays."""
    footage.build(WITH_PREVIEWS)
    made = site_bytes(footage.site)
    for folder in (footage.site, footage.folder / "state"):
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    footage.build(WITH_PREVIEWS)
    clean = site_bytes(footage.site)
    return [
        f"not as a clean build has it: {p}"
        for p in sorted(made.keys() | clean.keys())
        if made.get(p) != clean.get(p)
    ]


def record(folder: Path, disk: str, take: Callable[[Path], Callable[[], None]]) -> list[str]:
    """Fill the disk below `disk` while a real recorder writes to an archive on another: it goes on, and starts anew.

    When there is room again, all that was recorded is on the site.
    """
    with small_disk(folder / disk, inodes=20_000) as place:
        footage = Footage(folder, 22)
        recorded = Recorded(folder)
        footage.build()
        with watching(footage) as said:
            recorded.until(lambda: clips_of(footage) > 0, "a segment on the site")
            give = take(place)
            for _ in range(2):
                wanted = len(recorded.ended()) + 2
                recorded.until(lambda n=wanted: len(recorded.ended()) >= n, "segments while the disk is full")
            wait_until(
                lambda: "No space left" in said() or "full" in said(), PATIENCE_S, "a word about the disk"
            )
            give()
            wait_until(lambda: clips_of(footage) == len(recorded.ended()), PATIENCE_S, "a recovery")
            found = ["traceback: " + said()[-600:]] if "Traceback" in said() + recorded.said() else []
        return found + judged(recorded.archive) + _unequal(footage)


class Recorded(Recording):
    """An archive that `sitegen record` fills, in starts and stops."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, make_footage(folder / "footage.mp4"), sub=False)
        self.argv = [sys.executable, "-m", "sitegen.cli", "record"]

    def until(self, predicate: Callable[[], object], what: str) -> None:
        """Record until something is true, and end in good order."""
        with (
            (self.folder / "record.log").open("ab") as log,
            subprocess.Popen(self.argv, cwd=self.folder, stderr=log) as recorder,
        ):
            try:
                wait_until(lambda: predicate() or recorder.poll() is not None, PATIENCE_S, what)
                assert recorder.poll() is None, f"the recorder ended: {self.said()[-400:]}"
                recorder.terminate()
                assert recorder.wait(PATIENCE_S) == 0, self.said()[-400:]
            finally:
                recorder.kill()


Case = Callable[[Path], list[str]]
CASES: dict[str, Case] = {
    "no bytes for the site": lambda folder: fill(folder, "site", lambda disk: take_bytes(disk, 0)),
    "few bytes for the site": lambda folder: fill(folder, "site", lambda disk: take_bytes(disk, 300_000)),
    "no files for the site": lambda folder: fill(folder, "site", lambda disk: take_inodes(disk, 0)),
    "few files for the site": lambda folder: fill(folder, "site", lambda disk: take_inodes(disk, 25)),
    "no bytes for the state": lambda folder: fill(folder, "state", lambda disk: take_bytes(disk, 0)),
    "no files for the site at the start": lambda folder: fill(
        folder, "site", lambda disk: take_inodes(disk, 0), at_start=True
    ),
    "no bytes for the state at the start": lambda folder: fill(
        folder, "state", lambda disk: take_bytes(disk, 0), at_start=True
    ),
    "recording, and no bytes for the site": lambda folder: record(
        folder, "site", lambda disk: take_bytes(disk, 0)
    ),
    "recording, and no files for the state": lambda folder: record(
        folder, "state", lambda disk: take_inodes(disk, 0)
    ),
    "recording, and no bytes for the state": lambda folder: record(
        folder, "state", lambda disk: take_bytes(disk, 0)
    ),
}


def fill_up(base: Path, names: list[str], tally: Tally) -> None:
    """Try cases; one that does not recover in time is a violation."""
    for name in names:
        folder = base / name.replace(" ", "-")
        folder.mkdir(parents=True)
        try:
            broken = CASES[name](folder)
        except AssertionError as error:
            broken = [str(error)[:400]]
        tally.add(name, hit=True, broken=broken)
