"""What the recorder makes of its settings, and when it refuses to begin."""

import errno
import fcntl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from archives import make_video
from waiting import wait_until

from sitegen.capture import recorder
from sitegen.capture.recorder import plans, run_recorder
from sitegen.capture.recorder_folders import make_day_folders
from sitegen.capture.recorder_lock import ArchiveLock
from sitegen.capture.recorder_names import parse_name
from sitegen.errors import LockHeld, UsageError
from sitegen.lock import Lock
from sitegen.settings import load


def settings(tmp_path: Path, text: str):
    (tmp_path / "sitegen.toml").write_text(text)
    return load(tmp_path / "sitegen.toml")


def test_only_cameras_with_an_address_that_are_wanted_are_recorded(tmp_path, caplog):
    """record = false, no url, and kinds of addresses that cannot be recorded are left out; the last is said."""
    found = plans(
        settings(
            tmp_path,
            """
            [camera.1]
            url = "rtsp://u:canaryPW7Q@192.0.2.1/x"
            [camera.2]
            url = "rtsp://192.0.2.2/x"
            record = false
            [camera.3]
            title = "no address"
            [camera.4]
            url = "v4l2:///dev/video0?canaryPW7Q"
            """,
        )
    )
    assert set(found) == {"1"}
    assert "camera 4: addresses of the kind v4l2 cannot be recorded" in caplog.text
    assert "canary" not in caplog.text + repr(found)


def test_a_title_is_no_reason_to_begin_anew_an_address_is(tmp_path):
    """Plans are equal when nothing that ffmpeg needs has changed."""
    camera = '[camera.1]\nurl = "rtsp://192.0.2.1/x"\n'
    first = plans(settings(tmp_path, camera))
    assert plans(settings(tmp_path, camera + 'title = "Yard"\n[previews]\nworkers = 2\n')) == first
    assert plans(settings(tmp_path, camera.replace("/x", "/y"))) != first
    assert plans(settings(tmp_path, camera + "[record]\nstall_seconds = 9\n")) != first


def test_a_sub_stream_is_recorded_like_its_main_stream(tmp_path, caplog):
    """With the same options; one that cannot be recorded is said and left out, the camera is not; a new address begins anew."""
    sub = (
        '[camera.1]\nurl = "rtsp://h/x"\nsub_url = "rtsp://u:canaryPW7Q@h/y"\n[record]\nsegment_seconds = 9\n'
    )
    first = plans(settings(tmp_path, sub))
    assert first["1"].sub.url.reveal() == "rtsp://u:canaryPW7Q@h/y"
    assert first["1"].sub.segment_seconds == first["1"].source.segment_seconds == 9
    assert plans(settings(tmp_path, sub.replace("h/y", "h/z"))) != first
    refused = plans(settings(tmp_path, sub.replace("rtsp://u", "v4l2://u")))
    assert refused["1"].sub is None
    assert "camera 1: addresses of the kind v4l2 cannot be recorded; leave sub_url out" in caplog.text
    assert "canary" not in caplog.text + repr(first)


def test_a_missing_archive_is_not_made(tmp_path):
    """Below the mount point of a disk that is not mounted it would fill another one."""
    missing = settings(tmp_path, '[archive]\nroot = "gone"\n')
    with pytest.raises(UsageError, match=r"archive\.root.*mount"):
        run_recorder(lambda: missing)
    with pytest.raises(FileNotFoundError):
        make_day_folders(tmp_path / "gone", "1", datetime.now(UTC))
    assert not (tmp_path / "gone").exists()


def test_folders_are_made_ahead(tmp_path):
    """Today's and tomorrow's: ffmpeg makes none."""
    for _ in range(2):
        make_day_folders(tmp_path, "1", datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert sorted(path.name for path in (tmp_path / "segments/1").iterdir()) == ["20261231", "20270101"]


def test_a_second_recorder_is_refused(tmp_path):
    """One file, one writer: exit code 75."""
    (tmp_path / "archive").mkdir()
    mine = settings(tmp_path, "")
    lock = Lock(mine.archive.state / "recorder.lock", "the first")
    with pytest.raises(LockHeld, match="the first"):
        run_recorder(lambda: mine)
    lock.close()


def test_a_second_recorder_with_another_state_folder_is_refused(tmp_path):
    """It would write an end into the sidecars of segments that the first is still writing."""
    (tmp_path / "archive").mkdir()
    mine = settings(tmp_path, '[archive]\nstate = "other"\n')
    first = ArchiveLock()
    first.take(mine.archive.root)
    with pytest.raises(LockHeld, match=r"archive/segments is in use by another sitegen record") as raised:
        run_recorder(lambda: mine)
    assert raised.value.exit_code == 75
    first.close()
    done = threading.Event()
    done.set()
    assert run_recorder(lambda: mine, stop=done) == 0


def test_an_archive_is_locked_as_soon_as_it_can_be(tmp_path, caplog):
    """It is not made for that, and recording goes on without; the word is said once."""
    first, second = ArchiveLock(), ArchiveLock()
    for _ in range(2):
        first.take(tmp_path / "archive")
    assert not (tmp_path / "archive").exists()
    assert caplog.text.count("cannot be locked against a second recorder: No such file") == 1
    (tmp_path / "archive").mkdir()
    first.take(tmp_path / "archive")
    with pytest.raises(LockHeld):
        second.take(tmp_path / "archive")
    first.close()


def test_a_file_system_that_cannot_lock_folders_is_recorded_to(tmp_path, monkeypatch, caplog):
    """NFS refuses a lock on what is open for reading only."""

    def refuse(*_):
        raise OSError(errno.EBADF, "Bad file descriptor")

    opened = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        ArchiveLock().take(tmp_path)
    assert "cannot be locked against a second recorder: Bad file descriptor" in caplog.text
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_an_archive_that_is_taken_in_place_of_another_frees_that(tmp_path):
    """So it is at a reload; one that somebody else records to is refused, and the first stays locked."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, other = ArchiveLock(), ArchiveLock()
    mine.take(tmp_path / "a")
    other.take(tmp_path / "b")
    with pytest.raises(LockHeld):
        mine.take(tmp_path / "b")
    with pytest.raises(LockHeld):
        other.take(tmp_path / "a")
    other.close()
    mine.take(tmp_path / "b")
    other.take(tmp_path / "a")
    mine.close()
    other.close()


def test_a_clock_that_is_set_back_lets_all_recordings_begin_anew(tmp_path, monkeypatch, caplog):
    """Else ffmpeg would come to the names of the hour before again: a new run has another token, and the old one is whole."""
    offset_s, done = [0.0], threading.Event()
    shifted = SimpleNamespace(time=lambda: time.time() + offset_s[0], monotonic=time.monotonic)
    monkeypatch.setattr(recorder, "time", shifted)
    monkeypatch.setattr(recorder, "LOOK_AFTER_S", 0.3)
    film = make_video(tmp_path / "film.mp4", 20)
    (tmp_path / "archive").mkdir()
    toml = f'[archive]\nroot = "archive"\n[camera.1]\nurl = "file://{film}"\n'
    found = settings(tmp_path, toml)

    def tokens() -> list[str]:
        videos = (tmp_path / "archive").rglob("*.mp4")
        return [name.token for video in sorted(videos) if (name := parse_name(video.name))]

    thread = threading.Thread(target=lambda: run_recorder(lambda: found, stop=done))
    thread.start()
    try:
        wait_until(tokens, 30, "a segment")
        offset_s[0] = -3_600.0
        wait_until(lambda: len(set(tokens())) > 1, 30, "another run")
    finally:
        done.set()
        thread.join(30)
    assert "the clock was set back" in caplog.text
    assert len(tokens()) == len(set(tokens())) == 2
    ends = [path.read_text().count("\nend:") for path in (tmp_path / "archive").rglob("*.yaml")]
    assert sum(ends) == len(ends)
