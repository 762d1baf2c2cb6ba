"""An archive in which everything has a hostile name: cameras by Motion's configuration, files, folders, tags, titles, notes, texts."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from hostile_names import NAMES, as_file, in_motion_conf
from sandbox import Sandbox, aged, film


def motion_configuration(folder: Path, names: Sequence[str]) -> Path:
    """Write a real motion.conf with a camera of each name that a line of it can hold."""
    (folder / "motion" / "cameras").mkdir(parents=True)
    for number, name in enumerate(filter(in_motion_conf, names), 1):
        text = f"camera_id {number}\nnetcam_url rtsp://127.0.0.1:9/{number}\ncamera_name {name}\n"
        (folder / "motion" / "cameras" / f"camera{number}.conf").write_text(text, encoding="utf-8")
    conf = folder / "motion" / "motion.conf"
    conf.write_text("webcontrol_port 0\ncamera_dir cameras\n")
    return conf


def settings(names: Sequence[str]) -> str:
    """Return a configuration that reads Motion's, and gives one camera a title of its own."""
    title = next(name for name in names if name.isprintable() and name.strip())
    text = '[site]\ntimezone = "Europe/Berlin"\nurl = "https://cctv.example/"\n[motion]\nconfig = "motion/motion.conf"\n'
    return f'{text}[camera.101]\ntitle = {json.dumps(title, ensure_ascii=False)}\n[camera.102]\ntitle = "Driveway"\n'


def named_site(folder: Path, names: Sequence[str] = NAMES, seed: int = 1) -> Sandbox:
    """Put a clip into a sandbox for each name, which is its tag, title, text, event, file and folder at once."""
    motion_configuration(folder, names)
    box = Sandbox(folder, settings(names))
    pick = random.Random(seed)
    cameras = cycle([str(n) for n in range(1, 1 + sum(map(in_motion_conf, names)))])
    for name in names:
        _put(box, next(cameras), name, pick.choice(names))
    return box


def _put(box: Sandbox, camera: str, name: str, other: str) -> None:
    start, end = (box.when(), box.moment(), box.moment(1))[1:]
    folder = box.root / "events" / camera / (as_file(other, "") or "plain")
    if folder.name in {".", ".."} or not folder.name.strip("."):
        folder = folder.with_name("plain")
    folder.mkdir(parents=True, exist_ok=True)
    video = folder / (as_file(name) or "plain.mp4")
    if not video.exists():
        os.link(film(), video)
        aged(video)
    fields = {"schema": 1, "kind": "event", "camera": camera, "start": start, "end": end, "video": video.name}
    fields |= {"event": name, "end_reason": other, "extra": {name: other}}
    text = "".join(f"{key}: {_quoted(value)}\n" for key, value in fields.items())
    _write(video, ".yaml", text)
    front = f"---\nkeep: true\ntags: [{_quoted(name[:60])}, plain]\ntitle: {_quoted(other)}\n---\n"
    _write(video, ".md", f"{front}{name}\n\n# {other}\n\n[{name}]({other})\n")


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")


def _write(video: Path, ending: str, text: str) -> None:
    """Write a file beside a video, unless its name would be too long for one."""
    path = video.with_name(video.name.removesuffix(".mp4") + ending)
    if len(path.name.encode()) <= 255:
        path.write_bytes(text.encode(errors="replace"))
