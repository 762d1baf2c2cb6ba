"""Kills the recorder, not its ffmpeg, at its state-changing calls, and starts it again: no segment is without a sidecar, or with two.

What is promised: a video that has frames gets a sidecar with its end, at once or at the next start; nothing that was
recorded is overwritten or taken away; a sidecar that had its end stays as it is; what was half written is swept.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from recorder_story import PROGRAM, make_footage
from torture import calls
from torture.tally import Tally
from waiting import wait_until

from sitegen.archive.container import read_container
from sitegen.archive.sidecar import read_sidecar
from sitegen.clip import Sidecar

PATIENCE_S = 60
AT_ONCE = 4
"""Recorders that are tried at the same time: most of what they do is to wait."""
_CAMERA = "7"
_SEGMENTS = 2
_SLACK = timedelta(seconds=1)
"""That a file is opened is said a little before that the one before it is closed; a kill may come between."""


class Recording:
    """An archive, and the recorder that fills it from a file that plays in a loop, perhaps with a sub-stream."""

    def __init__(self, folder: Path, footage: Path, *, sub: bool = True) -> None:
        self.folder, self.archive = folder, folder / "archive"
        self.archive.mkdir(parents=True, exist_ok=True)
        (folder / "sitegen.toml").write_text(
            f'[camera.{_CAMERA}]\nurl = "file://{footage}"\n'
            + (f'sub_url = "file://{footage}"\n' if sub else "")
            + '[record]\nsegment_seconds = 1\nstall_seconds = 5\n[previews]\nsegments = "none"\n'
        )
        self.argv = [sys.executable, "-c", PROGRAM, str(folder / "sitegen.toml")]

    def record(self, command: list[str], segments: int) -> int:
        """Run a recorder until it has closed so many segments more, then stop it; return how it ended."""
        wanted = len(self.ended()) + segments
        with (
            (self.folder / "record.log").open("ab") as log,
            subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder) as recorder,
        ):
            try:
                wait_until(
                    lambda: recorder.poll() is not None or len(self.ended()) >= wanted, PATIENCE_S, "segments"
                )
                recorder.terminate()
                return recorder.wait(PATIENCE_S)
            finally:
                recorder.kill()

    def videos(self) -> list[Path]:
        """What the main stream left; that of a sub-stream is no clip."""
        return [path for path in self.archive.rglob("*.mp4") if not path.name.endswith(".sub.mp4")]

    def ended(self) -> dict[Path, bytes]:
        """The sidecars that have an end."""
        found = {path: path.read_bytes() for path in self.archive.rglob("*.yaml")}
        return {path: data for path, data in found.items() if b"\nend:" in data}

    def said(self) -> str:
        return (self.folder / "record.log").read_text(errors="replace")


def points(folder: Path) -> list[tuple[str, int]]:
    """Return every (call, number) of a recorder that records some segments and is stopped."""
    recording = Recording(folder / "counted", _footage(folder))
    trace = recording.folder / "trace"
    code = recording.record(
        calls.alone(f"-e trace={','.join(calls.CHANGING)}", recording.argv, trace), _SEGMENTS
    )
    assert code == 0, recording.said()
    found = calls.counts_in(trace)
    return [(call, number) for call in sorted(found) for number in range(1, found[call] + 1)]


def sync(folder: Path, tally: Tally) -> None:
    """Look at a recorder that nothing disturbs, whether its sidecars are durable (P12)."""
    recording = Recording(folder / "synced", _footage(folder))
    trace = recording.folder / "trace"
    code = recording.record(calls.alone(" ".join(calls.SYNCING), recording.argv, trace), _SEGMENTS)
    broken = calls.unsynced(trace) if code == 0 else [recording.said()[-300:]]
    tally.add("recorder, undisturbed", hit=True, broken=broken)


def kill_at(folder: Path, chosen: Iterable[tuple[str, int]], tally: Tally) -> None:
    """Try kill points, some at the same time."""
    footage = _footage(folder)

    def one(point: tuple[str, int]) -> None:
        recording = Recording(folder / f"{point[0]}-{point[1]}", footage)
        try:
            hit, broken = _killed(recording, *point)
        except AssertionError as error:
            hit, broken = True, [f"{str(error)[:200]}: {recording.said()[-400:]}"]
        tally.add(f"recorder, killed at {point[0]} {point[1]}", hit=hit, broken=broken)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, chosen))


def _footage(folder: Path) -> Path:
    path = folder / "footage.mp4"
    return path if path.exists() else make_footage(path)


def _killed(recording: Recording, call: str, number: int) -> tuple[bool, list[str]]:
    """Kill it there, look, start it again, and judge."""
    command = calls.alone(f"-e trace={call} -e inject={call}:signal=KILL:when={number}", recording.argv)
    hit = recording.record(command, _SEGMENTS) != 0
    wait_until(
        lambda: not _ffmpegs(recording.archive), PATIENCE_S, "the end of ffmpeg, which dies with its recorder"
    )
    kept, ended = _hashes(recording.archive), recording.ended()
    code = recording.record(recording.argv, 1)
    found = [] if code == 0 else [f"the next recorder ended with {code}: {recording.said()[-300:]}"]
    now, sidecars = _hashes(recording.archive), recording.ended()
    found += [f"another file now, or none: {path}" for path, one in kept.items() if now.get(path) != one]
    found += [
        f"changed though it was whole: {path.name}"
        for path, data in ended.items()
        if sidecars.get(path) != data
    ]
    if "Traceback" in recording.said():
        found.append(f"traceback: {recording.said()[-600:]}")
    return hit, found + judged(recording.archive)


def _ffmpegs(archive: Path) -> list[str]:
    """Return the processes that write below an archive."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if command.startswith(b"ffmpeg") or b"/ffmpeg\0" in command:
            found += [process.name] if bytes(archive) in command else []
    return found


def _hashes(archive: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in archive.rglob("*.mp4")}


def judged(archive: Path) -> list[str]:
    """Say what is wrong with an archive to which nobody records any more."""
    found = [f"left behind: {path.name}" for path in archive.rglob("*.tmp")]
    known: list[Sidecar] = []
    for path in sorted(archive.rglob("*.yaml")):
        sidecar, problems = read_sidecar(path.read_bytes(), path.name)
        if sidecar is None or problems or sidecar.end is None:
            found.append(f"{path.name}: {problems or sidecar}")
        elif not (path.parent / str(sidecar.video)).exists() or path.stem != Path(str(sidecar.video)).stem:
            found.append(f"{path.name} is of no video that is there")
        else:
            known.append(sidecar)
    named = [each.video for each in known] + [each.preview for each in known]
    for video in archive.rglob("*.mp4"):
        container, count = read_container(video), named.count(video.name)
        # A sub-stream's file whose segment came to nothing has none: it is adopted as the only footage of that time.
        lacks_one = count == 0 and not video.name.endswith(".sub.mp4")
        if container is not None and container.seconds and (count > 1 or lacks_one):
            found.append(f"{video.name} has frames and {count} sidecars")
    known.sort(key=lambda each: each.start)
    found += [
        f"{one.video} ends at {one.end}, {two.video} begins at {two.start}"
        for one, two in pairwise(known)
        if one.end and one.end > two.start + _SLACK
    ]
    return found
