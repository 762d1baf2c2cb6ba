"""Makes small archives for tests, and says what a site looks like from outside."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitegen.archive.sidecar_text import sidecar_text

VOLATILE = ("build.json", "status.json", "metrics.prom", "status/")
"""What promise P5 exempts."""


def stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_video(path: Path, seconds: float = 2.0, source: str = "testsrc2=size=320x240:rate=10") -> Path:
    """Make a small H.264 mp4 with ffmpeg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [
        "ffmpeg",
        "-nostdin",
        "-loglevel",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        source,
        "-t",
        str(seconds),
    ]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-g", "10", str(path)], check=True)
    return path


def put_clip(
    root: Path,
    start: datetime,
    *,
    kind: str = "event",
    camera: str = "101",
    seconds: float | None = 10,
    video: bytes | Path = b"not really a video",
    sidecar: bool = True,
    token: str = "1",
    **fields: object,
) -> Path:
    """Put a video and its sidecar into an archive, as a hook or the recorder would; return the video's path."""
    name = f"{camera}-{token}-{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    folder = root / f"{kind}s" / camera / f"{start.astimezone(UTC):%Y%m%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.mp4"
    if isinstance(video, Path):
        os.link(video, path)
    else:
        path.write_bytes(video)
    if sidecar:
        values: dict[str, object] = {"kind": kind, "camera": camera, "start": stamp(start)}
        if seconds is not None:
            values["end"] = stamp(start + timedelta(seconds=seconds))
        write_sidecar(path.with_suffix(".yaml"), values | {"video": path.name} | fields)
    return path


def write_sidecar(path: Path, values: dict[str, object]) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(sidecar_text(values))
    temporary.rename(path)


def put_outage(root: Path, start: datetime, end: datetime | None, camera: str = "101") -> Path:
    folder = root / "outages" / camera / f"{start.astimezone(UTC):%Y%m%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{camera}-{start.astimezone(UTC):%Y%m%dT%H%M%SZ}.yaml"
    values: dict[str, object] = {"kind": "outage", "camera": camera, "start": stamp(start)}
    if end is not None:
        values |= {"end": stamp(end), "end_reason": "camera_found"}
    write_sidecar(path, values)
    return path


def site_bytes(site: Path) -> dict[str, str]:
    """Return path → hash of everything on a site but media and what P5 exempts; links as what they say."""
    found = {}
    for folder, folders, files in os.walk(site):
        for name in [*files, *(f for f in folders if (Path(folder) / f).is_symlink())]:
            path = Path(folder) / name
            shown = path.relative_to(site).as_posix()
            if shown.startswith(VOLATILE):
                continue
            data = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            found[shown] = hashlib.sha256(data).hexdigest()[:16]
    return found


def configure(folder: Path, text: str = "") -> Path:
    """Write a sitegen.toml with an archive beside it; return its path."""
    (folder / "archive").mkdir(parents=True, exist_ok=True)
    path = folder / "sitegen.toml"
    path.write_text(text or '[site]\ntimezone = "Europe/Berlin"\n[camera.101]\ntitle = "Driveway"\n')
    return path
