"""What a killed recorder left behind, finished at the next start."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sitegen import process
from sitegen.archive.durable import temporary_of
from sitegen.archive.sidecar import read_sidecar
from sitegen.capture.recorder_book import segment_sidecar, sidecar_path
from sitegen.capture.recorder_leftovers import finish_leftovers

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRESENT = "zzzzzz"


def at(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> bytes:
    """Three seconds in fragments, and the beginning of another, as a kill leaves it."""
    path = tmp_path_factory.mktemp("leftovers") / "sample.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", "3.5"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-bf", "0", "-pix_fmt", "yuv420p"]
    flags = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    done = process.run(["ffmpeg", "-v", "error", *source, *coded, *flags, str(path)], timeout_s=60)
    assert done.returncode == 0, done.stderr
    data = path.read_bytes()
    return data[: data.rindex(b"moof") + 500]


def put(root: Path, name: str, data: bytes, *, sidecar: str | None = None, modified=None) -> Path:
    day = name.split("-")[1][:8]
    video = root / "segments" / name.split("-", maxsplit=1)[0] / day / name
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_bytes(data)
    if sidecar is not None:
        sidecar_path(video).write_text(sidecar)
    if modified is not None:
        os.utime(video, (modified.timestamp(), modified.timestamp()))
    return video


def read(video: Path):
    path = sidecar_path(video)
    return read_sidecar(path.read_bytes(), path.name)[0] if path.exists() else None


def test_an_open_sidecar_gets_its_end(tmp_path, sample):
    """From the fragments that are whole; the video is left as it is."""
    name = "7-20261122T120001Z-abcdef1.mp4"
    begun = segment_sidecar("7", name, at(1), None, None)
    video = put(tmp_path, name, sample, sidecar=begun, modified=at(3.2))
    before = video.stat()
    assert finish_leftovers(tmp_path, PRESENT) == 1
    sidecar = read(video)
    assert (sidecar.start, sidecar.end, sidecar.end_reason) == (at(0.2), at(3.2), "killed")
    assert (video.stat().st_mtime_ns, video.read_bytes()) == (before.st_mtime_ns, sample)
    assert finish_leftovers(tmp_path, PRESENT) == 0


def test_a_segment_that_followed_another_keeps_its_start(tmp_path, sample):
    """It began when that one ended."""
    put(tmp_path, "7-20261122T115958Z-abcdef1.mp4", sample, sidecar="schema: 1\n")
    name = "7-20261122T120001Z-abcdef1.mp4"
    begun = segment_sidecar("7", name, at(1), None, None)
    video = put(tmp_path, name, sample, sidecar=begun, modified=at(3.9))
    finish_leftovers(tmp_path, PRESENT)
    assert (read(video).start, read(video).end) == (at(1), at(4))


def test_a_video_of_ours_without_sidecar_gets_one(tmp_path, sample):
    """Its name says when it was opened."""
    video = put(tmp_path, "7-20261122T120001Z-abcdef1.mp4", sample, modified=at(90_000))
    assert finish_leftovers(tmp_path, PRESENT) == 1
    sidecar = read(video)
    assert (sidecar.camera, sidecar.start, sidecar.end) == ("7", at(1), at(4))


def test_a_preview_that_was_named_stays_named(tmp_path, sample):
    """The sub-stream's file of a segment that a kill cut off is not taken for a clip of its own; it is left alone."""
    name, sub = "7-20261122T120001Z-abcdef1.mp4", "7-20261122T120002Z-abcdef1.sub.mp4"
    begun = segment_sidecar("7", name, at(1), None, None, preview=sub)
    video = put(tmp_path, name, sample, sidecar=begun, modified=at(3.2))
    video.with_name(sub).write_bytes(sample)
    assert finish_leftovers(tmp_path, PRESENT) == 1
    assert (read(video).preview, read(video).end_reason) == (sub, "killed")
    assert sorted(path.suffix for path in video.parent.iterdir()) == [".mp4", ".mp4", ".yaml"]


def test_a_segment_without_frames_does_not_stay_open(tmp_path):
    """Killed before its first fragment: it ends where it began, and nothing is deleted."""
    name = "7-20261122T120001Z-abcdef1.mp4"
    video = put(tmp_path, name, b"", sidecar=segment_sidecar("7", name, at(1), None, None))
    finish_leftovers(tmp_path, PRESENT)
    assert (read(video).start, read(video).end, read(video).end_reason) == (at(1), at(1), "killed")
    assert video.exists()


def test_what_is_not_a_leftover_is_not_touched(tmp_path, sample):
    """Whole sidecars, damaged ones, the present run's, empty videos, names of others, folders of others."""
    whole = segment_sidecar("7", "7-20261122T120001Z-abcdef1.mp4", at(1), at(2), "rotated")
    now = segment_sidecar("7", f"7-20261122T120101Z-{PRESENT}1.mp4", at(61), None, None)
    put(tmp_path, "7-20261122T120001Z-abcdef1.mp4", sample, sidecar=whole)
    put(tmp_path, "7-20261122T120002Z-abcdef2.mp4", sample, sidecar="schema: [")
    put(tmp_path, "7-20261122T120003Z-abcdef3.mp4", b"")
    put(tmp_path, f"7-20261122T120101Z-{PRESENT}1.mp4", sample, sidecar=now)
    put(tmp_path, "7-20261122T120004Z.mp4", sample)
    stranger = tmp_path / "segments/8/20261122/7-20261122T120001Z-abcdef1.mp4"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(sample)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert finish_leftovers(tmp_path, PRESENT) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_is_half_written_is_swept(tmp_path, sample):
    """A killed recorder's; the present one may be writing."""
    names = "7-20261122T120001Z-abcdef1.mp4", f"7-20261122T120101Z-{PRESENT}1.mp4"
    left = [Path(temporary_of(sidecar_path(put(tmp_path, name, sample)))) for name in names]
    for each in left:
        each.write_text("schema: ")
    finish_leftovers(tmp_path, PRESENT)
    assert [each.exists() for each in left] == [False, True]


def test_in_old_folders_only_the_last_of_a_run_is_read(tmp_path, sample):
    """A hundred thousand sidecars are not read at each start; what can lack its end is."""
    names = [f"7-2026{day}T12000{n}Z-abcdef1.mp4" for day in (1120, 1121, 1122) for n in range(3)]
    for name in names:
        put(tmp_path, name, sample, sidecar=segment_sidecar("7", name, at(0), None, None))
    assert finish_leftovers(tmp_path, PRESENT) == 7


def test_an_archive_without_segments_is_no_trouble(tmp_path):
    """The first start of all."""
    assert finish_leftovers(tmp_path, PRESENT) == 0
