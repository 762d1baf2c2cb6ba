"""Looks at a site as a reader would after each change that a build makes to it: at every instant, not at a sample of them.

The build runs in a process of its own (this file, as a program), whose audit hook looks each time. Nothing of sitegen
is asked: what a look sees is what the crawler finds on the disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from readers import Reader  # noqa: E402 - found by the path above

if TYPE_CHECKING:
    from torture.tally import Tally
    from torture.worlds import World

CHANGES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate"))
"""What Python tells audit hooks of; opens for writing, and writes, are looked at beside them."""
_WRITING = os.O_WRONLY | os.O_RDWR
_PATIENCE_S = 170


class _Remembering(Reader):
    """A reader that does not read the links of a page again that is still the same."""

    def __init__(self, site: Path, deleted: list[str]) -> None:
        super().__init__(site, deleted)
        self._links: dict[tuple[str, bytes], set[str]] = {}

    def _targets(self, page: str, data: bytes) -> set[str]:
        key = page, data
        found = self._links.get(key)
        if found is None or not all((self.site / target).exists() for target in found):
            found = self._links[key] = super()._targets(page, data)
        return found


class Looks:
    """Reads the whole site after each change to it; what was broken is noted once, with the change that had come.

    build.json tells the world of a revision: whoever is told must find it, so it has to be the last change of a build.
    """

    def __init__(self, site: Path, deleted: list[str]) -> None:
        self._reader, self._site = _Remembering(site, deleted), site
        self._turn, self._looking = threading.Lock(), threading.local()
        self._changed = ""
        self._told = False
        self.looks, self.seen = 0, dict[str, str]()

    def change(self, what: str, *paths: object) -> None:
        """Note what is about to be changed; look at what the change before it left, if that can be seen by readers."""
        if getattr(self._looking, "now", False):
            return
        with self._turn:
            if self._changed:
                self._look()
            self._changed = what if any(map(self._is_seen, paths)) else ""
            if self._told and self._changed:
                self.seen["a build goes on when its revision is told"] = what
            self._told |= any(str(path) == f"{self._site}/build.json" for path in paths)

    def _is_seen(self, path: object) -> bool:
        """Say whether a path is of the site, and not of its hidden folder."""
        place = Path.cwd() / os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else Path("/")
        return place.is_relative_to(self._site) and not place.relative_to(self._site).parts[0].startswith(".")

    def _look(self) -> None:
        self._looking.now = True
        try:
            self.looks += 1
            if (self._site / "index.html").exists():
                self._reader.round()
            for broken in self._reader.broken:
                self.seen.setdefault(broken, self._changed)
            self._reader.broken.clear()
        finally:
            self._looking.now = False

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take what Python tells audit hooks of."""
        if event in CHANGES:
            self.change(f"{event} {arguments[:2]}", *arguments[:2])
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            self.change(f"open {arguments[0]!r}", arguments[0])

    def writing(self, write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
        """Return an os.write that writes a half at first, so that this is looked at."""

        def halved(descriptor: int, data: bytes) -> int:
            place = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            self.change(f"write {place}", place)
            return write(descriptor, data[: (len(data) + 1) // 2])

        return halved


def look_on(argv: list[str], cwd: Path, site: Path, deleted: list[str]) -> tuple[int, list[str]]:
    """Run `sitegen` with arguments; return how often it was looked at, and what was broken then."""
    task = json.dumps({"site": str(site), "deleted": deleted, "argv": argv})
    done = subprocess.run(
        [sys.executable, __file__, task], cwd=cwd, check=False, capture_output=True, timeout=_PATIENCE_S
    )
    assert done.returncode == 0, done.stderr.decode()[-1_000:]
    said = json.loads(done.stdout)
    return said["looks"], [f"{broken}, after {what}" for broken, what in said["seen"].items()]


def look_at(world: World, tally: Tally) -> int:
    """Run a world's command once, looked at after each change that readers can see; return how often that was."""
    world.restore()
    arguments = world.argv[world.argv.index("build") :]
    footage = world.footage
    looks, broken = look_on(arguments, world.folder, footage.site, sorted(footage.deleted))
    tally.add(f"{world.name}, looked at {looks} times", hit=looks > 0, broken=broken)
    return looks


def main() -> int:
    """Build, and say on stdout what was seen."""
    from sitegen.cli import main as sitegen  # what only looks need not load it

    task = json.loads(sys.argv[1])
    looks = Looks(Path(task["site"]), task["deleted"])
    os.write = looks.writing(os.write)
    sys.addaudithook(looks.audit)
    sys.argv[1:] = task["argv"]
    try:
        sitegen()
    except SystemExit as ended:
        looks.change("the end")
        sys.stdout.write(json.dumps({"looks": looks.looks, "seen": looks.seen}))
        return 0 if ended.code is None else int(ended.code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
