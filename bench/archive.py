"""Makes archives for the benchmarks: N clips in 8 cameras, 300 a day, one flat sidecar each, videos hard-linked.

The same N and kind give the same names and bytes. It writes only below the folder it is given.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitegen.archive.sidecar_text import sidecar_text

CAMERAS = tuple(str(100 + number) for number in range(1, 9))
PER_DAY = 300
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
_MOST_LINKS = 30_000  # a file of ext4 has at most 65,000 names
_STEP_S = 24 * 3600 / PER_DAY


def small_video(path: Path) -> None:
    """Write a real video of one second, some kilobytes small."""
    command = (
        "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=64x36:r=5:d=1 -pix_fmt yuv420p -c:v libx264 -g 5"
    )
    subprocess.run([*command.split(), str(path)], check=True)


def clip_times(number: int, kind: str = "event") -> tuple[datetime, datetime]:
    """Return start and end of the clip with this number; a camera's segments follow each other without gaps."""
    day, place = divmod(number, PER_DAY)
    start = FIRST_DAY + timedelta(days=day, seconds=place * _STEP_S)
    if kind == "segment":
        return start, start + timedelta(seconds=len(CAMERAS) * _STEP_S)
    return start, start + timedelta(seconds=random.Random(number).randint(5, 200))


def sidecar_of(number: int, kind: str) -> tuple[str, str]:
    """Return (folder and stem, text) of the sidecar of a clip."""
    start, end = clip_times(number, kind)
    camera = CAMERAS[number % len(CAMERAS)]
    stem = f"{camera}-{number}-{start:%Y%m%dT%H%M%SZ}"
    fields: dict[str, object] = {
        "kind": kind,
        "camera": camera,
        "start": f"{start:%Y-%m-%dT%H:%M:%S.120Z}",
        "end": f"{end:%Y-%m-%dT%H:%M:%S.020Z}",
        "video": f"{stem}.mp4",
    }
    if kind == "event":
        chance = random.Random(number)
        fields["motion"] = {"changed_pixels": chance.randint(500, 60_000), "x": 310, "y": 190}
    fields["end_reason"] = "rotated" if kind == "segment" else "motion_stopped"
    return f"{kind}s/{camera}/{start:%Y%m%d}/{stem}", sidecar_text(fields)


def make_archive(root: Path, clips: int, kind: str = "event", *, first: int = 0) -> None:
    """Put the clips `first` to `first + clips` below `root`."""
    root.mkdir(parents=True, exist_ok=True)
    made: set[str] = set()
    video = root / ".video-0.mp4"  # hidden: no clip
    for number in range(first, first + clips):
        if number % _MOST_LINKS == 0 or not video.exists():
            video = root / f".video-{number // _MOST_LINKS}.mp4"
            if not video.exists():
                small_video(video)
        name, text = sidecar_of(number, kind)
        folder = name.rpartition("/")[0]
        if folder not in made:
            (root / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        os.link(video, root / f"{name}.mp4")
        with open(root / f"{name}.yaml", "w", encoding="utf-8") as file:  # noqa: PTH123 - a third faster
            file.write(text)


def add_video(root: Path, number: int, kind: str = "event") -> None:
    """Put the video of one more clip there; it is a new file: one that is old would be adopted without its sidecar."""
    name, _ = sidecar_of(number, kind)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(min(root.glob(".video-*.mp4")), root / f"{name}.mp4")


def add_sidecar(root: Path, number: int, kind: str = "event") -> Path:
    """Put a sidecar beside its video as a hook does, by a rename; return it."""
    name, text = sidecar_of(number, kind)
    temporary = root / f"{name}.yaml.tmp"
    temporary.write_text(text, encoding="utf-8")
    temporary.rename(root / f"{name}.yaml")
    return root / f"{name}.yaml"


def add_clip(root: Path, number: int, kind: str = "event") -> Path:
    """Put one more clip there: the video first, then the sidecar; return the sidecar."""
    add_video(root, number, kind)
    return add_sidecar(root, number, kind)


def remove_clip(root: Path, number: int, kind: str = "event") -> None:
    """Take a clip away that may be there."""
    name, _ = sidecar_of(number, kind)
    for ending in (".mp4", ".yaml"):
        (root / f"{name}{ending}").unlink(missing_ok=True)
