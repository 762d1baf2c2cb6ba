"""Synthetic footage: the same every time, made once, and moving exactly when it is said to."""

import subprocess
import time
from pathlib import Path

import pytest
from simulator import start_cameras
from waiting import wait_until

from sitegen import process
from sitegen.demo.footage import FootageError, make_footage
from sitegen.demo.h264 import read_footage
from sitegen.demo.scenes import SCENES

SMALL = {"size": (320, 180), "fps": 10}


def test_the_same_arguments_make_the_same_bytes(tmp_path):
    """Footage is deterministic, so that tests and demos see the same pictures everywhere."""
    first = make_footage(tmp_path / "a.mp4", "yard", ((1, 2),), seconds=3, **SMALL)
    second = make_footage(tmp_path / "b.mp4", "yard", ((1, 2),), seconds=3, **SMALL)
    assert first.read_bytes() == second.read_bytes()


def test_footage_that_is_there_is_not_made_again_unless_something_else_is_asked_for(tmp_path):
    """A second start of the demo costs no encoding; a changed recipe does."""
    path = make_footage(tmp_path / "a.mp4", "shop", seconds=2, **SMALL)
    made = path.stat().st_mtime_ns, path.stat().st_ino
    make_footage(path, "shop", seconds=2, **SMALL)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == made
    make_footage(path, "shop", ((0, 1),), seconds=2, **SMALL)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) != made


@pytest.mark.parametrize("name", ["a.mp4", "a.h264"])
def test_footage_has_every_frame_and_key_frames_where_they_belong(tmp_path, name):
    """Three seconds at 10 frames a second are 30 frames of 9,000 ticks with a key frame each second."""
    path = make_footage(tmp_path / name, "gate", ((0, 3),), seconds=3, gop_seconds=1, **SMALL)
    footage = read_footage(path, fps=10)
    assert [frame.ticks for frame in footage.frames] == [9_000 * number for number in range(30)]
    assert [number for number, frame in enumerate(footage.frames) if frame.key] == [0, 10, 20]
    assert footage.ticks == 270_000


def test_a_recipe_that_ffmpeg_refuses_is_an_error_and_leaves_no_file(tmp_path):
    """The message holds what ffmpeg said; half a file never stands where footage is expected."""
    with pytest.raises(FootageError, match="could not make"):
        make_footage(tmp_path / "a.mp4", "gate", seconds=1, size=(0, 0))
    assert list(tmp_path.iterdir()) == []


def test_motion_fires_in_exactly_the_windows_in_every_scene(tmp_path):
    """Real Motion, once it knows a scene, reports one event a round: within the window, none at the loop's border."""
    seconds, window = 10.0, (4.0, 7.0)
    scenes = {
        name: make_footage(tmp_path / f"{name}.mp4", name, (window,), seconds=seconds, gop_seconds=1)
        for name in SCENES
    }
    with start_cameras(tmp_path, scenes) as cameras:
        said = _motion(tmp_path, {name: cameras.url(name) for name in scenes})
        motion = process.start(
            ["motion", "-n", "-c", str(tmp_path / "motion.conf")], stdout=subprocess.DEVNULL
        )
        try:
            # How many rounds Motion needs to get to know a scene depends on how much of the processor it gets.
            wait_until(
                lambda: all(
                    any(
                        _is_exact(times, window)
                        for times in _rounds(said, number, cameras.started_at, seconds)
                    )
                    for number in range(1, len(scenes) + 1)
                ),
                100,
                f"a round with exactly one event for each of {list(scenes)}",
            )
        finally:
            motion.terminate()
            motion.communicate(timeout=30)


def _rounds(said: Path, camera: int, began: float, seconds: float) -> list[list[tuple[str, float]]]:
    """Return what Motion said of a camera in each round that is over: (start or end, seconds into the round)."""
    over = int((time.time() - began) / seconds)
    rounds: list[list[tuple[str, float]]] = [[] for _ in range(over)]
    for line in said.read_text().splitlines():
        number, what, at = line.split()
        which, into = divmod(float(at) - began, seconds)
        if int(number) == camera and which < over:
            rounds[int(which)].append((what, into))
    return rounds


def _is_exact(times: list[tuple[str, float]], window: tuple[float, float]) -> bool:
    if [what for what, _ in times] != ["start", "end"]:
        return False
    (_, start), (_, end) = times
    # The event ends after event_gap, which is 1 s, and up to a second of Motion's own.
    return window[0] <= start <= window[1] and window[1] - 1 <= end <= window[1] + 2.5


def _motion(folder: Path, urls: dict[str, str]) -> Path:
    """Configure Motion with one camera a scene; return the file to which its hooks write."""
    said = folder / "events.txt"
    said.touch()
    lines = ["daemon off", "log_level 4", "webcontrol_port 0", "movie_output off", "picture_output off"]
    lines += ["width 640", "height 360", "framerate 10", "event_gap 1", f"target_dir {folder}"]
    lines += [f"on_event_{what} echo %t {what} $(date +%%s.%%N) >> {said}" for what in ("start", "end")]
    for number, url in enumerate(urls.values(), start=1):
        camera = folder / f"camera{number}.conf"
        camera.write_text(f"camera_id {number}\nnetcam_url {url}\n")
        lines.append(f"camera {camera}")
    (folder / "motion.conf").write_text("\n".join(lines) + "\n")
    return said
