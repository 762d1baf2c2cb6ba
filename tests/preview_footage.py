"""Small real videos for the tests of previews, and a way to look at pictures."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitegen.clip import Clip

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-threads", "1")


def encode(path: Path, picture: str, *options: str) -> Path:
    """Write a video of a lavfi picture."""
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        picture,
        *options,
        f"file:{path}",
    ]
    subprocess.run(command, check=True, timeout=120)
    return path


def copy(path: Path, *options: str) -> Path:
    """Write a video with ffmpeg's options given, input included."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *options, f"file:{path}"], check=True, timeout=120
    )
    return path


def clip_of(
    root: Path, name: str, kind: str = "event", seconds: float = 3, start: datetime | None = None
) -> Clip:
    """Return the clip of a video that lies in an archive."""
    status = (root / name).stat()
    begin = start or datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Clip(
        path=name,
        id=f"1-{name}",
        kind=kind,
        camera="1",
        start=begin,
        end=begin + timedelta(seconds=seconds),
        bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )


def gray(path: Path, width: int, height: int) -> list[list[int]]:
    """Return the first picture of a file as rows of brightness, 0 to 255, scaled to the size given."""
    command: Sequence[str] = [
        *("ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-frames:v", "1"),
        *(
            "-vf",
            f"scale={width}:{height}:flags=area:out_range=full",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "-",
        ),
    ]
    raw = subprocess.run(command, check=True, timeout=60, stdout=subprocess.PIPE).stdout
    assert len(raw) == width * height
    return [list(raw[row * width : (row + 1) * width]) for row in range(height)]


def stream(path: Path, *names: str) -> list[str]:
    """Return what ffprobe says of a file's video stream."""
    answer = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries"),
            *(f"stream={','.join(names)}", "-of", "default=nw=1", str(path)),
        ],
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    told = dict(line.split("=", 1) for line in answer.splitlines())
    return [told[name] for name in names]
