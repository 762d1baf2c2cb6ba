"""Films as the recorder leaves them, whose every picture has a brightness of its own, and a playlist of them."""

from datetime import timedelta
from pathlib import Path

from models import START
from preview_footage import copy, encode

from sitegen.archive.video_headers import read_headers
from sitegen.capture.recorder_ffmpeg import FRAGMENTS
from sitegen.site.playlist import Film, playlist

SECONDS, RATE, COUNT = 4, 10, 3
DARKEST, STEP = 32, 1.5
"""Luma of the first picture of the first film, and how much brighter each following picture is."""


def make_films(folder: Path) -> Path:
    """Write 0.mp4, 1.mp4 and 2.mp4, cut from one stream, and the last once more as a plain mp4."""
    picture = f"color=black:size=320x240:rate={RATE}:duration={COUNT * SECONDS},format=yuv420p"
    whole = encode(
        folder / "whole.mp4",
        f"{picture},geq=lum='{DARKEST}+N*{STEP}':cb=128:cr=128",
        *("-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-sc_threshold", "0"),
        *("-g", str(RATE), "-keyint_min", str(RATE)),
    )
    copy(
        folder / "%d.mp4",
        *("-i", f"file:{whole}", "-map", "0:v:0", "-c", "copy", "-f", "segment"),
        *("-segment_time", str(SECONDS), "-reset_timestamps", "1"),
        *("-segment_format", "mp4", "-segment_format_options", FRAGMENTS),
    )
    copy(folder / "plain.mp4", "-i", f"file:{folder / '2.mp4'}", "-c", "copy", "-f", "mp4")
    return folder


def write_playlist(folder: Path, *parts: tuple[str, int]) -> Path:
    """Write a playlist of films, each with the second it began at."""
    films = [
        Film(
            START + timedelta(seconds=at),
            START + timedelta(seconds=at + SECONDS),
            name,
            read_headers(str(folder / name), pieces=True),
        )
        for name, at in parts
    ]
    path = folder / "playlist.m3u8"
    path.write_bytes(playlist(films, ""))
    return path
