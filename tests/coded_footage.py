"""Footage whose pictures tell the time: sixteen bars, black or white, are the number of twentieths of a second since noon."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from archives import put_clip, put_outage

from sitegen.process import run

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATE = 20
DAY = "2026/11/22"
CAMERAS = {"101": "Driveway", "102": "Garden", "103": "Gate", "104": "Yard", "105": "Shed"}
RECORDER = "frag_keyframe+empty_moov+default_base_moof"

READ_BARS = """(videos) => {
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return videos.map((video) => {
        if (!video || video.readyState < 2) return null;
        context.drawImage(video, 0, video.videoHeight / 2, video.videoWidth, 1, 0, 0, 160, 1);
        const row = context.getImageData(0, 0, 160, 1).data;
        let number = 0;
        for (let bit = 0; bit < 16; bit += 1) if (row[(bit * 10 + 5) * 4] > 127) number += 2 ** bit;
        return number / RATE;
    });
}""".replace("RATE", str(RATE))


def at(seconds: float) -> str:
    """The moment so many seconds after noon, as addresses write it."""
    return (NOON + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def film(
    path: Path,
    first_s: float,
    seconds: float,
    *,
    fragmented: bool = True,
    keys_every_s: float = 1,
    apart_s: float = 1 / RATE,
) -> Path:
    """Make a video of a clock that stands at `first_s` in its first picture; its pictures are `apart_s` apart."""
    bits = f"if(mod(floor((N+{round(first_s * RATE)})/pow(2,X)),2),235,16)"
    source = f"color=c=black:s=16x2:r={RATE}:d={seconds},geq=lum='{bits}':cb=128:cr=128,scale=160:90:flags=neighbor,select=not(mod(n\\,{round(apart_s * RATE)}))"
    coding = f"-c:v libx264 -preset ultrafast -g {round(keys_every_s / apart_s)} -sc_threshold 0 -bf 0 -pix_fmt yuv420p -fps_mode vfr".split()
    flags = ["-movflags", RECORDER] if fragmented else []
    argv = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, *coding, *flags]
    done = run([*argv, str(path)], timeout_s=120)
    assert done.returncode == 0, done.stderr
    return path


def put_film(
    archive: Path,
    store: Path,
    camera: str,
    first_s: float,
    seconds: float,
    *,
    kind: str = "segment",
    keys_every_s: float = 1,
    apart_s: float = 1 / RATE,
    **fields: object,
) -> None:
    """Put a film into the archive as what a camera recorded then; the same film is made once."""
    path = store / f"{kind}-{first_s:g}-{seconds:g}-{keys_every_s:g}-{apart_s:g}.mp4"
    if not path.exists():
        whole = kind != "segment"
        film(path, first_s, seconds, fragmented=not whole, keys_every_s=keys_every_s, apart_s=apart_s)
    put_clip(
        archive,
        NOON + timedelta(seconds=first_s),
        kind=kind,
        camera=camera,
        seconds=seconds,
        video=path,
        end_reason="rotated" if kind == "segment" else "motion_stopped",
        **fields,
    )


def put_world(archive: Path, store: Path, length_s: int = 80) -> None:
    """Four cameras: one with a gap, two that are whole but have their borders at different times, one with events only."""
    for first, seconds in ((0, 10), (10, 10), (30, 10), (40, length_s - 40)):
        put_film(archive, store, "101", first, seconds)
    put_outage(archive, NOON + timedelta(seconds=20), NOON + timedelta(seconds=30), "101")
    for first, seconds in ((0, 8), (8, 10), (18, length_s - 18)):
        put_film(archive, store, "102", first, seconds)
    for first, seconds in ((0, 14), (14, length_s - 14)):
        put_film(archive, store, "103", first, seconds)
    for first, seconds in ((4, 6), (34, 8)):
        put_film(archive, store, "104", first, seconds, kind="event")


def put_world_with_subs(archive: Path, store: Path) -> None:
    """Four cameras with a sub-stream, which is cut seconds before or after the segments, and one without: key frames every 2 s.

    All files were last written to when their last pictures came, as the recorder leaves them.
    """
    borders = {"101": (10, 40, 90), "102": (10, 33, 62, 90), "103": (10, 52, 90), "104": (10, 26, 70, 90)}
    cuts = {"101": (8.7, 41.9, 91), "102": (11.4, 32.2, 63, 89.5), "103": (10.2, 50.1, 92), "104": (9, 27.5, 71.25, 90.75)}  # fmt: skip
    for camera, places in borders.items():
        for begin, end, sub_begin, sub_end in zip(
            places, places[1:], cuts[camera], cuts[camera][1:], strict=False
        ):
            sub = f"{camera}-{begin}.sub.mp4"
            put_film(archive, store, camera, begin, end - begin, preview=sub)
            folder = archive / "segments" / camera / f"{NOON:%Y%m%d}"
            last_written(film(folder / sub, sub_begin, sub_end - sub_begin), sub_end)
    for begin, end in ((10, 48.3), (48.3, 90)):
        put_film(archive, store, "105", begin, end - begin, keys_every_s=2)
    for video in archive.glob("segments/*/*/*Z.mp4"):
        values = yaml.safe_load(video.with_suffix(".yaml").read_text())
        last_written(video, (datetime.fromisoformat(values["end"]) - NOON).total_seconds())


def last_written(path: Path, seconds: float) -> None:
    """Set when a file was last written to, in seconds after noon."""
    when = NOON.timestamp() + seconds
    os.utime(path, (when, when))


_CAMERAS = "".join(f'[camera.{camera}]\ntitle = "{title}"\n' for camera, title in CAMERAS.items())
USUAL_CONFIG = '[site]\ntimezone = "Europe/Berlin"\n' + _CAMERAS
CONFIG = USUAL_CONFIG + '[previews]\nsegments = "full"\n'


def bars_of(picture: bytes, width: int = 160, height: int = 90) -> float:
    """Read the time from a gray picture of the size given."""
    row = picture[width * (height // 2) :][:width]
    return sum(1 << bit for bit in range(16) if row[(bit * width + width // 2) // 16] > 127) / RATE
