"""A camera's sub-stream beside its main one: when it begins, and what the sidecars say of it, with real videos of ffmpeg."""

import asyncio
import shutil
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from waiting import wait_until

from sitegen import process
from sitegen.archive.sidecar import read_sidecar
from sitegen.capture import recorder_stream
from sitegen.capture.recorder_book import Book, sidecar_path
from sitegen.capture.recorder_ffmpeg import Source
from sitegen.capture.recorder_sub import SubLedger, SubStream
from sitegen.secret import Secret

MAIN, SUB = "7-20261122T120000Z-abcdef1.mp4", "7-20261122T120001Z-abcdef1.sub.mp4"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = {"row_at": AT, "seconds": None, "silent_since": None, "reason": "rotated"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    """A second, as the recorder has it: in fragments."""
    path = tmp_path_factory.mktemp("sub") / "sample.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=96x72:rate=10", "-t", "1"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p"]
    flags = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    done = process.run(["ffmpeg", "-v", "error", *source, *coded, *flags, str(path)], timeout_s=60)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def day(tmp_path) -> Path:
    path = tmp_path / "7" / "20261122"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def book(day) -> Book:
    return Book(day.parent, "7", 300)


@pytest.fixture
def ledger(day, book) -> SubLedger:
    return SubLedger(day.parent, book)


def preview(day: Path) -> str | None:
    """What the segment's sidecar says."""
    path = sidecar_path(day / MAIN)
    sidecar, problems = read_sidecar(path.read_bytes(), path.name)
    assert not problems
    return sidecar.preview


@pytest.mark.parametrize("order", ["main first", "sub first"])
def test_the_open_sidecar_names_the_file_as_soon_as_both_are_there(day, book, ledger, sample, order):
    """Whichever stream opens its file first; and the whole sidecar names it still."""
    if order == "sub first":
        ledger.opened(SUB, AT)
    book.opened(MAIN, AT)
    if order == "main first":
        assert preview(day) is None
        ledger.opened(SUB, AT)
    assert preview(day) == SUB
    for name in (MAIN, SUB):
        shutil.copyfile(sample, day / name)
    book.closed(MAIN, **ROW)
    ledger.closed(SUB, **ROW)
    book.ended("stopped")
    ledger.ended("stopped")
    assert preview(day) == SUB
    assert (day / SUB).exists()


def test_a_file_that_comes_after_its_segment_was_closed_is_named_in_the_whole_sidecar(
    day, book, ledger, sample
):
    """The main stream's sidecar does not wait for the sub-stream's."""
    book.opened(MAIN, AT)
    shutil.copyfile(sample, day / MAIN)
    book.closed(MAIN, **ROW)
    whole = sidecar_path(day / MAIN).read_text()
    ledger.opened(SUB, AT)
    assert sidecar_path(day / MAIN).read_text().replace(f'preview: "{SUB}"\n', "") == whole
    assert preview(day) == SUB


@pytest.mark.parametrize("content", ["missing", "empty", "headers only"])
@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_file_without_a_frame_is_taken_away(day, ledger, sample, content, how):
    """A start that failed leaves nothing; it is no longer named, and the segment wants a sub-stream again."""
    book = ledger._book
    book.opened(MAIN, AT)
    ledger.opened(SUB, AT)
    assert not book.lacks_sub("abcdef1")
    if content != "missing":
        data = sample.read_bytes()
        (day / SUB).write_bytes(data[: data.index(b"moof") - 4] if content == "headers only" else b"")
    if how == "closed":
        ledger.closed(SUB, **ROW)
    else:
        ledger.ended("killed")
    assert preview(day) is None
    assert not (day / SUB).exists()
    assert book.lacks_sub("abcdef1")


def test_a_part_that_holds_frames_stays_and_is_named(day, book, ledger, sample):
    """The sub-stream was lost in the middle: its segment has a preview of less time, and gets no second file."""
    book.opened(MAIN, AT)
    ledger.opened(SUB, AT)
    shutil.copyfile(sample, day / SUB)
    ledger.ended("killed")
    assert preview(day) == SUB
    assert not book.lacks_sub("abcdef1")


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_finished_file_cannot_be_written_to(day, book, ledger, sample, how):
    """As a segment: a clock that is set back brings ffmpeg to its name again."""
    book.opened(MAIN, AT)
    ledger.opened(SUB, AT)
    shutil.copyfile(sample, day / SUB)
    assert stat.S_IMODE((day / SUB).stat().st_mode) & 0o200
    if how == "closed":
        ledger.closed(SUB, **ROW)
    else:
        ledger.ended("killed")
    assert not stat.S_IMODE((day / SUB).stat().st_mode) & 0o222


def test_a_segment_that_is_taken_away_leaves_its_file_alone(day, book, ledger, sample):
    """The main stream gave no frame and the sub-stream did: that is footage, and no sidecar comes back for it."""
    book.opened(MAIN, AT)
    shutil.copyfile(sample, day / SUB)
    book.ended("camera_lost")
    ledger.opened(SUB, AT)
    ledger.closed(SUB, **ROW)
    assert [path.name for path in day.iterdir()] == [SUB]


def test_only_an_open_segment_of_the_run_asks_for_a_sub_stream(day, book, sample):
    """Not one that is closed, nor one of another run."""
    assert not book.lacks_sub("abcdef1")
    book.opened(MAIN, AT)
    assert book.lacks_sub("abcdef1")
    assert not book.lacks_sub("abcdef2")
    shutil.copyfile(sample, day / MAIN)
    book.closed(MAIN, **ROW)
    assert not book.lacks_sub("abcdef1")


FFMPEG = """
import sys, time
path = sys.argv[1].replace("%Y%m%dT%H%M%SZ", sys.argv[2]).replace("%Y%m%d", "20261122")
print(f"[segment @ 0x1] [info] Opening '{path}' for writing", file=sys.stderr, flush=True)
time.sleep(60)
"""
"""Stands in ffmpeg's place: opens a file that it was told of, and hangs."""


def test_it_begins_with_a_segment_and_each_run_of_the_main_stream_gets_a_new_one(day, book, monkeypatch):
    """Nothing runs before the first segment; a new token ends the run of the old one; stop ends it."""
    started: list[str] = []

    def argv(source, way, pattern, report_to, address_from=None):
        started.append(pattern.rpartition("/")[2])
        assert not way.audio
        return [sys.executable, "-c", FFMPEG, pattern, f"20261122T12000{len(started)}Z"]

    monkeypatch.setattr(recorder_stream, "argv", argv)

    async def story() -> None:
        stream = SubStream(Source(url=Secret("rtsp://h/")), day.parent, "7", book)
        task = asyncio.create_task(stream.run())
        for token in ("abcdef1", "abcdef2"):
            before = len(started)
            await asyncio.sleep(0)
            assert len(started) == before
            main = MAIN.replace("abcdef1", token)
            book.opened(main, AT)
            stream.main_opened(main)
            await asyncio.to_thread(wait_until, lambda n=before: len(started) > n)
            await asyncio.to_thread(wait_until, lambda t=token: not book.lacks_sub(t))
        stream.stop()
        await asyncio.wait_for(task, 20)

    asyncio.run(story())
    assert [name.rpartition("-")[2] for name in started] == ["abcdef1.sub.mp4", "abcdef2.sub.mp4"]
