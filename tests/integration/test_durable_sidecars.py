"""P12, seen from outside: after each program that writes sidecars has said yes, a power cut takes none of them, whole or in part."""

import sys
from pathlib import Path

import pytest
from durability import Disk, traced
from hook_calls import STORY, at, make_archive

HOOK = str(Path(__file__).parents[2] / "hooks" / "sitegen-hook")
RECORDS = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sitegen.capture.recorder_book import Book
from sitegen.capture.recorder_folders import camera_folder, make_day_folders
from sitegen.capture.recorder_leftovers import finish_leftovers
root, film = Path(sys.argv[1]), Path(sys.argv[2])
when = datetime(2026, 11, 22, 12, tzinfo=UTC)
make_day_folders(root, "7", when)
book = Book(camera_folder(root, "7"), "7", 300)
names = [f"7-20261122T12{minute:02}00Z-abcdef1.mp4" for minute in (0, 5, 10)]
for name in names:
    (root / "segments/7/20261122" / name).write_bytes(film.read_bytes())
book.opened(names[0], when)
book.closed(names[0], row_at=when + timedelta(minutes=5), seconds=300.0, silent_since=None, reason="rotated")
book.opened(names[1], when + timedelta(minutes=5))
book.ended("stopped")
finish_leftovers(root, "zzzzzz")
"""


def lost(disk: Disk, root: Path) -> list[str]:
    """Return what could be lost of the archive's sidecars."""
    sidecars = [path for path in root.rglob("*.yaml") if not path.name.startswith(".")]
    assert sidecars
    return [one for path in sidecars for one in disk.lost(path)]


@pytest.fixture(scope="module")
def movie(tmp_path_factory):
    from archives import make_video

    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", 20)


def test_what_a_hook_has_acknowledged_is_on_the_disk(tmp_path, movie):
    """Each hook of an event, of a time-lapse and of outages: when it has ended, the sidecars are there for good."""
    archive, written = make_archive(tmp_path / "archive", movie), 0
    for number, each in enumerate(STORY):
        disk = traced([HOOK, *at(archive, each)], tmp_path / f"trace-{number}")
        names = sorted(archive.rglob("*.yaml"))
        written += sum(str(path) in "".join((tmp_path / f"trace-{number}").read_text()) for path in names)
        assert names == [] or lost(disk, archive) == [], each[0]
    assert written >= len(STORY) // 2


def test_what_the_recorder_has_written_is_on_the_disk(tmp_path, movie):
    """A segment that begins, one that is closed, one that is abandoned, one that is left over; in folders that are new."""
    (tmp_path / "archive").mkdir()
    disk = traced([sys.executable, "-c", RECORDS, str(tmp_path / "archive"), str(movie)], tmp_path / "trace")
    assert len(list((tmp_path / "archive").rglob("*.yaml"))) == 3
    assert lost(disk, tmp_path / "archive") == []


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([("write", "3</a/.t>", ""), ("rename", '"/a/.t", "/a/x"', "")], ["x: its bytes", "x: the name of x"]),
        ([("write", "3</a/.t>", ""), ("fsync", "3</a/.t>", ""), ("rename", '"/a/.t", "/a/x"', "")], ["x: the name of x"]),
        ([("write", "3</a/x>", ""), ("fsync", "3</a/x>", ""), ("mkdir", '"/a", 0777', "")], ["x: written in place", "x: the name of a"]),
        ([("mkdir", '"/a", 0777', ""), ("fsync", "3</>", ""), ("openat", 'AT_FDCWD</>, "/a/x", O_CREAT', "/a/x"), ("fsync", "4</a>", "")], []),
    ],
)  # fmt: skip
def test_the_judge_itself(calls, expected):
    """Bytes and names are told apart, and a folder that is synced holds the names it had then."""
    disk = Disk()
    for call in calls:
        disk.take(*call)
    assert disk.lost(Path("/a/x")) == expected
