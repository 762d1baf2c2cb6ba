"""Decides what is made of a clip, and when that is worth trying again; touches nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from sitegen.archive.layout import preview_paths
from sitegen.clip import Clip
from sitegen.settings import PreviewSettings

Graph = Literal["smooth", "keys"]
"""smooth: ten pictures a second. keys: key frames only, at a sixth of the cost."""

Kind = Literal["video", "poster", "still", "sprite"]

COLUMNS, ROWS = 6, 5
TILE_WIDTH, TILE_HEIGHT = 160, 90
TILES = COLUMNS * ROWS
_LEAST_KEYS = 2
SMOOTH_RATE = 10
"""Pictures a second in the small video of an event: more cost much and show little."""

_GRAPHS_VERSION = 2  # raise it when the pictures that come out change: the fingerprint then remakes all


class Plan(msgspec.Struct, frozen=True):
    """What is to be made of one clip."""

    graph: Graph
    box: tuple[int, int]
    """Width and height that the small video and the small still fit into, in pixels."""
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
    """Pictures in the small video."""
    seconds: float
    """Length of the small video."""


def plan(clip: Clip, settings: PreviewSettings) -> Plan | None:
    """Return what to make of `clip`; None: nothing, now or ever (it is being recorded, or segments get none)."""
    if clip.end is None or (clip.kind == "segment" and settings.segments == "none"):
        return None
    keys = clip.kind == "segment" and settings.segments == "keyframes"
    paths = preview_paths(clip.path)
    outputs: dict[Kind, str] = {
        "video": paths["video"],
        "poster": paths["poster"],
        "still": paths["still"],
        "sprite": paths["sprite"],
    }
    height = settings.width * 9 // 16 // 2 * 2
    return Plan(graph="keys" if keys else "smooth", box=(settings.width, height), outputs=outputs)


def fingerprint(settings: PreviewSettings) -> str:
    """Return a text that changes when previews made so far are no longer what `settings` ask for."""
    return f"{_GRAPHS_VERSION} {settings.width} {settings.segments}"


def verdict(graph: Graph, made: Made, source: Source) -> str:
    """Return "" when a run that ended well made what it should, else what is wrong.

    Go by pictures and durations: ffmpeg returns 0 for a file that ends half-way.
    """
    missing = source.seconds - made.seconds
    if graph == "keys":
        between = made.seconds / made.frames if made.frames else 0.0
        whole = made.frames >= _LEAST_KEYS and missing <= _slack(source) + 2 * between
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
    """Return the seconds of processor time a run may take: some thirty times what it needs on a slow desktop."""
    return int(60 + 3 * source.seconds * max(1.0, source.pixels / 1_000_000))


def wall_limit_s(cpu_s: int, percent: float) -> float:
    """Return the seconds after which a run counts as hung; idle priority may starve it for long, `percent` slows it."""
    return 600 + 50 * cpu_s * 100 / min(100.0, percent or 100.0)
