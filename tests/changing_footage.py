"""An archive that changes as cameras and people change it, with builds of it as processes."""

import json
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archives import configure, put_clip, site_bytes
from links import crawl
from readers import Reader

FIRST = datetime(
    2026, 10, 24, 18, tzinfo=UTC
)  # the clocks of Europe/Berlin go back in the night that follows
BUILD = [sys.executable, "-m", "sitegen.cli", "build"]
WITH_PREVIEWS = "-v"  # says that none of these videos is one, as the watch did
WATCH = [sys.executable, "-m", "sitegen.cli", "watch", "-q"]


class Footage:
    """An archive that is changed, the same way for the same seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.root, self.site = folder, folder / "archive", folder / "site"
        configure(folder)
        self.pick, self.count, self.deleted = random.Random(seed), 0, set()

    def videos(self) -> list[Path]:
        return sorted(self.root.rglob("*.mp4"))

    def add(self, video: bytes | Path = b"video", minutes: int = 2_400) -> Path:
        self.count += 1
        kind = self.pick.choice(["event", "event", "segment"])
        start = FIRST + timedelta(minutes=self.pick.randrange(minutes))
        camera = self.pick.choice(["101", "102", "103"])
        path = put_clip(self.root, start, kind=kind, camera=camera, token=str(self.count), video=video)
        self.deleted.discard(self.address(path))
        return path

    def address(self, path: Path) -> str:
        return f"media/{path.relative_to(self.root).as_posix()}"

    def delete(self) -> None:
        video = self.pick.choice(self.videos())
        self.deleted.add(self.address(video))
        video.unlink()
        for ending in (".yaml", ".md"):
            video.with_suffix(ending).unlink(missing_ok=True)

    def note(self) -> None:
        path = self.pick.choice(self.videos()).with_suffix(".md")
        temporary = path.with_name(f".{path.name}")
        temporary.write_text(f"---\ntitle: note {self.pick.randrange(1_000)}\n---\nwords")
        temporary.rename(path)

    def change(self) -> None:
        """Something happens: mostly clips come, some go, some get a note."""
        for _ in range(self.pick.randrange(1, 6)):
            self.add()
        if len(self.videos()) > 12:
            self.delete()
        self.note()

    def revision(self) -> int:
        try:
            return json.loads((self.site / "build.json").read_text())["revision"]
        except FileNotFoundError:
            return 0

    def build(self, *options: str) -> None:
        options = options or ("--no-previews",)
        done = subprocess.run([*BUILD, *options], cwd=self.folder, check=False, capture_output=True)
        assert done.returncode == 0

    def equals_a_fresh_one(self, *options: str) -> None:
        """P5: what all the changes led to is what a build from scratch makes of the archive."""
        self.build(*options)
        made = site_bytes(self.site)
        shutil.rmtree(self.site)
        shutil.rmtree(self.folder / "state")
        self.build(*options)
        fresh = site_bytes(self.site)
        assert {p for p in made.keys() | fresh.keys() if made.get(p) != fresh.get(p)} == set()


def assert_sound(site: Path) -> None:
    """P3, P4 at a moment at which nothing happens."""
    reader = Reader(site)
    reader.round()
    assert not reader.broken
    _, dead = crawl(site)
    assert not dead
