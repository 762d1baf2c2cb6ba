"""A small site with all kinds of pages, and what a change of its archive wrote, deleted and rendered."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from archives import configure, put_clip, put_outage, site_bytes

from sitegen.archive.layout import preview_paths
from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.previews.pool import PreviewResult
from sitegen.settings import load
from sitegen.site.pages import Page, paths

OLD = datetime(2026, 11, 2, 10, tzinfo=UTC)
MIDDLE = datetime(2026, 11, 10, 10, tzinfo=UTC)
NEW = datetime(2026, 11, 20, 10, tzinfo=UTC)
FEED = 104
"""So many events of camera 101 on the middle day: what is older is in no list of newest ones."""
IMAGE = "picture.jpg"


def minutes(start: datetime, count: float) -> datetime:
    return start + timedelta(minutes=count)


@cache
def in_pieces(seconds: int = 3) -> bytes:
    """A video as the recorder makes it, which players can take piece by piece."""
    source = (
        f"-f lavfi -i color=size=64x36:rate=2:duration={seconds} -c:v libx264 -preset ultrafast -g 2".split()
    )
    form = ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "-"]
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", *source, *form], stdout=subprocess.PIPE, check=True
    )
    return done.stdout


@dataclass(frozen=True)
class Outcome:
    """What an incremental build did, beside what two builds from scratch differ in; paths without P5's exempt ones."""

    changed: AbstractSet[str]
    gone: AbstractSet[str]
    written: AbstractSet[str]
    deleted: AbstractSet[str]
    vain: AbstractSet[Page]
    """Pages that were rendered though none of their files is another."""


class World:
    """An archive of two cameras and three days, and its site."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder, self.root, self.output = folder, folder / "archive", folder / "site"
        self.config = configure(folder, settings)
        self.touched: set[str] = set()
        self.events: dict[str, Path] = {}
        self._put_base()
        self.touched.clear()
        self._rendered: set[Page] = set()
        self._start()
        self.generator.build()

    def _put_base(self) -> None:
        for day, start in (("old", OLD), ("new", NEW)):
            for number in range(4):
                shared = {"event": f"101-{day}"} if number < 2 else {}
                self.put(f"{day}-{number}", minutes(start, 10 * number), image=IMAGE, **shared)
            self.put(f"{day}-102", minutes(start, 15), camera="102")
        for number in range(FEED):
            self.put(f"middle-{number}", minutes(MIDDLE, number))
        for day, start in (("old", OLD), ("middle", MIDDLE), ("new", NEW)):
            for number in (0, 1, 3):
                self.put_segment(f"{day}-segment-{number}", minutes(start, 5 * number))

    def put(self, name: str, start: datetime, **fields: object) -> Path:
        """Put an event into the archive; `name` is only this test's."""
        fields = {"camera": "101", "motion": {"changed_pixels": 700}, **fields}
        path = put_clip(self.root, start, token=name, **fields)
        self.events[name] = path
        return self.touch(path)

    def put_segment(
        self, name: str, start: datetime, seconds: float | None = 300, reason: str = "rotated"
    ) -> Path:
        fields = {"end_reason": reason} if seconds else {}
        return self.put(
            name, start, kind="segment", seconds=seconds, motion=None, video=in_pieces(), **fields
        )

    def put_outage(self, start: datetime, end: datetime | None, camera: str = "102") -> Path:
        return self.touch(put_outage(self.root, start, end, camera))

    def touch(self, path: Path) -> Path:
        """Remember that the watch would have heard of a clip's files."""
        self.touched |= {
            path.with_suffix(e).relative_to(self.root).as_posix() for e in (".mp4", ".yaml", ".md")
        }
        return path

    def sidecar(self, name: str) -> Path:
        return self.touch(self.events[name]).with_suffix(".yaml")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a sidecar's text."""
        path = self.sidecar(name)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def put_stray(self, name: str) -> None:
        """Put a file there that is a Problem."""
        path = self.root / name
        path.write_text("schema: 1")
        self.touch(path)

    def note(self, name: str, text: str | None) -> None:
        path = self.touch(self.events[name]).with_suffix(".md")
        path.unlink() if text is None else path.write_text(text)

    def remove(self, name: str) -> None:
        for ending in (".mp4", ".yaml"):
            self.touch(self.events[name]).with_suffix(ending).unlink()

    def image(self, name: str, data: bytes | None) -> None:
        """Put the picture that the sidecar names there, or take it away."""
        path = self.events[name].with_name(IMAGE)
        path.unlink() if data is None else path.write_bytes(data)
        self.touched.add(path.relative_to(self.root).as_posix())

    def content(self, name: str, text: str | None) -> None:
        path = self.folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text)

    def restart(self, settings: str | None = None) -> None:
        """Start the generator anew, with other settings."""
        if settings is not None:
            self.config.write_text(settings)
        self.generator.close()
        self._start()

    def build(self) -> None:
        """Build what the watch has heard of."""
        self.generator.build(Hints(paths=frozenset(self.touched)))
        self.touched.clear()

    def previews(self, name: str) -> None:
        """Let the previews of a clip be made."""
        video = self.events[name]
        shown, mtime_ns = video.relative_to(self.root).as_posix(), video.stat().st_mtime_ns
        for path in preview_paths(shown).values():
            target = self.output / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(in_pieces() if path.endswith(".mp4") else b"made")
            os.utime(target, ns=(mtime_ns, mtime_ns))
        self.generator.previews_changed([PreviewResult(shown, mtime_ns, None, 1, "all")])

    def outcome(self, change: Callable[["World"], None]) -> Outcome:
        """Apply a change, build, and compare the site, which a build from scratch has made, with another such one."""
        before, stats, slugs = site_files(self.output), self._stats(), self._slugs()
        self._rendered.clear()
        change(self)
        self.build()
        after, now = self.from_scratch(), self._stats()
        slugs |= self._slugs()
        changed = {path for path in after if after[path] != before.get(path)}
        gone = before.keys() - after.keys()
        return Outcome(
            changed=changed,
            gone=gone,
            written={path for path in now if now[path] != stats.get(path)},
            deleted=stats.keys() - now.keys(),
            vain={
                page
                for page in self._rendered
                if _files(page, slugs) & after.keys() - changed and not _files(page, slugs) & changed
            },
        )

    def from_scratch(self) -> dict[str, str]:
        """Return path → hash of the site that an empty output and a new index give."""
        text = self.config.read_text().replace("[site]\n", '[site]\noutput = "fresh/site"\n')
        config = self.folder / "fresh.toml"
        config.write_text(text + f'[archive]\nroot = "{self.root}"\nstate = "fresh/state"\n')
        generator = Generator(load(config))
        if (made := self.output / "previews").exists():
            shutil.copytree(made, self.folder / "fresh" / "site" / "previews")
        generator.build()
        generator.close()
        found = site_files(self.folder / "fresh" / "site")
        shutil.rmtree(self.folder / "fresh")
        return found

    def _start(self) -> None:
        """Start a generator, and look on while it marks pages: they are the ones that it renders."""
        self.generator = Generator(load(self.config))
        index = self.generator.index
        mark = index.mark

        def spy(pages: Iterable[tuple[str, str, str]]) -> None:
            pages = [Page(*page) for page in pages]
            self._rendered.update(pages)
            mark(pages)

        index.mark = spy

    def _stats(self) -> dict[str, tuple[int, int]]:
        """Return path → inode and time of each of the site's files."""
        found = {path: (self.output / path).lstat() for path in site_files(self.output)}
        return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}

    def _slugs(self) -> dict[str, str]:
        cameras = json.loads((self.output / "index.json").read_text())["cameras"]
        return {camera["id"]: camera["slug"] for camera in cameras}


def _files(page: Page, slugs: dict[str, str]) -> set[str]:
    try:
        return set(paths(page, slugs))
    except KeyError:  # of a camera that is not
        return set()


def site_files(site: Path) -> dict[str, str]:
    """Return path → hash of what a site's pages are made of; a compressed twin belongs to its file."""
    found: dict[str, str] = {}
    for path, digest in sorted(site_bytes(site).items()):
        if not path.startswith(("previews/", ".")) and path != "media":
            name = path.removesuffix(".gz")
            found[name] = found.get(name, "") + digest
    return found
