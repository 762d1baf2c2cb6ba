"""Makes synthetic footage with ffmpeg: a still, slightly noisy scene that a visitor crosses in known windows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from sitegen.demo.scenes import SCENES, Box, Scene
from sitegen.errors import SitegenError
from sitegen.process import run

Windows = Sequence[tuple[float, float]]
"""(start, end) in seconds from the footage's start."""

_CROSSING_SECONDS = 6.0
_STEP_SECONDS = 0.6
_LIMIT_SECONDS = 600.0


class FootageError(SitegenError):
    """ffmpeg could not make the footage; `reason` is the end of what it said."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: ffmpeg could not make this footage; it said: {self.reason}"


def make_footage(
    path: Path,
    scene: str,
    windows: Windows = (),
    *,
    seconds: float,
    fps: int = 10,
    size: tuple[int, int] = (640, 360),
    gop_seconds: float = 2,
) -> Path:
    """Make the footage at `path` (.mp4, or .h264 for the raw stream) unless it is there already; return the path.

    The visitor is in the picture only within the windows; from its first to its last frame nothing else moves, so
    the footage can be looped. The same arguments give the same bytes. Raises FootageError, or ToolMissing.
    """
    recipe = path.with_name(path.name + ".recipe")
    for title in (SCENES[scene].title, ""):
        argv = _argv(
            SCENES[scene], title, windows, seconds=seconds, fps=fps, size=size, gop_seconds=gop_seconds
        )
        if path.exists() and recipe.exists() and recipe.read_text() == "\n".join(argv):
            return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}-{path.name}")
    said = ""
    for title in (
        SCENES[scene].title,
        "",
    ):  # without fonts there is footage all the same, only without its title
        argv = _argv(
            SCENES[scene], title, windows, seconds=seconds, fps=fps, size=size, gop_seconds=gop_seconds
        )
        done = run([*argv, str(part)], timeout_s=_LIMIT_SECONDS)
        if done.returncode == 0:
            part.replace(path)
            recipe.write_text("\n".join(argv))
            return path
        said = done.stderr.strip()
    part.unlink(missing_ok=True)
    raise FootageError(path, said[-500:])


def _argv(
    scene: Scene,
    title: str,
    windows: Windows,
    *,
    seconds: float,
    fps: int,
    size: tuple[int, int],
    gop_seconds: float,
) -> list[str]:
    gop = str(round(gop_seconds * fps))
    encoding = (
        f"-c:v libx264 -preset veryfast -crf 27 -pix_fmt yuv420p -bf 0 -sc_threshold 0 -threads 1 -g {gop}"
    )
    exact = f"-keyint_min {gop} -video_track_timescale 90000 -fflags +bitexact -flags:v +bitexact -map_metadata -1"
    graph = _graph(scene, title, windows, fps=fps, size=size)
    head = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-filter_complex", graph, "-map", "[out]"]
    return [*head, "-t", f"{seconds:g}", "-r", str(fps), *encoding.split(), *exact.split()]


def _graph(scene: Scene, title: str, windows: Windows, *, fps: int, size: tuple[int, int]) -> str:
    """Return the filter graph: one still, repeated, under noise, with the visitor laid over it."""
    width, height = size
    still = [f"color=c={scene.backdrop}:s={width}x{height}:r={fps}", *_boxes(scene.boxes)]
    still += ["boxblur=1", "noise=alls=9:allf=p:all_seed=7", "vignette=PI/6"]
    if title:
        still.append(
            f"drawtext=text='{title}':x=w*0.02:y=h*0.03:fontsize=h/16:fontcolor=white:borderw=1:bordercolor=black"
        )
    still += ["trim=end_frame=1", "loop=loop=-1:size=1:start=0", f"setpts=N/({fps}*TB)"]
    lines = [",".join(still) + "[still]", _visitor(scene, fps, size)]
    lines.append(
        f"[still][visitor]{_overlay(scene, windows)},noise=alls=3:allf=t:all_seed=11,format=yuv420p[out]"
    )
    return ";".join(lines)


def _boxes(boxes: Iterable[Box], extra: str = "") -> list[str]:
    return [
        f"drawbox=x=iw*{x:g}:y=ih*{y:g}:w=iw*{w:g}:h=ih*{h:g}:color={colour}:t=fill{extra}"
        for x, y, w, h, colour in boxes
    ]


def _visitor(scene: Scene, fps: int, size: tuple[int, int]) -> str:
    visitor = scene.visitor
    canvas = f"{round(size[0] * visitor.width)}x{round(size[1] * visitor.height)}"
    half = _STEP_SECONDS / 2
    first, second = visitor.steps
    parts = [f"color=c=black@0:s={canvas}:r={fps}", "format=yuva444p", *_boxes(visitor.boxes, ":replace=1")]
    parts += _boxes(first, f":replace=1:enable='lt(mod(t,{_STEP_SECONDS}),{half})'")
    parts += _boxes(second, f":replace=1:enable='gte(mod(t,{_STEP_SECONDS}),{half})'")
    return ",".join(parts) + "[visitor]"


def _overlay(scene: Scene, windows: Windows) -> str:
    """Return the overlay that walks the visitor to and fro, from edge to edge, within each window."""
    inside = "+".join(f"between(t,{start:g},{end:g})" for start, end in windows) or "0"
    way = "+".join(_way(start, end) for start, end in windows) or "0"
    return f"overlay=x='-w+(W+w)*({way})':y=H*{scene.visitor.y:g}:enable='{inside}'"


def _way(start: float, end: float) -> str:
    """Return how far the visitor is within one window: 0 at the left edge, 1 at the right one."""
    crossings = max(1, round((end - start) / _CROSSING_SECONDS))
    done = f"(t-{start:g})*{crossings / (end - start):.6f}"
    return f"between(t,{start:g},{end:g})*abs(mod({done}+1,2)-1)"
