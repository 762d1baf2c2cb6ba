"""A configuration, an archive and a site for tests of builds, in process."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archives import configure, put_clip
from links import crawl

from sitegen.build import Generator
from sitegen.settings import load

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Site:
    """A configuration, an archive and a site; each `build` is a generator of its own unless one is held open."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.output = folder, folder / "archive", folder / "site"
        self.config = configure(folder)
        self.state = folder / "state"

    def put(self, minute: float = 0, **fields):
        return put_clip(self.root, NOON + timedelta(minutes=minute), **fields)

    def build(self, **options):
        generator = Generator(load(self.config), **options)
        try:
            return generator.build()
        finally:
            generator.close()

    def json(self, path: str):
        return json.loads((self.output / path).read_text())

    def stats(self):
        """Return path → inode and time of everything on the site."""
        found = {}
        for folder, _, files in os.walk(self.output):
            for name in files:
                path = Path(folder) / name
                found[path.relative_to(self.output).as_posix()] = (
                    path.stat().st_ino,
                    path.stat().st_mtime_ns,
                )
        return found

    def announced(self):
        return json.loads((self.state / "announcements.json").read_text())["announcements"]

    def assert_sound(self):
        _, dead = crawl(self.output)
        assert not dead
