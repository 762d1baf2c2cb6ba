"""Real ffmpeg records simulated cameras that freeze, vanish and refuse, while things are killed; one story, many claims."""

import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from simulator import Cameras, start_cameras
from waiting import wait_until

from sitegen import process
from sitegen.archive.container import read_container
from sitegen.archive.sidecar import read_sidecar
from sitegen.clip import Sidecar

FPS, GOP_FRAMES, SEGMENT_S, STALL_S = 10, 5, 3, 3
FRAGMENT_S = GOP_FRAMES / FPS
SLACK_S = 1.0  # of a machine that is busy; less than a segment
CANARY = "canaryPW7Q"
CAMERAS = ("steady", "frozen", "dropped", "refused", "killed", "added")
PROGRAM = """
import logging, sys
from pathlib import Path
from sitegen.capture.recorder import run_recorder
from sitegen.settings import load
logging.basicConfig(level=logging.DEBUG)
raise SystemExit(run_recorder(lambda: load(Path(sys.argv[1]))))
"""


class Recorder:
    """A recorder as a process of its own, its configuration and its archive, in `folder`."""

    def __init__(self, folder: Path, urls: dict[str, str], record: str = "") -> None:
        self.folder, self.archive, self.log = folder, folder / "archive", folder / "recorder.log"
        self.archive.mkdir(parents=True)
        self.configure(urls, record)
        self.child: subprocess.Popen[bytes] | None = None

    def configure(self, urls: dict[str, str], record: str = "") -> None:
        cameras = "".join(f'[camera.{name}]\nurl = "{url}"\n' for name, url in urls.items())
        times = f"segment_seconds = {SEGMENT_S}\nstall_seconds = {STALL_S}\n"
        (self.folder / "sitegen.toml").write_text(f"{cameras}[record]\n{times}{record}")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = process.start(
                [sys.executable, "-c", PROGRAM, str(self.folder / "sitegen.toml")], stdout=log, stderr=log
            )

    def signal(self, sig: int) -> None:
        os.kill(self.child.pid, sig)

    def end(self, sig: int) -> int:
        self.signal(sig)
        return self.child.wait(30)

    def ffmpegs(self) -> dict[str, int]:
        """Process id of each camera's ffmpeg."""
        children = Path(f"/proc/{self.child.pid}/task").glob("*/children")
        found = {}
        for pid in " ".join(each.read_text() for each in children).split():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == b"ffmpeg" or words[0].endswith(b"/ffmpeg"):
                found[words[-2].decode().split("/")[-3]] = int(pid)
        return found

    def sidecars(self, camera: str) -> list[Sidecar]:
        """The camera's sidecars by start."""
        found = []
        for path in (self.archive / "segments" / camera).glob("*/*.yaml"):
            sidecar, problems = read_sidecar(path.read_bytes(), path.name)
            assert sidecar is not None, problems
            assert not problems
            found.append(sidecar)
        return sorted(found, key=lambda each: each.start)

    def whole(self, camera: str) -> list[Sidecar]:
        return [each for each in self.sidecars(camera) if each.end is not None]

    def reasons(self, camera: str) -> list[str]:
        return [each.end_reason for each in self.whole(camera)]

    def video(self, sidecar: Sidecar) -> Path:
        return next((self.archive / "segments" / sidecar.camera).glob(f"*/{sidecar.video}"))


@contextmanager
def recording(folder: Path, urls: dict[str, str], record: str = "") -> Iterator[Recorder]:
    recorder = Recorder(folder, urls, record)
    recorder.start()
    try:
        yield recorder
    finally:
        if recorder.child.poll() is None:
            recorder.child.kill()
        recorder.child.wait(30)


def make_footage(path: Path, *options: str) -> Path:
    source = ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate={FPS}", *options, "-t", "8"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(GOP_FRAMES)]
    done = process.run(
        ["ffmpeg", "-v", "error", *source, *coded, "-pix_fmt", "yuv420p", str(path)], timeout_s=60
    )
    assert done.returncode == 0, done.stderr
    return path


def decoded_frames(video: Path) -> list[str]:
    """A hash for each frame."""
    done = process.run(
        ["ffmpeg", "-v", "error", "-i", f"file:{video}", "-map", "0:v", "-f", "framemd5", "-"], timeout_s=60
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    return [line.rpartition(",")[2].strip() for line in lines if not line.startswith("#")]


@dataclass
class Story:
    """What happened, for the tests to judge."""

    recorder: Recorder
    footage: Path
    pids_before_reload: dict[str, int] = field(default_factory=dict)
    pids_after_reload: dict[str, int] = field(default_factory=dict)
    fault_at: datetime | None = None
    ffmpeg_killed_at: datetime | None = None
    removed_at: datetime | None = None
    recorder_killed_at: datetime | None = None
    ffmpegs_after_kill: list[int] = field(default_factory=list)
    open_after_kill: dict[str, Sidecar] = field(default_factory=dict)
    open_while_recording: list[Sidecar] = field(default_factory=list)
    exit_code: int | None = None
    stop_took_s: float = 0.0


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("recorder")
    footage = make_footage(folder / "footage.mp4")
    files = dict.fromkeys(CAMERAS, footage)
    with start_cameras(folder, files, user="viewer", password=CANARY) as cameras:
        urls = {name: cameras.url(name) for name in CAMERAS if name != "added"}
        with recording(folder / "site", urls) as recorder:
            told = Story(recorder, footage)
            _record_and_break(told, cameras)
            _reload(told, cameras, urls)
            _kill_and_start_again(told)
            begun = time.monotonic()
            told.exit_code = recorder.end(signal.SIGTERM)
            told.stop_took_s = time.monotonic() - begun
            yield told


def _record_and_break(told: Story, cameras: Cameras) -> None:
    recorder = told.recorder
    for name in ("steady", "frozen", "dropped", "refused", "killed"):
        wait_until(lambda name=name: recorder.whole(name), what=f"a first segment of {name}")
    told.open_while_recording = wait_until(
        lambda: [each for each in recorder.sidecars("steady") if each.end is None], what="an open sidecar"
    )
    told.ffmpeg_killed_at = _late_in_a_segment()
    os.kill(recorder.ffmpegs()["killed"], signal.SIGKILL)
    told.fault_at = datetime.now(UTC)
    cameras.control("frozen", "freeze")
    cameras.control("refused", "refuse")
    cameras.control("dropped", "drop")
    for name, reason in (("frozen", "camera_lost"), ("refused", "camera_lost"), ("dropped", "camera_lost")):
        wait_until(lambda n=name, r=reason: r in recorder.reasons(n), what=f"{reason} of {name}")
    cameras.control("frozen", "normal")
    cameras.control("refused", "normal")
    for name in ("frozen", "refused", "dropped", "killed"):
        wait_until(lambda n=name: _rotated_after_fault(recorder.reasons(n)), what=f"{name} comes back")


def _late_in_a_segment() -> datetime:
    """Wait until so much of a segment is recorded that it would show if all of it were lost."""
    wait_until(lambda: 2 * FRAGMENT_S + SLACK_S + 0.3 < time.time() % SEGMENT_S < SEGMENT_S - 0.4)
    return datetime.now(UTC)


def _rotated_after_fault(reasons: list[str]) -> bool:
    lost = [place for place, reason in enumerate(reasons) if reason in {"camera_lost", "killed"}]
    return bool(lost) and "rotated" in reasons[lost[0] :]


def _reload(told: Story, cameras: Cameras, urls: dict[str, str]) -> None:
    recorder = told.recorder
    told.pids_before_reload = recorder.ffmpegs()
    recorder.folder.joinpath("sitegen.toml").write_text("[archive]\nrooot = 1\n")
    recorder.signal(signal.SIGHUP)
    wait_until(lambda: b"is not taken over" in recorder.log.read_bytes(), what="the refusal of a bad file")
    recorder.configure({**{n: u for n, u in urls.items() if n != "dropped"}, "added": cameras.url("added")})
    told.removed_at = datetime.now(UTC)
    recorder.signal(signal.SIGHUP)
    wait_until(lambda: recorder.whole("added"), what="the camera that was added")
    told.pids_after_reload = recorder.ffmpegs()


def _kill_and_start_again(told: Story) -> None:
    recorder = told.recorder
    pids = recorder.ffmpegs()
    told.recorder_killed_at = _late_in_a_segment()
    recorder.end(signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids.values()), what="end of ffmpeg")
    for name in pids:
        [told.open_after_kill[name]] = [each for each in recorder.sidecars(name) if each.end is None]
    recorder.start()
    finished = len(told.recorder.whole("steady")) + 2
    wait_until(lambda: len(recorder.whole("steady")) >= finished, what="recording after a kill")
    wait_until(lambda: "killed" in recorder.reasons("steady"), what="the end of what was left behind")


def test_nothing_is_lost_or_doubled_at_a_border(story):
    """The segments of one run, put together, are the footage, frame for frame."""
    steady = story.recorder.sidecars("steady")
    run = [each for each in steady if _token(each) == _token(steady[0])][:-1]  # the last was cut by kill -9
    assert len(run) >= 3
    seen = [frame for each in run for frame in decoded_frames(story.recorder.video(each))]
    loop = decoded_frames(story.footage)
    first = loop.index(seen[0])
    assert seen == [loop[(first + place) % len(loop)] for place in range(len(seen))]


def test_segments_begin_at_whole_multiples_of_their_length(story):
    """Every segment but the first of a run begins with the first key frame after a multiple of segment_seconds."""
    run = _first_run(story, "steady")
    late = [each.start.timestamp() % SEGMENT_S for each in run[1:]]
    assert all(each < FRAGMENT_S + SLACK_S for each in late), late


def test_sidecars_follow_one_another_without_gap_or_overlap(story):
    """Within a run a segment begins when the one before it ended, and lasts as long as its video."""
    run = _first_run(story, "steady")
    for before, after in pairwise(run):
        assert before.end == after.start
    for each in run[:-1]:
        seconds = read_container(story.recorder.video(each)).seconds
        assert abs((each.end - each.start).total_seconds() - seconds) < 1.0


def test_names_are_utc_and_carry_the_camera_and_a_token(story):
    """`<camera>-<time>Z-<token>.mp4`, in the folder of its day; the time is when it was opened."""
    for each in story.recorder.sidecars("steady"):
        video = story.recorder.video(each)
        opened = datetime.strptime(each.video[len("steady-") :][:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(opened - each.start) < timedelta(seconds=5)
        assert video.parent.name == f"{opened:%Y%m%d}"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert (story.recorder.archive / "segments/steady" / f"{tomorrow:%Y%m%d}").is_dir()


def test_a_sidecar_is_whole_within_100_ms_of_its_segment(story):
    """From the last write to the video to the last write to its sidecar, in the median of all that rotated."""
    late = []
    for name in ("steady", "added"):
        for each in story.recorder.whole(name):
            if each.end_reason == "rotated":
                video = story.recorder.video(each)
                late.append(video.with_suffix(".yaml").stat().st_mtime - video.stat().st_mtime)
    assert len(late) >= 4
    assert 0 <= statistics.median(late) < 0.1, late


def test_a_segment_has_an_open_sidecar_while_it_is_recorded(story):
    """So that the site shows it as being recorded, and nobody adopts it."""
    [begun] = story.open_while_recording
    assert begun.end_reason is None
    later = next(each for each in story.recorder.sidecars("steady") if each.video == begun.video)
    assert abs(later.start - begun.start) < timedelta(seconds=0.5)


def test_a_frozen_camera_is_lost_when_it_fell_silent(story):
    """end_reason camera_lost; the end is that of the last frames, not of the waiting; it is recorded again later."""
    lost = _with_reason(story, "frozen", "camera_lost")
    assert abs(lost.end - story.fault_at) < timedelta(seconds=2.5)
    assert story.recorder.whole("frozen")[-1].start > lost.end


def test_a_camera_that_drops_or_refuses_is_recorded_again(story):
    """end_reason camera_lost at the time of the fault; the footage up to it is there; later segments follow."""
    for name in ("dropped", "refused"):
        lost = _with_reason(story, name, "camera_lost")
        assert abs(lost.end - story.fault_at) < timedelta(seconds=2)
        assert read_container(story.recorder.video(lost)).complete
        assert story.recorder.whole(name)[-1].start >= lost.end


def test_a_killed_ffmpeg_loses_one_fragment_at_most(story):
    """kill -9: end_reason killed; what can be played reaches up to one fragment before the kill."""
    killed = _with_reason(story, "killed", "killed")
    assert -0.1 < (story.ffmpeg_killed_at - killed.end).total_seconds() < FRAGMENT_S + SLACK_S
    seconds = len(decoded_frames(story.recorder.video(killed))) / FPS
    assert abs((killed.end - killed.start).total_seconds() - seconds) < 0.2


def test_a_reload_leaves_the_other_cameras_alone(story):
    """SIGHUP: what is not changed goes on in the same process; a bad file changes nothing."""
    before, after = story.pids_before_reload, story.pids_after_reload
    for name in ("steady", "frozen", "refused", "killed"):
        assert before[name] == after[name]
    assert "added" not in before
    assert "dropped" not in after


def test_a_camera_that_is_removed_ends_with_stopped(story):
    """Its last segment is closed, whole and says why it ended."""
    last = story.recorder.sidecars("dropped")[-1]
    assert last.end_reason == "stopped"
    assert abs(last.end - story.removed_at) < timedelta(seconds=3)
    assert read_container(story.recorder.video(last)).complete


def test_a_killed_recorder_takes_its_ffmpegs_along_and_is_finished_later(story):
    """kill -9: every open segment gets its end at the next start, one fragment at most before the kill."""
    assert set(story.open_after_kill) == set(story.pids_after_reload)
    for name, before in story.open_after_kill.items():
        after = next(each for each in story.recorder.sidecars(name) if each.video == before.video)
        assert after.end_reason == "killed"
        assert -0.1 < (story.recorder_killed_at - after.end).total_seconds() < FRAGMENT_S + SLACK_S
        video = story.recorder.video(after)
        if read_container(video).seconds is None:  # killed before its first fragment
            assert after.end == after.start
        else:
            seconds = len(decoded_frames(video)) / FPS
            assert abs((after.end - after.start).total_seconds() - seconds) < 0.2


def test_stop_closes_the_last_segments(story):
    """SIGTERM: exit code 0, soon; no sidecar stays open; the last ones say stopped."""
    assert story.exit_code == 0
    assert story.stop_took_s < 10
    for name in CAMERAS:
        sidecars = story.recorder.sidecars(name)
        assert [each.video for each in sidecars if each.end is None] == []
        assert sidecars[-1].end_reason == "stopped"
        assert all(before.end <= after.start for before, after in pairwise(sidecars))


def test_the_password_is_nowhere(story):
    """P10: in no log, no sidecar, no name; not in the videos either."""
    files = [path for path in story.recorder.folder.rglob("*") if path.name != "sitegen.toml"]
    assert story.recorder.log in files
    assert all(CANARY not in path.name for path in files)
    told = [path.name for path in files if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert told == []
    assert story.recorder.log.read_bytes().count(b"camera") > 5


def test_every_video_is_with_its_sidecar(story):
    """No file without a frame stays behind, and no sidecar without a video."""
    videos = {path.with_suffix("") for path in story.recorder.archive.rglob("*.mp4")}
    sidecars = {path.with_suffix("") for path in story.recorder.archive.rglob("*.yaml")}
    assert videos == sidecars
    assert not [path for path in story.recorder.archive.rglob("*") if path.name.startswith(".")]


def test_sound_that_mp4_cannot_hold_does_not_stop_the_recording(tmp_path):
    """A camera with G.711 is recorded without sound; it is said once."""
    footage = make_footage(tmp_path / "a.mkv", "-f", "lavfi", "-i", "sine=r=8000", "-c:a", "pcm_alaw")
    with recording(tmp_path / "site", {"1": f"file://{footage}"}) as recorder:
        wait_until(lambda: len(recorder.whole("1")) >= 2)
        assert recorder.end(signal.SIGTERM) == 0
    assert set(recorder.reasons("1")) == {"rotated", "stopped"}
    assert recorder.log.read_bytes().count(b"recorded without") == 1


def test_a_file_that_may_not_grow_ends_with_disk_full_and_recording_comes_back(tmp_path):
    """No room: end_reason disk_full, tried again with pauses; with room again it goes on."""
    footage = make_footage(tmp_path / "a.mp4")
    with recording(tmp_path / "site", {"1": f"file://{footage}"}) as recorder:
        wait_until(lambda: recorder.whole("1"))
        size = recorder.video(recorder.whole("1")[0]).stat().st_size
        _limit_files(recorder, 20_000 if size > 20_000 else size // 2)
        wait_until(lambda: "disk_full" in recorder.reasons("1"), what="disk_full")
        _limit_files(recorder, resource.RLIM_INFINITY)
        full = len(recorder.whole("1"))
        wait_until(lambda: "rotated" in recorder.reasons("1")[full:], what="recording again")
        assert recorder.end(signal.SIGTERM) == 0


def _limit_files(recorder: Recorder, most_bytes: int) -> None:
    for pid in (recorder.child.pid, *recorder.ffmpegs().values()):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


def _token(sidecar: Sidecar) -> str:
    return sidecar.video.rpartition("-")[2]


def _first_run(story: Story, camera: str) -> list[Sidecar]:
    sidecars = story.recorder.sidecars(camera)
    return [each for each in sidecars if _token(each) == _token(sidecars[0])]


def _with_reason(story: Story, camera: str, reason: str) -> Sidecar:
    return next(each for each in story.recorder.whole(camera) if each.end_reason == reason)
