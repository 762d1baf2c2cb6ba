"""Cameras with sub-streams while these, the main streams and the recorder fail, recorded once for the tests that judge it."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from recorder_story import CANARY, Recorder, _late_in_a_segment, make_footage, recording
from simulator import Cameras, start_cameras
from waiting import wait_until

from sitegen.clip import Sidecar

FAULTS = {"frozen": "freeze", "refused": "refuse", "dropped": "drop"}
"""What happens to the sub-streams of the cameras of these names."""
CAMERAS = ("steady", *FAULTS, "killed", "mainless")


@dataclass
class Story:
    """What happened, for the tests to judge."""

    recorder: Recorder
    footage: Path
    small: Path
    pids_before: dict[str, int] = field(default_factory=dict)
    pids_after: dict[str, int] = field(default_factory=dict)
    previews_of_open: list[str | None] = field(default_factory=list)
    segments_at_fault: dict[str, str] = field(default_factory=dict)
    """Which segment was being recorded when its sub-stream failed."""
    alone: set[str] = field(default_factory=set)
    """Sub-stream files that were begun while the main stream was lost."""
    open_after_kill: dict[str, Sidecar] = field(default_factory=dict)
    exit_code: int | None = None

    def subs(self, camera: str) -> list[Path]:
        """The files of a camera's sub-stream, by name."""
        return sub_files(self.recorder, camera)

    def named(self, camera: str) -> list[str]:
        """The files that the camera's sidecars name."""
        return [each.preview for each in self.recorder.sidecars(camera) if each.preview is not None]


def sub_files(recorder: Recorder, camera: str) -> list[Path]:
    return sorted((recorder.archive / "segments" / camera).glob("*/*.sub.mp4"))


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("sub-streams")
    footage = make_footage(folder / "footage.mp4")
    small = make_footage(folder / "small.mp4", size="96x72")
    files = {**dict.fromkeys(CAMERAS, footage), **{f"{name}-sub": small for name in CAMERAS}}
    with start_cameras(folder, files, user="viewer", password=CANARY) as cameras:
        urls = {name: cameras.url(name) for name in CAMERAS}
        subs = {name: cameras.url(f"{name}-sub") for name in CAMERAS}
        with recording(folder / "site", urls, subs=subs) as recorder:
            told = Story(recorder, footage, small)
            for name in CAMERAS:
                wait_until(lambda n=name: _with_preview(recorder, n), what=f"a segment of {name}")
            _break(told, cameras)
            _kill_and_start_again(told)
            told.exit_code = recorder.end(signal.SIGTERM)
            yield told


def _with_preview(recorder: Recorder, camera: str) -> list[Sidecar]:
    return [each for each in recorder.whole(camera) if each.preview is not None]


def _being_recorded(recorder: Recorder, camera: str) -> Sidecar:
    """The open segment of a camera, once its sub-stream has a file too."""
    [begun] = wait_until(
        lambda: [each for each in recorder.sidecars(camera) if each.end is None and each.preview],
        what=f"an open sidecar of {camera} that names a preview",
    )
    return begun


def _break(told: Story, cameras: Cameras) -> None:
    recorder = told.recorder
    told.previews_of_open.append(_being_recorded(recorder, "steady").preview)
    told.pids_before = recorder.ffmpegs()
    _late_in_a_segment()
    for name in (*FAULTS, "killed"):
        told.segments_at_fault[name] = _being_recorded(recorder, name).video
    os.kill(told.pids_before["killed.sub"], signal.SIGKILL)
    for name, action in FAULTS.items():
        cameras.control(f"{name}-sub", action)
    before = sub_files(recorder, "mainless")
    cameras.control("mainless", "refuse")
    wait_until(lambda: "camera_lost" in recorder.reasons("mainless"), what="the loss of a main stream")
    wait_until(lambda: len(sub_files(recorder, "mainless")) > len(before), what="a sub-stream alone")
    told.alone = {path.name for path in sub_files(recorder, "mainless")[len(before) :]}
    cameras.control("mainless", "normal")
    refusal = b"refused, sub-stream: ffmpeg"
    wait_until(lambda: refusal in recorder.log.read_bytes(), what="a refused sub-stream")
    cameras.control("refused-sub", "normal")
    wait_until(lambda: b"frozen, sub-stream: recording ended" in recorder.log.read_bytes(), what="a stall")
    cameras.control("frozen-sub", "normal")
    known = {name: {each.preview for each in recorder.sidecars(name)} | told.alone for name in CAMERAS}
    for name in CAMERAS[1:]:
        wait_until(lambda n=name: _is_well(told, n, known[n]), what=f"a preview of {name} after the fault")
    told.pids_after = recorder.ffmpegs()


def _is_well(told: Story, camera: str, known: set[str | None]) -> bool:
    fault = told.segments_at_fault.get(camera, "")
    later = [each for each in _with_preview(told.recorder, camera) if each.video > fault]
    return any(each.preview not in known and each.end_reason == "rotated" for each in later)


def _kill_and_start_again(told: Story) -> None:
    recorder = told.recorder
    pids = recorder.ffmpegs()
    for name in CAMERAS:
        told.open_after_kill[name] = _being_recorded(recorder, name)
    recorder.end(signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids.values()), what="end of ffmpeg")
    recorder.start()
    before = len(_with_preview(recorder, "steady"))
    wait_until(lambda: len(_with_preview(recorder, "steady")) >= before + 2, what="recording after a kill")
