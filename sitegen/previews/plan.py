"""Decides what is made of a clip, and when that is worth trying again; touches nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from sitegen.archive.layout import preview_paths
from sitegen.clip import Clip
from sitegen.settings import PreviewSettings

Graph = Literal["smooth", "keys", "copy"]
"""smooth: ten pictures a second. keys: key frames only, at a sixth of the cost. copy: the sub-stream's recording."""

Kind = Literal["video", "poster", "still", "sprite"]

Stage = Literal["poster", "all"]
"""poster: the pictures that a list shows, made at once. all: those, and what is worth waiting for."""

KINDS: dict[Stage, tuple[Kind, ...]] = {"poster": ("poster", "still"), "all": ("video", "sprite")}
"""What each stage makes; nothing is made by both."""

COLUMNS, ROWS = 6, 5
TILE_WIDTH, TILE_HEIGHT = 160, 90
TILES = COLUMNS * ROWS
_LEAST_KEYS = 2
_MOST_CPU_S = 86_400
_SAME_MOMENT_S = 1.0
SMOOTH_RATE = 10
"""Pictures a second in the small video of an event: more cost much and show little."""

_GRAPHS_VERSION = 5  # raise it when the pictures that come out change: the fingerprint then remakes all


class Plan(msgspec.Struct, frozen=True):
    """What is to be made of one clip."""

    graph: Graph
    """How the small video is made of the clip itself."""
    sub: str | None
    """Path in the archive of a small video of the same time, which is copied instead where it will do."""
    box: tuple[int, int]
    """Width and height that the small video and the small still fit into, in pixels."""
    fragments: bool
    """True: the small video is one of many that follow each other, and is to be played as such."""
    outputs: dict[Kind, str]
    """Paths relative to the site's root."""


class Source(msgspec.Struct, frozen=True):
    """What is known of a video before it is decoded."""

    demuxer: str
    """ffmpeg's reader for it, by the file's own first bytes."""
    seconds: float
    """Length; more than 0."""
    pixels: int
    """Of one picture."""


class Made(msgspec.Struct, frozen=True):
    """What one run of ffmpeg left behind."""

    frames: int
    """Pictures in the small video; when it was copied, those that the sprite was chosen from."""
    seconds: float
    """Length of the small video."""


def plan(clip: Clip, settings: PreviewSettings) -> Plan | None:
    """Return what to make of `clip`; None: nothing, now or ever (it is being recorded, or segments get none).

    What the camera's sub-stream gives is nearly free, so it is taken whatever the setting says of segments.
    """
    if clip.end is None or (clip.kind == "segment" and settings.segments == "none" and clip.sub is None):
        return None
    keys = clip.kind == "segment" and settings.segments != "full"
    paths = preview_paths(clip.path)
    outputs: dict[Kind, str] = {
        "video": paths["video"],
        "poster": paths["poster"],
        "still": paths["still"],
        "sprite": paths["sprite"],
    }
    height = settings.width * 9 // 16 // 2 * 2
    graph: Graph = "keys" if keys else "smooth"
    return Plan(
        graph=graph,
        sub=clip.sub,
        box=(settings.width, height),
        fragments=clip.kind == "segment",
        outputs=outputs,
    )


def first_stage(clip: Clip) -> Stage:
    """Return the stage at which the work on a clip begins or goes on."""
    return "all" if clip.poster else "poster"


def poster_moment_s(clip: Clip, source: Source) -> float:
    """Return the second of the video that its poster shows.

    An event's is its middle: a movie begins some seconds before the motion, with nothing to be seen.
    """
    return source.seconds / 2 if clip.kind == "event" else 0.0


def is_long_enough(sub_seconds: float, source: Source) -> bool:
    """Say whether a recording of the sub-stream covers the clip; both streams are cut at key frames of their own."""
    return source.seconds - sub_seconds <= _slack(source)


def begins_s(clip: Clip, ended: datetime, sub_ended: datetime, sub: Source) -> float:
    """Return how many seconds after the clip its sub-stream's recording begins; each is cut at key frames of its own.

    `ended` and `sub_ended` are when the files were last written to, which is when their last pictures came. Where that
    of the clip's file is not its `end` (it was copied without its time), nothing is known: 0.
    """
    if clip.end is None or abs((ended - clip.end).total_seconds()) > _SAME_MOMENT_S:
        return 0.0
    begins = (sub_ended - clip.start).total_seconds() - sub.seconds
    return round(begins, 3) if abs(begins) < (clip.end - clip.start).total_seconds() else 0.0


def fingerprint(settings: PreviewSettings) -> str:
    """Return a text that changes when previews made so far are no longer what `settings` ask for."""
    return f"{_GRAPHS_VERSION} {settings.width} {settings.segments}"


def verdict(graph: Graph, made: Made, source: Source) -> str:
    """Return "" when a run that ended well made what it should, else what is wrong.

    Go by pictures and durations: ffmpeg returns 0 for a file that ends half-way.
    """
    missing = source.seconds - made.seconds
    if graph == "copy":
        whole = made.frames >= _LEAST_KEYS and missing <= _slack(source)
        return "" if whole else "the sub-stream has too few key frames, or its recording is cut"
    if graph == "keys":
        # Its last picture is made to last, by as much as the others tell.
        whole = made.frames >= _LEAST_KEYS and missing <= _slack(source)
        return "" if whole else "too few key frames, or the video is cut"
    if missing <= _slack(source):
        return ""
    return (
        f"only {made.seconds:.1f} of {source.seconds:.1f} seconds can be decoded: the video is cut or damaged"
    )


def _slack(source: Source) -> float:
    """Return how many seconds a small video may be shorter: sound may outlast the pictures a little."""
    return 0.25 + source.seconds / 10


def cpu_limit_s(source: Source) -> int:
    """Return the seconds of processor time a run may take: some thirty times what it needs on a slow desktop.

    Never more than a day: the length is what the file says, and it may say ten days.
    """
    return min(_MOST_CPU_S, int(60 + 3 * source.seconds * max(1.0, source.pixels / 1_000_000)))


def wall_limit_s(cpu_s: int, percent: float) -> float:
    """Return the seconds after which a run counts as hung; idle priority may starve it for long, `percent` slows it."""
    return 600 + 50 * cpu_s * 100 / min(100.0, percent or 100.0)
