"""The sidecars of one camera's segments, with real videos of ffmpeg."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sitegen import process
from sitegen.archive.sidecar import read_sidecar
from sitegen.capture.recorder_book import Book, segment_sidecar, sidecar_path
from sitegen.capture.recorder_names import parse_name

FIRST, SECOND = "7-20261122T120000Z-abcdef1.mp4", "7-20261122T120003Z-abcdef1.mp4"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LENGTH_S = 3.0


def at(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    """Three seconds, as the recorder has them: in fragments."""
    path = tmp_path_factory.mktemp("book") / "sample.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", str(LENGTH_S)]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p"]
    flags = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    done = process.run(["ffmpeg", "-v", "error", *source, *coded, *flags, str(path)], timeout_s=60)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "7"
    (path / "20261122").mkdir(parents=True)
    return path


def read(folder, name):
    path = sidecar_path(folder / "20261122" / name)
    if not path.exists():
        return None
    sidecar, problems = read_sidecar(path.read_bytes(), path.name)
    assert not problems
    return sidecar


def record(folder, sample, name, modified=None):
    """What ffmpeg does."""
    path = folder / "20261122" / name
    shutil.copyfile(sample, path)
    if modified is not None:
        os.utime(path, (modified.timestamp(), modified.timestamp()))


def test_a_segment_from_its_opening_to_its_row(folder, sample):
    """First without end; then whole, with its length before its row."""
    book = Book(folder, "7", 3)
    book.opened(FIRST, at(1))
    begun = read(folder, FIRST)
    assert (begun.start, begun.end, begun.end_reason, begun.video) == (at(1), None, None, FIRST)
    record(folder, sample, FIRST)
    book.closed(FIRST, row_at=at(3.5), seconds=None, silent_since=None, reason="rotated")
    whole = read(folder, FIRST)
    assert (whole.kind, whole.camera, whole.end_reason) == ("segment", "7", "rotated")
    assert (whole.start, whole.end) == (at(0.5), at(3.5))


@pytest.mark.parametrize("order", ["row first", "line first", "line late"])
def test_row_and_line_come_in_any_order(folder, sample, order):
    """They come through two pipes; the sidecars end the same, without gap or overlap."""
    book = Book(folder, "7", 3)
    book.opened(FIRST, at(1))
    record(folder, sample, FIRST)
    record(folder, sample, SECOND)
    row = {"row_at": at(3.5), "seconds": None, "silent_since": None, "reason": "rotated"}
    if order != "line first":
        book.closed(FIRST, **row)
    if order != "line late":
        book.opened(SECOND, at(3.51))
    if order == "line first":
        book.closed(FIRST, **row)
    book.closed(SECOND, row_at=at(6.5), seconds=None, silent_since=None, reason="rotated")
    if order == "line late":
        book.opened(SECOND, at(3.51))
    book.ended("camera_lost")
    first, second = read(folder, FIRST), read(folder, SECOND)
    assert (first.start, first.end, first.end_reason) == (at(0.5), at(3.5), "rotated")
    assert (second.start, second.end, second.end_reason) == (at(3.5), at(6.5), "camera_lost")


def test_the_last_segment_says_why_the_run_ended(folder, sample):
    """A row alone does not tell; what was a good guess is put right."""
    book = Book(folder, "7", 3)
    record(folder, sample, FIRST)
    book.closed(FIRST, row_at=at(3), seconds=None, silent_since=None, reason="rotated")
    book.ended("disk_full")
    assert read(folder, FIRST).end_reason == "disk_full"
    book.ended("camera_lost")
    assert read(folder, FIRST).end_reason == "disk_full"


def test_what_was_not_closed_is_finished_when_ffmpeg_has_gone(folder, sample):
    """kill -9 of ffmpeg: the end is that of the last fragment."""
    book = Book(folder, "7", 3)
    book.opened(FIRST, at(1))
    record(folder, sample, FIRST, modified=at(3.25))
    book.ended("killed")
    sidecar = read(folder, FIRST)
    assert (sidecar.start, sidecar.end, sidecar.end_reason) == (at(0.25), at(3.25), "killed")


@pytest.mark.parametrize("content", ["missing", "empty", "headers only"])
def test_what_has_no_frame_is_taken_away_with_its_sidecar(folder, sample, content):
    """A failed start leaves nothing; the segment before it says why recording ended."""
    book = Book(folder, "7", 3)
    record(folder, sample, FIRST)
    book.closed(FIRST, row_at=at(3), seconds=None, silent_since=None, reason="rotated")
    book.opened(SECOND, at(3))
    if content != "missing":
        data = sample.read_bytes()
        headers = data[: data.index(b"moof") - 4] if content == "headers only" else b""
        (folder / "20261122" / SECOND).write_bytes(headers)
    book.ended("killed")
    assert sorted(path.name for path in (folder / "20261122").iterdir()) == [FIRST, FIRST[:-4] + ".yaml"]
    assert read(folder, FIRST).end_reason == "killed"


def test_a_large_file_without_sense_is_kept(folder):
    """It may hold frames that are not understood."""
    book = Book(folder, "7", 3)
    book.opened(FIRST, at(1))
    (folder / "20261122" / FIRST).write_bytes(bytes(100_000))
    book.ended("killed")
    sidecar = read(folder, FIRST)
    assert (sidecar.start, sidecar.end, sidecar.end_reason) == (at(1), at(1), "killed")


def test_a_sidecar_that_cannot_be_written_is_written_later(folder, sample, monkeypatch, caplog):
    """A full disk loses no sidecar; it is said once."""
    import sitegen.capture.recorder_book as module

    def full(path, data):
        raise OSError(28, "No space left on device", str(path))

    book = Book(folder, "7", 3)
    record(folder, sample, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_durably", full)
        book.closed(FIRST, row_at=at(3), seconds=None, silent_since=None, reason="rotated")
        book.save_again()
        book.ended("disk_full")
    assert read(folder, FIRST) is None
    assert caplog.text.count("No space left") == 1
    book.save_again()
    assert (read(folder, FIRST).end, read(folder, FIRST).end_reason) == (at(3), "disk_full")


def test_names_of_others_are_passed_over(folder):
    """ffmpeg opens other things too: its list, for instance."""
    book = Book(folder, "7", 3)
    book.opened("pipe:1", at(0))
    book.closed("progress", row_at=at(1), seconds=None, silent_since=None, reason="rotated")
    book.ended("camera_lost")
    assert list((folder / "20261122").iterdir()) == []


def test_the_text_of_a_sidecar_is_quoted_and_carries_milliseconds():
    """As contract §4 has it."""
    text = segment_sidecar("7", FIRST, at(0.1239), at(3), "rotated")
    assert 'start: "2026-11-22T12:00:00.123Z"\nend: "2026-11-22T12:00:03.000Z"\n' in text
    assert parse_name(FIRST).day == "20261122"


def test_a_finished_segment_is_not_written_again(sample):
    """A clock that was set back brings ffmpeg to the name of a finished segment: it stops, and the footage stays."""
    with TemporaryDirectory() as name:  # where somebody who is not root may come to
        folder = Path(name) / "7"
        (folder / "20261122").mkdir(parents=True)
        for each in (Path(name), folder, folder / "20261122"):
            each.chmod(0o777)
        record(folder, sample, FIRST)
        video = folder / "20261122" / FIRST
        video.chmod(0o666)
        book = Book(folder, "7", 300)
        book.opened(FIRST, at(0))
        book.closed(FIRST, row_at=at(3), seconds=LENGTH_S, silent_since=None, reason="rotated")
        somebody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        source = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=1", "-f", "segment"]
        form = ["-segment_time", "300", "-segment_format", "mp4", "-strftime", "1"]
        command = [*somebody, "ffmpeg", "-v", "error", "-y", *source, *form, str(video)]
        done = process.run(command, timeout_s=60)
        assert done.returncode != 0
        assert "Permission denied" in done.stderr
        assert video.read_bytes() == sample.read_bytes()
