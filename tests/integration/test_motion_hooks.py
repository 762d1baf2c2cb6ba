"""Real Motion with the shipped motion.conf: what it detects ends in true sidecars, whatever its zone and its camera's name."""

import os
import re
import signal
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from waiting import wait_until

from sitegen.archive.container import read_container
from sitegen.archive.sidecar import read_sidecar

REPOSITORY = Path(__file__).parents[2]
LENGTH_S, BOX_FROM_S, BOX_TO_S = 14, 5, 8
"""The footage, which Motion plays in a loop, and when in it a box moves."""
EVENT_GAP_S = 2
CLOSING = timedelta(seconds=3)
"""Names carry whole seconds, and Motion looks once a second whether to close a movie; the rest is for a busy machine."""
ZONES = ("UTC", "America/New_York")


def make_footage(path):
    box = f"overlay=x='mod(t*90,260)':y=90:enable='between(t,{BOX_FROM_S},{BOX_TO_S})'"
    noise = f"color=c=gray:s=320x240:r=10:d={LENGTH_S},noise=alls=6:allf=t"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i"]
    command += ["color=c=white:s=60x60:r=10", "-filter_complex", f"[0][1]{box}:shortest=1"]
    command += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", str(path)]
    subprocess.run(command, check=True, timeout=60)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def configure(folder, archive, footage, options):
    """Fill in the shipped configuration as `sitegen init` does, and change the options given."""
    (folder / "cameras").mkdir(parents=True)
    hostile = f'";touch {folder}/ran1;" $(touch {folder}/ran2) `touch {folder}/ran3`'
    camera = f"camera_id 101\ncamera_name {hostile}\nnetcam_url file://{footage}\n"
    (folder / "cameras" / "camera.conf").write_text(camera)
    text = (REPOSITORY / "motion" / "motion.conf").read_text()
    filled = {
        "ARCHIVE": archive,
        "HOOK": REPOSITORY / "hooks" / "sitegen-hook",
        "CAMERAS": folder / "cameras",
    }
    for name, value in filled.items():
        text = text.replace(f"@{name}@", str(value))
    for option, value in options.items():
        text, count = re.subn(rf"(?m)^{option} .*$", f"{option} {value}", text)
        assert count == 1, f"{option} stands {count} times in motion.conf"
    (folder / "motion.conf").write_text(text)
    return folder / "motion.conf"


class Run:
    """A Motion that ran for an event and a half, and what it left."""

    def __init__(self, folder, footage, zone):
        self.folder, self.archive = folder, folder / "archive"
        self.archive.mkdir(parents=True)
        self.options = {"event_gap": EVENT_GAP_S, "webcontrol_port": free_port(), "stream_port": free_port()}
        self.options |= {"movie_output_motion": "on", "width": 320, "height": 240}
        configuration = configure(folder / "motion", self.archive, footage, self.options)
        self.log = folder / "motion.log"
        self.begun = datetime.now(UTC)
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                ["motion", "-n", "-c", str(configuration)],
                env={**os.environ, "TZ": zone},
                stdout=log,
                stderr=log,
            )

    def sidecars(self):
        """Return what the sidecars say, by path; each must be free of Problems."""
        found = {}
        for path in sorted(self.archive.rglob("*.yaml")):
            sidecar, problems = read_sidecar(path.read_bytes(), path.name)
            assert problems == (), path
            found[path] = sidecar
        return found

    def clips(self):
        return {path: each for path, each in self.sidecars().items() if each.extra.get("movie") is None}

    def first(self):
        return next(iter(self.clips().items()))

    def has_one_clip(self):
        assert self.child.poll() is None, self.log.read_text()
        return any(each.end and each.image and each.end_reason for each in self.clips().values())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Motion in two zones at the same time: until each has a clip, and then stopped in the midst of the next event."""
    folder = tmp_path_factory.mktemp("motion")
    footage = folder / "footage.mp4"
    make_footage(footage)
    runs = {zone: Run(folder / zone.replace("/", "-"), footage, zone) for zone in ZONES}
    try:
        for run in runs.values():
            wait_until(run.has_one_clip, 60, "a clip with its end and its picture")
        for run in runs.values():
            wait_until(lambda run=run: len(run.clips()) > 1, 60, "a second clip")
            run.child.send_signal(signal.SIGTERM)  # at once: motion lasts three seconds
        for run in runs.values():
            run.child.wait(timeout=30)
            wait_until(
                lambda run=run: all(each.end for each in run.clips().values()), 30, "the end of all clips"
            )
            wait_until(lambda run=run: not hooks_of(run.archive), 30, "the last hook's end")
        yield runs
    finally:
        for run in runs.values():
            run.child.kill()
            run.child.wait()


def hooks_of(archive):
    """Return the hooks that still run for an archive; Motion does not wait for them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:
            continue
    return [line for line in lines if b"sitegen-hook" in line and str(archive).encode() in line]


@pytest.mark.parametrize("zone", ZONES)
def test_an_event_becomes_a_true_sidecar(runs, zone):
    """Times are true UTC within two seconds, the picture is joined, the event is that of the trigger."""
    run = runs[zone]
    path, clip = run.first()
    movie, picture = path.with_name(clip.video), path.with_name(clip.image)
    assert movie.stem == path.stem
    assert path.parent.parent == run.archive / "events" / "101"
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    assert (clip.kind, clip.camera, clip.end_reason) == ("event", "101", "motion_stopped")
    written = datetime.fromtimestamp(movie.stat().st_mtime, UTC)
    # Motion closes the movie when the event ends, which is later than the last frame by the gap at most.
    assert timedelta(0) < written - clip.end < timedelta(seconds=EVENT_GAP_S) + CLOSING
    assert run.begun < clip.start < clip.end
    container = read_container(movie)
    assert abs((clip.end - clip.start).total_seconds() - container.seconds) < 0.01
    assert (container.codec, container.complete) == ("h264", True)
    trigger = datetime.strptime(clip.event, "101-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert clip.start <= trigger <= clip.start + timedelta(seconds=4)
    assert clip.motion.changed_pixels > 1500
    assert clip.motion.labels >= 1
    assert 0 < clip.motion.x < 320
    assert 0 < clip.motion.y < 240
    assert 20 < clip.motion.width < 320


@pytest.mark.parametrize("zone", ZONES)
def test_what_motion_was_stopped_in_is_complete(runs, zone):
    """SIGTERM in the midst of an event: its clip ends then, by the clock on the wall, and says why."""
    path, last = list(runs[zone].clips().items())[-1]
    written = datetime.fromtimestamp(path.with_name(last.video).stat().st_mtime, UTC)
    assert timedelta(0) < written - last.end < CLOSING
    assert last.end_reason in {"stopped", "motion_stopped"}  # the latter where the box had just stood still


@pytest.mark.parametrize("zone", ZONES)
def test_debug_movies_are_told_apart(runs, zone):
    """Motion's movie of the motion itself is known as such, in the same event, without a picture."""
    debug = [each for each in runs[zone].sidecars().values() if each.extra == {"movie": "debug"}]
    assert debug
    assert debug[0].event == runs[zone].first()[1].event
    assert debug[0].image is None


def test_a_cameras_name_runs_nothing(runs):
    """A name that is a shell command is a name: it reaches neither hooks nor file names."""
    for run in runs.values():
        assert list(run.folder.rglob("ran*")) == []
        assert "ran1" in run.log.read_text(), "Motion should have read the name"


def test_hooks_said_nothing(runs):
    """A hook that works is silent; what it says would be in Motion's log."""
    for run in runs.values():
        assert "sitegen-hook:" not in run.log.read_text()


def test_the_last_line_is_camera_dir():
    """Options after camera_dir would silently not reach the cameras."""
    lines = [
        line for line in (REPOSITORY / "motion" / "motion.conf").read_text().splitlines() if line.strip()
    ]
    assert lines[-1].startswith("camera_dir ")
    options = [line for line in lines if not line.startswith("#")]
    assert {option.split()[0] for option in options} >= {
        *(f"on_{name}" for name in ("event_start", "event_end", "movie_start", "movie_end")),
        *("on_picture_save", "on_camera_lost", "on_camera_found", "target_dir", "movie_filename"),
    }
    for line in options:
        assert not re.search(r"%\$|%C", line), f"{line} would paste a name into a shell"
