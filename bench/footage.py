"""Footage as a camera sends it, what the predecessor made of it, and how two videos are compared; runs ffmpeg.

A still scene with the noise of a sensor and something that moves through it: 1080p, 20 pictures a second, 4 Mbit/s,
a key frame every two seconds, no B-frames; and the same in 640x360, for a camera's sub-stream.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from measure import CORES, Used, run
from places import CACHE, log_of

RATE = 20
_FFMPEG = ("ffmpeg", "-nostdin", "-v", "error", "-y")
_CODER = [
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-bf",
    "0",
    "-g",
    "40",
    "-keyint_min",
    "40",
    "-sc_threshold",
    "0",
]


def footage(seconds: int) -> tuple[Path, Path]:
    """Return the video of the main stream and that of the sub-stream, made once."""
    folder = CACHE / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    main, sub = folder / f"main-{seconds}.mp4", folder / f"sub-{seconds}.mp4"
    if not sub.exists():
        scene = f"testsrc2=s=1920x1080:r={RATE},trim=end_frame=1,loop=-1:1,setpts=N/{RATE}/TB,trim=duration={seconds}"
        mover = f"mandelbrot=s=320x240:r={RATE},trim=duration={seconds}"
        path = "overlay=x='mod(t*120,1920)':y='400+100*sin(t)'"
        graph = f"{scene}[a];{mover}[b];[a][b]{path},noise=alls=10:allf=t,format=yuv420p,split[main][c];[c]scale=640:360[sub]"
        begun = folder / ".begun.mp4"
        outputs = (
            *("-map", "[main]", *_CODER, "-b:v", "4M", str(main)),
            *("-map", "[sub]", *_CODER, "-b:v", "500k", "-movflags", "+frag_keyframe+empty_moov", str(begun)),
        )
        subprocess.run([*_FFMPEG, "-filter_complex", graph, *outputs], check=True)
        begun.rename(sub)
    return main, sub


def decode(video: Path) -> Used:
    """Decode a video once, with one thread, and throw the pictures away: the measure of all previews."""
    command = [*_FFMPEG, "-threads", "1", "-i", str(video), "-map", "0:V:0", "-f", "null", "-"]
    return run(command, log_of("decode"))


def predecessor(video: Path, target: Path) -> Used:
    """Make the predecessor's small video: x264 as it comes, squeezed into 640x360. That is 97 % of what its previews cost."""
    size = ["-s", "640x360", "-c:v", "libx264", "-threads", "1", "-an", str(target)]
    return run([*_FFMPEG, "-threads", "1", "-i", str(video), *size], log_of("predecessor"))


def ssim_y(source: Path, small: Path, pictures_a_second: int) -> float:
    """Return the likeness in brightness (0 to 1) of a small video to a lanczos reduction of its source, picture by picture."""
    bucket = f"floor(%s*{pictures_a_second}+0.01)"
    thin = f"select='isnan(prev_t)+1-eq({bucket % 't'},{bucket % 'prev_t'})'"
    same = "format=yuv420p,settb=1/1000,setpts=N"
    reference = f"[0:v]{thin},scale=640:360:flags=lanczos+accurate_rnd+full_chroma_int,{same}[a]"
    graph = f"{reference};[1:v]{same}[b];[b][a]ssim[o]"
    inputs = ("-i", str(source), "-i", str(small))
    command = ["ffmpeg", "-nostdin", "-hide_banner", *inputs, "-filter_complex", graph]
    said = subprocess.run(
        ["taskset", "-c", ",".join(map(str, CORES)), *command, "-map", "[o]", "-f", "null", "-"],
        check=True,
        stderr=subprocess.PIPE,
        text=True,
    ).stderr
    found = re.search(r"SSIM Y:([\d.]+)", said)
    assert found, said[-500:]
    return float(found[1])
