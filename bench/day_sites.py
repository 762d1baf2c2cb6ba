"""Sites of one long day, as readers meet them: so many events, 8 cameras that are recorded all day, previews and all.

The films and previews of all clips are hard links to a few real ones; pages are built anew each time. Below bench/.cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from archive import CAMERAS
from measure import running
from places import CACHE, SITEGEN, empty, log_of

from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.demo.footage import make_footage
from sitegen.nginx import nginx_argv, nginx_config
from sitegen.process import find

DAY = datetime(2025, 1, 2, tzinfo=UTC)
PAGE = "2025/01/02/index.html"
SEGMENT_S = 300
_TITLES = ("Driveway", "Back yard", "Shop", "Gate", "Front door", "Cellar stairs", "Workshop", "Car park")
_FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof"


def configuration(folder: Path) -> Path:
    cameras = "".join(
        f'[camera.{one}]\ntitle = "{title}"\n' for one, title in zip(CAMERAS, _TITLES, strict=True)
    )
    path = folder / "sitegen.toml"
    path.write_text(
        f'[site]\ntitle = "Elm Street 4"\ntimezone = "Europe/Berlin"\n{cameras}', encoding="utf-8"
    )
    return path


def films() -> dict[str, Path]:
    """Return one film of each kind, made once: an event's, and a segment's as the recorder writes it."""
    folder = CACHE / "films"
    event = make_footage(folder / "event.mp4", "driveway", ((1, 7),), seconds=8)
    segment = folder / "segment.mp4"
    if not segment.exists():
        whole = make_footage(folder / "whole.mp4", "yard", ((100, 106),), seconds=SEGMENT_S)
        command = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-i",
            str(whole),
            "-c",
            "copy",
            "-movflags",
            _FRAGMENTED,
        ]
        subprocess.run([*command, str(segment)], check=True)
    return {"event": event, "segment": segment}


class Shot(NamedTuple):
    """One clip of the day."""

    kind: str
    camera: str
    start: datetime
    seconds: float
    number: int
    box: tuple[int, int, int, int] = (310, 190, 120, 80)
    """Where motion was: its centre, width and height in pixels."""


def put(root: Path, film: Path, shot: Shot) -> Path:
    """Put a clip into an archive; return the video."""
    stem = f"{shot.camera}-{shot.number}-{shot.start:%Y%m%dT%H%M%SZ}"
    folder = root / f"{shot.kind}s" / shot.camera / f"{shot.start:%Y%m%d}"
    folder.mkdir(parents=True, exist_ok=True)
    end = shot.start + timedelta(seconds=shot.seconds)
    fields: dict[str, object] = {
        "kind": shot.kind,
        "camera": shot.camera,
        "start": f"{shot.start:%Y-%m-%dT%H:%M:%S}.000Z",
        "end": f"{end:%Y-%m-%dT%H:%M:%S}.000Z",
        "video": f"{stem}.mp4",
    }
    if shot.kind == "event":
        pixels = int(400 * 1.5 ** (shot.number * 7 % 12))
        fields["motion"] = {"changed_pixels": pixels} | dict(
            zip(("x", "y", "width", "height"), shot.box, strict=True)
        )
    fields["end_reason"] = "motion_stopped" if shot.kind == "event" else "rotated"
    os.link(film, folder / f"{stem}.mp4")
    (folder / f"{stem}.yaml").write_text(sidecar_text(fields), encoding="utf-8")
    return folder / f"{stem}.mp4"


def shots(events: int) -> Iterator[Shot]:
    """Yield everything of the day."""
    midnight = DAY - timedelta(hours=1)  # in Berlin
    for number in range(events):
        start = midnight + timedelta(seconds=number * 86_400 // events)
        yield Shot("event", CAMERAS[number % len(CAMERAS)], start, 8, number)
    for number in range(86_400 // SEGMENT_S):
        for camera in CAMERAS:
            yield Shot("segment", camera, midnight + timedelta(seconds=number * SEGMENT_S), SEGMENT_S, number)


def previews_of(film: dict[str, Path]) -> dict[str, dict[str, Path]]:
    """Return kind of clip → kind of preview → file, made by sitegen itself."""
    folder = CACHE / "previews"
    if not (folder / "complete").exists():
        empty(folder)
        for kind, video in film.items():
            put(folder / "archive", video, Shot(kind, CAMERAS[0], DAY, 8, 0))
        subprocess.run([SITEGEN, "-c", str(configuration(folder)), "build", "-q"], check=True)
        (folder / "complete").touch()
    made: dict[str, dict[str, Path]] = {}
    for kind in film:
        files = {path.name: path for path in (folder / f"site/previews/{kind}s").rglob("*") if path.is_file()}
        made[kind] = {
            ending: next(path for name, path in files.items() if name.endswith(ending))
            for ending in PREVIEW_ENDINGS.values()
        }
    return made


def day_site(events: int) -> Path:
    """Return the folder (site, archive) of a day with so many events; its pages are those of the code as it is now."""
    folder = CACHE / f"day-{events}"
    if not (folder / "complete").exists():
        empty(folder)
        film = films()
        previews = previews_of(film)
        for shot in shots(events):
            video = put(folder / "archive", film[shot.kind], shot)
            shown = video.relative_to(folder / "archive")
            target = folder / "previews" / shown
            target.parent.mkdir(parents=True, exist_ok=True)
            for ending, path in previews[shot.kind].items():
                os.link(path, f"{target}{ending}")
        (folder / "complete").touch()
    return built(folder, configuration(folder))


def built(folder: Path, config: Path) -> Path:
    """Build the folder's site from scratch, beside its previews."""
    for name in ("site", "state"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(folder / "previews", folder / "site/previews", copy_function=os.link)
    (folder / "site/build.json").write_text('{"schema": 1, "revision": 1}')  # a site that lost its pages
    command = [SITEGEN, "-c", str(config), "build", "-q", "--no-previews"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return folder


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Serve a folder's site by nginx with the shipped configuration; yield its address."""
    run = empty(folder / "run")
    (run / "nginx.conf").write_text(
        nginx_config(
            site=folder / "site", archive=folder / "archive", run=run, listen=f"127.0.0.1:{port}",
            announce="127.0.0.1:9", user="root" if os.geteuid() == 0 else None,
        )
    )  # fmt: skip
    argv = nginx_argv(run / "nginx.conf", run)
    with running([find(argv[0]), *argv[1:]], log_of(f"nginx-{port}")) as server:
        server.until((run / "nginx.pid").exists, longest_s=10)
        yield f"http://127.0.0.1:{port}/"
