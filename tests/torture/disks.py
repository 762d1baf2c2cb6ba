"""Fills the disks of site and state while clips come: the old site stays whole, recording goes on, and it recovers by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archives import site_bytes
from changing_footage import WITH_PREVIEWS, Footage
from readers import Reader
from torture.away import PATIENCE_S, clips_of, watching
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


Taker = Callable[[Path], Callable[[], None]]
CASES: dict[str, tuple[str, Taker, bool]] = {
    "no bytes for the site": ("site", lambda disk: take_bytes(disk, 0), False),
    "few bytes for the site": ("site", lambda disk: take_bytes(disk, 300_000), False),
    "no files for the site": ("site", lambda disk: take_inodes(disk, 0), False),
    "few files for the site": ("site", lambda disk: take_inodes(disk, 25), False),
    "no bytes for the state": ("state", lambda disk: take_bytes(disk, 0), False),
    "no files for the site at the start": ("site", lambda disk: take_inodes(disk, 0), True),
    "no bytes for the state at the start": ("state", lambda disk: take_bytes(disk, 0), True),
}


def fill_up(base: Path, names: list[str], tally: Tally) -> None:
    """Try cases; one that does not recover in time is a violation."""
    for name in names:
        folder = base / name.replace(" ", "-")
        folder.mkdir(parents=True)
        try:
            disk, take, at_start = CASES[name]
            broken = fill(folder, disk, take, at_start=at_start)
        except AssertionError as error:
            broken = [str(error)[:400]]
        tally.add(name, hit=True, broken=broken)
