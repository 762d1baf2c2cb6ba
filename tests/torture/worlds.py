"""Worlds to torture: an archive, a site and a state as they were, a command that changes them, and what a clean build makes of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archives import make_video, put_clip, site_bytes
from changing_footage import BUILD, FIRST, Footage
from links import crawl
from readers import Reader

QUIETLY = [*BUILD, "-q"]
CLEAN_S = 120


@dataclass
class World:
    """One scenario. The archive stays as it is; site and state are put back before each try."""

    name: str
    footage: Footage
    argv: list[str]
    revision: int = 0
    clean: dict[str, str] = field(default_factory=dict)
    """What a build from scratch makes of the archive: path → hash."""

    @property
    def folder(self) -> Path:
        return self.footage.folder

    def keep(self) -> None:
        """Remember site and state as they are now."""
        for name in ("site", "state"):
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, self.folder / "before" / name, symlinks=True)
        self.revision = self.footage.revision()

    def settle(self) -> None:
        """Find out what a clean build makes, and put back what was kept."""
        self._wipe()
        assert self.rebuild() == ""
        self.clean = site_bytes(self.footage.site)
        self.restore()

    def restore(self) -> None:
        self._wipe()
        if (self.folder / "before").exists():
            shutil.copytree(self.folder / "before", self.folder, symlinks=True, dirs_exist_ok=True)

    def _wipe(self) -> None:
        for name in ("site", "state"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def rebuild(self) -> str:
        """Run the command undisturbed; return what it said when it failed, else ""."""
        done = subprocess.run(self.argv, cwd=self.folder, check=False, capture_output=True, timeout=CLEAN_S)
        return "" if done.returncode == 0 else f"exit {done.returncode}: {done.stderr.decode()[-500:]}"

    def broken(self) -> list[str]:
        """Judge the site as it lies there: dead links, torn files, a revision that went back (P3, P4, P7)."""
        reader = Reader(self.footage.site, self.footage.deleted)
        if (self.footage.site / "index.html").exists():
            reader.round()
        found = list(reader.broken)
        if self.footage.revision() < self.revision:
            found.append(f"revision {self.footage.revision()} after {self.revision}")
        return found

    def unhealed(self) -> list[str]:
        """Build again, and say what is not as a clean build has it, and what was left lying about (P5)."""
        failed = self.rebuild()
        if failed:
            return [f"the next build failed: {failed}"]
        made = site_bytes(self.footage.site)
        differ = sorted(
            path for path in made.keys() | self.clean.keys() if made.get(path) != self.clean.get(path)
        )
        found = [f"not as a clean build has it: {path}" for path in differ[:10]]
        return found + [f"left behind: {path}" for path in self.left_over()] + self.broken()

    def left_over(self) -> list[str]:
        """Temporary files, whoever made them."""
        places = [self.folder / name for name in ("site", "state")]
        paths = [path for place in places for path in place.rglob("*") if "media" not in path.parts]
        return [
            str(path) for path in paths if path.name.endswith(".tmp") or ".sitegen-tmp" in path.parent.parts
        ]


def filled(folder: Path, seed: int, clips: int) -> Footage:
    footage = Footage(folder, seed)
    for _ in range(clips):
        footage.add()
    return footage


def first_build(folder: Path, clips: int = 50) -> World:
    """There is an archive, and nothing else."""
    world = World("first build", filled(folder, 1, clips), [*QUIETLY, "--no-previews"])
    world.settle()
    return world


def one_new_clip(folder: Path, clips: int = 50) -> World:
    """A site, and one clip more."""
    world = World("one new clip", filled(folder, 2, clips), [*QUIETLY, "--no-previews"])
    world.footage.build()
    world.keep()
    world.footage.add()
    world.settle()
    return world


def clips_deleted_and_changed(folder: Path, clips: int = 50) -> World:
    """A site; then clips and a whole day go, others get a note, come, or turn out to have ended later."""
    world = World("clips deleted and changed", filled(folder, 3, clips), [*QUIETLY, "--no-previews"])
    footage = world.footage
    lonely = put_clip(footage.root, FIRST.replace(month=9), token="lonely")
    footage.build()
    world.keep()
    for _ in range(5):
        footage.delete()
    footage.deleted.add(footage.address(lonely))
    shutil.rmtree(lonely.parent)
    for _ in range(3):
        footage.note()
    for _ in range(2):
        footage.add()
    sidecar = footage.videos()[0].with_suffix(".yaml")
    changed = sidecar.read_text().replace("end:", 'end_reason: "motion_stopped"\nend:', 1)
    _written(sidecar.with_name(".changed"), changed).replace(sidecar)
    world.settle()
    return world


def with_previews(folder: Path, clips: int = 3) -> World:
    """Real films: the build makes previews of them, in processes of their own."""
    footage = Footage(folder, 4)
    film = make_video(folder / "film.mp4", 1)
    for _ in range(clips):
        footage.add(video=film)
    world = World("previews", footage, QUIETLY)
    world.settle()
    assert sum(path.endswith(".mp4") for path in world.clean) == clips
    return world


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


SCENARIOS: dict[str, Callable[[Path], World]] = {
    "first build": first_build,
    "one new clip": one_new_clip,
    "clips deleted and changed": clips_deleted_and_changed,
    "previews": with_previews,
}


def dead_links(site: Path) -> list[str]:
    """Follow every link of a site at rest."""
    return [str(one) for one in crawl(site)[1]]


def folder_of(base: Path, name: str) -> Path:
    """Return a folder for a world of this name."""
    made = base / name.replace(" ", "-")
    made.mkdir(parents=True)
    return made
