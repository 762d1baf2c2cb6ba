"""A recorder and its simulated cameras while everything goes wrong, recorded once for the tests that judge it."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from simulator import Cameras, start_cameras
from waiting import wait_until

from sitegen import process
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

    def __init__(
        self, folder: Path, urls: dict[str, str], record: str = "", subs: dict[str, str] | None = None
    ) -> None:
        self.folder, self.archive, self.log = folder, folder / "archive", folder / "recorder.log"
        self.archive.mkdir(parents=True)
        self.configure(urls, record, subs)
        self.child: subprocess.Popen[bytes] | None = None

    def configure(self, urls: dict[str, str], record: str = "", subs: dict[str, str] | None = None) -> None:
        """`subs` are addresses of sub-streams, by camera."""
        cameras = ""
        for name, url in urls.items():
            sub = (subs or {}).get(name)
            cameras += f'[camera.{name}]\nurl = "{url}"\n' + (f'sub_url = "{sub}"\n' if sub else "")
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
        """Process id of each camera's ffmpeg; that of a sub-stream has `.sub` after the camera's name."""
        children = Path(f"/proc/{self.child.pid}/task").glob("*/children")
        found = {}
        for pid in " ".join(each.read_text() for each in children).split():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == b"ffmpeg" or words[0].endswith(b"/ffmpeg"):
                pattern = words[-2].decode()
                found[pattern.split("/")[-3] + (".sub" if pattern.endswith(".sub.mp4") else "")] = int(pid)
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
def recording(
    folder: Path, urls: dict[str, str], record: str = "", subs: dict[str, str] | None = None
) -> Iterator[Recorder]:
    recorder = Recorder(folder, urls, record, subs)
    recorder.start()
    try:
        yield recorder
    finally:
        if recorder.child.poll() is None:
            recorder.child.kill()
        recorder.child.wait(30)


def make_footage(path: Path, *options: str, size: str = "160x120") -> Path:
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={FPS}", *options, "-t", "8"]
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
