"""An archive in a folder with its index, for tests that bring the two in step."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from archives import put_clip

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.archive.refresh import Source, refresh_all, refresh_paths
from sitegen.clip import Problem, Sidecar

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Archive:
    """An archive in a folder, and its index."""

    def __init__(self, folder) -> None:
        self.root = folder / "archive"
        self.root.mkdir()
        self.index = Index(folder / "index.sqlite", identity="x")
        self.source = Source(self.root, BERLIN, self.adopt)
        self.adopted = []
        self.answer = "adopt"

    def adopt(self, file):
        self.adopted.append(file.path)
        if self.answer == "hold":
            return None
        if self.answer == "refuse":
            return Problem(file.path, "", "the video is empty")
        return Sidecar(
            kind="event", camera="unknown", start=NOON, end=NOON, video=file.path.rpartition("/")[2]
        )

    def all(self, *, below="", trust=False, before=None):
        known = counts.clip_count(self.index) if before is None else before
        result = refresh_all(self.index, self.source, before=known, below=below, trust=trust)
        self.index.fresh = False
        return result

    def paths(self, *paths, before=None):
        names = [p if isinstance(p, str) else p.relative_to(self.root).as_posix() for p in paths]
        known = counts.clip_count(self.index) if before is None else before
        return refresh_paths(self.index, self.source, names, before=known)

    def put(self, minute=0, **fields):
        return put_clip(self.root, NOON + timedelta(minutes=minute), **fields)

    def ids(self):
        return {p.clip.path.rpartition("/")[2]: p.clip.id for p in self.index.each_clip()}


def remove(*videos):
    for video in videos:
        video.unlink()
        video.with_suffix(".yaml").unlink(missing_ok=True)
